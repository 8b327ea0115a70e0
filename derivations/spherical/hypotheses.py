"""(H1) and (H2): which of them Theorem 2 needs."""

import sympy

from derivations.claim import Claim, Verdict, Witness
from derivations.spherical.exponential_map import exact, short
from derivations.spherical.image_step import step_beyond
from derivations.statement import less, unequal

_z = sympy.Integer(4)

WITHOUT_H2 = Witness(
    r"A step with $z=\eta^e\|c^\perp\|=4>\pi$, so that (H2) fails; the radial part of (8), "
    r"$\frac{1}{\sqrt{1+z^2}}$, and of the exponential map, $\cos\arctan z$, are still equal.",
    given=(less(sympy.pi, _z),),
    printed=unequal(1 / sympy.sqrt(1 + _z**2), sympy.cos(sympy.atan(_z))),
)

CLAIM = Claim(
    id="SP-T2-H",
    paper="000, 001",
    where="Theorem 2; C.1.2/D.2.2, Figs 3, 4",
    printed=r"\text{(H1) and (H2) are needed, and hold in CNN training: }\max A_k\langle c_k,u_k\rangle\ll1,\ "
    r"\max\eta_k^e\|c_k^\perp\|\text{ small}",
    verdict=Verdict.FALSE,
    finding=r"(H1) is needed, exactly: when it fails, (8) gives the antipode. (H2) is needed nowhere: a step covers "
    r"$\arctan z<\frac\pi2$ for every $z$, and the exponential map is exact with the factor $\frac{\arctan z}z$.",
    witnesses=(WITHOUT_H2,),
    corrected=(step_beyond, exact, short),
    corrected_latex=r"\text{Theorem 2 holds if and only if (H1) holds; (H2) can be deleted.}",
    sampled=True,
    notes=(
        "The empirical half is measured on ResNet20 with batch and weight normalisation: see the training run.",
        "000's Theorem 2 names no hypothesis; it discusses both in C.1.2.",
    ),
)
