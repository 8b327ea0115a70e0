"""Lemma 2.1: the norm under gradient descent without momentum."""

from types import SimpleNamespace

import sympy

from derivations.adamp.norm_steps import TANGENT, g, rate, w
from derivations.claim import Claim, Hypothesis, Verdict
from derivations.notation import i, k, one_step, sequence
from derivations.rules import Identity, Induction
from derivations.schemes.sgd import SGD
from derivations.space import AbstractSpace
from derivations.statement import equal

_after, _ = SGD().step(AbstractSpace(), k, w, g, {}, SimpleNamespace(lr=rate))
step = one_step(
    "one step",
    (TANGENT,),
    equal(_after.dot(_after), w.dot(w) + rate**2 * g.dot(g)),
    Identity(),
    r"(6): $\|w_{t+1}\|^2=\|w_t\|^2+\eta_t^2\|p_t\|^2$ with $p_t=\nabla f(w_t)$, for any schedule.",
)
x, P, schedule = sequence("x"), sequence("P"), sequence(r"\eta")
total = one_step(
    "all steps",
    (Hypothesis("step", equal(x(k + 1), x(k) + schedule(k) ** 2 * P(k)), (k,), "(6): x = ‖w‖², P = ‖p‖²"),),
    equal(x(k), x(0) + sympy.Sum(schedule(i) ** 2 * P(i), (i, 0, k - 1))),
    Induction(k),
    r"$\|w_T\|^2=\|w_0\|^2+\sum_{t<T}\eta_t^2\|p_t\|^2$.",
)

CLAIM = Claim(
    id="AP-L21",
    paper="003",
    where="Lemma 2.1, (6)",
    printed=r"p_t=\nabla_wf(w_t):\quad\|w_{t+1}\|_2^2=\|w_t\|_2^2+\eta^2\|p_t\|_2^2",
    verdict=Verdict.HOLDS,
    finding=r"Exact, in every dimension, for every $\eta$ and every schedule: it needs $w_t\perp\nabla f(w_t)$ only. "
    r"It is (13) of 002. With $\nabla f(w_{t-1})$, as the momentum slide has it, it would be false (AP-MOM).",
    theorems=(step, total),
)
