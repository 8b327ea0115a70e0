"""3.1, (2): networks with batch normalization are positively scale-invariant; ReLU networks are not, in this sense."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict, Witness
from derivations.notation import chain, one_step, t
from derivations.psi.rescaled_gradients import a
from derivations.rules import ChainRule, Identity
from derivations.space import Value, gradient, vector
from derivations.spherical.batch_norm import mean_scales, variance_scales
from derivations.statement import equal, positive

gamma, shift, centred, spread = sympy.symbols("gamma beta c V", real=True)
FACTOR = Hypothesis("factor", positive(a), meaning="a_i > 0")
SPREAD = Hypothesis("spread", positive(spread), meaning="Var(z) > 0: the neuron is not constant over the batch")


def _neuron(numerator: sympy.Expr, variance: sympy.Expr) -> sympy.Expr:
    return gamma * numerator / sympy.sqrt(variance) + shift


neuron = one_step(
    "a neuron, as (2) has it",
    (FACTOR, SPREAD),
    equal(_neuron(a * centred, a**2 * spread), _neuron(centred, spread)),
    Identity(),
    r"$\gamma\frac{a_ic}{\sqrt{a_i^2V}}+\beta=\gamma\frac c{\sqrt V}+\beta$ with $c=\theta^T(x-\mathbb E x)$, "
    r"$V=\theta^T\mathrm{Var}_x\theta$: the layer above gets what it got before, and so on to the output.",
)

# One hidden unit with the incoming weights w_1 and the outgoing w_2, in one space: ⟨∇L, w_1⟩ = ⟨∇_1 L, w_1⟩.
LOSS = r"\mathcal{L}"
w1, w2 = vector("w_1"), vector("w_2")
_gradient = gradient(LOSS, w1 + w2)
TIED = Hypothesis(
    "ReLU's invariance",
    equal(Value(LOSS, (1 + t) * w1 + w2), Value(LOSS, w1 + (1 + t) * w2)),
    meaning="relu(a z) = a relu(z), a = 1 + t > 0: the incoming weights times a do what the outgoing times a do",
)
balanced = chain(
    "what ReLU's own invariance gives",
    (TIED,),
    (Step("differentiate in t", equal(_gradient.dot(w1), _gradient.dot(w2)), ChainRule(t), (TIED.name,)),),
    r"For a hidden ReLU unit with incoming weights $w_1$ and outgoing $w_2$: $\langle w_1,\nabla_{w_1}\mathcal L\rangle"
    r"=\langle w_2,\nabla_{w_2}\mathcal L\rangle$, where batch normalization makes each of them 0.",
)


def _output(first: sympy.Integer, second: sympy.Integer) -> sympy.Expr:
    """f(1) = w_2 relu(w_1)."""
    return second * sympy.Max(0, first)


_one, _two = sympy.Integer(1), sympy.Integer(2)
RELU = Witness(
    r"$f(x)=w_2\,\mathrm{relu}(w_1x)$, $x=w_1=w_2=1$, $a=(2,1)$: $f(x,T_aW)=2$ and $f(x,W)=1$.",
    given=(positive(_two),),
    printed=equal(_output(2 * _one, _one), _output(_one, _one)),
)
RADIAL = Witness(
    r"The same network at the loss $\frac12f(x)^2$: $\langle w_1,\nabla_{w_1}\mathcal L\rangle=w_1\cdot f\,w_2x=1$, "
    r"which Lemma 1 says is 0.",
    given=(equal(_output(_one, _one), 1),),
    printed=equal(_one * _output(_one, _one) * _one, 0),
)

CLAIM = Claim(
    id="PSI-DEF",
    paper="004",
    where="3.1, (1)–(3)",
    printed=r"\mathcal L(W,g)=\mathcal L(T_a(W),g)\text{ for any }T_a(W)=(a_1w^{(1)},\dots,a_mw^{(m)}),\ a_i>0;\quad"
    r"\text{“our discussions below can be applied on the top of any functions with PSI property e.g., ReLU neural "
    r"networks”}",
    verdict=Verdict.FALSE,
    finding=r"Of (1) with (2) the invariance is exact, $\epsilon=0$ and the last layer normalised as printed, wherever "
    r"(2) is defined. ReLU networks do not have it: they keep their output only if a unit's outgoing weights are "
    r"divided by what its incoming ones are multiplied by. That gives $\langle w_1,\nabla_{w_1}\mathcal L\rangle="
    r"\langle w_2,\nabla_{w_2}\mathcal L\rangle$ in place of Lemma 1, and $\mathcal L(V,g)\ne\mathcal L(W,g)$: (5), "
    r"(24) "
    r"and Theorem 1 remain for the rescalings that a ReLU network has; Lemma 1, the retraction, and the rates, which "
    r"rest on $\mathcal L(V,g)=\mathcal L(W,g)$, do not.",
    theorems=(mean_scales, variance_scales, neuron),
    corrected=(balanced,),
    corrected_latex=r"\text{the invariance for networks in which every weight of }W\text{ is followed by BN; for ReLU: "
    r"}(w_1,w_2)\mapsto(aw_1,\tfrac1aw_2)",
    witnesses=(RELU, RADIAL),
    notes=(
        "A weight with Var(z) = 0, such as w = 0, is outside of (2). What ε > 0 does is SP-INV-BN.",
        "(2) with batch statistics: in evaluation mode they are stored, and nothing is invariant.",
        "A residual network has layers without BN behind them (the last one): these belong to g.",
    ),
)
