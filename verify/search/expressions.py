"""SymPy expressions as torch functions of a batch of points: differentiable, in float64, NaN where undefined."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sympy
import torch
from torch import Tensor


def _tensor(value: Any) -> Tensor:
    return torch.as_tensor(value, dtype=torch.float64)


def _folded(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    def fold(*values: Any) -> Tensor:
        found = _tensor(values[0])
        for value in values[1:]:
            found = function(found, _tensor(value))
        return found

    return fold


def _one(function: Callable[[Tensor], Tensor]) -> Callable[[Any], Tensor]:
    return lambda value: function(_tensor(value))


FUNCTIONS: dict[str, Any] = {
    **{name: _one(getattr(torch, name)) for name in ("sqrt", "atan", "cos", "sin", "exp", "log", "sign")},
    "acos": _one(torch.acos),
    "asin": _one(torch.asin),
    "Abs": _one(torch.abs),
    "abs": _one(torch.abs),
    "Max": _folded(torch.maximum),
    "max": _folded(torch.maximum),
    "Min": _folded(torch.minimum),
    "min": _folded(torch.minimum),
}


DEPTH = 20_000
"""How deep a formula may be nested: Python's own limit is met by long ones."""


@contextmanager
def _deep() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def compiled(symbols: Sequence[sympy.Symbol], expressions: Sequence[sympy.Expr]) -> Callable[[Tensor], list[Tensor]]:
    """(n, len(symbols)) → the value of each expression, (n,)."""
    with _deep():
        function = sympy.lambdify(list(symbols), list(expressions), modules=[FUNCTIONS], cse=True)

    def evaluate(points: Tensor) -> list[Tensor]:
        return [_tensor(v).expand(len(points)) for v in function(*points.T)]

    return evaluate
