"""The pages in a real browser, Chromium without a window: what it complains about, and what a reader would."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from verify.site.accessible import axe_in_dark, axe_in_light, plain
from verify.site.findings import Finding, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
PATIENCE = 10_000
"""Milliseconds in which a page must have followed the system's colours."""

LOOK = r"""() => {
  for (const box of document.querySelectorAll("details")) box.open = true;
  const boxed = (m) => { const b = m.getBoundingClientRect(); return b.width > 0 && b.height > 0; };
  const flat = [...document.querySelectorAll("math")].filter((m) => !boxed(m));
  const formulas = [...document.querySelectorAll("article .formula:not(.more)")].filter((box) => {
    const m = box.querySelector("math");
    return m && boxed(m);
  });
  const words = document.createTreeWalker(document.querySelector("article") || document.body, NodeFilter.SHOW_TEXT);
  const raw = [];
  while (words.nextNode()) {
    const at = words.currentNode.parentElement;
    if (!at.closest("code, pre, script, style") && /\$|\\[A-Za-z]{2,}/.test(words.currentNode.data)) {
      raw.push(words.currentNode.data.trim().slice(0, 60));
    }
  }
  const t = performance.getEntriesByType("navigation")[0];
  const load = t.loadEventEnd - t.startTime;
  return {formulas: formulas.length, flat: flat.map((m) => m.textContent.slice(0, 40)), raw, load};
}"""


class NoBrowser(RuntimeError):
    """There is no browser to look with: the message says what is missing, and how to get it."""


@contextmanager
def chromium() -> "Iterator[Browser]":
    """Chromium, as long as the block lasts; $ORTHODROME_CHROMIUM, or the first on the path. NoBrowser without one."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise NoBrowser(f"{error.name} is not installed: pip install 'orthodrome[browser]'") from error
    program = os.environ.get("ORTHODROME_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise NoBrowser(f"none of {', '.join(NAMES)} is on the path: apt install chromium, or set ORTHODROME_CHROMIUM")
    flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=flags)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def tab(browser: "Browser") -> "Iterator[Page]":
    """A window for many pages, which keeps fonts and scripts between them as a reader's does."""
    context = browser.new_context(viewport=DESK, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        yield context.new_page()
    finally:
        context.close()


def visit(tab: "Page", base: str, page: str, formulas: int | None = None, axe: bool = True) -> Visit:
    """One page, looked at in light, on a phone, and in dark. formulas: how many its source has; axe: ask it, too."""
    found: list[Finding] = []
    with listening(tab, base, page, found):
        tab.emulate_media(color_scheme="light")
        tab.set_viewport_size(DESK)  # type: ignore[arg-type]
        tab.goto(base + page, wait_until="load")
        tab.evaluate("document.fonts.ready.then(() => null)")
        seen = tab.evaluate(LOOK)
        found += [Finding(page, "formula", f"{text!r} has no box") for text in seen["flat"]]
        found += [Finding(page, "formula", f"{text!r} is LaTeX that nobody sees as a formula") for text in seen["raw"]]
        if formulas not in (None, seen["formulas"]):
            found.append(Finding(page, "formula", f"its source has {formulas}, {seen['formulas']} are seen"))
        found += plain(tab, page)
        tab.set_viewport_size(PHONE)  # type: ignore[arg-type]
        if (wide := tab.evaluate("document.documentElement.scrollWidth")) > PHONE["width"]:
            found.append(Finding(page, "overflow", f"{wide} pixels wide on a screen of {PHONE['width']}"))
        if axe:
            tab.set_viewport_size(DESK)  # type: ignore[arg-type]
        whole, violations = axe_in_light(tab, page) if axe else (False, [])
        found += violations
        tab.emulate_media(color_scheme="dark")
        try:
            tab.wait_for_function("document.body.dataset.mdColorScheme !== 'default'", timeout=PATIENCE)
        except Exception as error:
            if type(error).__name__ != "TimeoutError":
                raise
            found.append(Finding(page, "colours", "it stays light where the system is dark"))
        found += axe_in_dark(tab, page) if axe else []
    return Visit(page, seen["formulas"], axe, axe and not whole, seen["load"], tuple(found))


@contextmanager
def listening(tab: "Page", base: str, page: str, found: list[Finding]) -> "Iterator[None]":
    """Write down, as long as the block lasts, what the console says and what is asked of whom."""

    def request(asked: Any) -> None:
        if not asked.url.startswith((base, "data:", "blob:", "about:")):
            found.append(Finding(page, "request", f"it asks {asked.url}"))

    def response(answer: Any) -> None:
        if answer.status >= 400:
            found.append(Finding(page, "request", f"{answer.url} answers {answer.status}"))

    def pageerror(error: Any) -> None:
        found.append(Finding(page, "console", str(error)))

    def console(said: Any) -> None:
        if said.type in ("error", "warning"):
            found.append(Finding(page, "console", said.text))

    heard: dict[Any, Any] = {"request": request, "response": response, "pageerror": pageerror, "console": console}
    for name, hear in heard.items():
        tab.on(name, hear)
    try:
        yield
    finally:
        for name, hear in heard.items():
            tab.remove_listener(name, hear)
