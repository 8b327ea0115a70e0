"""The map of SGD with momentum: three inner products are a state, and it moves linearly but for one term."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict
from derivations.motion.angular_update import AFTER, BEFORE, LEMMA_1, VELOCITY, alpha, g, recursion, v, w
from derivations.motion.momentum import combined, matrix
from derivations.notation import eta, lam, one_step
from derivations.rules import Identity
from derivations.statement import equal, positive

STATE = sympy.Matrix([w.dot(w), w.dot(BEFORE), BEFORE.dot(BEFORE)])
"""X_t of (62)."""
A = matrix(alpha, 1 + alpha - lam * eta)
h = sympy.Symbol(r"\tilde{h}_t", real=True)
WEIGHT = Hypothesis("weight", positive(w.dot(w)), meaning="w_t ≠ 0")
ADJUSTED = Hypothesis(
    "adjusted",
    equal(h, (g.dot(g) + 2 * alpha * v.dot(g)) * w.dot(w)),
    meaning="h̃_t = h_t‖w_t‖², h_t = ‖g_t‖² + 2α⟨v_{t-1}, g_t⟩",
)
_linear = A * STATE

iterate = one_step(
    "the iterate",
    (),
    equal(AFTER, (1 + alpha - lam * eta) * w - alpha * BEFORE - eta * g),
    Identity(),
    r"(59): $w_{t+1}=(1+\alpha-\lambda\eta)w_t-\alpha w_{t-1}-\eta g_t$.",
)
norm = one_step(
    "the squared norm",
    (LEMMA_1, WEIGHT, ADJUSTED),
    equal(AFTER.dot(AFTER), _linear[0] + h * eta**2 / STATE[0]),
    Identity(),
    r"(60): $\|w_{t+1}\|^2=(1+\alpha-\lambda\eta)^2\|w_t\|^2-2\alpha(1+\alpha-\lambda\eta)\langle "
    r"w_t,w_{t-1}\rangle+\alpha^2\|w_{t-1}\|^2+\frac{\tilde h_t\eta^2}{\|w_t\|^2}$.",
)
previous = one_step(
    "the iterate before",
    (),
    equal(AFTER + eta * VELOCITY, w),
    Identity(),
    r"The third row of $A$: what $w_t+\eta v_{t-1}=w_{t-1}$ is at the next step is $w_t$.",
)
start = one_step(
    "the start",
    (
        Hypothesis("no momentum", equal(v.dot(v), 0), meaning="v_0 = 0"),
        Hypothesis("nor along w", equal(v.dot(w), 0), meaning="hence ⟨v_0, w_1⟩ = 0"),
    ),
    equal(combined(STATE), combined(w.dot(w) * sympy.ones(3, 1))),
    Identity(),
    r"With zero momentum at the start $w_0=w_1$, and $X_1=(a_1,a_1,a_1)$.",
)

CLAIM = Claim(
    id="SMD-T2-MAP",
    paper="002",
    where="(18), (19), (59)–(66)",
    printed=r"X_{t+1}=AX_t+\frac{\tilde h_t\eta^2}{X_t[0]}e,\quad X_t=\left(\|w_t\|^2,\langle "
    r"w_t,w_{t-1}\rangle,\|w_{t-1}\|^2\right)^\top,\quad h_t=\|g_t\|^2+2\alpha\langle v_{t-1},g_t\rangle",
    verdict=Verdict.HOLDS,
    finding=r"Exact, in every dimension and for every $\eta,\lambda,\alpha$, whatever is in the momentum buffer, "
    r"wherever $w_t\ne0$; $\tilde h_t=h_t\|w_t\|^2$ may be negative. What makes $h_t$ appear is $\langle "
    r"w_{t-1},g_t\rangle=\eta\langle v_{t-1},g_t\rangle$, as $g_t\perp w_t$.",
    theorems=(iterate, norm, recursion, previous, start),
    notes=(
        "Derived from the scheme by running it. At the first step w_0 stands for w_1 + ηv_0; it is w_1 if the buffer "
        "starts at zero, which (84) and (85) assume.",
        "d = 1: the gradient of a scale-invariant loss is 0 there, h̃ = 0 and X_{t+1} = AX_t.",
        "The scan has lost the superscripts of (60)–(66); every entry of A was derived again.",
    ),
)
