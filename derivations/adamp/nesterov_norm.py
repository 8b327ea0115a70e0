"""Lemma 2.2 for Nesterov's rule: its sum; why the norm does not shrink; how a warm-up from 0 makes it shrink."""

import sympy

from derivations.adamp.exact_runs import exact_run, product, square, tangent
from derivations.adamp.norm_steps import TANGENT, before, rate, two_steps, u, w
from derivations.claim import Hypothesis, Step, Witness
from derivations.notation import beta, chain, i, k, one_step, sequence
from derivations.rules import Identity, Induction, Positivity, Sign
from derivations.schemes.sgd_nesterov import SGDNesterov
from derivations.statement import at_most, equal, nonnegative, unequal

s, N, U, x = sequence("s"), sequence("N"), sequence("U"), sequence("x")
D, E = sequence("D"), sequence("E")
schedule = sequence(r"\eta")
MEMORY = Hypothesis("memory", unequal(beta, 0), meaning="β ≠ 0")
_sum = sympy.Sum(beta ** (k - i) * schedule(i) * N(i), (i, 0, k - 1))
sums = chain(
    "Lemma 2.2 for Nesterov's rule",
    (
        Hypothesis(
            "radial",
            equal(s(k + 1), beta * (s(k) - schedule(k) * N(k))),
            (k,),
            "Nesterov: the radial part, N = ⟨u, p⟩",
        ),
        Hypothesis("start", equal(s(0), 0), meaning="⟨w_0, p_0⟩ = β⟨w_0, p_{-1}⟩ = 0"),
        MEMORY,
        Hypothesis(
            "norm",
            equal(x(k + 1), x(k) - 2 * schedule(k) * beta * s(k) + schedule(k) ** 2 * U(k)),
            (k,),
            "Nesterov: the squared norm, U = ‖u‖²",
        ),
    ),
    (
        Step("radial part", equal(s(k), -_sum), Induction(k), ("radial", "start", "memory")),
        Step(
            "growth",
            equal(x(k + 1), x(k) + schedule(k) ** 2 * U(k) + 2 * schedule(k) * beta * _sum),
            Identity(),
            ("radial part", "norm", "memory"),
        ),
    ),
    r"$\|w_{t+1}\|^2=\|w_t\|^2+\eta_t^2\|u_t\|^2+2\eta_t\beta\sum_{k<t}\beta^{t-k}\eta_k\langle u_k,p_k\rangle$: one "
    r"more $\beta$ than in (8), and $\langle u_k,p_k\rangle$ in the place of $\|p_k\|^2$.",
)

MOMENTUM = Hypothesis("momentum", nonnegative(beta), meaning="β ≥ 0")
RATE = Hypothesis("rate", nonnegative(rate), meaning="η_t ≥ 0")
_last = sympy.Symbol(r"\eta_{t-1}", real=True)
LAST = Hypothesis("last rate", nonnegative(_last), meaning="η_{t-1} ≥ 0")
_slack = (1 + beta) ** 2 * _last - beta * rate
SLOW = Hypothesis("slow warm-up", nonnegative(_slack), meaning="η_t ≤ (1+β)²/β η_{t-1}: at most 4 times as large")
_after, _p, _next, _tangent = two_steps(SGDNesterov(), momentum=beta)
_old, _used = before.dot(before), u.dot(u)
_margin = -w.dot(_p) - _last * beta * (1 + beta) * _old / 2
_margin_next = -_after.dot(_next) - rate * beta * (1 + beta) * _p.dot(_p) / 2
pulls_back = chain(
    "Nesterov: the buffer keeps pointing inwards",
    (_tangent, RATE, MOMENTUM, SLOW),
    (
        Step("used", nonnegative(_used), Positivity(u)),
        Step(
            "margin",
            at_most(beta * _margin, _margin_next),
            Sign(beta * rate * _used / (2 * (1 + beta)) + beta**2 * _slack * _old / (2 * (1 + beta))),
            ("used", "tangent next", "rate", "momentum", "slow warm-up"),
        ),
    ),
    r"With $D_t=-\langle w_t,p_t\rangle-\frac{\beta(1+\beta)}2\eta_{t-1}\|p_{t-1}\|^2$: $D_{t+1}\ge\beta D_t$ where "
    r"$\eta_t\le\frac{(1+\beta)^2}\beta\eta_{t-1}$.",
)
growing = one_step(
    "Nesterov: for all t",
    (
        Hypothesis("step", equal(D(k + 1), beta * D(k) + E(k)), (k,), "E_t = D_{t+1} - βD_t"),
        Hypothesis("inwards", nonnegative(E(k)), (k,), "E_t ≥ 0, by the theorem above"),
        Hypothesis("start", nonnegative(D(0)), meaning="D_0 = 0 for p_{-1} = 0"),
        MOMENTUM,
    ),
    nonnegative(D(k)),
    Induction(k, Sign(), Sign(beta * D(k) + E(k))),
    r"Hence $D_t\ge0$ for all $t$.",
)
monotone = one_step(
    "Nesterov: the norm does not shrink",
    (TANGENT, RATE, LAST, MOMENTUM, Hypothesis("inwards", nonnegative(_margin), meaning="D_t ≥ 0")),
    at_most(w.dot(w) + rate**2 * _used, _after.dot(_after)),
    Sign(2 * rate * beta * _margin + rate * _last * beta**2 * (1 + beta) * _old),
    r"and $\|w_{t+1}\|^2\ge\|w_t\|^2+\eta_t^2\|u_t\|^2$: from an empty buffer and at a rate that never rises by more "
    r"than a factor $\frac{(1+\beta)^2}\beta\ge4$ in one step Nesterov's norm does not shrink, although "
    r"$\langle u_k,p_k\rangle$ may be negative.",
)

R = sympy.Rational
_HALF = {"momentum": R(1, 2)}
_WARM = [{"lr": R(t > 0), **_HALF} for t in range(3)]
_points, _buffers, _gradients = exact_run(SGDNesterov(), (0, 1), [(1, 0), (R(-1, 3), 0), (R(-1, 36), R(1, 144))], _WARM)
_used = tuple(c + b / 2 for c, b in zip(_gradients[1], _buffers[1], strict=True))
WARM_UP = Witness(
    r"Nesterov's rule, $\beta=\frac12$, warmed up from 0: $\eta_0=0$, $\eta_1=\eta_2=1$, $w_0=(0,1)$, $g_0=(1,0)$, "
    r"$g_1=(-\frac13,0)$, $g_2=(-\frac1{36},\frac1{144})$: $\|w_3\|^2<\|w_2\|^2$.",
    given=(*tangent(_points, _gradients), equal(product(_used, _buffers[1]), R(-1, 24))),
    printed=at_most(square(_points[2]), square(_points[3])),
)
_steps = [{"lr": R(1), **_HALF}] * 2
_w, _p_seen, _g_seen = exact_run(SGDNesterov(), (1, 0), [(0, 1), (R(3, 2), 1)], _steps)
DIFFERENT = Witness(
    r"Nesterov's rule, $\beta=\frac12$, $\eta=1$, $w_0=(1,0)$, $g_0=(0,1)$: $\|w_1\|^2=1+\frac94$, (8) gives "
    r"$1+\|p_0\|^2=2$.",
    given=tangent(_w, _g_seen),
    printed=equal(square(_w[1]), square(_w[0]) + square(_p_seen[0])),
)
