"""SGD-M and Adam are instances of the generic scheme, read off one generic coordinate."""

from types import SimpleNamespace

import sympy

from derivations.claim import Claim, Hypothesis, Step, Theorem, Verdict
from derivations.notation import chain, k, one_step
from derivations.rules import Identity
from derivations.scheme import Scheme
from derivations.schemes.adam import Adam
from derivations.schemes.sgd_m import SGDM
from derivations.space import CoordinateSpace
from derivations.spherical.table_1 import BIAS_CORRECTION, MOMENTUM
from derivations.statement import equal, positive, unequal

SPACE = CoordinateSpace()
x, gradient = sympy.symbols("x g", real=True)
"""One coordinate of x_k and of ∇L(x_k)."""


def run(scheme: Scheme, h: SimpleNamespace) -> tuple[dict, sympy.Expr, dict, sympy.Expr]:
    """One step in a generic coordinate: the buffers before, the next coordinate, the buffers after, the division."""
    before = {name: sympy.Symbol(name + "_{k-1}", real=True) for name in scheme.initial_state(SPACE, x, h)}
    after, state = scheme.step(SPACE, k, x, gradient, before, h)
    return before, after, state, scheme.division(SPACE, k, x, state, h)


def _sgd_m() -> tuple[Theorem, ...]:
    h = SGDM.symbols()
    before, after, state, _ = run(SGDM(), h)
    ((old, a),) = ((before[n], state[n]) for n in state)
    return (
        one_step("SGD-M: the step", (), equal(after, x - h.lr * a), Identity(), r"(3) with $a=m$, $b=1$."),
        one_step(
            "SGD-M: the momentum", (), equal(a, h.momentum * old + gradient + h.weight_decay * x), Identity(), "(4)."
        ),
    )


def _adam() -> tuple[Theorem, ...]:
    h = Adam.symbols()
    before, after, state, b = run(Adam(), h)
    a, previous = state["m"] / (1 - h.beta1), before["m"] / (1 - h.beta1)
    root = h.eps + state["v"] / (1 - h.beta2 ** (k + 1))
    low, high = MOMENTUM
    inside = Hypothesis("second moment", positive(root), meaning="the root in (7) is not 0")
    forgets = Hypothesis("second forgetting", unequal(1 - h.beta2 ** (k + 1), 0), meaning="β₂^{k+1} ≠ 1")
    uses = (BIAS_CORRECTION.name, inside.name, forgets.name)
    step = Step("step", equal(after, x - h.lr * a / b), Identity(), uses)
    return (
        chain(
            "Adam: the step",
            (low, high, inside, forgets),
            (BIAS_CORRECTION, step),
            r"(3) with $a_k=\frac{m_k}{1-\beta_1}$, "
            r"$b_k=\frac{1-\beta_1^{k+1}}{1-\beta_1}\sqrt{\frac{v_k}{1-\beta_2^{k+1}}+\epsilon}$.",
        ),
        one_step(
            "Adam: the momentum",
            (high,),
            equal(a, h.beta1 * previous + gradient + h.weight_decay * x),
            Identity(),
            r"(4) with $\beta=\beta_1$.",
        ),
    )


CLAIMS = (
    Claim(
        id="SP-GEN-SGD",
        paper="000, 001",
        where="(3)–(6) / D.1 (19), (20)",
        printed=r"\text{SGD-M is an instance of } x_{k+1}=x_k-\eta_ka_k\oslash b_k,\ a_k=\beta "
        r"a_{k-1}+\nabla\mathcal L(x_k)+\lambda x_k",
        verdict=Verdict.HOLDS,
        finding=r"$a=m$, $b=1$. It is the convention of torch.optim.SGD without dampening; an averaged momentum has "
        r"$\eta$ rescaled.",
        theorems=_sgd_m(),
    ),
    Claim(
        id="SP-GEN-ADAM",
        paper="000, 001",
        where="(7)–(9) / D.1 (21)–(25)",
        printed=r"\text{Adam is an instance, with } a_k=\frac{m_k}{1-\beta_1},\ "
        r"b_k=\frac{1-\beta_1^{k+1}}{1-\beta_1}\sqrt{\frac{v_k}{1-\beta_2^{k+1}}+\epsilon}",
        verdict=Verdict.HOLDS,
        finding=r"Exact in every coordinate. torch's Adam, with $\epsilon$ outside the root, is an instance with its "
        r"own $b_k$; AdamW is not: its decay is not accumulated in $a_k$.",
        theorems=_adam(),
    ),
)
