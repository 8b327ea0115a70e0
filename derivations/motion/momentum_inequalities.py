"""The five inequalities behind Theorem 2: with momentum from rest, the norm decays no faster than its slow mode."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Theorem, Verdict
from derivations.motion.momentum import ALPHA, BETA, MODES, SHARES, P, combined, in_the_roots, m, matrix, n
from derivations.motion.momentum_eigenvalues import INVERSE
from derivations.notation import k, one_step, sequence
from derivations.rules import Identity, Induction, Sign
from derivations.statement import equal, less, positive

a, B, c, u = (sequence(name) for name in (r"\tilde{a}", r"\tilde{B}", r"\tilde{c}", "u"))
"""ã, B̃ = -b̃, c̃, and what the noise adds to the squared norm."""
norm, excess = sequence("x"), sequence("e")
start, s = sympy.symbols("a_1 s", real=True)
FROM_REST = INVERSE * sympy.Matrix([start, start, start])
MAP = tuple(
    Hypothesis(f"({number})", equal(f(k + 1), mode * f(k) + share * u(k)), (k,), f"({number}), u = h̃η²/(ã+b̃+c̃)")
    for number, f, mode, share in zip((76, 77, 78), (a, B, c), MODES, (SHARES[0], -SHARES[1], SHARES[2]), strict=True)
)
_AT_REST = (FROM_REST[0], -FROM_REST[1], FROM_REST[2])
_START = {
    f: Hypothesis(f"start of {f.__name__}", equal(f(0), value)) for f, value in zip((a, B, c), _AT_REST, strict=True)
}
NOISE = Hypothesis("h > 0", positive(u(k)), (k,), "u_t = h̃_tη²/‖w_t‖² > 0: by assumption 6, and by (82) at the same t")
WEIGHT = Hypothesis("weight", positive(start), meaning="a_1 = ‖w_1‖² > 0")
x = a(k) - B(k) + c(k)
after = a(k + 1) - B(k + 1) + c(k + 1)
_gap = (m - n) ** 2
MARGIN = (ALPHA - m**2) * (-B(k)) - (m**2 - n**2) * c(k)
"""The two sides of (81)."""

below = Step(
    "(79)",
    positive(B(k)),
    Induction(
        k,
        Sign(2 * m * n * (1 - m) * (1 - n) * start / _gap),
        Sign(m * n * B(k) + 2 * m * n / _gap * u(k)),
    ),
    ("(77)", _START[B].name, "h > 0", "weight", "μ₊ > 0", "μ₋ > 0", "real", "μ₊ < 1", "μ₋ < 1"),
)
above = Step(
    "(80)",
    positive(c(k)),
    Induction(k, Sign(n**2 * (1 - m) ** 2 * start / _gap), Sign(n**2 * c(k) + n**2 / _gap * u(k))),
    ("(78)", _START[c].name, "h > 0", "weight", "μ₋ > 0", "real", "μ₊ < 1"),
)
balanced = Step(
    "(81)",
    positive(MARGIN),
    Induction(
        k,
        Sign(n * (1 - m) * (2 * m + n * (1 - m)) * start),
        Sign(ALPHA * MARGIN + (m - n) ** 2 * (m + n) * n * c(k) + n * (2 * m + n) * u(k)),
    ),
    ("(77)", "(78)", _START[B].name, _START[c].name, "h > 0", "weight", "μ₊ > 0", "μ₋ > 0", "real", "μ₊ < 1", "(80)"),
)
_HYPOTHESES = (*MAP, *_START.values(), NOISE, WEIGHT)


def _last(step: Step, words: str, *earlier: Step) -> Theorem:
    used = {name for s in (*earlier, step) for name in s.uses}
    given = tuple(h for h in _HYPOTHESES if h.name in used)
    return in_the_roots(step.name, step.relation, step.by, step.uses, words, given, earlier)


negative = _last(below, r"(79): $\tilde b_t<0$.")
ordered = _last(
    balanced,
    r"(80), (81): $\tilde c_t>0$ and $(\alpha-\lambda_1)\tilde b_t>(\lambda_1-\lambda_3)\tilde c_t$.",
    above,
)
_BALANCED = Hypothesis("(81)", positive(MARGIN), (k,), "(81)")
growth = in_the_roots(
    "(83)",
    less(m**2 * x + u(k), after),
    Sign(MARGIN),
    ("(76)", "(77)", "(78)", "real", "(81)"),
    r"(83): $\|w_{t+1}\|^2>\lambda_1\|w_t\|^2+\frac{\tilde h_t\eta^2}{\|w_t\|^2}$, the noise with the factor 1.",
    (*MAP, _BALANCED),
)
stays = one_step(
    "(82)",
    (
        Hypothesis("(83)", equal(norm(k + 1), m**2 * norm(k) + u(k) + excess(k)), (k,), "x_t = ã_t + b̃_t + c̃_t"),
        Hypothesis("excess", positive(excess(k)), (k,), "by (83)"),
        Hypothesis("start", positive(norm(0)), meaning="x_1 = a_1 > 0"),
        NOISE,
    ),
    positive(norm(k)),
    Induction(k, Sign(), Sign(m**2 * norm(k) + u(k) + excess(k))),
    r"(82): $\tilde a_t+\tilde b_t+\tilde c_t>0$.",
)

_ONE, _TWO, _THREE = MODES
_factor = (1 - ALPHA - BETA) / (1 - ALPHA + BETA) - _ONE
starts = in_the_roots(
    "(84), (85)",
    equal(
        combined(sympy.Matrix(FROM_REST[1:])),
        combined(
            -start
            * sympy.Matrix(
                [
                    2 * ALPHA**2 * BETA / ((_ONE - ALPHA) * (ALPHA - _THREE)),
                    _THREE * (_THREE + ALPHA) * (1 - ALPHA + BETA) / ((_THREE - ALPHA) * (_ONE - _THREE) * P) * _factor,
                ]
            )
        ),
    ),
    Identity(),
    ("μ₊ > 0", "μ₋ > 0", "real", "μ₊ < 1", "μ₋ < 1"),
    r"(84), (85) from $X_1=(a_1,a_1,a_1)$, each with a minus sign in front: $\tilde "
    r"b_1=-\frac{2\alpha\lambda\eta}{(\mu_+-\mu_-)^2}a_1$, $\tilde c_1=\frac{\mu_-^2(1-\mu_+)^2}{(\mu_+-\mu_-)^2}a_1$.",
)
_moving = matrix(ALPHA, P) * sympy.Matrix([start, s * start, s**2 * start])
moving = in_the_roots(
    "a start with momentum",
    less(_moving[0], m**2 * start),
    Sign(start * n * (m * s - 1) * (m + (m + n - ALPHA * s))),
    ("μ₊ > 0", "μ₋ > 0", "a_1", "inward", "s"),
    r"If $w_0=sw_1$ with $\frac1{\mu_+}<s<\frac{1+\alpha-\lambda\eta}\alpha$, the momentum points inward and (83) "
    r"fails at once: $\|w_2\|^2<\lambda_1\|w_1\|^2+\frac{\tilde h_1\eta^2}{\|w_1\|^2}$.",
    (
        Hypothesis("a_1", positive(start), meaning="a_1 > 0"),
        Hypothesis("inward", positive(m * s - 1), meaning="s > 1/μ₊"),
        Hypothesis("s", positive(m + n - ALPHA * s), meaning="αs < 1+α-λη"),
    ),
)

CLAIM = Claim(
    id="SMD-T2-INEQ",
    paper="002",
    where="App. B.3",
    printed=r"\tilde b_t<0,\quad\tilde c_t>0,\quad(\alpha-\lambda_1)\tilde b_t>(\lambda_1-\lambda_3)\tilde "
    r"c_t,\quad\tilde a_t+\tilde b_t+\tilde c_t>0,\quad\tilde a_{t+1}+\tilde b_{t+1}+\tilde c_{t+1}>\lambda_1(\tilde "
    r"a_t+\tilde b_t+\tilde c_t)+\frac{\tilde h_t\eta^2}{\tilde a_t+\tilde b_t+\tilde c_t};\quad(84),(85)",
    verdict=Verdict.HOLDS,
    finding=r"All five hold at every $t$, for $0<\lambda\eta<(1-\sqrt\alpha)^2$, $0<\alpha<1$ and $\tilde h_t>0$, "
    r"from a start without momentum, as (84), (85) have it. That start matters: with momentum that points inward at "
    r"the start, $w_0=sw_1$ with $\frac1{\mu_+}<s<\frac{1+\alpha-\lambda\eta}\alpha$, (83) fails at the first step. No "
    r"smallness of $\lambda\eta$ is used.",
    theorems=(negative, ordered, growth, stays, starts, moving),
    notes=(
        "The scan has lost the minus sign in front of (84), which (79) needs; (85) as scanned has the wrong sign as "
        "well and is right with a minus sign in front. Both are read so.",
        "The four inductions are one: u_t > 0 is (82) at t, which (82) at t+1 uses.",
        "The shares of the noise add up to 1, which is why it enters (83) with the factor 1.",
    ),
)
