"""Exact coordinates with their inner product, for counterexamples to schemes that divide by coordinate and project."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import sympy

from derivations.scheme import Scheme


@dataclass(frozen=True)
class Coordinates:
    """A vector of exact numbers; the operators work by coordinate, as in `Scheme.step`."""

    values: tuple[sympy.Expr, ...]

    def _with(self, other: Any, operation: Callable[[Any, Any], Any]) -> "Coordinates":
        others = other.values if isinstance(other, Coordinates) else (other,) * len(self.values)
        return Coordinates(tuple(operation(a, b) for a, b in zip(self.values, others, strict=True)))

    def __add__(self, other: Any) -> "Coordinates":
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Any) -> "Coordinates":
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other: Any) -> "Coordinates":
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other: Any) -> "Coordinates":
        return self._with(other, lambda a, b: a / b)

    __radd__, __rmul__ = __add__, __mul__


def coordinates(values: Iterable[Any]) -> Coordinates:
    return Coordinates(tuple(map(sympy.sympify, values)))


def product(a: Coordinates, b: Coordinates) -> sympy.Expr:
    """⟨a, b⟩."""
    return sympy.Add(*(a * b).values)


class ExactSpace:
    """The part of the `Space` protocol that SGDP and AdamP ask for, on exact coordinates."""

    def dot(self, x: Coordinates, y: Coordinates) -> sympy.Expr:
        return product(x, y)

    def norm(self, x: Coordinates) -> sympy.Expr:
        return sympy.sqrt(product(x, x))

    def sqrt(self, x: Any) -> Any:
        return Coordinates(tuple(map(sympy.sqrt, x.values))) if isinstance(x, Coordinates) else sympy.sqrt(x)

    def zeros_like(self, x: Coordinates) -> Coordinates:
        return x * sympy.Integer(0)

    def ones_like(self, x: Coordinates) -> Coordinates:
        return coordinates([1] * len(x.values))


def exact_points(
    scheme: Scheme, start: Sequence[Any], gradients: Sequence[Sequence[Any]], buffers: dict[str, Any], **chosen: Any
) -> list[Coordinates]:
    """w_0, w_1, … under prescribed gradients; `buffers` before step 0, zero if not given; other numbers 0."""
    space: Any = ExactSpace()
    h = SimpleNamespace(**{name: sympy.sympify(chosen.get(name, 0)) for name in scheme.hyperparameters})
    points = [coordinates(start)]
    state = scheme.initial_state(space, points[0], h) | {name: coordinates(b) for name, b in buffers.items()}
    for number, g in enumerate(gradients):
        x, state = scheme.step(space, sympy.Integer(number), points[-1], coordinates(g), state, h)
        points.append(x)
    return points
