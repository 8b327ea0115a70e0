"""The momentum rule as the first slide prints it: with the gradient of the point before."""

from types import SimpleNamespace

import sympy

from derivations.adamp.exact_runs import second_coordinate, square
from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import beta, eta, k, one_step
from derivations.rules import Identity
from derivations.schemes.sgd_m import SGDM
from derivations.space import AbstractSpace, Vector, vector
from derivations.statement import equal

w, last, p, g, old = (vector(n) for n in ("w_t", "w_{t-1}", "p_{t-1}", r"\nabla f(w_t)", r"\nabla f(w_{t-1})"))
_h = SimpleNamespace(lr=eta, momentum=beta, weight_decay=sympy.Integer(0))


def _step(x: Vector, gradient: Vector, buffer: Vector) -> tuple[Vector, Vector]:
    after, state = SGDM().step(AbstractSpace(), k, x, gradient, {"m": buffer}, _h)
    return after, state["m"]


_after, _buffer = _step(w, g, p)
rule = one_step(
    "the rule of (7) and Algorithm 1",
    (),
    equal(_after, w - eta * (beta * p + g)),
    Identity(),
    r"$w_{t+1}=w_t-\eta p_t$, $p_t=\beta p_{t-1}+\nabla f(w_t)$: (7), Algorithm 1, the scheme SGD-M and torch.",
)
_moved, _made = _step(last, old, p)
shifted = one_step(
    "or a shift of the index",
    (),
    equal(_moved, last - eta * (beta * p + old)),
    Identity(),
    r"The printed $p_t=\beta p_{t-1}+\nabla f(w_{t-1})$ is the same rule if it is read with $w_t=w_{t-1}-\eta p_t$ in "
    r"the place of $w_{t+1}=w_t-\eta p_t$.",
)
_now = last - eta * p
_late, _late_buffer = _step(_now, old, p)
late = one_step(
    "the norm under the printed rule",
    (
        Hypothesis(
            "tangent", equal(last.dot(old), 0), meaning="⟨w_{t-1}, ∇f(w_{t-1})⟩ = 0, and w_t = w_{t-1} - ηp_{t-1}"
        ),
    ),
    equal(
        _late.dot(_late),
        _now.dot(_now)
        + eta**2 * _late_buffer.dot(_late_buffer)
        - 2 * eta * beta * _now.dot(p)
        + 2 * eta**2 * p.dot(old),
    ),
    Identity(),
    r"As printed, $\|w_{t+1}\|^2=\|w_t\|^2+\eta^2\|p_t\|^2-2\eta\beta\langle w_t,p_{t-1}\rangle+2\eta^2\langle "
    r"p_{t-1},\nabla f(w_{t-1})\rangle$: the last term is not in Lemmas 2.1 and 2.2.",
)

_z, _before, _a = sympy.symbols("z_t z_{t-1} a", real=True)


def _form(now: sympy.Expr, before: sympy.Expr) -> sympy.Expr:
    return now**2 - now * before + eta * _a * before**2


stability = one_step(
    "the printed rule on a parabola",
    (),
    equal(_form(_z - eta * _a * _before, _z), eta * _a * _form(_z, _before)),
    Identity(),
    r"For $f(w)=\frac12aw^2$ and $\beta=0$ it reads $w_{t+1}=w_t-\eta aw_{t-1}$, under which "
    r"$w_t^2-w_tw_{t-1}+\eta aw_{t-1}^2$, positive for $\eta a>\frac14$, is multiplied by $\eta a$ in every step.",
)

R = sympy.Rational


def _delayed(start: tuple, slope, steps: int) -> list[tuple]:
    """w_0, w_1, … as printed with β = 0, η = 1, from rest: w_{-1} = w_0."""
    points = [start, start]
    for _ in range(steps):
        points.append(tuple(c - d for c, d in zip(points[-1], slope(points[-2]), strict=True)))
    return points[1:]


_line = _delayed((R(1),), lambda w: w, 6)
NEVER_THERE = Witness(
    r"$f(w)=\frac12w^2$, $\beta=0$, $\eta=1$, $w_{-1}=w_0=1$: gradient descent, the slide's own "
    r"$x_2=x_1-\alpha\nabla f(x_1)$, is at the minimum after one step and stays; as printed $w_1=0$, $w_2=-1$, and "
    r"after "
    r"6 steps $w_6=w_0$ again.",
    given=(equal(_line[1][0], 0), equal(_line[6][0], 1)),
    printed=equal(_line[2][0], _line[1][0] - _line[1][0]),
)
_sphere = _delayed((R(2), R(1)), second_coordinate, 2)
NOT_TANGENT = Witness(
    r"$f(w)=\frac{w_2^2}{\|w\|^2}$, scale invariant, $\beta=0$, $\eta=1$, $w_{-1}=w_0=(2,1)$: as printed "
    r"$p_1=\nabla f(w_0)$, and $\|w_2\|^2$ exceeds $\|w_1\|^2+\eta^2\|p_1\|^2$ of Lemma 2.1.",
    given=(equal(square(_sphere[1]), square(_sphere[0]) + square(second_coordinate(_sphere[0]))),),
    printed=equal(square(_sphere[2]), square(_sphere[1]) + square(second_coordinate(_sphere[0]))),
)

CLAIM = Claim(
    id="AP-MOM",
    paper="003",
    where="Momentum-based optimizer",
    printed=r"w_{t+1}\leftarrow w_t-\eta\cdot p_t,\qquad p_t=\beta\cdot p_{t-1}+\nabla f(w_{t-1})",
    verdict=Verdict.MISPRINT,
    finding=r"Should read $\nabla f(w_t)$, as in (7), in Algorithm 1 and in the figure on the same slide, "
    r"$x_2=x_1-\alpha\nabla f(x_1)+\text{momentum}$. As printed the gradient is one step old: the first step asks for "
    r"$\nabla f(w_{-1})$, Lemma 2.1 gets the extra term $2\eta^2\langle p_{t-1},p_t\rangle$, and on $\frac12aw^2$ with "
    r"$\beta=0$ the rule is stable for $\eta a<1$ instead of $\eta a<2$.",
    corrected=(rule, shifted, late, stability),
    corrected_latex=r"w_{t+1}=w_t-\eta p_t,\quad p_t=\beta p_{t-1}+\nabla f(w_t)",
    witnesses=(NEVER_THERE, NOT_TANGENT),
    notes=("Read with w_t = w_{t-1} - ηp_t the second line would be right: the two lines together are not.",),
)
