"""LaTeX between dollar signs as MathML, made while the site is built: a reader's browser asks nobody for a renderer.

A formula that does not convert ends the build. What does convert is kept out of the index of the search, where it
would be thousands of single letters.
"""

import re
from functools import cache
from html import unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

from verify.site.breaking import pieces
from verify.site.errors import FormulaError
from verify.site.typesetting import NoGlyph, refined

DISPLAY = r"\$\$(?P<latex>.+?)\$\$"
INLINE = r"(?<![\\$])\$(?!\$)(?P<latex>[^$]+?)\$(?P<after>[.,;:!?)’”]*)"
LONG = 20
WIDTHS = ((" longer", 56), (" long", LONG))
"""Formulas of so many signs may be wider than a column, or than a phone."""

GAP = "<i hidden>…</i>"
"""What the search shows of a page in the place of a formula, and nothing else shows."""

BEFORE = 185
"""After `code`, which keeps its dollars, and before the escapes, which would eat the backslashes of LaTeX."""

BARS = {r"\Vert": "‖", r"\vert": "|"}
"""The converter gives a size to signs, not to their names."""
SIZED = re.compile(r"(\\(?:big|Big|bigg|Bigg)[lmr]?)\s*(\\[Vv]ert)(?![A-Za-z])")
LETTER = re.compile(r"\\mathrm\{([A-Za-z])\}")
"""One upright letter, which the converter would leave slanted."""


@cache
def mathml(latex: str, display: bool = False) -> str:
    """The formula as a `math` element, without a namespace, as HTML has it. FormulaError where it cannot be one."""
    spelled = SIZED.sub(lambda found: found[1] + BARS[found[2]], unescape(latex))
    spelled = LETTER.sub(r"\\text{\1}", spelled)
    try:
        made = convert(spelled, display="block" if display else "inline")
    except Exception as error:  # the converter raises what its parser meets
        raise FormulaError(latex, f"cannot be converted: {type(error).__name__} {error}") from error
    left = re.search(r"\\[A-Za-z]+|\\.", made)
    if left:
        raise FormulaError(latex, f"keeps {left[0]}, which the converter does not know: spell it otherwise")
    try:
        return refined(made)
    except NoGlyph as error:
        raise FormulaError(latex, f"cannot be shown: {error}") from error


def element(latex: str, display: bool, after: str = "") -> str:
    """The formula with what the page wraps it in: a box that scrolls by itself, where a screen may be narrower.

    after: the punctuation that follows it, which must not begin a line. Of a formula that is cut, all boxes but the
    first have the class `more`, so that formulas can be counted.
    """
    made = mathml(latex.strip(), display)
    if display:
        return f'<div class="formula" data-search-exclude>{made}</div>{GAP}'
    parts = pieces(made) if _signs(made) >= LONG else (made,)
    *before, last = (_box(part, bool(at)) for at, part in enumerate(parts))
    last += GAP
    return " ".join([*before, f'<span class="nobr">{last}{after}</span>' if after else last])


def _box(made: str, more: bool) -> str:
    length = next((name for name, least in WIDTHS if _signs(made) >= least), "")
    return f'<span class="formula{length}{" more" if more else ""}" data-search-exclude>{made}</span>'


def _signs(made: str) -> int:
    return len(re.sub(r"<[^>]*>", "", made))


class _Formula(InlineProcessor):
    def __init__(self, pattern: str, md: Markdown, display: bool) -> None:
        super().__init__(pattern, md)
        self.display = display

    def handleMatch(  # type: ignore[override]
        self, m: "re.Match[str]", data: str
    ) -> tuple[Element | str | None, int | None, int | None]:
        after = "" if self.display else m["after"]
        return self.md.htmlStash.store(element(m["latex"], self.display, after)), m.start(0), m.end(0)


class Mathematics(Extension):
    """The extension of Python-Markdown."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(_Formula(DISPLAY, md, True), "formula-display", BEFORE + 1)
        md.inlinePatterns.register(_Formula(INLINE, md, False), "formula-inline", BEFORE)


def makeExtension(**options: object) -> Mathematics:
    """What Python-Markdown looks for in a module that is named as an extension."""
    return Mathematics(**options)
