"""Is AdaGrad a special case of Adam without momentum?"""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import beta2, eta, i, k, one_step
from derivations.rules import Identity, Induction
from derivations.schemes.adagrad import AdaGrad
from derivations.schemes.adam import Adam
from derivations.space import CoordinateSpace
from derivations.statement import equal, nonnegative, positive

SPACE = CoordinateSpace()


def second_move(scheme, values: dict) -> sympy.Expr:
    """The second displacement of one coordinate that sees the gradients 1, 1."""
    h = scheme.symbols()
    for name in vars(h):
        setattr(h, name, values.get(name, sympy.Integer(0)))
    x, one = sympy.Integer(0), sympy.Integer(1)
    state = scheme.initial_state(SPACE, x, h)
    first, state = scheme.step(SPACE, sympy.Integer(0), x, one, state, h)
    second, _ = scheme.step(SPACE, sympy.Integer(1), first, one, state, h)
    return first - second


_decays = Hypothesis("forgetting", positive(1 - beta2), meaning="β₂ < 1")
_remembers = Hypothesis("memory", nonnegative(beta2), meaning="β₂ ≥ 0")
adam_repeats = one_step(
    "Adam repeats its step",
    (_decays, _remembers),
    equal(second_move(Adam(), {"lr": eta, "beta2": beta2}), eta),
    Identity(),
    r"On the gradients 1, 1 Adam without momentum moves by $\eta$ twice, for every $\beta_2<1$.",
)
adagrad_shrinks = one_step(
    "AdaGrad does not",
    (),
    equal(second_move(AdaGrad(), {"lr": eta}), eta / sympy.sqrt(2)),
    Identity(),
    r"AdaGrad moves by $\eta$, then by $\frac{\eta}{\sqrt2}$.",
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
    paper="000, 001",
    where="1, 3",
    printed=r"\text{“AdaGrad is a special case of Adam without momentum”}",
    verdict=Verdict.FALSE,
    finding=r"No $\beta_2<1$ makes them equal: on a constant gradient Adam keeps its step, AdaGrad divides it by "
    r"$\sqrt{k+1}$. AdaGrad is the limit $\beta_2\to1$ with the learning rate $\eta/\sqrt{k+1}$, as Kingma and Ba "
    r"state.",
    witnesses=(
        Witness(
            r"Gradients 1, 1, $\eta=1$, $\beta_2=\frac{999}{1000}$: Adam's second step is 1, AdaGrad's "
            r"$\frac1{\sqrt2}$.",
            given=(),
            printed=equal(
                second_move(Adam(), {"lr": sympy.Integer(1), "beta2": sympy.Rational(999, 1000)}),
                second_move(AdaGrad(), {"lr": sympy.Integer(1)}),
            ),
        ),
    ),
    corrected=(adam_repeats, adagrad_shrinks, weights, limit),
    corrected_latex=r"\text{AdaGrad}(\eta)=\lim_{\beta_2\to1}\text{Adam}\left(\beta_1=0,\ \beta_2,\ "
    r"\eta_k=\tfrac{\eta}{\sqrt{k+1}}\right)",
)
