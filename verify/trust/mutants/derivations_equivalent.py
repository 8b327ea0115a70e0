"""Mutants of proofs that no numbers settle: why they say the same, or say something else that is true."""

from collections.abc import Mapping

RAY = (
    "the fact still says that the loss is the same all along the ray, by another name of its value; the numbers draw "
    "gradients that know nothing of a fact about a function"
)

EQUIVALENT: Mapping[str, str] = {
    "SP-L1: the gradient is tangent: invariance along the ray: right: without the term in x": RAY,
    "SMD-L1: the gradient is tangent: invariance along the ray: right: without the term in x": RAY,
    "PSI-L1: the gradient is tangent: invariance along the ray: right: without the term in x": RAY,
    "AP-ORTH: orthogonality, at every scale: scale invariance: right: without the term in w": RAY,
    "SMD-C1: every other norm comes to it: norm: < -> <=": (
        "with s = 0 the hypothesis s·d = 1 - s would read 0 = 1: s ≥ 0 and s > 0 say the same beside it"
    ),
}
"""{label: reason}."""

TRUE: Mapping[str, str] = {
    "SMD-E4: its norm, exactly: its norm, exactly: left: "
    "2*eta**2*lambda*{\\langle g_t, w_t \\rangle} without eta**2 at 2": (
        "⟨g, w⟩ = 0 is among the facts: the changed term is 0 either way; the numbers met a point with ‖w‖² near 10⁵⁶, "
        "beyond their digits"
    ),
    "SMD-E10: an unchanged norm without decay: cleared: left: eta**2, exponent +1 at 1": (
        "the facts give ‖g‖ = 0, so that η²‖g‖² = 0 and η³‖g‖² = 0 are both true; the point met them up to rounding"
    ),
    "SMD-T2: without noise: small: < -> <=": (
        "the theorem is true where the hypothesis holds with equality too: z3 decides its steps there as well"
    ),
    "PSI-ACC: the norm under GD: rate: < -> <=": "true at η = 0 too, where the weights stay and both sides are ‖w_0‖²",
    "PSI-ACC: the norm under PSI-GD: rate: < -> <=": (
        "true at η = 0 too, where the weights stay and both sides are log ‖w_0‖²"
    ),
    "PSI-ACC: the norm under PSI-GD: logarithm: left: 0 -> 1 at top": (
        "the changed hypothesis, 1 ≤ z - log(1+z), is stronger, and what follows from the weaker one follows"
    ),
}
"""{label: why it is true}, of mutants that say something else."""
