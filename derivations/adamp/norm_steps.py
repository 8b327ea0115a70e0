"""Two consecutive steps of each momentum scheme on abstract vectors: how ⟨w_t, p_t⟩ and ‖w_t‖² move on.

p_t is the buffer after step t, u_t what Nesterov's rule subtracts. Lemma 2.2 and its variants are these, summed over t.
"""

from types import SimpleNamespace
from typing import Any

import sympy

from derivations.claim import Hypothesis, Theorem
from derivations.notation import beta, k, lam, one_step
from derivations.rules import Identity
from derivations.scheme import Scheme
from derivations.schemes.sgd_dampened import SGDDampened
from derivations.schemes.sgd_m import SGDM
from derivations.schemes.sgd_nesterov import SGDNesterov
from derivations.schemes.sgdw import SGDW
from derivations.space import AbstractSpace, Vector, vector
from derivations.statement import equal

w, before, g, following = vector("w_t"), vector("p_{t-1}"), vector("g_t"), vector("g_{t+1}")
rate, tau, beta_next = sympy.symbols(r"\eta_t tau \beta_{t+1}", real=True)
TANGENT = Hypothesis("tangent", equal(w.dot(g), 0), meaning="AP-ORTH: ⟨w_t, g_t⟩ = 0, g_t = ∇f(w_t)")


def two_steps(scheme: Scheme, **numbers: Any) -> tuple[Vector, Vector, Vector, Hypothesis]:
    """w_{t+1}, p_t, p_{t+1} of a scheme with rate η_t, and ⟨w_{t+1}, g_{t+1}⟩ = 0. β_{t+1} is the next step's β."""
    first = {"lr": rate, "momentum": beta, "weight_decay": sympy.Integer(0)} | numbers
    second = first | {"momentum": numbers.get("momentum", beta_next)}
    after, state = scheme.step(AbstractSpace(), k, w, g, {"m": before}, SimpleNamespace(**first))
    _, last = scheme.step(AbstractSpace(), k + 1, after, following, state, SimpleNamespace(**second))
    tangent = Hypothesis("tangent next", equal(after.dot(following), 0), meaning="⟨w_{t+1}, g_{t+1}⟩ = 0")
    return after, state["m"], last["m"], tangent


def _radial(title: str, scheme: Scheme, words: str, **numbers: Any) -> Theorem:
    """⟨w_{t+1}, p_{t+1}⟩ = β_{t+1}(q⟨w_t, p_t⟩ - η_t‖p_t‖²) + λ‖w_{t+1}‖²; decoupled, q = 1 - η_tλ, else 1."""
    after, p, p_next, tangent = two_steps(scheme, **numbers)
    decay = numbers.get("weight_decay", 0)
    decoupled = isinstance(scheme, SGDW)
    shrink, coupled = (1 - rate * decay, 0) if decoupled else (1, decay)
    right = beta_next * (shrink * w.dot(p) - rate * p.dot(p)) + coupled * after.dot(after)
    return one_step(title, (tangent,), equal(after.dot(p_next), right), Identity(), words)


def _norm(title: str, scheme: Scheme, words: str, **numbers: Any) -> Theorem:
    """‖w_{t+1}‖² = q²‖w_t‖² - 2η_t q⟨w_t, p_t⟩ + η_t²‖p_t‖²: no property of the gradient is used."""
    after, p, _, _ = two_steps(scheme, **numbers)
    shrink = 1 - rate * numbers.get("weight_decay", 0) if isinstance(scheme, SGDW) else 1
    right = shrink**2 * w.dot(w) - 2 * rate * shrink * w.dot(p) + rate**2 * p.dot(p)
    return one_step(title, (), equal(after.dot(after), right), Identity(), words)


_DECAYED = {"weight_decay": lam}
radial = _radial(
    "momentum: the radial part of the buffer",
    SGDM(),
    r"$\langle w_{t+1},p_{t+1}\rangle=\beta_{t+1}\big(\langle "
    r"w_t,p_t\rangle-\eta_t\|p_t\|^2\big)+\lambda\|w_{t+1}\|^2$ "
    r"for $p_t=\beta_tp_{t-1}+g_t+\lambda w_t$: of the gradients nothing but $g_{t+1}\perp w_{t+1}$ is used.",
    **_DECAYED,
)
norm = _norm(
    "momentum: the squared norm",
    SGDM(),
    r"$\|w_{t+1}\|^2=\|w_t\|^2-2\eta_t\langle w_t,p_t\rangle+\eta_t^2\|p_t\|^2$, whatever the gradients.",
    **_DECAYED,
)
radial_dampened = _radial(
    "dampening changes neither",
    SGDDampened(),
    r"With $p_t=\beta_tp_{t-1}+(1-\tau)g_t$ the recursion of $\langle w_t,p_t\rangle$ is the same.",
    dampening=tau,
)
radial_decoupled = _radial(
    "decoupled decay: the radial part of the buffer",
    SGDW(),
    r"$\langle w_{t+1},p_{t+1}\rangle=\beta_{t+1}\big(q_t\langle w_t,p_t\rangle-\eta_t\|p_t\|^2\big)$ with "
    r"$q_t=1-\eta_t\lambda$ for $w_{t+1}=q_tw_t-\eta_tp_t$.",
    **_DECAYED,
)
norm_decoupled = _norm(
    "decoupled decay: the squared norm",
    SGDW(),
    r"$\|w_{t+1}\|^2=q_t^2\|w_t\|^2-2\eta_tq_t\langle w_t,p_t\rangle+\eta_t^2\|p_t\|^2$.",
    **_DECAYED,
)

_after, _p, _next, _tangent = two_steps(SGDNesterov(), momentum=beta)
u = g + beta * _p
"""What Nesterov's rule subtracts: w_{t+1} = w_t - η_t u_t."""
subtracted = one_step(
    "Nesterov: what is subtracted",
    (),
    equal(_after, w - rate * u),
    Identity(),
    r"torch's Nesterov rule is $w_{t+1}=w_t-\eta_tu_t$, $u_t=g_t+\beta p_t$, $p_t=\beta p_{t-1}+g_t$.",
)
radial_nesterov = one_step(
    "Nesterov: the radial part of the buffer",
    (_tangent,),
    equal(_after.dot(_next), beta * (w.dot(_p) - rate * u.dot(_p))),
    Identity(),
    r"$\langle w_{t+1},p_{t+1}\rangle=\beta\big(\langle w_t,p_t\rangle-\eta_t\langle u_t,p_t\rangle\big)$.",
)
norm_nesterov = one_step(
    "Nesterov: the squared norm",
    (TANGENT,),
    equal(_after.dot(_after), w.dot(w) - 2 * rate * beta * w.dot(_p) + rate**2 * u.dot(u)),
    Identity(),
    r"$\|w_{t+1}\|^2=\|w_t\|^2-2\eta_t\beta\langle w_t,p_t\rangle+\eta_t^2\|u_t\|^2$.",
)


def _start(title: str, scheme: Scheme, words: str, **numbers: Any) -> Theorem:
    """⟨w_0, p_0⟩ of the first step, from w_0 = w_t and the buffer p_{-1} = p_{t-1} of a scheme."""
    h = {"lr": rate, "momentum": beta, "weight_decay": sympy.Integer(0)} | numbers
    _, state = scheme.step(AbstractSpace(), 0, w, g, {"m": before}, SimpleNamespace(**h))
    from_buffer = 0 if isinstance(scheme, SGDDampened) else beta * w.dot(before)
    right = from_buffer + h["weight_decay"] * w.dot(w)
    return one_step(title, (TANGENT,), equal(w.dot(state["m"]), right), Identity(), words)


start = _start(
    "momentum: the start",
    SGDM(),
    r"$\langle w_0,p_0\rangle=\beta_0\langle w_0,p_{-1}\rangle+\lambda\|w_0\|^2$.",
    **_DECAYED,
)
