"""A sentence written as one LaTeX formula, `\\text{for every }x>0,\\ f(x)=1`, taken apart into text and short formulas.

A long formula cannot break its lines on GitHub; text can.
"""

import re

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
OPENING = {"{", "(", "[", r"\left", r"\langle", r"\lfloor", r"\lceil"}
CLOSING = {"}", ")", "]", r"\right", r"\rangle", r"\rfloor", r"\rceil"}
SPACES = {r"\ ", r"\,", r"\;", r"\quad", r"\qquad", " "}


def sentence(latex: str) -> str:
    """Markdown text with `$…$` for a formula; text, with or without formulas of its own, is returned as it is."""
    if "$" in latex or not re.search(r"[\\^=]", latex):
        return latex
    tokens = TOKEN.findall(latex)
    parts: list[str] = []
    formula: list[str] = []
    depth = at = 0
    while at < len(tokens):
        token = tokens[at]
        if token == r"\text":
            words, at = _group(tokens, at + 1)
            if depth == 0 and " " in words and formula[-1:] not in (["_"], ["^"]):
                parts += [_formula(formula), words]
                formula = []
            else:
                formula += [token, "{", words, "}"]
            continue
        spaces = at + 1
        while spaces < len(tokens) and tokens[spaces] in SPACES:
            spaces += 1
        if depth == 0 and token in {",", ";", ":"} and spaces > at + 1:
            parts += [_formula(formula), f"{token} "]
            formula, at = [], spaces
            continue
        if depth == 0 and token in {r"\quad", r"\qquad"}:
            parts += [_formula(formula), " "]
            formula = []
        else:
            formula.append(token)
            depth += (token in OPENING) - (token in CLOSING)
            if token in {r"\left", r"\right"} and at + 1 < len(tokens):  # the bracket after it is not one more
                at += 1
                formula.append(tokens[at])
        at += 1
    return re.sub(r"\s+", " ", "".join([*parts, _formula(formula)])).strip()


def _group(tokens: list[str], at: int) -> tuple[str, int]:
    """The content of the braces that open at `at`, and the place after them."""
    depth, end = 0, at
    while True:
        depth += (tokens[end] == "{") - (tokens[end] == "}")
        end += 1
        if depth == 0:
            return "".join(tokens[at + 1 : end - 1]), end


def _formula(tokens: list[str]) -> str:
    while tokens and tokens[-1] in SPACES:
        tokens = tokens[:-1]
    while tokens and tokens[0] in SPACES:
        tokens = tokens[1:]
    latex = "".join(tokens)
    if words := re.fullmatch(r"\\text\{([^{}\\]*)\}", latex):
        return words[1]
    body = latex.rstrip(".,;:")
    return f"${body}$" + latex[len(body) :] if body else latex
