"""Lemma 2: a lower bound of x_t ≥ αx_{t-1} + L/x_{t-1}, for α ≥ 1/2; and why not below."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import k, one_step, sequence
from derivations.rules import Cases, Induction, Sign
from derivations.statement import at_most, equal, less, nonnegative, positive

R = sympy.Rational
# s = √(L/(1-α)), so that L = (1-α)s²; a = α - 1/2; D bounds |s - x_1| from above. x(0) is the paper's x_1.
alpha, a, s, D = sympy.symbols("alpha a s D", real=True)
x, slack = sequence("x"), sequence("e")

HALF = Hypothesis("half", equal(alpha, R(1, 2) + a), meaning="a = α - 1/2")
AT_LEAST = Hypothesis("at least half", nonnegative(a), meaning="α ≥ 1/2")
BELOW_1 = Hypothesis("α < 1", positive(1 - alpha), meaning="α < 1")
FIXED = Hypothesis("fixed point", positive(s), meaning="s = √(L/(1-α)) > 0")
MAP = Hypothesis(
    "recursion",
    equal(x(k + 1), alpha * x(k) + (1 - alpha) * s**2 / x(k) + slack(k)),
    (k,),
    "x_{t+1} = αx_t + L/x_t + e_t",
)
SLACK = Hypothesis("slack", nonnegative(slack(k)), (k,), "e_t ≥ 0, so that (34) holds")
NONZERO = Hypothesis("positive", positive(x(k)), (k,), "x_t > 0")
DISTANCE = Hypothesis("distance", nonnegative(D), meaning="D ≥ 0")
START = Hypothesis("start", at_most(s - D, x(0)), meaning="D ≥ s - x_1, for example D = |s - x_1|")

bound = one_step(
    "Lemma 2 for α ≥ 1/2",
    (MAP, SLACK, NONZERO, FIXED, HALF, AT_LEAST, BELOW_1, DISTANCE, START),
    at_most(s - alpha**k * D, x(k)),
    Induction(
        k,
        Sign(),
        Cases(
            x(k) - s,
            Sign(alpha * (x(k) - (s - alpha**k * D)) + (1 - alpha) * s * (s - x(k)) / x(k) + slack(k)),
            Sign((x(k) - s) * (alpha * (x(k) - s) + 2 * a * s) / x(k) + slack(k) + alpha**k * alpha * D),
        ),
    ),
    r"For $\frac12\le\alpha<1$: $x_t\ge s-\alpha^{t-1}|s-x_1|$, $s=\sqrt{L/(1-\alpha)}$.",
)
minimum = one_step(
    "the inequality that the proof rests on",
    (),
    at_most(4 * alpha * (1 - alpha), 1),
    Sign((1 - 2 * alpha) ** 2),
    r"$2\sqrt{\alpha L}\le\sqrt{L/(1-\alpha)}$, squared: true for every $\alpha<1$, with equality at $\alpha=\frac12$ "
    r"only. The minimum of $\alpha x+\frac Lx$ is therefore below the bound, not above.",
)
# Below 1/2, with s = 1, p = √α, c = √(1-α) = √L: from x = 1 the value c/p may be reached, and the next is 2pc < 1.
p, c = sympy.symbols("p c", real=True)
NARROW = Hypothesis("below half", positive(c - p), meaning="c = √(1-α) > p = √α, that is α < 1/2")
kick = one_step(
    "a step that (34) allows below 1/2",
    (Hypothesis("root", positive(p), meaning="p = √α > 0"), NARROW),
    at_most(1, c / p),
    Sign((c - p) / p),
    r"For $\alpha<\frac12$: $x_1=s$, $x_2=\sqrt{L/\alpha}\ge s$ obeys (34).",
)
sharp = one_step(
    "and its successor",
    (NARROW, Hypothesis("circle", equal(c**2, 1 - p**2), meaning="p² + c² = 1")),
    less(p**2 * (c / p) + c**2 / (c / p), 1),
    Sign((c - p) ** 2),
    r"$x_3=\alpha x_2+\frac L{x_2}=2\sqrt{\alpha L}<s$: (35), which demands $x_3\ge s$ here, fails for every "
    r"$0<\alpha<\frac12$.",
)

_start, _kick = sympy.sqrt(R(4, 3)), sympy.Integer(2)
_third = R(1, 4) * _kick + 1 / _kick
JUMP = Witness(
    r"$\alpha=\frac14$, $L=1$: $x_1=\sqrt{4/3}$, $x_2=2$, $x_3=1$ satisfy (34); (35) demands $x_3\ge\sqrt{4/3}$.",
    given=(
        at_most(R(1, 4) * _start + 1 / _start, _kick),
        at_most(R(1, 4) * _kick + 1 / _kick, _third),
    ),
    printed=at_most(sympy.sqrt(1 / (1 - R(1, 4))) - R(1, 4) ** 2 * sympy.Abs(sympy.sqrt(R(4, 3)) - _start), _third),
)

ZERO = Witness(
    r"$\alpha=0$, $L=1$: $x_1=2$, $x_2=\frac12$ satisfy (34); (35) demands $x_2\ge1$.",
    given=(at_most(1 / sympy.Integer(2), R(1, 2)),),
    printed=at_most(sympy.sqrt(1 / (1 - sympy.Integer(0))) - 0 * sympy.Abs(1 - sympy.Integer(2)), R(1, 2)),
)

CLAIM = Claim(
    id="SMD-L2",
    paper="002",
    where="Lemma 2, (34)–(40)",
    printed=r"x_1,L>0,\ x_t\ge\alpha x_{t-1}+\frac L{x_{t-1}}\ \Rightarrow\ x_t\ge\sqrt{\frac L{1-\alpha}}-"
    r"\alpha^{t-1}\Big|\sqrt{\frac L{1-\alpha}}-x_1\Big|",
    verdict=Verdict.HYPOTHESIS,
    finding=r"True for $\frac12\le\alpha<1$, false for every $0\le\alpha<\frac12$: $\alpha x+\frac Lx$ then has its "
    r"minimum (none at $\alpha=0$) $2\sqrt{\alpha L}<\sqrt{L/(1-\alpha)}$ above the fixed point, and (34) lets $x$ "
    r"jump there at any time. The proof rests on $\sqrt{L/(1-\alpha)}\ge2\sqrt{\alpha L}$, which is true and does not "
    r"help; what (36) needs is that the map increases beyond the fixed point, which is $\alpha\ge\frac12$. Theorem 1 "
    r"applies it at $\alpha=1-2\lambda\eta$: $\lambda\eta\le\frac14$, which its condition 3 implies.",
    theorems=(minimum, kick, sharp),
    corrected=(bound,),
    corrected_latex=r"\text{the same, for }\tfrac12\le\alpha<1",
    witnesses=(JUMP, ZERO),
    notes=(
        "(35) is recovered from (37), (40) and its use in (43). x(0) is the paper's x_1; D may be any upper bound of "
        "s - x_1 that is not negative.",
    ),
)
