"""The effective step: how far the direction of a weight moves, exactly, and when it is ‖Δw‖/‖w‖."""

import sympy

from derivations.adamp.exact_runs import exact_run, second_coordinate, square, tangent
from derivations.claim import Claim, Hypothesis, Step, Verdict, Witness
from derivations.notation import chain, eta, one_step, t, z
from derivations.rules import Identity, Positivity, Sign
from derivations.schemes.sgd import SGD
from derivations.space import Vector, vector
from derivations.statement import at_most, equal, less, nonnegative, positive

w, after, tau = vector("w_t"), vector("w_{t+1}"), vector(r"\tau")
a, b = w.norm(), after.norm()
WEIGHT = Hypothesis("weight", positive(w.dot(w)), meaning="w_t ≠ 0")
NEXT = Hypothesis("next weight", positive(after.dot(after)), meaning="w_{t+1} ≠ 0")
_moved = after - w
_step, _chord = _moved.dot(_moved), (after / b - w / a).dot(after / b - w / a)
_middle = after / b + w / a
exact = one_step(
    "the effective step, exactly",
    (WEIGHT, NEXT),
    equal(_chord, (_step - (b - a) ** 2) / (a * b)),
    Identity(),
    r"$\|\Delta\hat w\|^2=\frac{\|\Delta w\|^2-(\|w_{t+1}\|-\|w_t\|)^2}{\|w_t\|\|w_{t+1}\|}$ for every step.",
)
always = chain(
    "an upper bound for every step",
    (WEIGHT, NEXT),
    (
        Step("middle", nonnegative(_middle.dot(_middle)), Positivity(_middle), ("weight", "next weight")),
        Step(
            "bound",
            at_most(_chord, 4 * _step / (a + b) ** 2),
            Sign(_middle.dot(_middle) * (a - b) ** 2 / (a + b) ** 2),
            ("middle", "weight", "next weight"),
        ),
    ),
    r"$\|\Delta\hat w\|\le\frac{2\|\Delta w\|}{\|w_t\|+\|w_{t+1}\|}$: less than twice the printed value.",
)
GROWS = Hypothesis("norm", nonnegative(b - a), meaning="‖w_{t+1}‖ ≥ ‖w_t‖")
outward = chain(
    "a step that does not shrink the norm",
    (WEIGHT, NEXT, GROWS),
    (
        Step("length", nonnegative(_step), Positivity(_moved)),
        Step(
            "bound",
            at_most(_chord, _step / a**2),
            Sign(_step * (b - a) / (a**2 * b) + (b - a) ** 2 / (a * b)),
            ("length", "weight", "next weight", "norm"),
        ),
    ),
    r"$\|w_{t+1}\|\ge\|w_t\|$ implies $\|\Delta\hat w\|\le\frac{\|\Delta w\|}{\|w_t\|}$, as for GD and momentum "
    r"without decay (Lemmas 2.1, 2.2).",
)

m = sympy.Symbol("m", real=True)
_reached: Vector = m * w + tau
_square = tau.dot(tau) / (m**2 * w.dot(w))
_from, _to = w / a, _reached / _reached.norm()
from_tangent = one_step(
    "the effective step from the tangential part",
    (
        WEIGHT,
        Hypothesis("radial part", positive(m), meaning="w_{t+1} = mw_t + τ, m > 0; m = 1 for GD, τ = -η∇f(w_t)"),
        Hypothesis("tangential part", equal(w.dot(tau), 0), meaning="τ ⟂ w_t"),
    ),
    equal((_to - _from).dot(_to - _from), 2 - 2 / sympy.sqrt(1 + _square)),
    Identity(),
    r"$\|\Delta\hat w\|^2=2-\frac2{\sqrt{1+z^2}}$, $z=\frac{\|\tau\|}{m\|w_t\|}$, that is "
    r"$\|\Delta\hat w\|=2\sin(\frac12\arctan z)$; for GD $z=\frac{\|\Delta w\|}{\|w_t\|}$.",
)
ROOT = Hypothesis("root", equal(z**2, (1 + t) ** 2 - 1), meaning="1 + t = √(1+z²)")
ABOVE_1 = Hypothesis("t", nonnegative(t), meaning="t ≥ 0")
_quarters = sympy.Rational(3, 4) * t**2 + sympy.Rational(15, 4) * t + 5
above = one_step(
    "from above",
    (ROOT, ABOVE_1),
    at_most(2 - 2 / (1 + t), z**2),
    Sign(t**2 * (t + 3) / (1 + t)),
    r"$\|\Delta\hat w\|^2\le z^2$,",
)
below = one_step(
    "and from below",
    (ROOT, ABOVE_1),
    at_most(z**2 - sympy.Rational(3, 4) * z**4, 2 - 2 / (1 + t)),
    Sign(t**3 * _quarters / (1 + t)),
    r"and $\ge z^2-\frac34z^4$, for every $z\ge0$: $\|\Delta\hat w\|=z-\frac38z^3+\dots$",
)
g = vector(r"\nabla f(w)")
c = sympy.Symbol("c", real=True)
descent = one_step(
    "gradient descent from a larger weight",
    (Hypothesis("weight", positive(w.dot(w)), meaning="w ≠ 0"), Hypothesis("scale", positive(c), meaning="c > 0")),
    equal(eta**2 * (g / c).dot(g / c) / (c * w).dot(c * w), (1 / c**2) ** 2 * (eta**2 * g.dot(g) / w.dot(w))),
    Identity(),
    r"With $\nabla f(cw)=\frac1c\nabla f(w)$, $z=\frac{\eta\|\nabla f(cw)\|}{\|cw\|}$ is $\frac1{c^2}$ times its value "
    r"at $w$.",
)

R = sympy.Rational


def _ratio(weight: tuple) -> sympy.Expr:
    """‖Δw‖/‖w‖ of a step of GD with η = 1 on w₂²/‖w‖²."""
    return sympy.sqrt(square(second_coordinate(weight)) / square(weight))


_points, _, _seen = exact_run(SGD(), (1, 0), [(0, -1), (0, 0)], [{"lr": R(1)}] * 2)
_second = sum((b - a) ** 2 for a, b in zip(_points[1], _points[2], strict=True)) / square(_points[1])
ONE_EARLY = Witness(
    r"GD, $\eta=1$, $w_0=(1,0)$, $g_0=(0,-1)$, $g_1=0$: $w_2=w_1=(1,1)$ and $\Delta\hat w_2=0$, but "
    r"$\frac{\|\Delta w_1\|}{\|w_1\|}=\frac1{\sqrt2}$ with $\Delta w_1=w_1-w_0$.",
    given=tangent(_points, _seen),
    printed=equal(_second, sum((b - a) ** 2 for a, b in zip(*_points[:2], strict=True)) / square(_points[1])),
)
QUARTERED = Witness(
    r"GD on $f(w)=\frac{w_2^2}{\|w\|^2}$ with $\eta=1$ at $w=(\frac35,\frac45)$ and at $2w$: $\frac{\|\Delta "
    r"w\|}{\|w\|}$ "
    r"falls to a quarter, not to a half.",
    given=(equal(_ratio((R(6, 5), R(8, 5))), _ratio((R(3, 5), R(4, 5))) / 4),),
    printed=equal(_ratio((R(6, 5), R(8, 5))), _ratio((R(3, 5), R(4, 5))) / 2),
)
INWARD = Witness(
    r"A step inwards, as momentum with decay can take: from $(1,0)$ to $(\frac9{25},\frac{12}{25})$, $\|\Delta w\|="
    r"\frac45$, but $\|\Delta\hat w\|=\frac2{\sqrt5}$ is larger.",
    given=(equal((1 - R(9, 25)) ** 2 + R(12, 25) ** 2, R(4, 5) ** 2), equal(R(9, 25) ** 2 + R(12, 25) ** 2, R(9, 25))),
    printed=at_most((R(3, 5) - 1) ** 2 + R(4, 5) ** 2, R(4, 5) ** 2),
)
RADIAL = Witness(
    r"A step along the weight, from $(1,0)$ to $(\frac12,0)$: $\frac{\|\Delta w\|}{\|w\|}=\frac12$, and the direction "
    r"stays.",
    given=(less(0, R(1, 2)),),
    printed=equal((R(1, 2) / sympy.sqrt(R(1, 4)) - 1) ** 2, R(1, 2) ** 2),
)

CLAIM = Claim(
    id="AP-EFF",
    paper="003",
    where="Effective step sizes for vanilla gradient descent (GD)",
    printed=r"\|\Delta\hat w_{t+1}\|_2:=\Big\|\frac{w_{t+1}}{\|w_{t+1}\|_2}-\frac{w_t}{\|w_t\|_2}\Big\|_2\approx"
    r"\Big\|\frac{w_{t+1}}{\|w_t\|_2}-\frac{w_t}{\|w_t\|_2}\Big\|_2=\frac{\|\Delta w_t\|_2}{\|w_t\|_2},"
    r"\text{ inversely proportional to the weight norm}",
    verdict=Verdict.MISPRINT,
    finding=r"The last $\Delta w_t$ should read $\Delta w_{t+1}$, which the slide before defines as $w_{t+1}-w_t$. "
    r"For a step orthogonal to $w$, as GD's, $\|\Delta\hat w\|=2\sin(\frac12\arctan z)=z-\frac38z^3+\dots\le "
    r"z$ "
    r"with $z=\frac{\|\Delta w\|}{\|w\|}$: there the $\approx$ holds. “Inversely proportional” needs $\|\Delta w\|$ "
    r"fixed: "
    r"for GD, of which the slide speaks, $\|\Delta w\|=\eta\|\nabla f\|$ itself falls with the norm, and "
    r"$z\propto\|w\|^{-2}$. A radial part counts at first order: a step inwards can turn the weight by more than $z$ "
    r"(less "
    r"than $2z$), a radial one by nothing.",
    theorems=(from_tangent, above, below),
    corrected=(exact, outward, always, descent),
    corrected_latex=r"\|\Delta\hat w_{t+1}\|\approx\frac{\|\Delta w_{t+1}\|}{\|w_t\|}\text{ for GD};\quad"
    r"\|\Delta\hat w\|^2=\frac{\|\Delta w\|^2-(\|w_{t+1}\|-\|w_t\|)^2}{\|w_t\|\|w_{t+1}\|};\quad"
    r"\|\Delta\hat w\|\propto\|w\|^{-2}\text{ for GD, to leading order}",
    witnesses=(ONE_EARLY, QUARTERED, INWARD, RADIAL),
    notes=(
        "‖Δw‖ does not depend on ‖w‖ where the update is normalised, as in Adam (up to its ε) or Lion: there the "
        "effective step is inversely proportional to the norm.",
        "For steps that do not shrink the norm, GD and momentum without decay, the printed value is an upper bound.",
    ),
)
