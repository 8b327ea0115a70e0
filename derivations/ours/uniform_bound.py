"""OD-UNIFORM: how far SGD's effective rate can be from AdaGradG's, at any time."""

from derivations.claim import Claim, Hypothesis, Step, Theorem, Verdict
from derivations.notation import chain, k, one_step, sequence, t
from derivations.rules import Identity, Induction, Sign
from derivations.spherical.effective_rates import r0
from derivations.statement import at_most, equal, nonnegative, positive

# ρ = r⁴ of SGD without decay (Theorem 4's first link is exact); R = its closed form; G = (η_i‖∇L(u_i)‖)²; s = G/r⁴.
rho, closed, G, s = sequence(r"\rho"), sequence("R"), sequence("G"), sequence("s")
DYNAMICS = Hypothesis(
    "dynamics", equal(rho(k + 1), rho(k) + 2 * G(k) + G(k) * s(k)), (k,), "the square of (48): ρ = r⁴, s = G/ρ"
)
CLOSED = Hypothesis("closed form", equal(closed(k + 1), closed(k) + 2 * G(k)), (k,), "R_{k+1} = R_k + 2 G_k")
SAME_START = Hypothesis("start", equal(rho(0), closed(0)), meaning="ρ₀ = R₀ = r₀⁴")
GRADIENTS = Hypothesis("gradients", nonnegative(G(k)), (k,), "G ≥ 0")
VARIABLE = Hypothesis("variable", nonnegative(s(k)), (k,), "s ≥ 0")
LARGEST = Hypothesis("largest", nonnegative(t - s(k)), (k,), "t is the largest expansion variable: s_k ≤ t for all k")
INITIAL = Hypothesis("initial radius", positive(closed(0)), meaning="r₀ > 0")

squared = one_step(
    "the squared dynamics",
    (Hypothesis("radius", positive(r0), meaning="r > 0"),),
    equal((r0**2 + G(k) / r0**2) ** 2, r0**4 + 2 * G(k) + G(k) * (G(k) / r0**4)),
    Identity(),
    r"$r_{k+1}^4=r_k^4+2G_k+G_ks_k$ with $s_k=\frac{G_k}{r_k^4}$.",
)
lower = one_step(
    "r⁴ is at least its closed form",
    (DYNAMICS, CLOSED, SAME_START, GRADIENTS, VARIABLE),
    at_most(closed(k), rho(k)),
    Induction(k, Sign(), Sign((rho(k) - closed(k)) + G(k) * s(k))),
    r"$R_k\le r_k^4$ for all $k$.",
)
upper = one_step(
    "and at most 1 + t/2 times it",
    (DYNAMICS, CLOSED, SAME_START, GRADIENTS, LARGEST),
    at_most(rho(k), (1 + t / 2) * closed(k) - t / 2 * closed(0)),
    Induction(
        k,
        Sign(),
        Sign(((1 + t / 2) * closed(k) - t / 2 * closed(0) - rho(k)) + G(k) * (t - s(k))),
    ),
    r"$r_k^4\le(1+\frac t2)R_k-\frac t2r_0^4$ for all $k$.",
)


def _sharp() -> Theorem:
    """With s constant, r⁴ grows by (1+t)² a step, and r⁴/R tends to 1 + t/2: the bound cannot be improved."""
    p = (1 + t) ** 2
    grown = Hypothesis("growth", equal(rho(k + 1), p * rho(k)), (k,), "s_k = t at every step")
    sums = Hypothesis("closed form", equal(closed(k + 1), closed(k) + 2 * t * rho(k)), (k,), "R_{k+1} = R_k + 2 t ρ_k")
    return one_step(
        "the bound is attained in the limit",
        (grown, sums, SAME_START),
        equal((1 + t / 2) * closed(k) - rho(k), t / 2 * closed(0)),
        Induction(k),
        r"If $s_k=t$ at every step, $(1+\frac t2)R_k-r_k^4=\frac t2r_0^4$ stays constant while $R_k\to\infty$: the "
        r"ratio tends to $1+\frac t2$.",
    )


def _ratio() -> Theorem:
    """The statement itself: the squared ratio of the rates, R/r⁴, is at least 1/(1 + t/2)."""
    stays = Step(
        "R > 0",
        positive(closed(k)),
        Induction(k, Sign(), Sign(closed(k) + 2 * G(k))),
        ("closed form", "gradients", "initial radius"),
    )
    bound = upper.steps[-1]
    margin = ((1 + t / 2) * closed(k) - t / 2 * closed(0) - rho(k) + t / 2 * closed(0)) / closed(k)
    last = Step("ratio", at_most(rho(k) / closed(k), 1 + t / 2), Sign(margin), (stays.name, bound.name, "t"))
    nonneg = Hypothesis("t", nonnegative(t), meaning="t ≥ 0, a maximum of squares")
    return chain(
        "the effective rates, at every step",
        (DYNAMICS, CLOSED, SAME_START, GRADIENTS, LARGEST, INITIAL, nonneg),
        (stays, bound, last),
        r"$\left(\frac{\eta^e_{\mathrm{AdaGradG}}}{\eta^e_{\mathrm{SGD}}}\right)^2=\frac{r_k^4}{R_k}\le1+\frac t2$ "
        r"for all $k$.",
    )


ratio = _ratio()
sharp = _sharp()

CLAIM = Claim(
    id="OD-UNIFORM",
    paper="ours",
    where="Theorem 4, uniformly in k",
    printed=r"\left(1+\tfrac "
    r"t2\right)^{-1/2}\le\frac{\eta^e_{k,\mathrm{SGD}}}{\eta^e_{k,\mathrm{AdaGradG}}}\le1\quad\forall k,\qquad "
    r"t=\max_{i<k}\frac{(\eta_i\|\nabla\mathcal L(u_i)\|)^2}{r_i^4}=\max_{i<k}(\eta^e_i\|c_i^\perp\|)^2",
    verdict=Verdict.HOLDS,
    finding=r"The errors of Theorem 4 do not accumulate: along the same gradients the two rates differ by at most "
    r"the factor $(1+\frac t2)^{1/2}$ at every step, and no smaller bound in $t$ alone is true. A stationary run, "
    r"$t=(1-\eta\lambda)^{-2}-1$, tends to it.",
    theorems=(squared, lower, ratio, sharp),
    notes=(
        "η^e_SGD/η^e_AdaGradG = (R_k/r_k⁴)^{1/2}, so the two bounds on r⁴ are the bounds on the rate.",
        "Weight decay is included: Theorem 4's first link turns it exactly into a schedule, with the same expansion "
        "variable.",
        "Along the same gradients: two schemes that run freely also differ through the points at which they take "
        "their gradients, "
        "which this does not bound.",
    ),
)
