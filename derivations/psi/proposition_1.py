"""Proposition 1: the quotient by positive scalings is a manifold once the zero weights are left out."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict, Witness
from derivations.notation import RADIUS, chain, one_step, r
from derivations.psi.rescaled_gradients import a
from derivations.rules import Identity, Sign, Square
from derivations.space import vector
from derivations.statement import at_most, equal, less, positive

delta = sympy.Symbol("delta", real=True)
w, e1 = vector("w_i"), vector("e_1")
WEIGHT = Hypothesis("weight", positive(w.dot(w)), meaning="w_i ≠ 0")
LENGTH = Hypothesis("length", equal(w.dot(w), r**2), meaning="r = ‖w_i‖")
SIZE = Hypothesis("size", positive(delta), meaning="δ > 0")
FACTOR = Hypothesis("factor", positive(a), meaning="a > 0")

_near = delta / (2 * r) * w
near_zero = chain(
    "every orbit comes near 0",
    (LENGTH, RADIUS, SIZE),
    (
        Step("its length", equal(_near.dot(_near), delta**2 / 4), Identity(), ("length", "radius")),
        Step(
            "within δ",
            less(_near.dot(_near), delta**2),
            Sign(3 * delta**2 / 4),
            ("its length", "size", "radius"),
        ),
    ),
    r"For every $\delta>0$ and $w\ne0$ the equivalent weight $aw$ with $a=\frac\delta{2\|w\|}$ has $\|aw\|<\delta$: "
    r"every neighbourhood of the class of 0 contains a member of every other class.",
)
_meets = w / r
meets = one_step(
    "every orbit meets the unit sphere",
    (LENGTH, RADIUS),
    equal(_meets.dot(_meets), 1),
    Identity(),
    r"$w\ne0$ is equivalent to $v=\frac w{\|w\|}$, and $\|v\|=1$.",
)
once = one_step(
    "and only once",
    (
        Hypothesis("unit", equal(w.dot(w), 1), meaning="‖w_i‖ = 1"),
        FACTOR,
        Hypothesis("unit as well", equal((a * w).dot(a * w), 1), meaning="‖a w_i‖ = 1"),
    ),
    equal(a, 1),
    Square(),
    r"Two equivalent weights of norm 1 are equal.",
)

_delta, _factor = sympy.Rational(1, 1000), sympy.Rational(1, 2000)
_shrunk = _factor * e1
NOT_SEPARATED = Witness(
    r"$d_1\ge1$, the classes of 0 and of a unit vector $e_1$: the ball of radius $\frac1{1000}$ about 0 should, for "
    r"some radius, not meet $\{ae_1:a>0\}$; $a=\frac1{2000}$ is in it, and so for every radius.",
    given=(positive(_factor),),
    printed=at_most(_delta**2, _shrunk.dot(_shrunk).subs(e1.dot(e1), 1)),
)

CLAIM = Claim(
    id="PSI-P1",
    paper="004",
    where="Prop. 1",
    printed=r"\text{the positively scale-equivalent relationship }\sim\text{ induces a quotient manifold }"
    r"\mathcal M=\overline{\mathcal M}/\!\sim\;=\mathbb R^{d_1}\times\cdots\times\mathbb R^{d_m}/\!\sim",
    verdict=Verdict.HYPOTHESIS,
    finding=r"It needs $w_i\ne0$ for every $i$. With 0 the quotient is not a manifold: every neighbourhood of the "
    r"class "
    r"of 0 meets every class, so that it can be separated from none, and a PSI function continuous at "
    r"$w_i=0$ does not depend on $w_i$. Without 0 each class has exactly one member on the product of unit spheres: "
    r"$\mathcal M$ is that product, of dimension $\sum_i(d_i-1)$, the oblique manifold that the paper cites.",
    theorems=(near_zero,),
    witnesses=(NOT_SEPARATED,),
    corrected=(meets, once),
    corrected_latex=r"(\mathbb R^{d_1}\setminus\{0\})\times\cdots\times(\mathbb R^{d_m}\setminus\{0\})/\!\sim\;\cong\;"
    r"S^{d_1-1}\times\cdots\times S^{d_m-1}",
    notes=(
        "A weight of a single entry (d_i = 1) contributes two points: nothing is to be trained in it.",
        "That the bijection with the spheres is a diffeomorphism is the smoothness of w/‖w‖ away from 0; the kernel "
        "shows that it is a bijection.",
        "The proof refers to Proposition 3.4.6 of Absil et al.; the appendices are not in the copy at hand.",
    ),
)
