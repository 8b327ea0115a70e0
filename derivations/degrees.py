"""Degrees of homogeneity: a `Space` whose vectors and scalars carry nothing but their power of ρ.

Run on it, an update rule says by which powers of ρ its hyper-parameters must be multiplied for a run from ρ x_0 to be
the run from x_0, scaled: sums ask for equal degrees, which gives linear equations in the unknown exponents. If they
hold, every operation is homogeneous, and the scaled run is the run of the scaled numbers, at every step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import sympy

from derivations.scheme import Scheme


class Inhomogeneous(ValueError):
    """No powers of ρ leave the run unchanged, as far as degrees can tell; the message says which sum asks for what."""


@dataclass(frozen=True)
class Graded:
    """A vector or a scalar that is multiplied by ρ^degree; degree None is 0 itself, which has every degree."""

    space: "Degrees"
    degree: sympy.Expr | None

    def __add__(self, other: Any) -> "Graded":
        other = self.space.graded(other)
        if self.degree is None or other.degree is None:
            return self if other.degree is None else other
        self.space.demand(self.degree - other.degree)
        return self

    def __mul__(self, other: Any) -> "Graded":
        other = self.space.graded(other)
        if self.degree is None or other.degree is None:
            return self.space.zero
        return Graded(self.space, self.degree + other.degree)

    def __truediv__(self, other: Any) -> "Graded":
        other = self.space.graded(other)
        if other.degree is None:
            raise ZeroDivisionError("division by what is always 0")
        return self.space.zero if self.degree is None else Graded(self.space, self.degree - other.degree)

    def __pow__(self, exponent: Any) -> "Graded":
        if isinstance(exponent, Graded):
            return self ** sympy.Symbol("exponent") if exponent.degree is None else exponent.__rpow__(self)
        if self.degree is None:
            return self
        if not sympy.sympify(exponent).is_number:
            self.space.demand(self.degree)  # a power that grows with the step number is homogeneous in degree 0 only
            return self
        return Graded(self.space, self.degree * exponent)

    def __rpow__(self, base: Any) -> "Graded":
        """A power whose exponent is a hyper-parameter: homogeneous where base and exponent are of degree 0."""
        for part in (self, self.space.graded(base)):
            if part.degree is not None:
                self.space.demand(part.degree)
        return self.space.graded(1)

    def __neg__(self) -> "Graded":
        return self

    def __sub__(self, other: Any) -> "Graded":
        return self + other

    __radd__ = __rsub__ = __add__
    __rmul__ = __mul__

    def __rtruediv__(self, other: Any) -> "Graded":
        return self.space.graded(other) / self


@dataclass
class Degrees:
    """The `Space` of degrees; `demands` collects what has to be 0."""

    demands: list[sympy.Expr] = field(default_factory=list)

    @property
    def zero(self) -> Graded:
        return Graded(self, None)

    def graded(self, value: Any) -> Graded:
        """A number has degree 0, unless it is 0."""
        if isinstance(value, Graded):
            return value
        return Graded(self, None if value == 0 else sympy.Integer(0))

    def demand(self, degree: sympy.Expr) -> None:
        if degree != 0:
            self.demands.append(degree)

    def dot(self, x: Graded, y: Graded) -> Graded:
        return x * y

    def norm(self, x: Graded) -> Graded:
        return x

    def sqrt(self, x: Any) -> Graded:
        return self.graded(x) ** sympy.Rational(1, 2)

    def sign(self, x: Graded) -> Graded:
        return self.zero if x.degree is None else self.graded(1)

    def maximum(self, x: Any, y: Any) -> Graded:
        return self.graded(x) + y

    def choose(self, sign: Any, x: Any, y: Any) -> Graded:
        """ρ > 0 leaves the sign as it is; what is chosen must be of one degree."""
        return self.graded(x) + y

    def number(self, p: int, q: int) -> Graded:
        return self.graded(p)

    def cos(self, x: Graded) -> Graded:
        return self._wave(x)

    def sin(self, x: Graded) -> Graded:
        return self._wave(x)

    def zeros_like(self, x: Graded) -> Graded:
        return self.zero

    def ones_like(self, x: Graded) -> Graded:
        return self.graded(1)

    def dimension(self, x: Graded) -> Graded:
        return self.graded(1)

    def sides(self, x: Graded) -> tuple[Graded, Graded]:
        return self.graded(1), self.graded(1)

    def row_mean(self, x: Graded) -> Graded:
        return x

    def column_mean(self, x: Graded) -> Graded:
        return x

    def quintic(self, x: Graded, a: Any, b: Any, c: Any, times: int) -> Graded:
        """A sum of X, of what is cubic and of what is of the fifth degree in it: homogeneous in degree 0 only."""
        for part in (x, self.graded(a), self.graded(b), self.graded(c)):
            if part.degree is not None:
                self.demand(part.degree)
        return x

    def _wave(self, x: Graded) -> Graded:
        if x.degree is not None:
            self.demand(x.degree)
        return self.graded(1)


@dataclass(frozen=True)
class ScalingLaw:
    """x_0 → ρ x_0 with every hyper-parameter h → ρ^exponents[h] h and every buffer b_k → ρ^buffers[b] b_k.

    Exponents may contain free symbols: then every value of them gives a law.
    """

    exponents: Mapping[str, sympy.Expr]
    buffers: Mapping[str, sympy.Expr]
    point: sympy.Expr

    @property
    def free(self) -> tuple[sympy.Symbol, ...]:
        return tuple(sorted(set().union(*(e.free_symbols for e in self.exponents.values())), key=str))


STEPS = 3
"""Steps that are run with their numbers before one at a symbolic k, by when every buffer has its degree."""


def scaling_law(scheme: Scheme, fixed: Mapping[str, int] | None = None) -> ScalingLaw:
    """The scaling law of a scheme, from its update rule; `fixed` prescribes exponents.

    Raises Inhomogeneous where there is none. On the sphere the point is x/‖x‖ and ∇L(x) of degree 0; off it, by
    Lemma 1, ∇L(ρx) = ∇L(x)/ρ.
    """
    space = Degrees()
    unknown = {name: sympy.Symbol(f"p_{name}") for name in scheme.hyperparameters}
    h = SimpleNamespace(**{name: Graded(space, symbol) for name, symbol in unknown.items()})
    for name, value in (fixed or {}).items():
        space.demand(unknown[name] - value)
    start = Graded(space, sympy.Integer(1))
    state = scheme.initial_state(space, start, h)
    x = scheme.initial_point(space, start)
    gradient = Graded(space, sympy.Integer(0 if scheme.on_sphere else -1))
    for k in (*map(sympy.Integer, range(STEPS)), sympy.Symbol("k", integer=True, nonnegative=True)):
        after, new = scheme.step(space, k, x, gradient, state, h)
        x = _kept(x, space.graded(after))
        state = {name: _kept(space.graded(value), space.graded(new[name])) for name, value in state.items()}
    solutions = sympy.linsolve(space.demands, *unknown.values()) if space.demands else None
    if solutions is not None and not solutions:
        raise Inhomogeneous(f"{scheme.name}: no powers of ρ satisfy {_words(space.demands)}")
    values = dict(zip(unknown.values(), next(iter(solutions)), strict=True)) if solutions else {}
    return ScalingLaw(
        {name: symbol.subs(values) for name, symbol in unknown.items()},
        {name: sympy.Integer(0) if b.degree is None else b.degree.subs(values) for name, b in state.items()},
        sympy.Integer(0 if x.degree is None else x.degree.subs(values)),
    )


def _kept(before: Graded, after: Graded) -> Graded:
    """What a step leaves in place of `before`: of the same degree."""
    return before + after


def _words(demands: list[sympy.Expr]) -> str:
    """The demands, each once and with a leading sign that is positive."""
    once = dict.fromkeys(-d if d.could_extract_minus_sign() else d for d in demands)
    return ", ".join(f"{d} = 0" for d in once)
