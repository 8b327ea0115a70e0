"""(24): the blocks of the Hessian under a rescaling of all blocks, each by its own factor."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Theorem, Verdict
from derivations.notation import chain, one_step, t
from derivations.psi.rescaled_gradients import a, h
from derivations.rules import ChainRule, Identity, Square
from derivations.space import Value, Vector, gradient, vector
from derivations.statement import equal, positive

b = sympy.Symbol("a_j", real=True)
# The derivative in the direction ξ of block i, as a function of one block alone: w_j, w_i itself, or g.
HERE, THERE = r"D_\xi\mathcal{L}_{W}", r"D_\xi\mathcal{L}_{T_aW}"
TIMES = rf"a_i{THERE}"


def block(name: str, at: Vector, factor: sympy.Expr, words: str) -> Theorem:
    """The Hessian of the blocks i and `at`, as a bilinear form in ξ and h, when `at` is multiplied by `factor`."""
    mixed = gradient(THERE, factor * at).dot(h)
    times = gradient(TIMES, factor * at).dot(h)
    return chain(
        name,
        (
            Hypothesis(
                "(5)",
                equal(Value(TIMES, factor * (at + t * h)), Value(HERE, at + t * h)),
                meaning="(5) in the direction ξ, nearby too: D_ξ L(W) = a_i D_ξ L(T_a W)",
            ),
            Hypothesis("constant factor", equal(times, a * mixed), meaning="a_i comes out of the derivative"),
        ),
        (
            Step("differentiate once more", equal(factor * times, gradient(HERE, at).dot(h)), ChainRule(t), ("(5)",)),
            Step(
                name,
                equal(gradient(HERE, at).dot(h), a * factor * mixed),
                Identity(),
                ("differentiate once more", "constant factor"),
            ),
        ),
        words,
    )


off_diagonal = block(
    "two blocks",
    vector("w_j"),
    b,
    r"$\nabla^2_{w_iw_j}\mathcal L(W,g)=a_ia_j\nabla^2_{a_iw_i\,a_jw_j}\mathcal L(T_aW,g)$, as bilinear forms.",
)
diagonal = block(
    "one block",
    vector("w_i"),
    a,
    r"$\nabla^2_{w_iw_i}\mathcal L(W,g)=a_i^2\nabla^2_{a_iw_i\,a_iw_i}\mathcal L(T_aW,g)$.",
)
mixed = block(
    "a block and g",
    vector("g"),
    sympy.Integer(1),
    r"$\nabla^2_{w_ig}\mathcal L(W,g)=a_i\nabla^2_{a_iw_i\,g}\mathcal L(T_aW,g)$.",
)
_x, _y = sympy.symbols("x y", real=True)
norms = one_step(
    "their sizes",
    (
        Hypothesis("factor", positive(a), meaning="a_i > 0"),
        Hypothesis("other factor", positive(b), meaning="a_j > 0"),
        Hypothesis("value", equal(_x, a * b * _y), meaning="x, y: the two forms at the same unit vectors ξ, h"),
    ),
    equal(sympy.Abs(_x), a * b * sympy.Abs(_y)),
    Square(),
    r"Hence $\|\nabla^2_{a_iw_i\,a_jw_j}\mathcal L(T_aW,g)\|_2=\frac1{a_ia_j}\|\nabla^2_{w_iw_j}\mathcal L(W,g)\|_2$: "
    r"the larger the weights, the smaller the Hessian.",
)

CLAIM = Claim(
    id="PSI-E24",
    paper="004",
    where="(24)",
    printed=r"\nabla^2_{w^{(i)}w^{(j)}}\mathcal L(W,g)=a_ia_j\nabla^2_{a_iw^{(i)}a_jw^{(j)}}\mathcal L(T_a(W),g);\quad "
    r"\nabla^2_{w^{(i)}g}\mathcal L(W,g)=a_i\nabla^2_{a_iw^{(i)}g}\mathcal L(T_a(W),g)",
    verdict=Verdict.HOLDS,
    finding=r"Exact wherever $\mathcal L$ is twice differentiable, for $i=j$ too. With $T_aW=V$ the blocks at $W$ are "
    r"those on the spheres divided by $\|w_i\|\|w_j\|$ and by $\|w_i\|$: they grow without bound as a weight goes to "
    r"0, so that (19) bounds them only away from 0.",
    theorems=(off_diagonal, diagonal, mixed, norms),
    notes=("With ReLU activations the loss is twice differentiable almost everywhere only.",),
)
