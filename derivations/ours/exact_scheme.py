"""OD-EXACT: a scheme on the sphere that equals SGD + L2 at all orders, for every schedule."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.notation import LEMMA_1, UNIT, chain, eta, g, k, lam, one_step, q, r, u
from derivations.rules import Identity, Sign, Square
from derivations.schemes.sgd_l2 import SGDL2
from derivations.schemes.spherical_sgd import SphericalSGD
from derivations.space import AbstractSpace
from derivations.statement import equal, positive

SPACE = AbstractSpace()
_h = SphericalSGD.symbols()
RADIUS = Hypothesis("radius", positive(r), meaning="r > 0")
AHEAD = Hypothesis("H1", positive(1 - eta * lam), meaning="ηλ < 1")

# SGD + L2 from x = r u, where ∇L(x) = ∇L(u)/r; the scheme on the sphere from u, with w = r⁴.
plain, _ = SGDL2().step(SPACE, k, r * u, g / r, {}, _h)
image, _after = SphericalSGD().step(SPACE, k, u, g, {"w": r**4}, _h)
_squared = Step(
    "squared radius",
    equal(plain.dot(plain), r**2 * (1 - eta * lam) ** 2 + eta**2 * g.dot(g) / r**2),
    Identity(),
    ("unit", "lemma 1", "radius"),
)
_grows = Step(
    "the radius stays positive",
    positive(plain.dot(plain)),
    Sign(r**2 * (1 - eta * lam) ** 2 + eta**2 * g.dot(g) / r**2),
    ("squared radius", "radius", "H1"),
)
_moved = u - eta / ((1 - eta * lam) * r**2) * g
_nonzero = Step(
    "the moved point is not 0",
    positive(_moved.dot(_moved)),
    Sign(1 + eta**2 * g.dot(g) / ((1 - eta * lam) ** 2 * r**4)),
    ("unit", "lemma 1", "radius", "H1"),
)
_length = Step(
    "length of the step on the sphere",
    equal(_moved.norm(), plain.norm() / (r * (1 - eta * lam))),
    Square(),
    ("lemma 1", "radius", "H1"),
)
radius = chain(
    "the tracked radius is SGD's",
    (UNIT, LEMMA_1, RADIUS),
    (
        _squared,
        Step("fourth power", equal(_after["w"], plain.dot(plain) ** 2), Identity(), ("squared radius", "radius")),
    ),
    r"$w_{k+1}=r_{k+1}^4$ if $w_k=r_k^4$, for any $\eta_k$, $\lambda_k$.",
)
direction = chain(
    "the direction is SGD's",
    (UNIT, LEMMA_1, RADIUS, AHEAD),
    (
        _squared,
        _grows,
        _nonzero,
        _length,
        Step(
            "direction",
            equal(plain / plain.norm(), image),
            Identity(),
            (_length.name, _grows.name, _nonzero.name, "radius", "H1"),
        ),
    ),
    r"$\frac{x_{k+1}}{\|x_{k+1}\|}$ of SGD + L2 is the point of the scheme on the sphere; by induction the two "
    r"trajectories coincide.",
)
_v, _G = sympy.symbols("v G", real=True)
_beta = q**4
second_moment = one_step(
    "the second moment in closed form",
    (
        Hypothesis("rate", positive(eta), meaning="η > 0, constant"),
        Hypothesis("H1", positive(q), meaning="q = 1 - ηλ > 0, constant"),
        Hypothesis("moment", positive(_v), meaning="v = w/(2η²β^{1/2}) > 0"),
    ),
    equal(
        (q**4 * (2 * eta**2 * q**2 * _v) + 2 * q**2 * eta**2 * _G + eta**4 * _G**2 / (2 * eta**2 * q**2 * _v))
        / (2 * eta**2 * q**2),
        (sympy.sqrt(_beta * _v) + _G / (2 * sympy.sqrt(_beta * _v))) ** 2,
    ),
    Identity(),
    r"With constant $\eta$, $\lambda$ and $v=\frac{w}{2\eta^2\beta^{1/2}}$: $v_{k+1}=\beta "
    r"v_k+G_k+\frac{G_k^2}{4\beta v_k}"
    r"=\left(\sqrt{\beta v_k}+\frac{G_k}{2\sqrt{\beta v_k}}\right)^2$: AdaGradG with one more term.",
)

rate = one_step(
    "the same rate",
    (
        Hypothesis("rate", positive(eta), meaning="η > 0, constant"),
        Hypothesis("H1", positive(q), meaning="q = 1 - ηλ > 0, constant"),
        Hypothesis("moment", positive(_v), meaning="v > 0"),
    ),
    equal(1 / sympy.sqrt(2 * _beta) / sympy.sqrt(_v), eta / (q * sympy.sqrt(2 * eta**2 * q**2 * _v))),
    Identity(),
    r"$\frac{(2\beta)^{-1/2}}{\sqrt{v}}=\frac{\eta}{q\sqrt{w}}$ with $w=2\eta^2\beta^{1/2}v$.",
)

CLAIM = Claim(
    id="OD-EXACT",
    paper="ours",
    where="Theorem 4 without the Taylor expansion",
    printed=r"x_{k+1}=\frac{x_k-\eta_k\nabla\mathcal L(x_k)/\sqrt{v_k}}{\|\cdot\|},\quad "
    r"v_{k+1}=\beta v_k+\|\nabla\mathcal L(x_k)\|^2+\frac{\|\nabla\mathcal L(x_k)\|^4}{4\beta v_k},\quad "
    r"\beta=(1-\eta\lambda)^4,\ \eta_k=(2\beta)^{-1/2},\ v_0=r_0^4(2\eta^2\beta^{1/2})^{-1}",
    verdict=Verdict.HOLDS,
    finding=r"Equal to SGD with L2 at all orders for $\eta\lambda<1$: one term more than AdaGradG makes Theorem 4 "
    r"exact, and in the variable $w=r^4$ it holds for every schedule of $\eta$ and $\lambda$.",
    theorems=(radius, direction, second_moment, rate),
    notes=(
        "The term that the Taylor expansion drops is G²/(4βv) = βv t², with t = G/(2βv) the expansion variable: a "
        "share t²/(1+t)² of v_{k+1}.",
    ),
)
