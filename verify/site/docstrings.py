"""Docstrings are plain words and formulas, not markdown: what markdown would take for its own is kept from it."""

import re
from typing import Any

import griffe

EQUATION = re.compile(r"^\S{1,24} = ")
OWN = re.compile(r"(`[^`]+`)|([<*]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")


def as_markdown(text: str) -> str:
    """The text with equations in their lines, and signs as they are typed; `code` and lists stay what they are."""
    return "\n\n".join(_paragraph(paragraph) for paragraph in text.split("\n\n"))


def _paragraph(text: str) -> str:
    lines = text.strip("\n").splitlines()
    if lines and all(line.startswith("    ") for line in lines):
        return text  # code
    if lines and (lines[0].startswith(">>> ") or all(EQUATION.match(line) for line in lines)):
        return "\n".join(f"    {line}" for line in lines)
    return OWN.sub(lambda found: found[1] or {"<": "&lt;"}.get(found[2], f"\\{found[2]}"), text)


class Plain(griffe.Extension):
    """Of every object that is shown."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            obj.docstring.value = as_markdown(obj.docstring.value)
