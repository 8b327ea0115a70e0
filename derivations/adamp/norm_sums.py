"""Lemma 2.2 and its extensions by induction over t, from the one-step recursions of `norm_steps`.

s(k) = ⟨w_k, p_k⟩, P(k) = ‖p_k‖², x(k) = ‖w_k‖². The recursions are those that `norm_steps` proves of the schemes.
"""

import sympy

from derivations.claim import Hypothesis, Step
from derivations.notation import beta, chain, eta, i, k, lam, q, sequence
from derivations.rules import Identity, Induction
from derivations.statement import equal, unequal

s, P, x = sequence("s"), sequence("P"), sequence("x")
rate, B, shrink = sequence(r"\eta"), sequence("B"), sequence("q")
start = sympy.Symbol("s_0", real=True)
"""⟨w_0, p_0⟩ = β⟨w_0, p_{-1}⟩ where there is no decay in the buffer."""
MEMORY = Hypothesis("memory", unequal(beta, 0), meaning="β ≠ 0; β = 0 is Lemma 2.1")
ORTHOGONAL = Hypothesis("start", equal(s(0), 0), meaning="⟨w_0, p_0⟩ = β⟨w_0, p_{-1}⟩ = 0, as for p_{-1} = 0")
START = Hypothesis("start", equal(s(0), start), meaning="s_0 = ⟨w_0, p_0⟩ = β⟨w_0, p_{-1}⟩")

_radial = Hypothesis("radial", equal(s(k + 1), beta * (s(k) - eta * P(k))), (k,), "momentum: the radial part")
_norm = Hypothesis("norm", equal(x(k + 1), x(k) - 2 * eta * s(k) + eta**2 * P(k)), (k,), "momentum: the squared norm")
printed = chain(
    "Lemma 2.2",
    (_radial, ORTHOGONAL, MEMORY, _norm),
    (
        Step(
            "radial part",
            equal(s(k), -eta * sympy.Sum(beta ** (k - i) * P(i), (i, 0, k - 1))),
            Induction(k),
            ("radial", "start", "memory"),
        ),
        Step(
            "growth",
            equal(x(k + 1), x(k) + eta**2 * P(k) + 2 * eta**2 * sympy.Sum(beta ** (k - i) * P(i), (i, 0, k - 1))),
            Identity(),
            ("radial part", "norm", "memory"),
        ),
    ),
    r"(8) for constant $\eta$, $\beta$, without decay, if $\langle w_0,p_{-1}\rangle=0$: "
    r"$\langle w_t,p_t\rangle=-\eta\sum_{k<t}\beta^{t-k}\|p_k\|^2$.",
)

_decayed = Hypothesis(
    "radial",
    equal(s(k + 1), beta * (s(k) - rate(k) * P(k)) + lam * x(k + 1)),
    (k,),
    "momentum: the radial part, with a schedule η_k and L2",
)
_scheduled = Hypothesis(
    "norm", equal(x(k + 1), x(k) - 2 * rate(k) * s(k) + rate(k) ** 2 * P(k)), (k,), "momentum: the squared norm"
)
_buffer = sympy.Symbol("b", real=True)
_begin = Hypothesis("start", equal(s(0), beta * _buffer + lam * x(0)), meaning="b = ⟨w_0, p_{-1}⟩")
_sum = sympy.Sum(beta ** (k - i) * (lam * x(i) - rate(i) * P(i)), (i, 0, k - 1))
coupled = chain(
    "a schedule, L2 and a non-zero start together",
    (_decayed, _begin, MEMORY, _scheduled),
    (
        Step(
            "radial part",
            equal(s(k), beta ** (k + 1) * _buffer + lam * x(k) + _sum),
            Induction(k),
            ("radial", "start", "memory"),
        ),
        Step(
            "growth",
            equal(
                x(k + 1),
                x(k)
                + rate(k) ** 2 * P(k)
                + 2 * rate(k) * sympy.Sum(beta ** (k - i) * rate(i) * P(i), (i, 0, k - 1))
                - 2 * rate(k) * lam * sympy.Sum(beta ** (k - i) * x(i), (i, 0, k))
                - 2 * rate(k) * beta ** (k + 1) * _buffer,
            ),
            Identity(),
            ("radial part", "norm", "memory"),
        ),
    ),
    r"With a schedule, $\lambda w_t$ in the gradient and any buffer at the start: $\|w_{t+1}\|^2=\|w_t\|^2+\eta_t^2"
    r"\|p_t\|^2+2\eta_t\sum_{k<t}\beta^{t-k}\eta_k\|p_k\|^2-2\eta_t\lambda\sum_{k\le t}\beta^{t-k}\|w_k\|^2"
    r"-2\eta_t\beta^{t+1}\langle w_0,p_{-1}\rangle$.",
)

_weights = Hypothesis(
    "weights", equal(B(k + 1), sequence("beta")(k + 1) * shrink(k) * B(k)), (k,), "B_k = Π_{j<k} β_{j+1}q_j"
)
_first = Hypothesis("first weight", equal(B(0), 1), meaning="B_0 = 1")
_forgets = Hypothesis("no weight is 0", unequal(0, B(k)), (k,), "β_k ≠ 0, q_k ≠ 0")
_kept = Hypothesis("q", unequal(0, shrink(k)), (k,), "q_k = 1 - η_kλ ≠ 0")
_decoupled = Hypothesis(
    "radial",
    equal(s(k + 1), sequence("beta")(k + 1) * (shrink(k) * s(k) - rate(k) * P(k))),
    (k,),
    "decoupled decay: the radial part, with schedules η_k, β_k, λ_k",
)
_shrunk = Hypothesis(
    "norm",
    equal(x(k + 1), shrink(k) ** 2 * x(k) - 2 * rate(k) * shrink(k) * s(k) + rate(k) ** 2 * P(k)),
    (k,),
    "decoupled decay: the squared norm",
)
_total = sympy.Sum(rate(i) * P(i) / (shrink(i) * B(i)), (i, 0, k - 1))
scheduled = chain(
    "decoupled decay, with schedules of everything",
    (_decoupled, START, _weights, _first, _forgets, _kept, _shrunk),
    (
        Step(
            "radial part",
            equal(s(k), B(k) * (start - _total)),
            Induction(k),
            ("radial", "start", "weights", "first weight", "no weight is 0", "q"),
        ),
        Step(
            "growth",
            equal(
                x(k + 1),
                shrink(k) ** 2 * x(k)
                + rate(k) ** 2 * P(k)
                + 2 * rate(k) * shrink(k) * B(k) * _total
                - 2 * rate(k) * shrink(k) * B(k) * start,
            ),
            Identity(),
            ("radial part", "norm", "no weight is 0", "q"),
        ),
    ),
    r"With schedules $\eta_t,\beta_t$ and decoupled decay $q_t=1-\eta_t\lambda_t\ne0$, "
    r"$B_t=\prod_{j<t}\beta_{j+1}q_j$: "
    r"$\|w_{t+1}\|^2=q_t^2\|w_t\|^2+\eta_t^2\|p_t\|^2+2\eta_tq_t\sum_{k<t}\frac{B_t}{B_kq_k}\eta_k\|p_k\|^2"
    r"-2\eta_tq_tB_t\beta_0\langle w_0,p_{-1}\rangle$.",
)
_constant = Hypothesis("radial", equal(s(k + 1), beta * (q * s(k) - eta * P(k))), (k,), "decoupled decay, q = 1 - ηλ")
_shrinks = Hypothesis(
    "norm", equal(x(k + 1), q**2 * x(k) - 2 * eta * q * s(k) + eta**2 * P(k)), (k,), "decoupled decay: the norm"
)
decoupled = chain(
    "decoupled decay",
    (_constant, ORTHOGONAL, Hypothesis("memory", unequal(0, beta * q), meaning="β ≠ 0, ηλ ≠ 1"), _shrinks),
    (
        Step(
            "radial part",
            equal(q * s(k), -eta * sympy.Sum((beta * q) ** (k - i) * P(i), (i, 0, k - 1))),
            Induction(k),
            ("radial", "start", "memory"),
        ),
        Step(
            "growth",
            equal(
                x(k + 1),
                q**2 * x(k) + eta**2 * P(k) + 2 * eta**2 * sympy.Sum((beta * q) ** (k - i) * P(i), (i, 0, k - 1)),
            ),
            Identity(),
            ("radial part", "norm", "memory"),
        ),
    ),
    r"With decoupled decay, $q=1-\eta\lambda$: $\|w_{t+1}\|^2=q^2\|w_t\|^2+\eta^2\|p_t\|^2+2\eta^2\sum_{k<t}"
    r"(\beta q)^{t-k}\|p_k\|^2$.",
)
