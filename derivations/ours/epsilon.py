"""OD-EPS: what a normalisation layer's ε, Adam's ε and rounding do to every statement that assumed 0, by the norm."""

from derivations.claim import Claim, Verdict
from derivations.ours import epsilon_adam, epsilon_layer, epsilon_norm, rounding

CLAIM = Claim(
    id="OD-EPS",
    paper="ours",
    where="ε = 0 in the layer, in Adam, in the arithmetic",
    printed=r"\text{a layer's }\epsilon\text{ at the norm }r\text{ is }\tfrac\epsilon{r^2}\text{ at norm 1, Adam's is "
    r"}r\epsilon:\quad\langle\nabla\mathcal L,w\rangle=\kappa\,\gamma\,\partial_\gamma\mathcal L,\ "
    r"\kappa=\frac\epsilon{r^2s^2+\epsilon};\qquad\Delta w_\epsilon=(1-\kappa)\,\Delta w_0,\ "
    r"\kappa=\frac{r\epsilon}{n+r\epsilon}",
    verdict=Verdict.HOLDS,
    finding=r"The two pull apart: a layer's $\epsilon$ spoils short weights, Adam's long ones. $s^2$: variance of the "
    r"layer's output, $n$: $\sqrt{\hat v}$, both at norm 1. At $s=1$ and $\epsilon=10^{-5}$ Lemma 1 is off by 1 % of "
    r"$\gamma\partial_\gamma\mathcal L$ at $r=0.031$ and by half at $0.0032$. Norm laws are not saved by long weights: "
    r"at given $c=\gamma\partial_\gamma\mathcal L$ and $G=r^2\|g\|^2$ their error $\frac{2c\,\kappa r^2}{\eta G}$ "
    r"grows with $r$, to $\frac{2c\,\epsilon}{\eta Gs^2}$, and training, which lets $G$ fall faster than $c$, raises "
    r"it. Where $\gamma$ is decayed too, $\epsilon$ takes $\frac{\kappa\gamma^2}{r^2}$ off the decay: 1 % at $r=0.18$, "
    r"all of it at $0.056$. Adam's $\epsilon=10^{-8}$ shortens steps by 1 % at $r=10^6n$, inside the root, as 000 (7) "
    r"prints it, at $1.4\cdot10^3n$; AdamW without momentum keeps its angle at rest, and its norm gives way. In "
    r"bfloat16 a decay with $\eta\lambda<2^{-9}$ does nothing at any norm.",
    theorems=(*epsilon_layer.THEOREMS, *epsilon_norm.THEOREMS, *epsilon_adam.THEOREMS, *rounding.THEOREMS),
    notes=(
        "Theorem 2 of 000 and 001 (SP-T2-STEP, -RADIUS, -DIST, -EXP) is about any step, and holds with every ε: what "
        "changes is c.",
        "ε enters as one more coordinate, √ε, of a radially-invariant function: Lemma 1 holds for (w, √ε) as it is "
        "printed, and so does every statement that follows from it, with √ε held fixed by the optimizer.",
        "∂L/∂γ is what torch stores in the gain's .grad: the violation can be read off a training run.",
        "A gain that is not decayed and has come to rest has γ∂L/∂γ = 0: then ε costs nothing in the mean.",
        "The laws of other schemes' ε are those of OD-SCALE, read backwards: a run at the norm r with ε is one at norm "
        "1 with r^a ε, a = 1 beside √v, 2 inside the root.",
        "κ differs from coordinate to coordinate with v̂: Adam's direction changes by their spread, its length by "
        "their size.",
        "The norm at rest with Adam's ε is that of a mean field: √v̂ the same in every coordinate, β₁ = 0.",
        "With momentum the decay and the radial part pass through the same buffer; its norm law with ε is not proved "
        "here.",
        "Rounding: to nearest, in the dtype of the weights; torch's loop and foreach alike. On a CPU torch 2.13.0's "
        "SGD(fused=True) moves no 16-bit weight that falls into a whole vector register (pytorch issue 191763).",
    ),
)
