"""(H1) and (H2): which of them Theorem 2 needs."""

import sympy

from derivations.claim import Claim, Verdict, Witness
from derivations.spherical.exponential_map import exact, short
from derivations.spherical.image_step import step_beyond
from derivations.statement import less, unequal

_z = sympy.Integer(4)
_landing = (sympy.Integer(1), -_z)
"""A step of SGD from u = (1, 0), r = 1, with η∇L(u) = (0, 4), so that z = 4 and (H2) fails."""
_length = sympy.sqrt(sum(c**2 for c in _landing))

WITHOUT_H2 = Witness(
    r"SGD from $x=(1,0)$ with $\eta\nabla\mathcal L(x)=(0,4)$: $z=4>\pi$, so that (H2) fails, and it lands at "
    r"$(1,-4)$. "
    r"$\mathrm{Exp}_u(-\frac{\arctan z}{z}\eta^ec^\perp)=(\cos\arctan4,-\sin\arctan4)$ is still "
    r"$\frac{(1,-4)}{\sqrt{17}}$.",
    given=(less(sympy.pi, _z),),
    printed=unequal(
        (_landing[0] / _length - sympy.cos(sympy.atan(_z))) ** 2
        + (_landing[1] / _length + sympy.sin(sympy.atan(_z))) ** 2,
        0,
    ),
)

CLAIM = Claim(
    id="SP-T2-H",
    paper="000, 001",
    where="Theorem 2; C.1.2/D.2.2, Figs 3, 4",
    printed=r"\text{(H1) and (H2) are needed, and hold in CNN training: }\max A_k\langle c_k,u_k\rangle\ll1,\ "
    r"\max\eta_k^e\|c_k^\perp\|\text{ small}",
    verdict=Verdict.FALSE,
    finding=r"(H1) is needed, exactly: when it fails, (8) gives the antipode. (H2), which the papers assume, is "
    r"needed nowhere: under "
    r"(H1) a step covers $\arctan z<\frac\pi2$, and the exponential map is exact with the factor $\frac{\arctan "
    r"z}z$. In training both "
    r"hold by far: over 4 runs of ResNet20 on digits $\max|A\langle c,u\rangle|\le0.072$, "
    r"$\max\eta^e\|c^\perp\|\le0.23$.",
    witnesses=(WITHOUT_H2,),
    corrected=(step_beyond, exact, short),
    corrected_latex=r"\text{Theorem 2 holds if and only if (H1) holds; (H2) can be deleted.}",
    sampled=True,
    notes=(
        "The empirical half is measured on ResNet20 with batch and weight normalisation: see the training run.",
        "`false` is about the sentence above: neither paper says in words that (H2) is needed, both assume it.",
        "000's (H2) is that steps on the sphere are shorter than π, which always holds; 001's is η^e‖c⊥‖ < π, which "
        "can fail and does not matter.",
        "000 states the two below its Theorem 2, (H1) as “a property needed for the proof”, and discusses them in its "
        "Appendix C.1.2, which is not in the copy at hand; 001 makes them hypotheses.",
    ),
)
