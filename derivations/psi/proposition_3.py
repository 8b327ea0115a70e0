"""Proposition 3: W + Ξ is a retraction on horizontal vectors, the metric projection of the sphere."""

from dataclasses import replace

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict, Witness
from derivations.notation import chain, one_step
from derivations.psi.proposition_1 import WEIGHT, w
from derivations.psi.proposition_2 import e1, e2, on_sphere
from derivations.psi.rescaled_gradients import a
from derivations.rules import Identity, Sign, Square
from derivations.space import Vector, vector
from derivations.spherical.distance import above, below, order
from derivations.spherical.exponential_map import exact
from derivations.statement import equal, positive

xi = vector(r"\xi")
c = sympy.Symbol("c", real=True)
HORIZONTAL = Hypothesis("horizontal", equal(w.dot(xi), 0), meaning="⟨ξ, w_i⟩ = 0")


def retraction(at: Vector, tangent: Vector) -> Vector:
    """(8)."""
    return at + tangent


well_defined = one_step(
    "it maps classes to classes",
    (),
    equal(retraction(a * w, a * xi), a * retraction(w, xi)),
    Identity(),
    r"$R_{aw}(a\xi)=a\,R_w(\xi)$; and $R_w(0)=w$, $\frac d{dt}R_w(t\xi)=\xi$.",
)
_landed = retraction(w, xi)
_stretched = w.dot(w) + xi.dot(xi)
_square = Step("squared norm", equal(_landed.dot(_landed), _stretched), Identity(), ("horizontal",))
_positive = Step("not 0", positive(_landed.dot(_landed)), Sign(_stretched), ("squared norm", "weight"))
never_zero = chain(
    "it never lands on 0",
    (WEIGHT, HORIZONTAL),
    (_square, _positive),
    r"$\|w+\xi\|^2=\|w\|^2+\|\xi\|^2>0$ for $\langle\xi,w\rangle=0$, $w\ne0$.",
)
_short = xi / w.norm()
_secant = sympy.sqrt(1 + _short.dot(_short))
projection = chain(
    "it is the metric projection",
    (WEIGHT, HORIZONTAL),
    (
        _square,
        _positive,
        Step("its norm", equal(_landed.norm(), w.norm() * _secant), Square(), ("squared norm", "weight")),
        Step(
            "direction",
            equal(_landed / _landed.norm(), (w / w.norm() + _short) / _secant),
            Identity(),
            ("its norm", "not 0", "weight"),
        ),
    ),
    r"With $v=\frac w{\|w\|}$, $\zeta=\frac\xi{\|w\|}$: "
    r"$\frac{w+\xi}{\|w+\xi\|}=\frac{v+\zeta}{\sqrt{1+\|\zeta\|^2}}$, "
    r"the metric-projection retraction of the unit sphere.",
)
ambiguous = one_step(
    "another representative, another point",
    (),
    equal(retraction(w, (1 + c) * xi + c * w), (1 + c) * retraction(w, xi)),
    Identity(),
    r"$R_w((1+c)\xi+cw)=(1+c)R_w(\xi)$: of the vectors $(1+c)\xi+cw$ and $(1+c)\xi$, one tangent vector of the "
    r"quotient, "
    r"the first goes where $\xi$ goes.",
)


def _numbers(expression: sympy.Expr) -> sympy.Expr:
    return expression.subs({e1.dot(e1): 1, e2.dot(e2): 1, e1.dot(e2): 0})


def _cosine_squared(x: Vector, y: Vector) -> sympy.Expr:
    return _numbers(x.dot(y)) ** 2 / (_numbers(x.dot(x)) * _numbers(y.dot(y)))


ZERO = Witness(
    r"$\Xi=-W$, a vector of the same $\mathbb R^{d_i}$: $R_W(\Xi)=0$, which is no point of the PSI manifold.",
    given=(),
    printed=positive(_numbers(retraction(e1, -e1).dot(retraction(e1, -e1)))),
)
TWO_POINTS = Witness(
    r"At $w=e_1$ the vectors $e_2$ and $e_2+e_1$ are one tangent vector of the quotient; $R$ takes them to $(1,1)$ and "
    r"$(2,1)$, which are not equivalent.",
    given=(equal(on_sphere(e2 + e1, e1).map(_numbers), on_sphere(e2, e1).map(_numbers)),),
    printed=equal(_cosine_squared(retraction(e1, e2), retraction(e1, e2 + e1)), 1),
)

# Theorems of 001, in the letters of this paper where they have words of their own.
EXPONENTIAL = replace(
    exact,
    words=r"$\frac{v+\zeta}{\sqrt{1+z^2}}=\mathrm{Exp}_v\left(\frac{\arctan z}z\zeta\right)$, $z=\|\zeta\|\ne0$. "
    r"Written below, and in 001, with $u=v$ and $e=-\frac\zeta z$.",
)
SHORT = replace(
    above, words=r"$z-\frac{z^3}{3}\le\arctan z$ for every $z\ge0$: short by at most $\frac{\|\zeta\|^3}3$."
)

CLAIM = Claim(
    id="PSI-P3",
    paper="004",
    where="Prop. 3, (8)",
    printed=r"\text{for every }W\in\mathcal M,\ \Xi\in\mathcal T_W\mathcal M\text{, a retraction on the PSI manifold "
    r"can "
    r"be }R_W(\Xi)=W+\Xi",
    verdict=Verdict.HYPOTHESIS,
    finding=r"It is one on horizontal vectors, $\langle\xi^{(i)},w^{(i)}\rangle=0$, where it cannot land on 0; of "
    r"others $\Xi=-W$ lands there, and two vectors that stand for one tangent vector go to different points. On the "
    r"spheres it is the metric projection $\frac{v+\zeta}{\|v+\zeta\|}$, which covers $\arctan\|\zeta\|$ where the "
    r"exponential map covers $\|\zeta\|$: a second-order retraction, short by at most $\frac{\|\zeta\|^3}3$. The "
    r"gradients (7) are horizontal; the $u_{t+1}$ to which (11) applies it is not.",
    theorems=(well_defined,),
    witnesses=(ZERO, TWO_POINTS),
    corrected=(never_zero, projection, ambiguous, EXPONENTIAL, below, SHORT, order),
    corrected_latex=r"\text{the same for }\langle\xi^{(i)},w^{(i)}\rangle=0;\quad\frac{w+\xi}{\|w+\xi\|}=\mathrm{Exp}_v"
    r"\!\left(\frac{\arctan\|\zeta\|}{\|\zeta\|}\zeta\right),\ \zeta=\frac\xi{\|w\|}",
    notes=(
        "Remark 2 leaves open whether (8) is an exponential map: it is for ζ = 0 only.",
        "PSI-GD (9) is thus, to the last digit, Riemannian gradient descent on the oblique manifold with the "
        "projection as its retraction; the norm of w only keeps the record. See OD-PSI.",
        "The horizontal vector of a pair w, ξ + cw is ξ; R may be applied to it instead.",
    ),
)
