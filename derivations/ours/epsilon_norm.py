"""What a layer's ε makes of the norm of a weight under SGD with L2: its growth, its rest, its angle at rest."""

import sympy

from derivations.claim import Hypothesis, Step
from derivations.notation import chain, eps, eta, k, lam, one_step, r
from derivations.ours.epsilon_layer import LAYER, OFFSET, RADIUS, UNIT_SPREAD, gamma, kappa, s
from derivations.rules import Identity, Sign
from derivations.schemes.sgd_l2 import SGDL2
from derivations.space import AbstractSpace, vector
from derivations.statement import equal, less, positive

slope, G, longer = sympy.symbols("c G h", real=True)
_w, _g = vector("w"), vector("g")
_after, _ = SGDL2().step(AbstractSpace(), k, _w, _g, {}, SGDL2.symbols())
_product = Hypothesis("radial part", equal(_w.dot(_g), kappa * slope), meaning="⟨g, w⟩ = κc, c = γ∂L/∂γ")
_length = Hypothesis("length", equal(_g.dot(_g), G / r**2), meaning="‖g‖² = G/r²")
_norm = Hypothesis("norm", equal(_w.dot(_w), r**2), meaning="‖w‖ = r")
norm_law = one_step(
    "the norm with ε",
    (_product,),
    equal(
        _after.dot(_after),
        (1 - eta * lam) ** 2 * _w.dot(_w) + eta**2 * _g.dot(_g) - 2 * eta * (1 - eta * lam) * kappa * slope,
    ),
    Identity(),
    r"SGD with L2: $\|w'\|^2=(1-\eta\lambda)^2\|w\|^2+\eta^2\|g\|^2-2\eta(1-\eta\lambda)\kappa c$, "
    r"$c=\gamma\frac{\partial\mathcal L}{\partial\gamma}$. At $\lambda=0$ the norm falls where "
    r"$2\kappa c>\eta\|g\|^2$.",
)
growth = chain(
    "the share of ε in the growth",
    (
        LAYER,
        RADIUS,
        UNIT_SPREAD,
        OFFSET,
        Hypothesis("rate", positive(eta), meaning="η > 0"),
        Hypothesis("gradient", positive(G), meaning="G = r²‖g‖² > 0"),
        Hypothesis("slope", positive(slope), meaning="c > 0; with -c for c < 0"),
    ),
    (
        Step(
            "above",
            less(kappa, eps / (r**2 * s**2)),
            Sign(eps**2 / (r**2 * s**2 * (r**2 * s**2 + eps))),
            ("layer", "radius", "spread", "epsilon"),
        ),
        Step(
            "share",
            less(2 * eta * kappa * slope / (eta**2 * G / r**2), 2 * slope * eps / (eta * G * s**2)),
            Sign(2 * slope * r**2 / (eta * G) * (eps / (r**2 * s**2) - kappa)),
            ("above", "radius", "spread", "rate", "gradient", "slope"),
        ),
    ),
    r"Relative to $\eta^2\|g\|^2=\eta^2\frac G{r^2}$ the term of $\epsilon$ is $\frac{2c\,\kappa r^2}{\eta G}$, less "
    r"than $\frac{2c\,\epsilon}{\eta Gs^2}$, to which it tends for long weights.",
)
_longer = LAYER.relation.right.subs(r, r + longer) * (r + longer) ** 2
grows = one_step(
    "the share of ε grows with the norm",
    (RADIUS, OFFSET, Hypothesis("longer", positive(longer), meaning="h > 0")),
    less(LAYER.relation.right * r**2, _longer),
    Sign(eps**2 * longer * (2 * r + longer) / ((r**2 * s**2 + eps) * ((r + longer) ** 2 * s**2 + eps))),
    r"$\kappa r^2$ is larger at the norm $r+h$ than at $r$: at given $c$, $G$ long weights do not save the law.",
)
rest = one_step(
    "the norm at rest with ε",
    (
        _product,
        _length,
        _norm,
        RADIUS,
        Hypothesis("rest", equal(_after.dot(_after), _w.dot(_w)), meaning="in the mean"),
    ),
    equal(eta * lam * (2 - eta * lam) * r**4, eta**2 * G - 2 * eta * (1 - eta * lam) * kappa * slope * r**2),
    Identity(),
    r"At equilibrium $r_*^4$ is its value at $\epsilon=0$, $\frac{\eta G}{\lambda(2-\eta\lambda)}$, times $1-D$, "
    r"$D=\frac{2(1-\eta\lambda)\kappa c\,r_*^2}{\eta G}$.",
)
_gain_rest = Hypothesis("gain", equal(slope, -lam * gamma**2), meaning="∂L/∂γ + λγ = 0: γ rests under the same decay")
gain_at_rest = one_step(
    "with a decayed gain at rest",
    (
        _product,
        _gain_rest,
        RADIUS,
        _norm,
    ),
    equal(
        _after.dot(_after),
        (1 - eta * lam) * (1 - eta * lam + 2 * eta * lam * kappa * gamma**2 / r**2) * r**2 + eta**2 * _g.dot(_g),
    ),
    Identity(),
    r"$c=-\lambda\gamma^2$: the radial part pushes outwards, and takes the share $\frac{\kappa\gamma^2}{r^2}$ off the "
    r"decay, to first order in $\eta\lambda$: $\frac{\epsilon\gamma^2}{r^2(r^2s^2+\epsilon)}$. "
    r"Without decay on $\gamma$ there is none, $c=0$.",
)
angle_at_rest = one_step(
    "the angle with a decayed gain at rest",
    (_product, _gain_rest, RADIUS, _norm),
    equal(_after.dot(_w), (1 - eta * lam * (1 - kappa * gamma**2 / r**2)) * r**2),
    Identity(),
    r"At equal norms $\cos\Delta=1-\eta\lambda\left(1-\frac{\kappa\gamma^2}{r^2}\right)$: the weight turns less, and "
    r"where the share reaches 1, at $r^2(r^2s^2+\epsilon)=\epsilon\gamma^2$, it does not turn.",
)
THEOREMS = (norm_law, growth, grows, rest, gain_at_rest, angle_at_rest)
