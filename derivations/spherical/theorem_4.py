"""Theorem 4: SGD is AdaGradG on the sphere, to first order in the squared step, for ηλ < 1."""

import sympy

from derivations.claim import Claim, Verdict, Witness
from derivations.ours.uniform_bound import lower, ratio
from derivations.schemes.adagrad_g import AdaGradG
from derivations.schemes.sgd_l2 import SGDL2
from derivations.space import AbstractSpace, vector
from derivations.spherical.effective_rates import moment, sgd
from derivations.spherical.radius_dynamics import below
from derivations.spherical.weight_decay_schedule import equivalence
from derivations.statement import equal, less

SPACE = AbstractSpace()

VARIABLE = Witness(
    r"$r_k=2$, $\eta_k\|\nabla\mathcal L(u_k)\|=1$: the expansion of (48) is $\frac{r_{k+1}^2}{r_k^2}=1+\frac1{16}$, "
    r"with the printed variable it would be $1+\frac14$.",
    given=(),
    printed=equal((sympy.Integer(2) ** 2 + sympy.Rational(1, 4)) / 4, 1 + sympy.Rational(1, 2**2)),
)


def _overshoot() -> Witness:
    """ηλ = 2: the first steps of SGD + L2 and of the AdaGradG of Theorem 4 on the loss x₁/‖x‖ from (3, 4)/5."""
    e1, e2 = vector("e_1"), vector("e_2")
    gram = {e1.dot(e1): 1, e2.dot(e2): 1, e1.dot(e2): 0}
    u = sympy.Rational(3, 5) * e1 + sympy.Rational(4, 5) * e2
    gradient = e1 - sympy.Rational(3, 5) * u
    l2, g = SGDL2.symbols(), AdaGradG.symbols()
    sgd_after, _ = SGDL2().step(SPACE, 0, u, gradient, {}, l2)
    # β = (1-ηλ)⁴ = 1, η_0 = (2β)^{-1/2}, v_0 = (2η²β^{1/2})^{-1}
    grad_after, _ = AdaGradG().step(SPACE, 0, u, gradient, {"v": sympy.Rational(1, 2)}, g)
    sgd_after = sgd_after.subs({l2.lr: sympy.Integer(1), l2.weight_decay: sympy.Integer(2)}).subs(gram)
    grad_after = grad_after.subs({g.lr: 1 / sympy.sqrt(2), g.beta: sympy.Integer(1)}).subs(gram)
    return Witness(
        r"$\mathcal L(x)=x_1/\|x\|$, $x_0=(\frac35,\frac45)$, $\eta=1$, $\lambda=2$: SGD goes to "
        r"$(-\frac{31}{25},-\frac8{25})$, AdaGradG ($\beta=1$, $v_0=\frac12$) to the direction of "
        r"$(-\frac1{25},\frac{32}{25})$.",
        given=(less(1, sympy.Integer(1) * 2),),
        printed=equal(sgd_after / sgd_after.norm().subs(gram), grad_after),
    )


CLAIM = Claim(
    id="SP-T4",
    paper="000, 001",
    where="Theorem 4",
    printed=r"\text{for any }\lambda\ge0\ (001)\,/\,\lambda>0\ (000),\ \eta>0,\ r_0>0:\ "
    r"\mathrm{SGD}(x_0=r_0u_0,\lambda,\eta)"
    r"\text{ is scheme-equivalent at order 2 in }\frac{(\eta_k\|\nabla\mathcal L(u_k)\|)^2}{r_k^2}\text{ with "
    r"AdaGradG: }x_0=u_0,\ "
    r"\beta=(1-\eta\lambda)^4,\ \eta_k=(2\beta)^{-1/2},\ v_0=r_0^4(2\eta^2\beta^{1/2})^{-1}",
    verdict=Verdict.MISPRINT,
    finding=r"The constants are right, and “order 2 in the step” is. The expansion variable is "
    r"$t=(\eta_k\|\nabla\mathcal L(u_k)\|)^2/r_k^4$: the "
    r"printed one, which is no pure number, needs $x_k$ for $u_k$ or $r_k^4$ for $r_k^2$. $\eta\lambda<1$ is "
    r"missing. At a fixed $k$ the "
    r"rates agree up to $O(t^2)$; over all $k$ only up to the factor $(1+\frac t2)^{1/2}$, a relative $\frac t4$, "
    r"and no better. In "
    r"training from a trained ResNet20 $t\le10^{-5}$ and the filters stay together; from scratch they part.",
    witnesses=(VARIABLE, _overshoot()),
    corrected=(equivalence, below, moment, sgd, lower, ratio),
    corrected_latex=r"\text{for }\lambda\ge0,\ \eta>0,\ r_0>0,\ \eta\lambda<1:\quad\left(1+\tfrac t2\right)^{-1/2}\le"
    r"\frac{\eta^e_{\mathrm{SGD}}}{\eta^e_{\mathrm{AdaGradG}}}\le1\text{ at every }k\text{, along the same "
    r"gradients},\quad "
    r"t=\max_i(\eta^e_i\|c_i^\perp\|)^2",
    versions="000 prints λ > 0, 001's statement λ ≥ 0 and 001's appendix λ > 0: λ = 0 (β = 1) is covered. 000 calls "
    "the scheme "
    "AdamG*, 001 AdaGradG. 000 calls the approximation in the Taylor expansion “highly verified in practice (order "
    "of magnitude of 1e - 4 …)”; 001 says of the variable “the typical order of magnitude is 10⁻²”: its square is "
    "000's number.",
    notes=(
        "The chain: (46), (47) turn the decay into a schedule, exactly; (48) is solved by its closed form; (49) and "
        "(50) are then the same expression; Lemma 3 concludes.",
        "Section 3.2's list of what AdaGradG changes in AdamG omits the factor 1 - β₂ of its second moment, which "
        "the learning "
        "rate absorbs for β < 1 and which would be 0 at β = 1.",
        "OD-EXACT is the scheme that makes the theorem exact: one more term in v.",
    ),
)
