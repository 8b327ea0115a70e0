"""A normalisation layer's ε as one more coordinate of the weight: what is exact, and what is lost without it.

One slice x of a weight; N: the centred outputs, linear in x; V: their variance, quadratic in x; z = γN/√(V+ε): what
is added to the layer's shift. Everything else that the loss depends on is held fixed.
"""

import sympy

from derivations.claim import Hypothesis, Step
from derivations.notation import chain, eps, one_step, r, t
from derivations.rules import ChainRule, Identity, Nondegenerate, Sign
from derivations.space import Value, gradient, vector
from derivations.spherical.batch_norm import EPSILON, SCALE, SPREAD, mean, output, rho, variance
from derivations.statement import equal, less, positive

LOSS, LIFTED, HEAD, GAIN = r"\mathcal{L}", "H", r"\ell", r"\mathcal{L}_\gamma"
x, h, e, z, numerators = vector("x"), vector("h"), vector("e"), vector("z"), vector("N")
tau, total, gamma, s = sympy.symbols("tau D gamma s", real=True)
kappa = sympy.Symbol("kappa", real=True)
OFFSET = Hypothesis("epsilon", positive(eps), meaning="ε > 0")
LAYER = Hypothesis("layer", equal(kappa, eps / (r**2 * s**2 + eps)), meaning="κ, with the variance V = r²s² at ‖x‖ = r")
RADIUS = Hypothesis("radius", positive(r), meaning="r = ‖x‖ > 0")
UNIT_SPREAD = Hypothesis("spread", positive(s), meaning="s² > 0: the variance at norm 1")

same_output = one_step(
    "ε scales with the weight",
    (SCALE, SPREAD, EPSILON),
    equal(
        (rho * output - rho * mean) / sympy.sqrt(rho**2 * variance + rho**2 * eps),
        (output - mean) / sympy.sqrt(variance + eps),
    ),
    Identity(),
    r"$x\to\rho x$ with $\epsilon\to\rho^2\epsilon$ leaves every output as it is: a layer at the norm $r$ with "
    r"$\epsilon$ is the layer at norm 1 with $\frac\epsilon{r^2}$. The loss is "
    r"radially invariant in $X=(x,\sqrt\epsilon)$.",
)

_lifted = x + tau * e
tangent = chain(
    "Lemma 1 with ε: the radial part",
    (
        Hypothesis(
            "invariance along the ray",
            equal(Value(LOSS, (1 + t) * x + (1 + t) * tau * e), Value(LOSS, _lifted)),
            meaning="for every t > -1; e is the coordinate of √ε = τ",
        ),
    ),
    (
        Step(
            "differentiate in t",
            equal(gradient(LOSS, _lifted).dot(x), -tau * gradient(LOSS, _lifted).dot(e)),
            ChainRule(t),
            ("invariance along the ray",),
        ),
    ),
    r"$\langle\nabla_x\mathcal L,x\rangle=-\sqrt\epsilon\,\frac{\partial\mathcal L}{\partial\sqrt\epsilon}"
    r"=-2\epsilon\,\frac{\partial\mathcal L}{\partial\epsilon}$: exactly the loss's dependence on $\epsilon$.",
)
_there, _here = gradient(LOSS, rho * x + rho * tau * e), gradient(LOSS, _lifted)
homogeneous = chain(
    "Lemma 1 with ε: homogeneity",
    (
        Hypothesis(
            "invariance nearby",
            equal(Value(LOSS, rho * (_lifted + t * h)), Value(LOSS, _lifted + t * h)),
            meaning="for every direction h, that of √ε included, and every t near 0",
        ),
    ),
    (
        Step("in every direction", equal((rho * _there).dot(h), _here.dot(h)), ChainRule(t), ("invariance nearby",)),
        Step("as vectors", equal(rho * _there, _here), Nondegenerate(h), ("in every direction",)),
    ),
    r"$\rho\,\nabla\mathcal L_{\rho^2\epsilon}(\rho x)=\nabla\mathcal L_\epsilon(x)$: each statement at the norm $r$ "
    r"is that at norm 1 with $\frac\epsilon{r^2}$ in the place of $\epsilon$.",
)

# H: the loss as a function of the numerators and of what stands under the root, D = V + ε.
_at = numerators + total * e
_slope_h, _slope_l, _slope_z = gradient(LIFTED, _at), gradient(LOSS, x), gradient(HEAD, z)
_gain = vector(r"e_\gamma")
radial = chain(
    "the radial part of the gradient",
    (
        Hypothesis(
            "the layer",
            equal(
                Value(LOSS, (1 + t) * x),
                Value(LIFTED, (1 + t) * numerators + (total + ((1 + t) ** 2 - 1) * variance) * e),
            ),
            meaning="the loss at (1+t)x: numerators times 1+t, V times (1+t)², ε as it is",
        ),
        Hypothesis(
            "a quotient",
            equal(Value(LIFTED, (1 + t) * numerators + (1 + t) ** 2 * total * e), Value(LIFTED, _at)),
            meaning="H depends on N/√D only",
        ),
        Hypothesis(
            "the outputs",
            equal(Value(LIFTED, (1 + t) * numerators + total * e), Value(HEAD, (1 + t) * z)),
            meaning="as a function of the outputs z it is ℓ",
        ),
        Hypothesis(
            "the gain",
            equal(Value(GAIN, (1 + t) * gamma * _gain), Value(HEAD, (1 + t) * z)),
            meaning="z is proportional to γ",
        ),
        Hypothesis("under the root", equal(total, variance + eps), meaning="D = V + ε"),
        Hypothesis("not 0", positive(total), meaning="V + ε > 0"),
    ),
    (
        Step(
            "in x",
            equal(_slope_l.dot(x), _slope_h.dot(numerators) + 2 * variance * _slope_h.dot(e)),
            ChainRule(t),
            ("the layer",),
        ),
        Step("in D", equal(_slope_h.dot(numerators), -2 * total * _slope_h.dot(e)), ChainRule(t), ("a quotient",)),
        Step("in z", equal(_slope_h.dot(numerators), _slope_z.dot(z)), ChainRule(t), ("the outputs",)),
        Step(
            "in γ",
            equal(gamma * gradient(GAIN, gamma * _gain).dot(_gain), _slope_z.dot(z)),
            ChainRule(t),
            ("the gain",),
        ),
        Step(
            "the radial part",
            equal(_slope_l.dot(x), eps / (variance + eps) * (gamma * gradient(GAIN, gamma * _gain).dot(_gain))),
            Identity(),
            ("in x", "in D", "in z", "in γ", "under the root", "not 0"),
        ),
    ),
    r"$\langle\nabla\mathcal L(x),x\rangle=\kappa\,\gamma\frac{\partial\mathcal L}{\partial\gamma}$ with "
    r"$\kappa=\frac\epsilon{V+\epsilon}$, $V=r^2s^2$: the gradient leaves the tangent space by the gain's own gradient "
    r"times $\kappa$. Where several populations share the weight (LN, GN, IN) it is the sum of their "
    r"$\kappa_j\langle\frac{\partial\mathcal L}{\partial z_j},z_j\rangle$.",
)
small = chain(
    "κ from above",
    (LAYER, RADIUS, UNIT_SPREAD, OFFSET),
    (
        Step(
            "above",
            less(kappa, eps / (r**2 * s**2)),
            Sign(eps**2 / (r**2 * s**2 * (r**2 * s**2 + eps))),
            ("layer", "radius", "spread", "epsilon"),
        ),
    ),
    r"$\kappa<\frac\epsilon{r^2s^2}$.",
)
large = chain(
    "κ from below",
    (LAYER, RADIUS, UNIT_SPREAD, OFFSET),
    (
        Step(
            "below",
            less(1 - r**2 * s**2 / eps, kappa),
            Sign(r**4 * s**4 / (eps * (r**2 * s**2 + eps))),
            ("layer", "radius", "spread", "epsilon"),
        ),
    ),
    r"$\kappa>1-\frac{r^2s^2}\epsilon$: for short weights nothing is left of the tangency.",
)
THEOREMS = (same_output, tangent, homogeneous, radial, small, large)
