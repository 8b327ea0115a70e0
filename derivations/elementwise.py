"""An elementwise scheme run on exact coordinates, for witnesses: every coordinate by itself, the norms put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import sympy

from derivations.scheme import Scheme
from derivations.space import CoordinateSpace

SPACE = CoordinateSpace()
Coordinates = tuple[sympy.Expr, ...]


@dataclass(frozen=True)
class Moment:
    """A step of a run: the point x_k, its radius, and the effective quantities c_k and c_k⊥ of 000 (11)."""

    x: Coordinates
    radius: sympy.Expr
    c: Coordinates
    c_perp: Coordinates


def exact(scheme: Scheme, **values: sympy.Expr) -> SimpleNamespace:
    """The scheme's hyper-parameters, exactly; those not given are 0."""
    return SimpleNamespace(**{name: sympy.sympify(values.get(name, 0)) for name in scheme.hyperparameters})


def moments(
    scheme: Scheme, h: SimpleNamespace, start: Sequence[sympy.Expr], gradients: Sequence[Sequence[sympy.Expr]]
) -> tuple[Moment, ...]:
    """The run from `start` under gradients given on the sphere, ∇L(u_k); the gradient at x_k is ∇L(u_k)/r_k (Lemma 1).

    c_k = (x_k - x_{k+1} - η λ' x_k) · r_k d^{-1/2}‖b_k‖/η without a decoupled decay λ'; it is computed from the step.
    """
    x = tuple(map(sympy.sympify, start))
    states = [scheme.initial_state(SPACE, c, h) for c in x]
    seen = []
    for k, gradient in enumerate(gradients):
        index, r = sympy.Integer(k), _norm(x)
        results = [scheme.step(SPACE, index, c, g / r, s, h) for c, g, s in zip(x, gradient, states, strict=True)]
        after, states = tuple(a for a, _ in results), [s for _, s in results]
        divisions = [scheme.division(SPACE, index, c, s, h) for c, s in zip(x, states, strict=True)]
        n = _norm([sympy.Integer(1) if b is None else b for b in divisions]) / sympy.sqrt(len(x))
        c = tuple((a - b) * r * n / h.lr for a, b in zip(x, after, strict=True))
        u = tuple(a / r for a in x)
        radial = sympy.Add(*(a * b for a, b in zip(c, u, strict=True)))
        seen.append(Moment(x, r, c, tuple(a - radial * b for a, b in zip(c, u, strict=True))))
        x = after
    return tuple(seen)


def squared_distance(a: Coordinates, b: Coordinates) -> sympy.Expr:
    """‖a - b‖²."""
    return sympy.Add(*((p - q) ** 2 for p, q in zip(a, b, strict=True)))


def _norm(x: Sequence[sympy.Expr]) -> sympy.Expr:
    return sympy.sqrt(sympy.Add(*(c**2 for c in x)))
