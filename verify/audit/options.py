"""The options of an audit as a person types them: a=1,b=true,betas=(0.9,0.99)."""

import ast
from typing import Any

NAMES = {"true": True, "false": False, "none": None}
OPENING, CLOSING = "([{", ")]}"


class TargetError(ValueError):
    """What is to be audited cannot be had as asked for: the message says what was asked, and what to write."""


def parse(text: str) -> dict[str, Any]:
    """The options written as `a=1,b=true,betas=(0.9,0.99)`; TargetError names the piece that is not one."""
    found: dict[str, Any] = {}
    for piece in _pieces(text):
        name, equals, value = (part.strip() for part in piece.partition("="))
        if not (equals and name.isidentifier()):
            raise TargetError(f"option {piece.strip()!r}: write name=value, for example lr=0.1 or betas=(0.9,0.99)")
        if name in found:
            raise TargetError(f"option {name!r} is given twice")
        try:
            found[name] = ast.literal_eval(_Constants().visit(ast.parse(value, mode="eval")))
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:  # the last: nested deeply
            raise TargetError(
                f"option {piece.strip()!r}: {value!r} is no literal; write a number, true, false, none, "
                "a tuple, or a string in quotes"
            ) from error
    return found


def written(options: dict[str, Any]) -> str:
    """Options as `parse` reads them."""
    return ",".join(f"{name}={value!r}" for name, value in options.items())


class _Constants(ast.NodeTransformer):
    """true, false and none in any case of letters."""

    def visit_Name(self, node: ast.Name) -> ast.expr:  # noqa: N802  (the name that ast calls)
        known = node.id.lower() in NAMES
        return ast.copy_location(ast.Constant(NAMES[node.id.lower()]), node) if known else node


def _pieces(text: str) -> list[str]:
    """The text at its commas outside brackets and quotes; empty pieces at the ends of it are left out."""
    pieces, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        else:
            depth += (letter in OPENING) - (letter in CLOSING)
            if letter == "," and depth == 0:
                pieces.append("")
                continue
        pieces[-1] += letter
    return [piece for piece in pieces if piece.strip()]
