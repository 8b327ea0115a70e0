"""AdamW: what decoupling takes from the effective direction, and what it leaves."""

from types import SimpleNamespace

import sympy

from derivations.claim import Claim, Step, Verdict, Witness
from derivations.elementwise import exact, moments, squared_distance
from derivations.notation import UNIT, chain, k, one_step
from derivations.ours.transported_momentum import decoupled
from derivations.rules import Identity
from derivations.schemes.adamw import AdamW
from derivations.space import vector
from derivations.spherical.table_1 import BIAS_CORRECTION, MOMENTUM, SPACE, X, tangential
from derivations.statement import equal

_h = AdamW.symbols()
_plain = SimpleNamespace(**{**vars(_h), "weight_decay": 0})
_before = {"m": vector("m_{k-1}"), "v": vector("v_{k-1}")}
_gradient = vector(r"\nabla\mathcal{L}(x)")
_decayed, _state = AdamW().step(SPACE, k, X, _gradient, _before, _h)
_undecayed, _ = AdamW().step(SPACE, k, X, _gradient, _before, _plain)

same_move = chain(
    "the decay moves along the radius only",
    (UNIT, *MOMENTUM),
    (
        BIAS_CORRECTION,
        Step(
            "tangential part",
            equal(tangential(_decayed), tangential(_undecayed)),
            Identity(),
            ("unit", BIAS_CORRECTION.name),
        ),
    ),
    r"The tangential part of AdamW's step is the same for every $\lambda$, given its buffers.",
)
first_moment = one_step(
    "and enters no buffer",
    (),
    equal(_state["m"], _h.beta1 * _before["m"] + (1 - _h.beta1) * _gradient),
    Identity(),
    r"$m_k=\beta_1m_{k-1}+(1-\beta_1)\nabla\mathcal L(x_k)$: $c_k^{L_2}$ of (16) is gone.",
)
second_moment = one_step(
    "neither the first nor the second",
    (),
    equal(_state["v"], _h.beta2 * _before["v"] + (1 - _h.beta2) * (_gradient * _gradient)),
    Identity(),
    r"$v_k=\beta_2v_{k-1}+(1-\beta_2)\nabla\mathcal L(x_k)^2$.",
)

R = sympy.Rational


def _second_direction(lr: sympy.Expr, decay: sympy.Expr) -> tuple:
    """AdamW with β₁ = 1/2, β₂ = ε = 0 from (3, 4)/5 to u_1 = (2, 5)/√29; ∇L(u_0) = (4, -3), ∇L(u_1) = (5, -2)."""
    h = exact(AdamW(), lr=lr, weight_decay=decay, beta1=R(1, 2))
    return moments(AdamW(), h, (R(3, 5), R(4, 5)), ((R(4), -R(3)), (R(5), -R(2))))


_without, _with = _second_direction(R(1, 5), R(0)), _second_direction(R(1, 10), R(5))
REMAINS = Witness(
    r"AdamW, $\beta_1=\frac12$, $\beta_2=\epsilon=0$, from $(\frac35,\frac45)$ with $\nabla\mathcal L(u_0)=(4,-3)$, "
    r"$\nabla\mathcal L(u_1)=(5,-2)$: with $(\eta,\lambda)=(\frac15,0)$ and $(\frac1{10},5)$ both runs pass through "
    r"$u_1=\frac{(2,5)}{\sqrt{29}}$, and $c_1^\perp$ differs.",
    given=(
        equal(_without[1].x[0] / _without[1].radius, 2 / sympy.sqrt(29)),
        equal(_with[1].x[0] / _with[1].radius, 2 / sympy.sqrt(29)),
    ),
    printed=equal(squared_distance(_without[1].c_perp, _with[1].c_perp), 0),
)

CLAIM = Claim(
    id="SP-P-ADAMW",
    paper="000",
    where="4.1 (b2)",
    printed=r"\text{AdamW's decoupling removes the contribution of L2 regularization in the effective learning "
    r"direction}",
    verdict=Verdict.HYPOTHESIS,
    finding=r"It removes the term $c_k^{L_2}$, and all of $\lambda$ for $\beta_1=\beta_2=\epsilon=0$. With a memory "
    r"$\lambda$ "
    r"acts through "
    r"the radii; with momentum it is put in: for a scalar division coupled L2 contributes nothing to $c_k^\perp$ (its "
    r"terms cancel, OD-MOMENTUM), and decoupling gives "
    r"$c_{k+1}^\perp=\nabla\mathcal L(u_{k+1})+\beta(1-\eta_k\lambda)\Gamma(c_k^\perp)$, a shorter memory.",
    witnesses=(REMAINS,),
    theorems=(same_move, first_moment, second_moment),
    corrected=(decoupled,),
    corrected_latex=r"\text{decoupling removes the term }c_k^{L_2}\text{; }c_k^\perp\text{ is free of }\lambda\text{ "
    r"only for }\beta_1=\beta_2=\epsilon=0",
    notes=(
        "AdamW is not an instance of the generic scheme (3), (4); its decay adds a radial vector to c_k.",
        "That λ is gone for β₁ = β₂ = ε = 0 is sampled; with a scalar division the formula of OD-MOMENTUM is proved.",
        "In Adam with its elementwise division, coupled L2 does enter the direction: through the deformation of λx "
        "by b_k.",
    ),
)
