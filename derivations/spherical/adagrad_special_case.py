"""Is AdaGrad a special case of Adam without momentum?"""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.elementwise import SPACE, exact
from derivations.notation import beta2, eta, i, k, one_step
from derivations.rules import Identity, Induction, Sign
from derivations.schemes.adagrad import AdaGrad
from derivations.schemes.adam import Adam
from derivations.statement import equal, less, nonnegative, positive


def second_move(scheme, second: int, **values: sympy.Expr) -> sympy.Expr:
    """The second displacement, over its learning rate, of a coordinate that sees the gradients 1 and `second`."""
    h = exact(scheme, lr=1, **values)
    x = sympy.Integer(0)
    state = scheme.initial_state(SPACE, x, h)
    first, state = scheme.step(SPACE, sympy.Integer(0), x, sympy.Integer(1), state, h)
    after, _ = scheme.step(SPACE, sympy.Integer(1), first, sympy.Integer(second), state, h)
    return first - after


FORGETS = Hypothesis("forgetting", positive(1 - beta2), meaning="β₂ < 1")
REMEMBERS = Hypothesis("memory", nonnegative(beta2), meaning="β₂ ≥ 0")
adam_repeats = one_step(
    "Adam repeats its step",
    (FORGETS, REMEMBERS),
    equal(second_move(Adam(), 1, beta2=beta2), 1),
    Identity(),
    r"On the gradients 1, 1 Adam without momentum moves by $\eta_0$ and $\eta_1$, for every $\beta_2<1$.",
)
adagrad_shrinks = one_step(
    "AdaGrad does not",
    (),
    equal(second_move(AdaGrad(), 1), 1 / sympy.sqrt(2)),
    Identity(),
    r"AdaGrad moves by $\eta$, then by $\frac{\eta}{\sqrt2}$: equality needs $\eta_0=\eta$, "
    r"$\eta_1=\frac{\eta}{\sqrt2}$.",
)
never = one_step(
    "and no schedule mends it",
    (FORGETS, REMEMBERS),
    less((second_move(Adam(), 2, beta2=beta2) / sympy.sqrt(2)) ** 2, second_move(AdaGrad(), 2) ** 2),
    Sign(6 * (1 - beta2) / (5 * (4 + beta2))),
    r"With those rates, on the gradients 1, 2, Adam's second step is shorter than AdaGrad's for every $\beta_2<1$: "
    r"their squares "
    r"differ by $\frac{6(1-\beta_2)}{5(4+\beta_2)}$.",
)
weights = one_step(
    "the bias correction is a sum of weights",
    (Hypothesis("memory", positive(beta2), meaning="β₂ > 0"),),
    equal((1 - beta2) * sympy.Sum(beta2 ** (k - i), (i, 0, k)), 1 - beta2 ** (k + 1)),
    Induction(k),
    r"$\frac{v_k}{1-\beta_2^{k+1}}=\frac{\sum_{i\le k}\beta_2^{k-i}g_i^2}{\sum_{i\le k}\beta_2^{k-i}}$, which at "
    r"$\beta_2\to1$ is the mean $\frac1{k+1}\sum_{i\le k}g_i^2$.",
)
_total = sympy.Symbol("S", real=True)
limit = one_step(
    "AdaGrad as a limit",
    (Hypothesis("gradients", positive(_total), meaning="S = Σ g_i² > 0"),),
    equal((eta / sympy.sqrt(k + 1)) / sympy.sqrt(_total / (k + 1)), eta / sympy.sqrt(_total)),
    Identity(),
    r"At $\beta_2=1$ (the mean) and with $\eta_k=\frac{\eta}{\sqrt{k+1}}$, Adam without momentum is AdaGrad.",
)

CLAIM = Claim(
    id="SP-ADAGRAD",
    paper="001",
    where="1, 3, D.5",
    printed=r"\text{“AdaGrad is a special case of Adam without momentum”}",
    verdict=Verdict.FALSE,
    finding=r"No $\beta_2<1$ and no schedule ($\epsilon=0$) make them equal: the gradients 1, 1 fix the schedule, "
    r"the gradients 1, "
    r"2 refute it. AdaGrad "
    r"is the limit $\beta_2\to1$ with the learning rate $\eta/\sqrt{k+1}$, as Kingma and Ba state.",
    witnesses=(
        Witness(
            r"Gradients 1, 2, $\beta_2=\frac{999}{1000}$, $\eta_0=1$ and $\eta_1=\frac1{\sqrt2}$, the only rates "
            r"with which Adam is "
            r"AdaGrad on the gradients 1, 1: Adam's second step is not AdaGrad's $\frac{2}{\sqrt5}$.",
            given=(
                equal(
                    second_move(Adam(), 1, beta2=sympy.Rational(999, 1000)) / sympy.sqrt(2), second_move(AdaGrad(), 1)
                ),
            ),
            printed=equal(
                second_move(Adam(), 2, beta2=sympy.Rational(999, 1000)) / sympy.sqrt(2), second_move(AdaGrad(), 2)
            ),
        ),
    ),
    corrected=(adam_repeats, adagrad_shrinks, never, weights, limit),
    corrected_latex=r"\text{AdaGrad}(\eta)=\lim_{\beta_2\to1}\text{Adam}\left(\beta_1=0,\ \beta_2,\ "
    r"\eta_k=\tfrac{\eta}{\sqrt{k+1}}\right)",
)
