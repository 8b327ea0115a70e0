"""Theorem 1: PSI-SGDM commutes with positive rescaling, and what may be added to it without losing that."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Theorem, Verdict
from derivations.notation import beta, chain, eta, k, lam, one_step, sequence
from derivations.psi.rescaled_gradients import a, unscaled
from derivations.rules import Identity, Induction, Positivity, Sign
from derivations.schemes.psi_sgd import PSISGD
from derivations.schemes.psi_sgdm import PSISGDM
from derivations.schemes.sgd import SGD
from derivations.space import AbstractSpace, Vector, vector
from derivations.statement import at_most, equal, nonnegative, unequal

SPACE = AbstractSpace()
h = PSISGDM.symbols()
w, u, G = vector("w_i"), vector("u_t"), vector(r"\mathcal{G}_{w_i}")
LEMMA_1 = Hypothesis("lemma 1", equal(w.dot(G), 0), meaning="Lemma 1")
MEMORY = Hypothesis("memory", nonnegative(beta), meaning="ρ ≥ 0; here it is called β")


def pair(scale: sympy.Expr, buffer: sympy.Expr) -> tuple[Vector, Vector]:
    """(w_{t+1}, u_{t+1}) of PSI-SGDM from a·w_t and b·u_t, where by (5) the gradient is G/a."""
    after, state = PSISGDM().step(SPACE, k, scale * w, G / scale, {"u": buffer * u}, h)
    return after, state["u"]


_one = sympy.Integer(1)
after, buffer = pair(_one, _one)
scaled_after, scaled_buffer = pair(a, a)
weights = one_step(
    "the weight after a step",
    (),
    equal(scaled_after, a * after),
    Identity(),
    r"From $(aw_t,au_t)$ and $(w_t,u_t)$ PSI-SGDM goes to $aw_{t+1}$ and $w_{t+1}$, for every $\eta$, $\rho$ and "
    r"decoupled weight decay $\lambda$: $w_{t+1}=(1-\eta\lambda)w_t+u_{t+1}$.",
)
buffers = one_step(
    "the buffer after a step",
    (),
    equal(scaled_buffer, a * buffer),
    Identity(),
    r"And its buffer to $au_{t+1}$ and $u_{t+1}$, block by block. The parameters $g$ see the same gradients.",
)
# A state z = (W, U, g) as one unknown, the step of batch t as F(t, z), T(z) = (T_a W, T_a U, g).
_run, _other, _step, _rescale = (sequence(name) for name in ("z", r"\hat{z}", "F", "T"))
all_steps = one_step(
    "all steps",
    (
        Hypothesis("run", equal(_other(k + 1), _step(k, _other(k))), (k,), "the run from T_a(W_0), T_a(U_0), g_0"),
        Hypothesis(
            "commutes",
            equal(_rescale(_run(k + 1)), _step(k, _rescale(_run(k)))),
            (k,),
            "T_a of the run from W_0, U_0, g_0 follows the same steps, on the same batches: the theorems on one step",
        ),
        Hypothesis("start", equal(_other(0), _rescale(_run(0))), meaning="ẑ_0 = T(z_0)"),
    ),
    equal(_other(k), _rescale(_run(k))),
    Induction(k),
    r"If $T_a$ commutes with every step, $\hat W_t=T_a(W_t)$ for every $t$.",
)
_plain, _ = PSISGD().step(SPACE, k, w, G, {}, h)
_plain_scaled, _ = PSISGD().step(SPACE, k, a * w, G / a, {}, h)
plain = one_step("PSI-GD and PSI-SGD", (), equal(_plain_scaled, a * _plain), Identity(), r"The same without a buffer.")


def _nesterov(scale: sympy.Expr) -> Vector:
    """w + ρu⁺ - η‖w‖²G with u⁺ = ρu - η‖w‖²G."""
    x, descent = scale * w, eta * (scale * w).dot(scale * w) * (G / scale)
    return x + beta * (beta * (scale * u) - descent) - descent


def _coupled(scale: sympy.Expr) -> Vector:
    """u⁺ = ρu - η‖w‖²G - ηλw: the decay goes through the buffer, outside of ‖w‖²."""
    x = scale * w
    return x + beta * (scale * u) - eta * x.dot(x) * (G / scale) - eta * lam * x


def _penalised(scale: sympy.Expr) -> Vector:
    """u⁺ = ρu - η‖w‖²(G + λw): the penalty λ‖w‖²/2 in the loss."""
    x = scale * w
    return x + beta * (scale * u) - eta * x.dot(x) * (G / scale + lam * x)


def _commutes(name: str, rule, words: str) -> Theorem:
    return one_step(name, (), equal(rule(a), a * rule(_one)), Identity(), words)


nesterov = _commutes("Nesterov", _nesterov, r"$w_{t+1}=w_t+\rho u_{t+1}-\eta\|w_t\|^2\mathcal G$ commutes with $T_a$.")
coupled = _commutes(
    "weight decay in the buffer",
    _coupled,
    r"$u_{t+1}=\rho u_t-\eta\|w_t\|^2\mathcal G-\eta\lambda w_t$ commutes with $T_a$.",
)
penalised = one_step(
    "an L2 term in the loss",
    (),
    equal(_penalised(a) - a * _penalised(_one), -eta * lam * a * (a**2 - 1) * w.dot(w) * w),
    Identity(),
    r"$u_{t+1}=\rho u_t-\eta\|w_t\|^2(\mathcal G+\lambda w_t)$ does not: it is off by $-\eta\lambda "
    r"a(a^2-1)\|w_t\|^2w_t$, "
    r"which is 0 only for $a=1$ or $\eta\lambda=0$.",
)
unscaled_buffer = one_step(
    "a buffer that is not rescaled",
    (),
    equal(pair(a, _one)[0] - a * after, beta * (1 - a) * u),
    Identity(),
    r"From $(aw_t,u_t)$ the step is off by $\rho(1-a)u_t$: Theorem 1 needs $T_a(U_0)$, or $U_0=0$.",
)
_rate = sympy.Symbol(r"\hat{\eta}", real=True)


def _sgd(scale: sympy.Expr, rate: sympy.Expr) -> Vector:
    numbers = SGD.symbols()
    numbers.lr = rate
    return SGD().step(SPACE, k, scale * w, G / scale, {}, numbers)[0]


euclidean = one_step(
    "SGD",
    (Hypothesis("factor", unequal(a, 0), meaning="a ≠ 0"),),
    equal(a * (_sgd(a, _rate) - a * _sgd(_one, eta)), (a**2 * eta - _rate) * G),
    Identity(),
    r"SGD from $aw_t$ with the rate $\hat\eta$ is off by $\frac{a^2\eta-\hat\eta}a\mathcal G$: it follows if and only "
    r"if "
    r"$\hat\eta=a^2\eta$, or $\mathcal G=0$.",
)

# Without decay the iterates cannot reach 0, where nothing is defined.
_bare = PSISGDM.symbols()
_bare.weight_decay = sympy.Integer(0)
_moved, _state = PSISGDM().step(SPACE, k, w, G, {"u": u}, _bare)
_next = _state["u"]
OUTWARD = Hypothesis("outward", nonnegative(u.dot(w)), meaning="⟨u_t, w_t⟩ ≥ 0, as for U_0 = 0")
_length = Step("length", nonnegative(_next.dot(_next)), Positivity(_next))
stays_outward = chain(
    "the buffer points outwards",
    (LEMMA_1, OUTWARD, MEMORY),
    (
        _length,
        Step("along", equal(_next.dot(_moved), beta * u.dot(w) + _next.dot(_next)), Identity(), ("lemma 1",)),
        Step(
            "outwards",
            nonnegative(_next.dot(_moved)),
            Sign(beta * u.dot(w) + _next.dot(_next)),
            ("length", "along", "outward", "memory"),
        ),
    ),
    r"If $\langle u_t,w_t\rangle\ge0$ then $\langle u_{t+1},w_{t+1}\rangle\ge0$.",
)
never_shrinks = chain(
    "the norm does not shrink",
    (LEMMA_1, OUTWARD, MEMORY),
    (
        _length,
        Step(
            "squared norm",
            equal(_moved.dot(_moved), w.dot(w) + 2 * beta * u.dot(w) + _next.dot(_next)),
            Identity(),
            ("lemma 1",),
        ),
        Step(
            "growth",
            at_most(w.dot(w), _moved.dot(_moved)),
            Sign(2 * beta * u.dot(w) + _next.dot(_next)),
            ("length", "squared norm", "outward", "memory"),
        ),
    ),
    r"$\|w_{t+1}\|^2=\|w_t\|^2+2\rho\langle u_t,w_t\rangle+\|u_{t+1}\|^2$: without decay and with $U_0=0$ no iterate "
    r"of "
    r"PSI-SGDM is 0.",
)

CLAIM = Claim(
    id="PSI-T1",
    paper="004",
    where="Theorem 1",
    printed=r"\text{let }W_t,\hat W_t\text{ be the iterates of PSI-SGDM from }\{W_0,U_0\}\text{ and "
    r"}\{T_a(W_0),T_a(U_0)\}."
    r"\text{ Then }\hat W_t=T_a(W_t)",
    verdict=Verdict.HOLDS,
    finding=r"Exact for every schedule of $\eta$ and $\rho$, if both runs see the same batches and start from the same "
    r"$g_0$. It stays exact with Nesterov momentum and with weight decay, decoupled, $(1-\eta\lambda)w$, or through "
    r"the "
    r"buffer, $-\eta\lambda w$, but not with an L2 term in the loss, $\eta\|w\|^2(\mathcal G+\lambda w)$: that one is "
    r"off by $\eta\lambda a(a^2-1)\|w\|^2w$. It needs $T_a(U_0)$; SGD commutes with $T_a$ only if its rate becomes "
    r"$a_i^2\eta$, one for each block.",
    theorems=(
        weights,
        buffers,
        unscaled,
        all_steps,
        plain,
        nesterov,
        coupled,
        penalised,
        unscaled_buffer,
        euclidean,
        stays_outward,
        never_shrinks,
    ),
    notes=(
        "No iterate may be 0, where no gradient is defined: without decay and with U_0 = 0 none is. U_0 = -W_0/ρ takes "
        "W to 0 in one step where the gradient is 0.",
        "Nothing is used of the network but (5): the theorem holds for whatever rescalings leave a loss as it is.",
    ),
)
