"""AdamW: decoupling removes the L2 term from the effective direction."""

from types import SimpleNamespace

from derivations.claim import Claim, Step, Verdict
from derivations.notation import UNIT, chain, k, one_step
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
same_buffers = one_step(
    "and enters no buffer",
    (),
    equal(_state["m"], _h.beta1 * _before["m"] + (1 - _h.beta1) * _gradient),
    Identity(),
    r"$m_k=\beta_1m_{k-1}+(1-\beta_1)\nabla\mathcal L(x_k)$: "
    r"$c_k=c_k^{\mathrm{grad}}\oslash\frac{b_k}{d^{-1/2}\|b_k\|}$ in (16), without $c_k^{L_2}$.",
)

CLAIM = Claim(
    id="SP-P-ADAMW",
    paper="000",
    where="4.1 (b2)",
    printed=r"\text{AdamW's decoupling removes the contribution of L2 regularization in the effective learning "
    r"direction}",
    verdict=Verdict.HOLDS,
    finding=r"The term $c_k^{L_2}$ is gone. $\lambda$ still acts on $c_k^\perp$ through the radii: $r_k/r_i$ in "
    r"$c_k^{\mathrm{grad}}$ (for $\beta_1>0$) and in the second moment are shorter memories when the norm decays.",
    theorems=(same_move, same_buffers),
    notes=(
        "AdamW is not an instance of the generic scheme (3), (4); Theorem 2 applies to it with c_k + (ν_k r_k λ) u_k "
        "in place of c_k, which has the same tangential part.",
    ),
)
