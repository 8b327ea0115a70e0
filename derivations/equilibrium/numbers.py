"""The equilibrium in numbers: at given hyper-parameters, from the same map, in many digits."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import sympy

from derivations.equilibrium.one_step import L, NoEquilibrium, OneStep, X
from derivations.equilibrium.symbolic import equilibrium, without_eps
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
    solve = _solver(name)
    decay = h["weight_decay"]
    if h["lr"] == 0:
        raise NoEquilibrium(f"{name} with lr=0: nothing moves; give a positive learning rate")
    if decay == 0:
        raise NoEquilibrium(f"{name} with weight_decay=0: ‖w‖ only grows; give a positive weight decay")
    if found := solve(h, second_moment, dimension):
        return found
    raise NoEquilibrium(
        f"{name} with {', '.join(f'{n}={v!r}' for n, v in h.items() if n != 'eps')} has no stable equilibrium: "
        f"{_domain(lambda wd: solve(h | {'weight_decay': wd}, second_moment, dimension), decay)}"
    )


def largest_decay(name: str, *, second_moment: float = 1.0, dimension: float = 1.0, **hyperparameters: float) -> float:
    """The largest weight decay below which the scheme has a stable equilibrium, the rest as it is; 0 if none."""
    h, solve = vars(by_name(name).numbers(**hyperparameters)), _solver(name)
    return _largest(lambda wd: solve(h | {"weight_decay": wd}, second_moment, dimension), 16 / h["lr"])


def _domain(solve: Callable[[float], Numbers | None], decay: float) -> str:
    """For which weight decays below the one refused there is a stable equilibrium, in words."""
    largest = _largest(solve, decay)
    if largest == 0:
        return "nor with any smaller weight decay; lower the learning rate"
    return f"weight_decay must be below {largest:.6g}, the other hyper-parameters as they are"


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
def _solver(name: str) -> Callable[[dict[str, float], float, float], Numbers | None]:
    e = equilibrium(name)
    step, fixed = e.step, e.fixed
    symbols = vars(step.h)
    order = [X, L, DIMENSION, *symbols.values(), *step.unknowns[1:], *step.crosses]
    zero = without_eps(step)
    after = [f.xreplace(zero) for f in step.after]
    turned = step.turned.xreplace(zero)
    unknowns = list(step.unknowns)
    cosine = turned / sympy.sqrt(X * after[0])
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

    def solve(h: dict[str, float], second_moment: float, dimension: float) -> Numbers | None:
        with mpmath.workdps(DIGITS):
            given = [mpmath.mpf(repr(v)) for v in (second_moment, dimension, *(h[n] or NOTHING for n in symbols))]
            rest = [mpmath.mpf(0)] * (len(unknowns) - 1 + len(step.crosses))
            best: Numbers | None = None
            for x in _positive_roots(coefficients(*given, *rest)):
                squares = compiled["squares"](x, *given, *rest)
                if any(mpmath.im(s) != 0 or s <= 0 for s in squares):
                    continue
                values = others(x, *given, *rest, *map(mpmath.sqrt, squares))
                point = [x, *given, *values, *rest[len(values) :]]
                if _is_fixed(compiled["mean"](*point), [x, *values]):
                    found = _numbers(compiled, point, [x, *values], step)
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


def _numbers(compiled: dict[str, Any], point: list[Any], values: list[Any], step: OneStep) -> Numbers | None:
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
    sources = [(compiled["by_gradient"](*point), compiled["cosine_by_gradient"](*point)[0], mpmath.mpf(1))]
    by_cross, cosine_by_cross = compiled["by_cross"](*point), compiled["cosine_by_cross"](*point)
    entries = {u.name: v for u, v in zip(step.unknowns, values, strict=True)}
    for i, cross in enumerate(step.crosses):
        buffer = cross.name[len(r"\langle g,") : -len(r"\rangle")]
        # Var⟨g, m⟩ = ‖m⊥‖² ‖g‖²/(d-1), the gradient's direction being uniform; the factor 1/(d-1) is left out.
        tangent = entries[rf"\|{buffer}\|^2"] - entries[rf"\langle w,{buffer}\rangle"] ** 2 / values[0]
        sources.append((by_cross[i * n : (i + 1) * n], cosine_by_cross[i], tangent * point[1] / values[0]))
    response = mpmath.matrix([compiled["cosine_by"](*point)])
    norm, angle = [], []
    for injected, direct, variance in sources:
        covariance = _lyapunov(jacobian, mpmath.matrix(injected) * mpmath.matrix(injected).T * variance)
        norm.append(covariance[0, 0])
        cosines = (response * covariance * response.T)[0, 0] + direct**2 * variance
        angle.append(cosines / (1 - cosine**2))
    return Numbers(
        norm=float(mpmath.sqrt(values[0])),
        angle=float(mpmath.acos(cosine)),
        eigenvalues=tuple(complex(e) for e in eigenvalues),
        approach=float(1 - abs(eigenvalues[0])),
        entries={name: float(v) for name, v in entries.items()},
        norm_squared_variance=(float(norm[0]), float(sum(norm[1:], mpmath.mpf(0)))),
        angle_variance=(float(angle[0]), float(sum(angle[1:], mpmath.mpf(0)))),
        assumed=step.assumed,
    )


def _lyapunov(jacobian: Any, source: Any) -> Any:
    """The solution of Σ = J Σ Jᵀ + Q."""
    n = jacobian.rows
    system, right = mpmath.eye(n * n), mpmath.matrix(n * n, 1)
    for i in range(n):
        for j in range(n):
            right[i * n + j] = source[i, j]
            for a in range(n):
                for b in range(n):
                    system[i * n + j, a * n + b] -= jacobian[i, a] * jacobian[j, b]
    with mpmath.workdps(4 * DIGITS):  # entries of very different size are not taken for a singular system
        solution = mpmath.lu_solve(system, right)
    return mpmath.matrix([[solution[i * n + j] for j in range(n)] for i in range(n)])
