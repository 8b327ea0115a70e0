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
COMMAND = re.compile(r"\\(?:frac|langle|left|rangle|right|sqrt|tilde|hat|bar|mathcal|nabla)(?![A-Za-z])")
"""What no path of a file and no message of an error has."""
WORD = re.compile(r"\(?[A-Za-zµ-ž]{2,}[,;:)]?$")
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


def named(words: str) -> str | None:
    """A name with LaTeX in it, `start of \\tilde{B}`, as text with a formula; None where there is none.

    The formula begins after the last word before its first command, and ends with its last.
    """
    tokens = words.split()
    commands = [at for at, token in enumerate(tokens) if COMMAND.search(token)]
    if not commands or "$" in words or "`" in words:
        return None
    first, last = commands[0], commands[-1]
    while first > 0 and not WORD.match(tokens[first - 1]):
        first -= 1
    formula = " ".join(tokens[first : last + 1])
    ends = formula.rstrip(",;:")
    if ends.count("{") != ends.count("}"):
        return None
    before, after = " ".join(tokens[:first]), " ".join(tokens[last + 1 :])
    return text(f"{before} ${ends}${formula[len(ends) :]} {after}")


def number(value: float) -> str:
    """A bound as a reader wants it: `3e-15`, `0.25`, `0`."""
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e")


def _prose(source: str) -> str:
    if "$" in source:
        raise ValueError(f"a dollar sign without its partner in {source!r}")
    return "".join(part if CODE.fullmatch(part) else part.replace("<", "&lt;") for part in CODE.split(source))
