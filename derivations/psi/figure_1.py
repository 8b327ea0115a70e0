"""Figure 1: training from unbalanced weights, by SGD and by PSI-SGD."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.motion.sgd import LEMMA_1, RATE, UNDECAYED, UNIT_GRADIENT, WEIGHT, G, L, g, w, x
from derivations.notation import chain, eps, eta, k, one_step
from derivations.rules import Identity, Sign, Square
from derivations.schemes.psi_sgd import PSISGD
from derivations.schemes.sgd import SGD
from derivations.space import AbstractSpace, Vector
from derivations.statement import at_most, equal, positive

a, variance = sympy.symbols("a V", real=True)
FACTOR = Hypothesis("factor", positive(a), meaning="a > 0")
SPREAD = Hypothesis("variance", positive(variance), meaning="V = Var(⟨w, x⟩) > 0")
OFFSET = Hypothesis("offset", positive(eps), meaning="BN's ε > 0; torch's default is 10⁻⁵")


def _sgd(scale: sympy.Expr, rate: sympy.Expr) -> Vector:
    """SGD's step from a·w, where by (5) the gradient is g/a."""
    numbers = SGD.symbols()
    numbers.lr = rate
    return SGD().step(AbstractSpace(), k, scale * w, g / scale, {}, numbers)[0]


own_rates = one_step(
    "SGD with a rate for each norm",
    (),
    equal(_sgd(a, a**2 * eta), a * _sgd(sympy.Integer(1), eta)),
    Identity(),
    r"From $aw_t$ with the rate $a^2\eta$ SGD goes to $aw_{t+1}$: from $T_a(W_0)$ with the rates $a_i^2\eta$ it has, "
    r"on the sphere, the path that it has from $W_0$ with $\eta$. What fails is one rate for all blocks.",
)
_after = UNDECAYED.dot(UNDECAYED)
_thrown = (
    Step("norm", equal(_after, x + eta**2 * G), Identity(), ("lemma 1",)),
    Step(
        "bound",
        at_most(eta**2 * L, x * _after),
        Sign(x**2),
        ("norm", "unit gradient"),
    ),
)
thrown = chain(
    "a short weight is thrown",
    (LEMMA_1, UNIT_GRADIENT),
    _thrown,
    r"After one step of SGD $\|w_1\|^2\ge\frac{\eta^2\|\tilde g\|^2}{\|w_0\|^2}$, where $\tilde g$ is the gradient at "
    r"$\frac{w_0}{\|w_0\|}$: from then on its effective rate $\frac\eta{\|w\|^2}$ is at most "
    r"$\frac{\|w_0\|^2}{\eta\|\tilde g\|^2}$, which for $\|w_0\|=10^{-4}$ is $\frac{10^{-8}}{\eta\|\tilde g\|^2}$.",
)
never_rises = chain(
    "SGD's effective rate never rises",
    (LEMMA_1, RATE, WEIGHT),
    (
        Step("norm", equal(_after, x + eta**2 * G), Identity(), ("lemma 1",)),
        Step("no shorter", at_most(x, _after), Sign(eta**2 * G), ("norm",)),
        Step(
            "effective rate",
            at_most(eta / _after, eta / x),
            Sign(eta * (_after - x) / (x * _after)),
            ("no shorter", "rate", "weight"),
        ),
    ),
    r"Without weight decay $\frac\eta{\|w_{t+1}\|^2}\le\frac\eta{\|w_t\|^2}$: a weight of norm $10^4$ never has more "
    r"than $10^{-8}\eta$. PSI-SGD's is $\eta$ throughout.",
)
shifted = one_step(
    "a factor is another ε",
    (FACTOR, SPREAD, OFFSET),
    equal(a / sympy.sqrt(a**2 * variance + eps), 1 / sympy.sqrt(variance + eps / a**2)),
    Square(),
    r"$\mathrm{BN}_\epsilon$ of $aw$ is $\mathrm{BN}_{\epsilon/a^2}$ of $w$, for each neuron.",
)
_numbers = PSISGD.symbols()
_numbers.weight_decay = sympy.Integer(0)


def _psi(scale: sympy.Expr) -> Vector:
    return PSISGD().step(AbstractSpace(), k, scale * w, g / scale, {}, _numbers)[0]


with_eps = one_step(
    "PSI-SGD with an ε",
    (),
    equal(_psi(a), a * _psi(sympy.Integer(1))),
    Identity(),
    r"Hence, as $\nabla\mathcal L_\epsilon(aw)=\frac1a\nabla\mathcal L_{\epsilon/a^2}(w)$: PSI-SGD from $T_a(W_0)$ on "
    r"the network with $\epsilon$ is PSI-SGD from $W_0$ on the one whose neuron $i$ has $\epsilon/a_i^2$. At "
    r"$a_i=10^{-4}$ torch's $\epsilon=10^{-5}$ is $10^3$, a thousand times the variance.",
)

CLAIM = Claim(
    id="PSI-FIG1",
    paper="004",
    where="Fig. 1, 4",
    printed=r"\text{from the unbalanced start }T_a(W),\ a=(10^4,10^4,10^{-4},10^{-4})\text{, SGD performs very "
    r"poorly, in contrast to PSI-SGD; from a balanced start it does not}",
    verdict=Verdict.HYPOTHESIS,
    finding=r"On digits so, with two hypotheses. First, one usual learning rate for all weights: at the best of 9 "
    r"rates from $10^{-3}$ to 10 SGD ends at a training loss of 0.32 (accuracy 0.90), from a balanced start at 0.0003 "
    r"(1.00), PSI-SGD from both at 0.0017, on paths that for $a=2^{\pm13}$ agree bit for bit. With the rates "
    r"$a_i^2\eta$ SGD has from $T_a(W)$ exactly its path from $W$. Second, $\epsilon\ll\|w_i\|^2\mathrm{Var}$ in every "
    r"BN: a factor $a$ acts as $\epsilon/a^2$, so that torch's $10^{-5}$ is $10^3$ at $a=10^{-4}$. With it PSI-SGD at "
    r"rates up to 0.03 stays at chance (loss 2.27 to 2.30), above SGD (0.46 to 0.60), the reverse of Figure 1; at its "
    r"best rate it ends at 0.004.",
    corrected=(own_rates, thrown, never_rises, shifted, with_eps),
    corrected_latex=r"\text{the same, with one usual rate for all weights and }\epsilon\ll\|w_i\|^2\mathrm{Var}"
    r"\text{ in every BN. With rates }a_i^2\eta\text{ SGD has from }T_a(W)\text{ its path from }W",
    sampled=True,
    hypotheses=(
        "two layers (64, 50, 10) with BN after both and ReLU, cross entropy, batches of 128 of scikit-learn's digits "
        "in place of MNIST, 600 steps, 5 seeds, 9 learning rates from 10⁻³ to 10 for each method",
        "the first layer's neurons have norm 10⁴, the second's 10⁻⁴; in other runs half of each layer's",
    ),
    notes=(
        "Why 0.32 and not chance: the first step throws the second layer to a norm of about 10⁴, in the direction of "
        "its negative gradient, where it stays; the first layer stays as drawn; γ and β are trained.",
        "No run at a rate from 10⁻¹⁰ to 10 does better than 0.28; but at 3·10⁴ SGD's training loss is 0 for all five "
        "seeds: that rate moves the first layer, and γ and β grow until every image is classified. From 10⁶ on it is "
        "40 or more.",
        "Weight decay undoes the unbalance in about log(10⁴)/(λη) steps: with λη = .01 and 1800 steps SGD ends at "
        "0.009 to 0.013, with five other seeds at 0.007 to 0.055.",
        "With half of each layer's neurons at 10⁴ and half at 10⁻⁴ the same: SGD 0.39, PSI-SGD 0.0017; with torch's ε "
        "0.29 and 0.006. Float32 gives the same losses as float64.",
        "Above its best rate PSI-SGD fails where SGD does not: at 10 its loss is not finite or above 2, SGD's from the "
        "balanced start 0.0003. Growing norms shorten SGD's steps on the sphere, not PSI-SGD's.",
        "a = (10⁴, 10⁴, 10⁻⁴, 10⁻⁴) is read as the neurons of the first layer and of the second: the figure draws "
        "four. MNIST is not here; the network's size, the learning rates and ε are not printed.",
    ),
)
