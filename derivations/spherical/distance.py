"""The distance that a step covers on the sphere."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict
from derivations.notation import TANGENT, UNIT, eta_e, one_step, u, z
from derivations.notation import p as c_perp
from derivations.rules import Arccos, Identity, Monotone
from derivations.spherical.image_step import image
from derivations.statement import at_most, equal, nonnegative

AHEAD = Hypothesis("ahead", nonnegative(z), meaning="z = η^e‖c⊥‖ ≥ 0, which is (H1) for a positive learning rate")

cosine = one_step(
    "cosine of the step",
    (UNIT, TANGENT),
    equal(image.dot(u), 1 / sympy.sqrt(1 + eta_e**2 * c_perp.dot(c_perp))),
    Identity(),
    r"(34): $\langle u_{k+1}, u_k\rangle = \frac{1}{\sqrt{1+z^2}}$.",
)
angle = one_step(
    "arccos is arctan",
    (AHEAD,),
    equal(sympy.acos(1 / sympy.sqrt(1 + z**2)), sympy.atan(z)),
    Arccos(),
    r"$\arccos\frac{1}{\sqrt{1+z^2}} = \arctan z$ for $z \ge 0$.",
)
below = one_step(
    "arctan is at most its argument",
    (AHEAD,),
    at_most(sympy.atan(z), z),
    Monotone(z, z**2 / (1 + z**2)),
    r"$\arctan z\le z$ for every $z\ge 0$.",
)
above = one_step(
    "arctan to third order, from below",
    (AHEAD,),
    at_most(z - z**3 / 3, sympy.atan(z)),
    Monotone(z, z**4 / (1 + z**2)),
    r"$z-\frac{z^3}{3}\le\arctan z$ for every $z\ge 0$: the $O(z^3)$ of (35) has the constant $\frac13$, everywhere.",
)
order = one_step(
    "the order is exactly 3",
    (AHEAD,),
    at_most(sympy.atan(z), z - z**3 / 3 + z**5 / 5),
    Monotone(z, z**6 / (1 + z**2)),
    r"$\arctan z\le z-\frac{z^3}{3}+\frac{z^5}{5}$: the coefficient of $z^3$ is not 0, and no higher order can be "
    r"claimed.",
)

CLAIM = Claim(
    id="SP-T2-DIST",
    paper="001",
    where="(33)–(35)",
    printed=r"\mathrm{dist}(u_{k+1},u_k)=\arccos\frac1{\sqrt{1+z^2}}=\arctan z=z+O(z^3),\quad z=\eta_k^e\|c_k^\perp\|",
    verdict=Verdict.HOLDS,
    finding=r"Holds for every $z\ge0$, with $z-\frac{z^3}3\le\arctan z\le z$. Under (H1) a step is shorter than "
    r"$\frac\pi2$, "
    r"however large the rate; with (H1) violated its length is $\pi-\arctan|z|$.",
    theorems=(cosine, angle, below, above, order),
    versions="000 gives the proof in its Appendix C.1.1, which is not in the copy at hand.",
    notes=(
        "001 derives (34) “with Lemma 1”; what it uses is the orthogonality of c⊥ and u, which is the "
        "definition of c⊥.",
        "For z < 0 (H1 violated) arccos(1/√(1+z²)) = -arctan z: the equality is one of z ≥ 0 only.",
    ),
)
