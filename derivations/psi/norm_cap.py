"""6.2: normalising a weight whose norm exceeds 10 000, and what it does to the momentum buffer."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import beta, one_step
from derivations.psi.theorem_1 import SPACE, G, after, buffer, h, plain, u, w
from derivations.rules import Identity
from derivations.schemes.psi_sgdm import PSISGDM
from derivations.space import Vector, vector
from derivations.statement import equal, less, positive

r = sympy.Symbol("r", real=True)
NORM = Hypothesis("norm", positive(r), meaning="r = ‖w_t‖ at the cap, by which the weight is divided")


def _capped(divisor: sympy.Expr) -> tuple[Vector, Vector]:
    """The step after w has become w/r and the buffer u/divisor; by (5) the gradient is r times as large."""
    moved, state = PSISGDM().step(SPACE, 0, w / r, r * G, {"u": u / divisor}, h)
    return moved, state["u"]


both = one_step(
    "weight and buffer divided",
    (NORM,),
    equal(_capped(r)[0], after / r),
    Identity(),
    r"If $u_t$ is divided by $r=\|w_t\|$ as well, $w_{t+1}$ is divided by $r$: nothing that the network sees changes.",
)
both_buffers = one_step(
    "and the next buffer",
    (NORM,),
    equal(_capped(r)[1], buffer / r),
    Identity(),
    r"So is $u_{t+1}$, and with it all that follows.",
)
alone = one_step(
    "the weight alone divided",
    (NORM,),
    equal(_capped(sympy.Integer(1))[0] - after / r, beta * (1 - 1 / r) * u),
    Identity(),
    r"If $u_t$ is left as it is, the step is off by $\rho(1-\frac1r)u_t$, where the weight now has length 1.",
)

_x, _y = vector("e_1"), vector("e_2")
_radius, _momentum = sympy.Integer(20000), sympy.Rational(9, 10)
_numbers = PSISGDM.symbols()
_numbers.lr, _numbers.weight_decay, _numbers.momentum = sympy.Rational(1, 10), sympy.Integer(0), _momentum
_velocity = {"u": _radius / 10 * _y}


def _slope(weight: Vector) -> sympy.Expr:
    """The tangent of the angle by which a step without a gradient turns the weight."""
    moved, _ = PSISGDM().step(SPACE, 0, weight, Vector(()), _velocity, _numbers)
    return moved.coefficients["e_2"] / moved.coefficients["e_1"]


TURNED = Witness(
    r"$w_t=20000\,e_1$, $u_t=2000\,e_2$, $\rho=0.9$, gradient 0: PSI-SGDM turns by $\arctan0.09=5.1°$, and after $w_t$ "
    r"has been divided by its norm by $\arctan1800=89.97°$.",
    given=(less(10000, _radius),),
    printed=equal(_slope(_x), _slope(_radius * _x)),
)

CLAIM = Claim(
    id="PSI-NORM",
    paper="004",
    where="6.2",
    printed=r"\text{“we normalize the PSI weights }w^{(i)}\text{ if }\|w^{(i)}\|\text{ is larger than 10000 during "
    r"training. "
    r"This operation will not change the output of the model due to the PSI property”}",
    verdict=Verdict.HYPOTHESIS,
    finding=r"The output of that moment does not change. What follows does not either under PSI-SGD, by Theorem 1 with "
    r"$a_i=\frac1{\|w_i\|}$; under PSI-SGDM it needs the buffer $u$ divided by the same $\|w_i\|$, of which nothing is "
    r"said: left alone the buffer is more than $10^4$ times too long for the weight, and the next step follows it "
    r"alone.",
    theorems=(plain,),
    witnesses=(TURNED,),
    corrected=(both, both_buffers, alone),
    corrected_latex=r"(w^{(i)},u^{(i)})\to\frac1{\|w^{(i)}\|}(w^{(i)},u^{(i)})",
    notes=(
        "“Normalize” is read as division by the norm; division by any other number is the same.",
        "Of SGD and Adam the operation changes the path: their rates are not those of Theorem 1.",
    ),
)
