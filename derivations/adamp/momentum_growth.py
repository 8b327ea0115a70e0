"""Does momentum make the norm grow faster than gradient descent? What is true, and of which gradients."""

import sympy

from derivations.adamp.exact_runs import Gradients, exact_run, second_coordinate, square, tangent
from derivations.adamp.norm_steps import TANGENT, before, g, rate, two_steps, w
from derivations.claim import Claim, Hypothesis, Step, Theorem, Verdict, Witness
from derivations.notation import beta, chain, eta, i, k, one_step, sequence
from derivations.rules import Identity, Induction, Positivity, Sign
from derivations.schemes.sgd import SGD
from derivations.schemes.sgd_m import SGDM
from derivations.space import Vector
from derivations.statement import at_most, equal, less, nonnegative, positive

_after, _p, *_rest = two_steps(SGDM())
_coast = rate * beta / (1 - beta)
z, z_next = w - _coast * before, _after - _coast * _p
"""z_t = w_t - ηβ/(1-β) p_{t-1}: where the weight comes to rest if no gradient follows."""
SLOW = Hypothesis("forgets", positive(1 - beta), meaning="β < 1")
MEMORY = Hypothesis("memory", nonnegative(beta), meaning="β ≥ 0")
_G, _P = g.dot(g), before.dot(before)

coasting = one_step(
    "where the weight coasts to",
    (SLOW,),
    equal(_after - z_next, _coast * _p),
    Identity(),
    r"$w_t-z_t=\frac{\eta\beta}{1-\beta}p_{t-1}$, $z_t=w_t-\frac{\eta\beta}{1-\beta}p_{t-1}$: without further "
    r"gradients "
    r"$p$ falls as $\beta^n$, $z$ stays, and $w\to z_t$.",
)
descends = one_step(
    "the rest point descends",
    (SLOW,),
    equal(z_next, z - rate / (1 - beta) * g),
    Identity(),
    r"$z_{t+1}=z_t-\frac\eta{1-\beta}\nabla f(w_t)$, with the effective rate $\frac\eta{1-\beta}$.",
)


def _bound(title: str, sign: int, factor: sympy.Expr, part: Vector, weight: sympy.Expr, words: str) -> Theorem:
    """‖z‖² ∓ βη²/(1-β)²‖p‖² grows by factor·‖g‖² and a multiple of a square, above (sign 1) or below (-1)."""
    unit = beta * rate**2 / (1 - beta) ** 2
    change = z_next.dot(z_next) - sign * unit * _p.dot(_p) - (z.dot(z) - sign * unit * _P)
    exactly = Step(
        "exactly",
        equal(change, factor * _G + sign * weight * part.dot(part)),
        Identity(),
        ("tangent", "forgets", "memory") if sign > 0 else ("tangent", "forgets"),
    )
    length = Step("square", nonnegative(part.dot(part)), Positivity(part))
    low, high = (factor * _G, change) if sign > 0 else (change, factor * _G)
    bound = Step(
        "bound",
        at_most(low, high),
        Sign(weight * part.dot(part)),
        ("exactly", "square", "forgets", "memory"),
    )
    return chain(title, (TANGENT, SLOW, MEMORY), (exactly, length, bound), words)


LEAST = rate**2 / ((1 - beta) * (1 + beta))
MOST = rate**2 * (1 + beta) / (1 - beta) ** 3
_unit = beta * rate**2 / (1 - beta)
least = _bound(
    "growth from below",
    1,
    LEAST,
    g + (1 + beta) * before,
    _unit / (1 + beta),
    r"$\|z_t\|^2-\frac{\beta\eta^2}{(1-\beta)^2}\|p_{t-1}\|^2$ grows in a step by $\frac{\eta^2}{1-\beta^2}\|g_t\|^2+"
    r"\frac{\beta\eta^2}{1-\beta^2}\|g_t+(1+\beta)p_{t-1}\|^2$: at least by the first term, and by no more where the "
    r"gradients alternate.",
)
most = _bound(
    "growth from above",
    -1,
    MOST,
    g - (1 - beta) * before,
    _unit * (1 + beta) / (1 - beta) ** 2,
    r"$\|z_t\|^2+\frac{\beta\eta^2}{(1-\beta)^2}\|p_{t-1}\|^2$ grows by "
    r"$\frac{\eta^2(1+\beta)}{(1-\beta)^3}\|g_t\|^2$ less a multiple of $\|g_t-(1-\beta)p_{t-1}\|^2$: at most by the "
    r"first term, and by no less where the gradients persist.",
)
F, G, E = sequence("F"), sequence("G"), sequence("E")
_c = sympy.Symbol("c", real=True)
summed = one_step(
    "from below, all steps together",
    (
        Hypothesis("step", equal(F(k + 1), F(k) + _c * G(k) + E(k)), (k,), "F: the left side above, c = η²/(1-β²)"),
        Hypothesis("square", nonnegative(E(k)), (k,), "E ≥ 0: the multiple of a square"),
    ),
    at_most(F(0) + _c * sympy.Sum(G(i), (i, 0, k - 1)), F(k)),
    Induction(k, Sign(), Sign(E(k) + (F(k) - F(0) - _c * sympy.Sum(G(i), (i, 0, k - 1))))),
    r"From an empty buffer, $z_0=w_0$: $\frac{\eta^2}{1-\beta^2}\sum_{t<T}\|g_t\|^2\le\|z_T\|^2-\|w_0\|^2\le"
    r"\frac{\eta^2(1+\beta)}{(1-\beta)^3}\sum_{t<T}\|g_t\|^2$ (from above in the same way, with $-F$, $-c$), where GD "
    r"with gradients of the same lengths has $\eta^2\sum\|g_t\|^2$.",
)
x, s, P = sequence("x"), sequence("s"), sequence("P")
_kappa = (1 + beta) / (1 - beta)
total = one_step(
    "the total growth, exactly",
    (
        Hypothesis("norm", equal(x(k + 1), x(k) - 2 * eta * s(k) + eta**2 * P(k)), (k,), "x = ‖w‖², P = ‖p‖²"),
        Hypothesis("radial", equal(s(k + 1), beta * (s(k) - eta * P(k))), (k,), "s = ⟨w, p⟩, as in Lemma 2.2"),
        Hypothesis("start", equal(s(0), 0), meaning="⟨w_0, p_0⟩ = 0"),
        SLOW,
    ),
    equal(x(k) - 2 * eta / (1 - beta) * s(k), x(0) + eta**2 * _kappa * sympy.Sum(P(i), (i, 0, k - 1))),
    Induction(k),
    r"$\|w_T\|^2-\frac{2\eta}{1-\beta}\langle "
    r"w_T,p_T\rangle=\|w_0\|^2+\eta^2\frac{1+\beta}{1-\beta}\sum_{t<T}\|p_t\|^2$, "
    r"and $\langle w_T,p_T\rangle\le0$ is forgotten as $\beta^n$.",
)


def _gradient(sign: int) -> sympy.Expr:
    return (z - sign * rate / (1 - beta) * g).dot(z - sign * rate / (1 - beta) * g)


unrelated = one_step(
    "gradients that are as likely as their negatives",
    (SLOW,),
    equal((_gradient(1) + _gradient(-1)) / 2, z.dot(z) + (rate / (1 - beta)) ** 2 * _G),
    Identity(),
    r"If $\pm g_t$ are equally likely given the past, $E\|z_T\|^2=\|w_0\|^2+\frac{\eta^2}{(1-\beta)^2}\sum "
    r"E\|g_t\|^2$: "
    r"GD's growth with the rate $\frac\eta{1-\beta}$.",
)

R = sympy.Rational


def _race(description: str, gradients: Gradients, start: tuple, momentum: dict, descent: dict, steps: int) -> Witness:
    """‖w_T‖² of GD against that of momentum."""
    slow, _, used = exact_run(SGD(), start, gradients, [descent] * steps)
    fast, _, felt = exact_run(SGDM(), start, gradients, [momentum] * steps)
    return Witness(
        description,
        given=(*tangent(slow, used), *tangent(fast, felt)),
        printed=less(square(slow[-1]), square(fast[-1])),
    )


SAME_GRADIENTS = _race(
    r"The same two gradients, $w_0=(10,0)$, $g_0=(0,1)$, $g_1=(-1,-10)$, $\eta=1$, $\beta=\frac9{10}$: "
    r"$\|w_2\|^2=202$ under GD, $186.61$ under momentum.",
    [(0, 1), (-1, -10)],
    (10, 0),
    {"lr": R(1), "momentum": R(9, 10)},
    {"lr": R(1)},
    2,
)
SAME_LOSS = _race(
    r"The same loss $f(w)=\frac{w_2^2}{\|w\|^2}$ and start $w_0=(1,\frac1{10})$, $\eta=\frac32$, $\beta=\frac9{10}$: "
    r"$\|w_2\|^2=1.369$ under GD, which overshoots the minimum, $1.331$ under momentum.",
    second_coordinate,
    (1, R(1, 10)),
    {"lr": R(3, 2), "momentum": R(9, 10)},
    {"lr": R(3, 2)},
    2,
)
SAME_EFFECTIVE_RATE = _race(
    r"The same loss and start at the same effective rate $\frac\eta{1-\beta}=2$, $\beta=\frac12$: GD with $\eta=2$ "
    r"has the "
    r"larger $\|w_2\|$.",
    second_coordinate,
    (1, R(1, 10)),
    {"lr": R(1), "momentum": R(1, 2)},
    {"lr": R(2)},
    2,
)

CLAIM = Claim(
    id="AP-GROW",
    paper="003",
    where="Rapid norm growth for the momentum-based GD, below Lemma 2.2",
    printed=r"\text{by Lemma 2.2 momentum makes the weight norm grow more than GD does; the part that momentum adds "
    r"accelerates the growth of the norm further}",
    verdict=Verdict.FALSE,
    finding=r"On one loss from one start GD's norm can end larger, at the same $\eta$ as at the same effective rate "
    r"$\frac\eta{1-\beta}$, where it is beyond its limit of stability and momentum is not. With gradients of the same "
    r"lengths and the same $\eta$ momentum's growth, once its buffer has run out, is between $\frac1{1-\beta^2}$ and "
    r"$\frac{1+\beta}{(1-\beta)^3}$ times GD's (5.3 and 1900 at $\beta=0.9$; before, it can be less than GD's); at "
    r"the same "
    r"effective rate between $\frac{1-\beta}{1+\beta}$ and $\frac{1+\beta}{1-\beta}$: 19 for gradients that persist, "
    r"1 on "
    r"average for unrelated ones, $\frac1{19}$ for gradients that alternate.",
    corrected=(coasting, descends, least, most, summed, total, unrelated),
    corrected_latex=r"\frac{\eta^2}{1-\beta^2}\sum_{t<T}\|g_t\|^2\le\|z_T\|^2-\|w_0\|^2\le\frac{\eta^2(1+\beta)}{(1-"
    r"\beta)^3}\sum_{t<T}\|g_t\|^2,\quad z_T=w_T-\tfrac{\eta\beta}{1-\beta}p_{T-1}",
    witnesses=(SAME_GRADIENTS, SAME_LOSS, SAME_EFFECTIVE_RATE),
    notes=(
        "In the first step both norms are equal. With the same p_t in (6) and (8) the statement is true, and says "
        "nothing about the two methods.",
        "Both ends are approached by long runs. In d ≥ 3 the same gradients can be orthogonal to both weights; along a "
        "loss they are not the same, as the weights part from the second step on.",
        "On a fixed loss at a small rate the gradients persist, and momentum's norm does grow faster: the slides' "
        "case.",
        "The kernel has no expectation: the last theorem is the mean over ±g of one step.",
    ),
)
