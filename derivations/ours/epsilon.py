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
    finding=r"The two pull apart: a layer's $\epsilon$ spoils short weights, Adam's long ones. $s^2$: variance of "
    r"what BN normalises, $n$: $\sqrt{\hat v}$, both at norm 1. At $s=1$, $\epsilon=10^{-5}$ Lemma 1 is off by 1 % of "
    r"$\gamma\partial_\gamma\mathcal L$ at $r=0.031$ and by half at $0.0032$. Norm laws are not saved by long weights: "
    r"at given $c=\gamma\partial_\gamma\mathcal L$ and $G=r^2\|g\|^2$ their error $\frac{2c\,\kappa r^2}{\eta G}$ "
    r"grows with $r$, to $\frac{2c\,\epsilon}{\eta Gs^2}$, and a training in which $G$ falls faster than $c$ raises "
    r"it. Where $\gamma$ is decayed too, $\epsilon$ takes $\frac{\kappa\gamma^2}{r^2}$ off the decay: 1 % at $r=0.18$, "
    r"all of it at $0.056$. Adam's $\epsilon=10^{-8}$ shortens steps by 1 % at $r=10^6n$, inside the root, as 000 (7) "
    r"prints it, at $1.4\cdot10^3n$, both without L2 in the gradient. AdamW without momentum keeps its angle at rest, "
    r"and its norm gives way, where $\sqrt{\hat v}$ is the same in every coordinate. In bfloat16 a decay that is "
    r"rounded on its own, as in AdamW unless fused, does nothing at any norm if $\eta\lambda<2^{-9}$.",
    theorems=(*epsilon_layer.THEOREMS, *epsilon_norm.THEOREMS, *epsilon_adam.THEOREMS, *rounding.THEOREMS),
    notes=(
        "Theorem 2 of 000 and 001 (SP-T2-STEP, -RADIUS, -DIST, -EXP) is about any step, and holds with every ε: what "
        "changes is c.",
        "ε enters as one more coordinate, √ε, of a radially-invariant function: Lemma 1 holds for (w, √ε) as it is "
        "printed. The laws of the norm do not follow from that: no optimizer moves √ε, and ⟨∇L, w⟩ is what is missing.",
        "∂L/∂γ is what torch stores in the gain's .grad: the violation can be read off a training run.",
        "A gain that is not decayed and has come to rest has γ∂L/∂γ = 0 in the mean: of ε's cost there remains what κ "
        "varies with the batch.",
        "κγ∂L/∂γ with one κ is BN; in LN, GN, IN each population has its own.",
        "Left out of the table: what speaks of momentum buffers (SMD-T2-MAP, AP-L22, AP-SGDP, OD-MOMENTUM), SMD-E12, "
        "PSI-T2.",
        "The laws of other schemes' ε are those of OD-SCALE, read backwards: a run at the norm r with ε is one at norm "
        "1 with r^a ε, a = 1 beside √v, 2 inside the root.",
        "κ differs from coordinate to coordinate with v̂: Adam's direction changes by their spread, its length by "
        "their size.",
        "At rest with Adam's ε norm and angle are those of a mean field: √v̂ the same in every coordinate, β₁ = 0. "
        "Where it differs, the angle depends on ε, and goes to that of SGD with decoupled decay for large ε.",
        "With L2 in Adam's gradient n is that of r²λ, which grows with r: ε then matters less than the table says.",
        "(1-κ)Δw₀ is the step without decoupled decay, and before AdamP's projection.",
        "With momentum the decay and the radial part pass through the same buffer; its norm law with ε is not proved "
        "here.",
        "Rounding: once, to nearest, in the dtype of the weights, normal numbers; torch's loop and foreach alike, but "
        "for changes within about 2⁻²³ of a bound, relatively: a CPU rounds in float32 first.",
        "L2 beside a gradient is rounded with it, and AdamW(fused=True) rounds once: where the steps are as long as "
        "the gaps, those decays act in the mean, however small ηλ.",
        "In float16 Adam's default ε is 0: where v is 0, the step is not finite.",
        "On a CPU torch 2.13.0's SGD(fused=True) moves no 16-bit weight that falls into a whole vector register "
        "(pytorch issue 191763).",
    ),
)
