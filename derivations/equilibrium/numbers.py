"""The equilibrium in numbers: at given hyper-parameters, from the same map, in many digits."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import sympy

from derivations.equilibrium.one_step import L, NoEquilibrium, OneStep, X
from derivations.equilibrium.spread import variances_of
from derivations.equilibrium.symbolic import equilibrium
from derivations.schemes import by_name
from derivations.space import DIMENSION

DIGITS = 60
NOTHING = 1e-15
"""What stands for a hyper-parameter that is 0, where some of the formulas are limits."""


@dataclass(frozen=True)
class Numbers:
    """An equilibrium at given hyper-parameters.

    norm: ‖w*‖. angle: Δ*, radians. eigenvalues: of the linearised map, largest modulus first. entries: the fixed
    point X*. approach: 1 - |μ| for the first of them, to full precision. norm_squared_variance, angle_variance: the
    parts of Var ‖w‖² and Var Δ per unit of relative variance of ‖g̃‖² (first) and, times 1/(d-1), of isotropic
    gradients that are never quite orthogonal to the buffers (second), to leading order in the noise. Where elementwise
    operations were closed by an assumption (`assumed`) they are only a part: what single coordinates do is not in the
    map.
    """

    norm: float
    angle: float
    eigenvalues: tuple[complex, ...]
    entries: dict[str, float]
    norm_squared_variance: tuple[float, float]
    angle_variance: tuple[float, float]
    approach: float
    assumed: frozenset[str]

    @property
    def contraction(self) -> float:
        """The largest modulus of an eigenvalue: a deviation shrinks by it a step, in the long run."""
        return abs(self.eigenvalues[0])

    @property
    def half_life(self) -> float:
        """Steps in which a deviation from the equilibrium halves."""
        return math.log(2) / -math.log1p(-self.approach) if self.approach < 1 else 0.0

    @property
    def oscillates(self) -> bool:
        """Whether the slowest deviation changes its sign on its way."""
        slowest = self.eigenvalues[0]
        return slowest.imag != 0 or slowest.real < 0


def numbers(name: str, *, second_moment: float = 1.0, dimension: float = 1.0, **hyperparameters: float) -> Numbers:
    """The equilibrium of the scheme called `name`.

    second_moment: L = E‖g̃‖², of the gradient on the sphere. dimension: d, for schemes that divide by a second moment
    of each coordinate. Hyper-parameters not given have the scheme's defaults; ε is taken as 0.
    Raises ValueError for a bad hyper-parameter; NoEquilibrium where there is none or it is not stable, and says
    for which weight decays there is one.
    """
    scheme = by_name(name)
    if not second_moment > 0 or not dimension >= 1:
        raise ValueError(
            f"second_moment={second_moment!r}, dimension={dimension!r}: the second moment must be positive and the "
            "dimension at least 1"
        )
    h = vars(scheme.numbers(**hyperparameters))
    solve = _solver(name)  # first, because a scheme that has no equilibrium may have no weight decay either
    decay = h["weight_decay"]
    if h["lr"] == 0:
        raise NoEquilibrium(f"{name} with lr=0: nothing moves; give a positive learning rate")
    if decay == 0:
        raise NoEquilibrium(f"{name} with weight_decay=0: ‖w‖ only grows; give a positive weight decay")
    if found := solve(h, second_moment, dimension):
        return found
    raise NoEquilibrium(
        f"{name} with {', '.join(f'{n}={v!r}' for n, v in h.items() if n != 'eps')} has no stable equilibrium: "
        f"{_domain(_by_decay(name, h, second_moment, dimension), decay)}"
    )


def largest_decay(name: str, *, second_moment: float = 1.0, dimension: float = 1.0, **hyperparameters: float) -> float:
    """The largest weight decay below which the scheme has a stable equilibrium, the rest as it is; 0 if none."""
    h = vars(by_name(name).numbers(**hyperparameters))
    return _largest(_by_decay(name, h, second_moment, dimension), 16 / h["lr"])


def first_oscillation(
    name: str, *, second_moment: float = 1.0, dimension: float = 1.0, **hyperparameters: float
) -> float | None:
    """The smallest weight decay at which deviations swing through the equilibrium, the rest as it is; None if none.

    Looked for on a grid of 4 a decade from ηλ = 10⁻⁷ to 16, then by bisection, to 3 digits.
    """
    h = vars(by_name(name).numbers(**hyperparameters))
    solve = _by_decay(name, h, second_moment, dimension)

    def swings(decay: float) -> bool:
        found = solve(decay)
        return found is not None and found.oscillates

    low = 1e-7 / h["lr"]
    while low * h["lr"] < 16:
        high = low * 10**0.25
        if swings(high):
            for _ in range(10):
                middle = (low * high) ** 0.5
                low, high = (low, middle) if swings(middle) else (middle, high)
            return high
        low = high
    return None


def _by_decay(
    name: str, h: dict[str, float], second_moment: float, dimension: float
) -> Callable[[float], Numbers | None]:
    """The stable equilibrium as a function of the weight decay, without its spread."""
    solve = _solver(name)
    return lambda decay: solve(h | {"weight_decay": decay}, second_moment, dimension, spread=False)


def _domain(solve: Callable[[float], Numbers | None], decay: float) -> str:
    """For which weight decays below the one refused there is a stable equilibrium, in words."""
    largest = _largest(solve, decay)
    if largest == 0:
        return "nor with any smaller weight decay; lower the learning rate"
    return f"weight_decay below {largest:.6g} has one, the other hyper-parameters as they are"


def _largest(solve: Callable[[float], Numbers | None], decay: float) -> float:
    """The largest weight decay up to the one given with a stable equilibrium below it, to 9 digits; 0 if none."""
    low = decay
    while low > 1e-12 and solve(low) is None:
        low /= 4
    if solve(low) is None:
        return 0.0
    high = min(decay, 4 * low)
    for _ in range(30):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if solve(middle) else (low, middle)
    return low


@cache
def _solver(name: str) -> Callable[..., Numbers | None]:
    e = equilibrium(name)
    step, fixed = e.step, e.fixed
    symbols = vars(step.h)
    order = [X, L, DIMENSION, *symbols.values(), *step.unknowns[1:], *step.crosses]
    after, unknowns = step.after, list(step.unknowns)
    cosine = step.turned / sympy.sqrt(X * after[0])
    functions = {
        "mean": [step.expected(f) for f in after],
        "jacobian": [step.expected(f.diff(u)) for f in after for u in unknowns],
        "by_gradient": [step.expected(L * f.diff(L)) for f in after],
        "by_cross": [step.expected(f.diff(c)) for c in step.crosses for f in after],
        "cosine": [step.expected(cosine)],
        "cosine_by": [step.expected(cosine.diff(u)) for u in unknowns],
        "cosine_by_gradient": [step.expected(L * cosine.diff(L))],
        "cosine_by_cross": [step.expected(cosine.diff(c)) for c in step.crosses],
        "squares": list(fixed.squares.values()),
    }
    compiled = {key: sympy.lambdify(order, value, "mpmath") for key, value in functions.items()}
    roots = list(fixed.squares)
    others = sympy.lambdify([*order, *roots], [fixed.values[u] for u in unknowns[1:]], "mpmath")
    coefficients = sympy.lambdify(order[1:], sympy.Poly(fixed.polynomial, X).all_coeffs(), "mpmath")

    def solve(h: dict[str, float], second_moment: float, dimension: float, spread: bool = True) -> Numbers | None:
        with mpmath.workdps(DIGITS):
            given = [mpmath.mpf(repr(v)) for v in (second_moment, dimension, *(h[n] or NOTHING for n in symbols))]
            given = [v * (1 + mpmath.mpf(10) ** (-DIGITS // 3)) for v in given]  # off the formulas' removable poles
            rest = [mpmath.mpf(0)] * (len(unknowns) - 1 + len(step.crosses))
            best: Numbers | None = None
            for x in _positive_roots(coefficients(*given, *rest)):
                squares = compiled["squares"](x, *given, *rest)
                if any(mpmath.im(s) != 0 or s <= 0 for s in squares):
                    continue
                values = others(x, *given, *rest, *map(mpmath.sqrt, squares))
                point = [x, *given, *values, *rest[len(values) :]]
                if _is_fixed(compiled["mean"](*point), [x, *values]):
                    found = _numbers(compiled, point, [x, *values], step, spread)
                    if found and (best is None or found.contraction < best.contraction):
                        best = found
            return best

    return solve


def _positive_roots(coefficients: Sequence[Any]) -> list[Any]:
    """The real positive roots of a polynomial; only powers of x^p are present where the root has a closed form."""
    coefficients = [mpmath.mpf(c) for c in coefficients]
    if any(not mpmath.isfinite(c) for c in coefficients) or coefficients[0] == 0:
        return []
    degree = len(coefficients) - 1
    if all(c == 0 for c in coefficients[1:-1]):
        ratio = -coefficients[-1] / coefficients[0]
        return [mpmath.root(ratio, degree)] if ratio > 0 else []
    # Roots of very different size: found on a scale of their own.
    scale = mpmath.power(abs(coefficients[-1] / coefficients[0]), mpmath.mpf(1) / degree)
    scaled = [c * scale ** (degree - i) for i, c in enumerate(coefficients)]
    roots = mpmath.polyroots(scaled, maxsteps=500, extraprec=400)
    return [mpmath.re(r) * scale for r in roots if abs(mpmath.im(r)) < abs(r) * 1e-20 and mpmath.re(r) > 0]


def _is_fixed(after: Sequence[Any], before: Sequence[Any]) -> bool:
    """Whether X' = X to many digits: what squaring away roots has added is not."""
    return all(
        abs(a - b) <= mpmath.mpf(10) ** (-DIGITS // 3) * (abs(a) + abs(b)) for a, b in zip(after, before, strict=True)
    )


def _numbers(
    compiled: dict[str, Any], point: list[Any], values: list[Any], step: OneStep, spread: bool
) -> Numbers | None:
    """What the map linearised at a fixed point says; None where the fixed point is not stable."""
    n = len(values)
    jacobian = mpmath.matrix(n, n)
    for index, entry in enumerate(compiled["jacobian"](*point)):
        jacobian[index // n, index % n] = entry
    spectrum = mpmath.eig(jacobian, left=False, right=False) if n > 1 else [jacobian[0, 0]]
    eigenvalues = sorted(spectrum, key=abs, reverse=True)
    if not abs(eigenvalues[0]) < 1 - mpmath.mpf(10) ** (-DIGITS // 2):
        return None
    cosine = compiled["cosine"](*point)[0]
    variances = variances_of(compiled, point, values, step, jacobian, cosine) if spread else [(mpmath.nan, mpmath.nan)]
    (norm, angle), *others = variances
    return Numbers(
        norm=float(mpmath.sqrt(values[0])),
        angle=float(mpmath.acos(cosine)),
        eigenvalues=tuple(complex(e) for e in eigenvalues),
        approach=float(1 - abs(eigenvalues[0])),
        entries={u.name: float(v) for u, v in zip(step.unknowns, values, strict=True)},
        norm_squared_variance=(float(norm), float(sum((v for v, _ in others), mpmath.mpf(0)))),
        angle_variance=(float(angle), float(sum((v for _, v in others), mpmath.mpf(0)))),
        assumed=step.assumed,
    )
