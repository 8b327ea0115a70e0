"""The numbers that syntax spells out: 2.0**-53, mpf(10)**-40, Rational(1, 10**9), Decimal("1e-9")."""

import ast
import sys
from collections.abc import Mapping

NUMBERS = {"mpf", "mpi", "Rational", "Decimal", "Fraction", "Float", "float", "Integer", "S", "sympify", "arb", "fmpq"}
LEAST = sys.float_info.min
"""A number that no float64 holds is at least this, for what is asked here."""


def called(node: ast.AST) -> str:
    """The last name of what is called, "" where nothing is."""
    function = getattr(node, "func", None) if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", ""))


def number(node: ast.AST, known: Mapping[str, float] | None = None) -> float | None:
    """The value of an expression of constants: 2.0**-53, 40 * 1e-3, mpf(10)**-40, Rational(1, 10**9), Decimal("1e-9").

    known: names that stand for numbers, in it too.
    """
    if known and isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Constant):
        return float(min(node.value, 1e300)) if isinstance(node.value, int | float) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number(node.operand, known)
        return None if value is None else -value
    if isinstance(node, ast.Call) and called(node) in NUMBERS and 1 <= len(node.args) <= 2 and not node.keywords:
        values = [_spelled(arg) if isinstance(arg, ast.Constant) else number(arg, known) for arg in node.args]
        a, b = values[0], values[1] if len(values) == 2 else 1.0
        return None if a is None or not b else a / b
    if isinstance(node, ast.Call) and called(node) == "sqrt" and len(node.args) == 1:
        value = number(node.args[0], known)
        return None if value is None or value < 0 else value**0.5
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.Mult | ast.Div):
        a, b = number(node.left, known), number(node.right, known)
        if a is None or b is None:
            return None
        try:
            value = a**b if isinstance(node.op, ast.Pow) else a * b if isinstance(node.op, ast.Mult) else a / b
            return float(value) if value or not a else LEAST
        except (ArithmeticError, TypeError):
            return None
    return None


def _spelled(node: ast.Constant) -> float | None:
    """The number of a string, as mpf("1e-40") has it."""
    if not isinstance(node.value, str):
        return number(node)
    try:
        return float(node.value) or LEAST * any(digit in node.value.lower().split("e")[0] for digit in "123456789")
    except ValueError:
        return None


def below_one(node: ast.AST) -> bool:
    """A typed base to a power that is negative as written, 10 ** -(DIGITS - 10), 10 ** (10 - DIGITS)."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)):
        return False
    base, power = number(node.left), node.right
    falls = isinstance(power, ast.UnaryOp) and isinstance(power.op, ast.USub)
    falls = falls or (isinstance(power, ast.BinOp) and isinstance(power.op, ast.Sub) and number(power.left) is not None)
    return base is not None and base >= 2 and falls and number(power) is None


def least(node: ast.AST, known: Mapping[str, float]) -> float | None:
    """The least of the numbers that an expression is, or holds as a tuple, list, set or dict does; None without any."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
        parts = node.values if isinstance(node, ast.Dict) else node.elts
        return min((found for part in parts if (found := least(part, known))), default=None)
    if below_one(node):
        return LEAST
    value = number(node, known)
    return abs(value) if value else None
