"""What happens when a hypothesis of the spherical perspective is dropped: (H1), (H2), ηλ < 1, ε = 0."""

from dataclasses import dataclass

from derivations.claim import Theorem, Witness
from derivations.ours.exponential_factor import exact as exact_exponential
from derivations.spherical import batch_norm, distance, image_step, normalization_layers, second_moment
from derivations.spherical.exponential_map import short
from derivations.spherical.hypotheses import WITHOUT_H2
from derivations.spherical.weight_decay_schedule import OVERSHOOT


@dataclass(frozen=True)
class Dropped:
    """A hypothesis, what becomes of the statements without it, and the theorems and witnesses that show it."""

    hypothesis: str
    statements: tuple[str, ...]
    consequence: str
    theorems: tuple[Theorem, ...] = ()
    witnesses: tuple[Witness, ...] = ()


DROPPED = (
    Dropped(
        r"(H1) $1-A_k\langle c_k,u_k\rangle>0$",
        ("SP-T2-STEP", "SP-T2-RADIUS", "SP-T2-DIST", "SP-T2-EXP", "SP-TAB1-SGD-L2"),
        r"Below 0 the step overshoots the origin: $u_{k+1}$ is the antipode of (8), (10) changes sign, $\eta^e<0$. "
        r"At 0 the radial part "
        r"vanishes and $\eta^e$ is infinite.",
        (image_step.step_beyond,),
    ),
    Dropped(
        r"(H2) $\eta_k^e\|c_k^\perp\|<\pi$",
        ("SP-T2-STEP", "SP-T2-EXP"),
        r"Nothing: a step covers $\arctan z<\frac\pi2$ for every $z$.",
        (exact_exponential, short),
        (WITHOUT_H2,),
    ),
    Dropped(
        r"$\eta\lambda<1$, which Theorem 4 does not state",
        ("SP-T4-WD", "SP-T4", "OD-EXACT"),
        r"For $\eta\lambda>1$ every step of SGD with L2 overshoots the origin and lands on the antipode of (8), and "
        r"the schedule "
        r"$\eta(1-\eta\lambda)^{-2k-1}$ is negative; "
        r"at $\eta\lambda=1$ the weight is replaced by $-\eta$ times its gradient and the schedule is infinite.",
        (),
        (OVERSHOOT,),
    ),
    Dropped(
        r"$\epsilon=0$ in the normalization layer",
        ("SP-INV-BN", "SP-INV-NL", "SP-L1"),
        r"Outputs keep the factor $\frac{\rho\sqrt{\sigma^2+\epsilon}}{\sqrt{\rho^2\sigma^2+\epsilon}}$ when the "
        r"filter is scaled by $\rho$: "
        r"first order in $\epsilon/\min(\sigma^2,\rho^2\sigma^2)$, of order 1 once one output variance is below "
        r"$\epsilon$.",
        (batch_norm.exact, batch_norm.violation),
        (batch_norm.EPSILON_MATTERS,),
    ),
    Dropped(
        r"$\epsilon=0$ in Adam",
        ("SP-NU", "SP-SRT-ABC", "SP-P-ADAMW", "SP-P-RATIO"),
        r"$\nu_k^2$ gains a term $\epsilon\,r_k^2$ (up to the bias correction): with a growing radius it takes over, "
        r"and the rate no longer "
        r"forgets the scale of the gradients.",
        (second_moment.exact,),
    ),
    Dropped(
        r"no bias before the normalization layer, which Appendix C does not state",
        ("SP-INV-NL",),
        r"LayerNorm, and GroupNorm over several channels, are no longer invariant in the weight alone.",
        (normalization_layers.with_bias,),
        (normalization_layers.BIASED,),
    ),
    Dropped(
        r"$z\ge0$ in (33)–(35), that is (H1)",
        ("SP-T2-DIST",),
        r"With (H1) violated $z<0$ and $u_{k+1}$ is the antipode of (8): the distance is $\pi-\arctan|z|>\frac\pi2$.",
        (distance.angle, image_step.step_beyond),
    ),
)
