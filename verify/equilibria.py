"""The equilibrium of a scheme for a reader: formulas, assumptions, numbers, and what a change of the rate does."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sympy

from derivations.equilibrium import Equilibrium, NoEquilibrium, Numbers, equilibrium, numbers
from derivations.equilibrium.one_step import X
from derivations.outside import Faulty, blamed
from derivations.scheme import Scheme
from derivations.schemes import SCHEMES, by_name
from derivations.space import DIMENSION
from verify.assumptions import assumptions, scalars

Progress = Callable[[str, int, int], None]
OPTIONS = ("lr", "weight_decay", "momentum", "dampening", "beta", "beta1", "beta2")
"""The hyper-parameters that the command line knows, once for all schemes."""
WITHIN = 0.05
"""How far from its new value the angular update may still be after a change of the rate."""


class UsageError(ValueError):
    """A request that makes no sense; the message says what to give."""


@dataclass(frozen=True)
class Formulas:
    """Equations, each a pair of sides in SymPy. norm: x^p in closed form, or the equation whose root x = ‖w*‖² is.

    roots: what the symbols of square roots in `cosine` stand for. norm_small: ‖w*‖^(2p). rate_small: of 1 - μ, μ the
    factor by which a small deviation shrinks a step. existence: the least ηλ from which on x* is not positive.
    """

    scheme: Scheme
    norm: tuple[sympy.Expr, sympy.Expr]
    cosine: sympy.Expr
    roots: tuple[tuple[sympy.Symbol, sympy.Expr], ...]
    norm_small: tuple[int, sympy.Expr]
    angle_small: sympy.Expr
    rate_small: sympy.Expr
    existence: sympy.Expr | None
    assumptions: tuple[str, ...]
    exact: bool
    uses_dimension: bool
    reason: None = None

    @property
    def fourth_root(self) -> bool:
        """Whether ‖w*‖ goes as (η/λ)^(1/4), so that dividing the rate by k asks for ‖w‖ divided by k^(1/4)."""
        power, value = self.norm_small
        rest = sympy.cancel(value * _symbol(self.scheme, "weight_decay") / _symbol(self.scheme, "lr"))
        return power == 2 and not rest.has(_symbol(self.scheme, "weight_decay"), _symbol(self.scheme, "lr"))


@dataclass(frozen=True)
class Division:
    """After the learning rate is divided: steps by the law that 002 prints as Corollary 3.1, and the angular update
    then in units of its new value; steps until that is within `WITHIN`; the factors that make it immediate."""

    divisor: float
    printed: int
    angle_at_printed: float
    steps: int
    weights: float
    buffer: float | None


@dataclass(frozen=True)
class Prediction:
    """The equilibrium of a scheme at given hyper-parameters."""

    formulas: Formulas
    hyperparameters: Mapping[str, float]
    second_moment: float
    dimension: float
    numbers: Numbers
    division: Division | None


@dataclass(frozen=True)
class Without:
    """A scheme that has no equilibrium, and the reason."""

    scheme: Scheme
    reason: str


def find(name: str) -> Scheme:
    """The scheme called `name`; UsageError with the nearest names otherwise."""
    try:
        return by_name(name)
    except ValueError as error:
        raise UsageError(str(error)) from error


def formulas(name: str) -> Formulas:
    """The equilibrium in symbols. Raises NoEquilibrium where there is none."""
    with blamed(name, NoEquilibrium):
        scheme, e = find(name), equilibrium(name)
    fixed = e.fixed
    norm = (X**fixed.power, fixed.value) if fixed.value is not None else _balance(fixed.polynomial, scheme)
    return Formulas(
        scheme,
        norm,
        e.cosine,
        tuple((s, square) for s, square in fixed.squares.items() if e.cosine.has(s)),
        e.small_norm,
        e.small_angle,
        e.small_rate,
        _existence(e, scheme),
        assumptions(e, scheme),
        not e.step.assumed and not scalars(e),
        fixed.polynomial.has(DIMENSION),
    )


def survey(progress: Progress | None = None, schemes: Sequence[Scheme] = SCHEMES) -> tuple[Formulas | Without, ...]:
    """Every scheme, in its order. progress(name, done, total) before each."""
    rows = []
    for done, scheme in enumerate(schemes):
        if progress:
            progress(scheme.name, done, len(schemes))
        rows.append(row(scheme))
    return tuple(rows)


def predict(
    name: str,
    given: Mapping[str, float],
    second_moment: float = 1.0,
    dimension: float | None = None,
    divisor: float | None = None,
) -> Prediction:
    """The equilibrium at the hyper-parameters `given`, the others at their defaults.

    Raises UsageError for wrong usage: a scheme or hyper-parameter that does not exist or lies outside its interval, a
    weight decay or a dimension that is missing; NoEquilibrium where there is none.
    """
    scheme = find(name)
    known = options(scheme)
    if unknown := [option for option in given if option not in known]:
        raise UsageError(f"{name} has no {_flags(unknown)}; it has {_flags(known)}")
    try:
        h = vars(scheme.numbers(**given))
    except ValueError as error:
        raise UsageError(str(error)) from error
    checked = {"second_moment": second_moment, "dimension": 2.0 if dimension is None else dimension, **h}
    for option, value in checked.items():
        if not math.isfinite(value) or (option == "lr" and value == 0):
            raise UsageError(f"{_flags([option])} {value!r}: a positive number is needed")
    if not second_moment > 0 or (dimension is not None and dimension < 1):
        raise UsageError(
            f"--second-moment {second_moment!r} must be positive and --dimension {dimension!r} must be at least 1"
        )
    if divisor is not None and not 1 < divisor < math.inf:
        raise UsageError(f"--after-division {divisor!r}: the rate is divided by a number above 1")
    found = formulas(name)
    if h["weight_decay"] == 0 and "weight_decay" not in given:
        raise UsageError(f"{name} decays nothing by default: give --weight-decay")
    if found.uses_dimension and dimension is None:
        raise UsageError(f"the equilibrium of {name} depends on the number of coordinates: give --dimension")
    at = numbers(name, second_moment=second_moment, dimension=dimension or 1.0, **given)
    division = _divided(found, h, divisor) if divisor is not None and found.fourth_root else None
    return Prediction(found, {o: h[o] for o in known}, second_moment, dimension or 1.0, at, division)


def options(scheme: Scheme) -> list[str]:
    """The hyper-parameters that its equilibrium may depend on: all but ε, which is 0; those with a flag come first."""
    names = [name for name in scheme.hyperparameters if name != "eps"]
    return sorted(names, key=lambda name: OPTIONS.index(name) if name in OPTIONS else len(OPTIONS))


def row(scheme: Scheme) -> Formulas | Without:
    """A scheme's formulas, or the reason for none."""
    try:
        return formulas(scheme.name)
    except (NoEquilibrium, Faulty) as error:
        reason, _, _ = str(error).partition(", F(X)")
        return Without(scheme, reason.removeprefix(scheme.name).removeprefix(":").strip())


def _divided(found: Formulas, h: Mapping[str, float], divisor: float) -> Division:
    rate, symbols = _symbol(found.scheme, "lr"), vars(found.scheme.symbols())
    values = {symbols[name]: sympy.Float(value) for name, value in h.items()}
    rate_now = float(found.rate_small.subs(rate, rate / divisor).subs(values))
    away = 1 / (1 - WITHIN) ** 2 - 1
    return Division(
        divisor,
        math.ceil(math.log(divisor) / rate_now),
        (2 - 1 / divisor) ** -0.5,
        max(0, math.ceil(math.log((divisor - 1) / away) / rate_now)),
        divisor**-0.25,
        divisor**0.25 if equilibrium(found.scheme.name).step.crosses else None,
    )


def _balance(polynomial: sympy.Expr, scheme: Scheme) -> tuple[sympy.Expr, sympy.Expr]:
    """P(x) = 0 with the powers of the rate on the right, without factors that have no positive root."""
    factors = [f for f, _ in sympy.factor_list(polynomial)[1] if any(a < 0 for a in sympy.Poly(f).coeffs())]
    terms = sympy.Poly(sympy.Mul(*factors), _symbol(scheme, "lr")).terms()
    low = sympy.Add(*(a for (power,), a in terms if power == 0))
    high = sympy.Add(*(a * _symbol(scheme, "lr") ** power for (power,), a in terms if power > 0))
    left, right = sympy.factor(low), sympy.factor(-high)
    common = sympy.gcd(left, right)
    return sympy.factor(left / common), sympy.factor(right / common)


def _existence(e: Equilibrium, scheme: Scheme) -> sympy.Expr | None:
    """The least ηλ, at the default hyper-parameters, at which x^p changes its sign; None where it never does."""
    if e.fixed.value is None:
        return None
    rate, decay = _symbol(scheme, "lr"), _symbol(scheme, "weight_decay")
    product, symbols = sympy.Symbol("P", positive=True), vars(scheme.symbols())
    defaults = {symbols[n]: sympy.nsimplify(p.default) for n, p in scheme.hyperparameters.items() if n in OPTIONS}
    found = []
    for factor, power in sympy.factor_list(sympy.Mul(*sympy.fraction(e.fixed.value)))[1]:
        inside = sympy.expand(factor.subs(rate, product / decay))
        if power % 2 and not inside.has(decay) and sympy.degree(inside, product) == 1:
            root = sympy.factor(-inside.coeff(product, 0) / inside.coeff(product, 1))
            if (at := sympy.N(root.subs(defaults))) > 0:
                found.append((at, root))
    return min(found)[1] if found else None


def _symbol(scheme: Scheme, name: str) -> sympy.Symbol:
    return vars(scheme.symbols())[name]


def _flags(names: list[str]) -> str:
    checked = {*OPTIONS, "second_moment", "dimension"}
    return ", ".join(f"--{name.replace('_', '-')}" if name in checked else f"--set {name}=" for name in names)
