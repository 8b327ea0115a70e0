"""Text with LaTeX between dollar signs, made safe for GitHub's markdown.

GitHub reads markdown before it reads the mathematics: `\\|` loses its backslash, `|` ends a table cell, `_` after a
brace opens an emphasis, `[…](…)` becomes a link. Each has a spelling in LaTeX that markdown leaves alone.
"""

import re

SPELLINGS = {
    r"\|": r"\Vert ",
    r"\{": r"\lbrace ",
    r"\}": r"\rbrace ",
    r"\,": r"\thinspace ",
    r"\:": r"\medspace ",
    r"\;": r"\thickspace ",
    r"\!": r"\negthinspace ",
    r"\\": r"\cr ",
    r"\operatorname": r"\mathrm",  # GitHub refuses the macro
    "|": r"\vert ",
    "*": r"\ast ",
    "<": r"\lt ",
    ">": r"\gt ",
    "~": "\\ ",
    "\n": " ",
}
INVERSES = {rf"\operatorname{{a{name}}}": rf"\arc{name}" for name in ("cos", "sin", "tan")}
TOKEN = re.compile(r"\\[A-Za-z]+|\\[^A-Za-z]|[|*<>~\n]")
MATH = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)
CODE = re.compile(r"(`[^`\n]+`)")


def safe_latex(latex: str) -> str:
    """LaTeX that means the same and holds nothing that markdown or a table would take for its own."""
    if "$" in latex or "`" in latex:
        raise ValueError(f"mathematics holds neither a dollar sign nor a backtick: {latex!r}")
    for sympy_name, name in INVERSES.items():
        latex = latex.replace(sympy_name, name)
    latex = TOKEN.sub(lambda match: SPELLINGS.get(match[0], match[0]), latex)
    latex = re.sub(r"(?<![A-Za-z0-9])_(?!\s)", "_ ", latex)  # such an underscore could open an emphasis
    latex = latex.replace("](", "] (")
    return re.sub(r" {2,}", " ", latex).strip()


def inline(latex: str) -> str:
    """Mathematics within a line."""
    return f"${safe_latex(latex)}$"


def display(latex: str) -> str:
    """Mathematics on a line of its own, which is a paragraph of its own in the templates."""
    return f"$${safe_latex(latex)}$$"


def as_text(statement: str) -> str:
    """A statement that is LaTeX throughout, put between dollar signs; text that has its own is returned as it is."""
    return statement if "$" in statement or not re.search(r"[\\^=]", statement) else f"${statement}$"


def text(source: str) -> str:
    """Markdown text with `$…$`, safe in a paragraph: one line, mathematics respelled and set off by spaces."""
    source = re.sub(r"\s+", " ", source).strip()
    parts: list[str] = []
    end = 0
    for match in MATH.finditer(source):
        parts += [_prose(source[end : match.start()]), inline(match[1] or match[2])]
        end = match.end()
    parts.append(_prose(source[end:]))
    for before in range(0, len(parts) - 1, 2):  # GitHub wants no letter or digit against a dollar sign
        if parts[before][-1:].isalnum():
            parts[before] += " "
        if parts[before + 2][:1].isalnum():
            parts[before + 2] = " " + parts[before + 2]
    return "".join(parts)


def cell(source: str) -> str:
    """Markdown text with `$…$`, safe in a table cell."""
    return text(source).replace("|", r"\|")


def number(value: float) -> str:
    """A bound as a reader wants it: `3e-15`, `0.25`, `0`."""
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e")


def _prose(source: str) -> str:
    if "$" in source:
        raise ValueError(f"a dollar sign without its partner in {source!r}")
    return "".join(part if CODE.fullmatch(part) else part.replace("<", "&lt;") for part in CODE.split(source))
