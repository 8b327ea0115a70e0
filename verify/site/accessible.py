"""What axe, which knows the rules of accessibility, says of a page, in light and in dark."""

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from verify.site.findings import Finding

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMPACTS = ("minor", "moderate", "serious", "critical")
"""Axe's own words, with which each of its findings begins; none is passed over."""

SIGNS = 2500
"""A page with more elements within its formulas is looked at without them: axe would take up to minutes."""

EVERYTHING = {"resultTypes": ["violations"], "rules": {"empty-table-header": {"enabled": False}}}
"""All rules that axe has switched on, WCAG 2 A and AA and its best practices, but one: a head of a column that is a
formula it takes for an empty one. `PLAIN` looks for those that are."""

CONTRAST = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
"""What another colour can break."""

EMPTY = """(most) => {
  const many = document.querySelectorAll("math *").length > most;
  if (many) for (const formula of document.querySelectorAll("math")) formula.replaceChildren();
  return many;
}"""

PLAIN = r"""() => {
  const empty = [...document.querySelectorAll("th")].some((head) => !head.textContent.trim());
  const odd = empty ? ["minor: the head of a column is empty"] : [];
  const acts = /^(id|class|style|role|tabindex|href|mathcolor|mathbackground|actiontype|aria-.*|on.*)$/;
  for (const sign of document.querySelectorAll("math *")) {
    const name = sign.getAttributeNames().find((name) => acts.test(name));
    if (name || !/^m[a-z]+$/.test(sign.localName)) odd.push(`a formula has ${sign.localName} ${name || ""}`.trim());
  }
  for (const formula of document.querySelectorAll("math")) {
    const around = getComputedStyle(formula.parentElement).color;
    for (const sign of [formula, formula.querySelector("mi, mn, mo, mtext") || formula]) {
      const {color, backgroundColor: under} = getComputedStyle(sign);
      const alike = color === around && under === "rgba(0, 0, 0, 0)";
      if (!alike) odd.push(`a formula is ${color} on ${under} among words of ${around}`);
    }
  }
  return [...new Set(odd)];
}"""
"""Nothing within a formula has a name, a role, a link or a colour of its own: so no rule of axe is about it that is not
about the words around it, and a page whose formulas axe is not shown loses nothing."""


def plain(tab: "Page", page: str) -> list[Finding]:
    """What a formula has that axe would have to see, and heads of columns that say nothing."""
    return [Finding(page, "axe" if odd.startswith(IMPACTS) else "formula", odd) for odd in tab.evaluate(PLAIN)]


def axe_in_light(tab: "Page", page: str) -> tuple[bool, list[Finding]]:
    """Whether axe was shown the formulas, too, and what it finds by all of its rules."""
    emptied = tab.evaluate(EMPTY, SIGNS)
    tab.evaluate(_axe())
    return not emptied, _violations(tab, page, "light", EVERYTHING)


def axe_in_dark(tab: "Page", page: str) -> list[Finding]:
    """What axe, after it was asked in light, finds of the other colours."""
    return _violations(tab, page, "dark", CONTRAST)


def _violations(tab: "Page", page: str, colours: str, options: dict[str, Any]) -> list[Finding]:
    answer = tab.evaluate(f"axe.run({json.dumps(options)})")
    return [
        Finding(page, "axe", f"{broken['impact']}: {broken['id']}, {colours}: {broken['help']}: {_where(broken)}")
        for broken in answer["violations"]
    ]


def _where(broken: dict[str, Any]) -> str:
    nodes = broken["nodes"]
    first = " ".join(str(nodes[0]["target"][0]).split())[:100]
    return first if len(nodes) == 1 else f"{first} and {len(nodes) - 1} more"


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
