"""How many formulas the source of a page has: read by signs, in another way than the site makes them.

What is counted is held against what a browser shows, so that a formula that is lost, or cut in two, is noticed.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from verify.site.errors import SiteError

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


BOX = re.compile(r'<(?:span|div) class="(?P<classes>formula[^"]*)" data-search-exclude><math')


class Unclosed(ValueError):
    """A formula that begins in a paragraph and does not end in it: the message is what stands from there on."""


def of_pages(pages: Mapping[str, str]) -> dict[str, int]:
    """HTML file → how many formulas its source has. pages: path → markdown. SiteError where one has no end."""
    found = {}
    for page, text in pages.items():
        try:
            found[page.removesuffix(".md") + ".html"] = counted(text)
        except Unclosed as error:
            raise SiteError(f"{page}: a formula has no end: {error}") from error
    return found


def all_made(site: Path, formulas: Mapping[str, int]) -> None:
    """SiteError for a page that has not as many formulas as its source. formulas: see `of_pages`."""
    for page, many in formulas.items():
        boxes = BOX.findall((site / page).read_text(encoding="utf-8").partition("<article")[2])
        made = sum("more" not in classes.split() for classes in boxes)
        if made != many:
            raise SiteError(f"{page} has {made} formulas, its source {many}: one stands where markdown is not read")


def counted(page: str) -> int:
    """The formulas of a page in markdown, those within a line and those between $$. Unclosed where one has no end."""
    return sum(_counted(CODE.sub("", paragraph)) for paragraph in _paragraphs(page))


def _paragraphs(page: str) -> list[str]:
    """What stands between empty lines; what stands between fences is code."""
    found: list[list[str]] = [[]]
    fence = ""
    for line in page.splitlines():
        begins = FENCE.match(line)
        if fence:
            fence = "" if line.strip() == fence else fence
        elif begins:
            fence = begins[1]
        elif line.strip():
            found[-1].append(line)
        else:
            found.append([])
    return ["\n".join(lines) for lines in found]


def _counted(text: str) -> int:
    """Of a paragraph without code: a dollar opens, the next of its kind closes, and a backslash keeps one as it is."""
    count, at, opened = 0, 0, ""
    begun = 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] != "$":
            at += 1
        else:
            sign = "$$" if text.startswith("$$", at) and opened != "$" else "$"
            if not opened:
                opened, begun = sign, at
            elif sign == opened:
                opened, count = "", count + 1
            at += len(sign)
    if opened:
        raise Unclosed(text[begun : begun + 60])
    return count
