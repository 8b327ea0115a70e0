"""The site as a whole, used as a reader uses it: the search, the keys, the way from one page to the next."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from verify.site.browser import listening
from verify.site.findings import Finding

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUERY = "[data-md-component=search-query]"
RESULT = ".md-search-result__item > .md-search-result__link"
FIRST = "([result, page]) => document.querySelector(result)?.href.split(/[?#]/)[0] === page"
SWITCH = "form[data-md-component=palette] input"
PATIENCE = 10_000
"""Milliseconds for the index of the search, which is read when it is first used."""

SETTLED = 200
"""Milliseconds for what a last key has set going."""


def used(tab: "Page", base: str, sought: Sequence[tuple[str, str]], walk: Sequence[str]) -> list[Finding]:
    """What does not work, and what the console says and who is asked meanwhile, also by the search's own process.

    sought: what is typed and the page that must come first; walk: pages that follow another.
    """
    wrong: list[Finding] = []
    steps: tuple[Callable[[], Finding | None], ...] = (
        lambda: skipped(tab, base, walk[0]),
        lambda: onward(tab, base, walk),
        lambda: switched(tab, base, walk[0]),
    )
    with listening(tab, base, "search", wrong):
        wrong += found_first(tab, base, sought)
        tab.wait_for_timeout(SETTLED)
    with listening(tab, base, walk[0], wrong):
        wrong += [finding for step in steps if (finding := step()) is not None]
        tab.wait_for_timeout(SETTLED)
    return wrong


def found_first(tab: "Page", base: str, sought: Sequence[tuple[str, str]]) -> list[Finding]:
    """The key / opens the search; what is typed finds its page before any other."""
    tab.goto(base)
    tab.keyboard.press("/")
    wrong = []
    for words, page in sought:
        tab.fill(QUERY, "")
        tab.wait_for_function(f"!document.querySelector({RESULT!r})", timeout=PATIENCE)
        tab.keyboard.insert_text(words)  # at once: no answer to its first letters is taken for that to the whole
        tab.keyboard.press("End")  # the search listens to keys
        try:
            tab.wait_for_function(FIRST, arg=[RESULT, base + page], timeout=PATIENCE)
        except Exception as error:
            if type(error).__name__ != "TimeoutError":
                raise
            found = tab.evaluate("(result) => document.querySelector(result)?.href ?? null", RESULT)
            instead = "nothing" if found is None else f"{found.removeprefix(base).partition('?')[0]} first"
            wrong.append(Finding(page, "search", f"{words!r} finds {instead}"))
    return wrong


def skipped(tab: "Page", base: str, page: str) -> Finding | None:
    """The first Tab reaches a link to the content, and Enter on it goes there."""
    tab.goto(base + page)
    tab.keyboard.press("Tab")
    if not tab.evaluate("document.activeElement.matches('.md-skip')"):
        return Finding(page, "keyboard", "the first Tab does not reach the link to the content")
    tab.keyboard.press("Enter")
    if not tab.evaluate("location.hash.length > 1 && document.querySelector(location.hash) !== null"):
        return Finding(page, "keyboard", "the link to the content leads nowhere")
    return None


def onward(tab: "Page", base: str, walk: Sequence[str]) -> Finding | None:
    """The links at the foot lead forth and back, by keyboard alone."""
    tab.goto(base + walk[0])
    for kind, page in [("next", to) for to in walk[1:]] + [("prev", to) for to in walk[-2::-1]]:
        link = tab.query_selector(f".md-footer__link--{kind}")
        if link is None:
            return Finding(page, "keyboard", f"the page before it has no link `{kind}`")
        link.focus()
        with tab.expect_navigation():
            tab.keyboard.press("Enter")
        if tab.url.partition("#")[0] != base + page:
            return Finding(page, "keyboard", f"`{kind}` leads to {tab.url.removeprefix(base)} instead")
    return None


def switched(tab: "Page", base: str, page: str) -> Finding | None:
    """Light and dark are a matter of keys, and the choice is kept from page to page."""
    tab.emulate_media(color_scheme="light")
    tab.goto(base + page)
    seen = []
    for _ in range(3):
        tab.evaluate(f"(document.querySelector('{SWITCH}:checked') || document.querySelector('{SWITCH}')).focus()")
        before = tab.evaluate("document.body.dataset.mdColorMedia")
        tab.keyboard.press("Enter")
        tab.wait_for_function("was => document.body.dataset.mdColorMedia !== was", arg=before, timeout=PATIENCE)
        seen.append(tab.evaluate("document.body.dataset.mdColorScheme"))
    if "slate" not in seen or "default" not in seen:
        return Finding(
            page, "colours", f"the switch shows {', '.join(map(str, seen))}: not light, dark and the system's"
        )
    return None
