"""The sign of the L2 term in section 3.2."""

import sympy

from derivations.claim import Claim, Verdict, Witness
from derivations.notation import one_step
from derivations.rules import Identity
from derivations.schemes.sgd_l2 import SGDL2
from derivations.spherical.generic_scheme import SPACE, gradient, x
from derivations.statement import equal

_h = SGDL2.symbols()
_after, _ = SGDL2().step(SPACE, 0, x, gradient, {}, _h)
_printed = x - _h.lr * (gradient - _h.weight_decay * x)
_point = {x: 1, gradient: 0, _h.lr: sympy.Rational(1, 10), _h.weight_decay: sympy.Rational(1, 2)}

corrected = one_step(
    "SGD with L2",
    (),
    equal(_after, x - _h.lr * (gradient + _h.weight_decay * x)),
    Identity(),
    r"$x_{k+1}=x_k-\eta_k(\nabla\mathcal L(x_k)+\lambda_kx_k)$, as in (6)/(20) and in Table 1.",
)

CLAIM = Claim(
    id="SP-SGD-L2",
    paper="000, 001",
    where="3.2",
    printed=r"x_{k+1}=x_k-\eta_k(\nabla\mathcal L(x_k)-\lambda_kx_k)",
    verdict=Verdict.MISPRINT,
    finding=r"The sign of the decay is wrong: as printed it multiplies the weights by $1+\eta\lambda$ at zero "
    r"gradient. Everything after it uses the right sign, $1-\eta\lambda$.",
    witnesses=(
        Witness(
            r"One coordinate with $x=1$, zero gradient, $\eta=\frac1{10}$, $\lambda=\frac12$: SGD with L2 goes to "
            r"$\frac{19}{20}$, the printed update to $\frac{21}{20}$.",
            given=(),
            printed=equal(_after, _printed).substitute(_point),
        ),
    ),
    corrected=(corrected,),
    corrected_latex=r"x_{k+1}=x_k-\eta_k(\nabla\mathcal L(x_k)+\lambda_kx_k)",
)
