"""Lemma 2.2: the norm under gradient descent with momentum, and under its variants."""

import sympy

from derivations.adamp import nesterov_norm, norm_steps, norm_sums
from derivations.adamp.exact_runs import exact_run, square, tangent
from derivations.claim import Claim, Verdict, Witness
from derivations.scheme import Scheme
from derivations.schemes.sgd_m import SGDM
from derivations.schemes.sgdw import SGDW
from derivations.statement import equal

R = sympy.Rational


def _against(description: str, scheme: Scheme, rates: tuple = (1, 1), decay: object = 0, buffer: tuple = ()) -> Witness:
    """Two steps with β = 1/2 in the plane; (8) at the second one, with that step's η."""
    steps = [{"lr": R(rate), "momentum": R(1, 2), "weight_decay": R(decay)} for rate in rates]
    points, _, _ = exact_run(scheme, (1, 0), [(0, 1)], steps[:1], buffer)
    second = (-points[1][1], points[1][0])
    points, buffers, gradients = exact_run(scheme, (1, 0), [(0, 1), second], steps, buffer)
    growth = steps[1]["lr"] ** 2 * (square(buffers[1]) + square(buffers[0]))
    return Witness(
        description,
        given=tangent(points, gradients),
        printed=equal(square(points[2]), square(points[1]) + growth),
    )


SCHEDULE = _against(
    r"The rate falls from $\eta_0=1$ to $\eta_1=\frac12$, with $\beta=\frac12$, $w_0=(1,0)$, $g_0=(0,1)$, $g_1=(1,1)$: "
    r"the true cross term is $2\beta\eta_1\eta_0\|p_0\|^2$, not $2\beta\eta_1^2\|p_0\|^2$.",
    SGDM(),
    rates=(1, R(1, 2)),
)
COUPLED = _against(
    r"L2 in the gradient: the same start and $g_0$, $g_1=w_1$ turned by a right angle, $\eta=1$, $\lambda=\frac1{10}$.",
    SGDM(),
    decay=R(1, 10),
)
DECOUPLED = _against(
    r"Decoupled decay: the same with $g_1=w_1$ turned by a right angle, $\eta=1$, $\lambda=\frac1{10}$.",
    SGDW(),
    decay=R(1, 10),
)

_start, _buffers, _none = exact_run(SGDM(), (1, 0), [(0, 0)], [{"lr": R(1), "momentum": R(1, 2)}], buffer=(1, 0))
BUFFER = Witness(
    r"A buffer at the start: $w_0=p_{-1}=(1,0)$, $\beta=\frac12$, $\eta=1$, $g_0=0$: the norm halves, "
    r"$\|w_1\|^2=\frac14$, and (8) gives $\|w_0\|^2+\|p_0\|^2=\frac54$.",
    given=tangent(_start, _none),
    printed=equal(square(_start[1]), square(_start[0]) + square(_buffers[0])),
)

CLAIM = Claim(
    id="AP-L22",
    paper="003",
    where="Lemma 2.2, (7), (8)",
    printed=r"w_{t+1}=w_t-\eta p_t,\ p_t=\beta p_{t-1}+\nabla_{w_t}f(w_t):\quad\|w_{t+1}\|_2^2=\|w_t\|_2^2+"
    r"\eta^2\|p_t\|_2^2+2\eta^2\sum_{k=0}^{t-1}\beta^{t-k}\|p_k\|_2^2",
    verdict=Verdict.HYPOTHESIS,
    finding=r"Exact for constant $\eta$, $\beta$ and no decay, exactly when $\langle w_0,p_{-1}\rangle=0$, of which "
    r"the "
    r"slides say nothing; otherwise $-2\eta\beta^{t+1}\langle w_0,p_{-1}\rangle$ is added, and the norm can shrink. "
    r"Of the "
    r"variants dampening alone leaves it as it is; a schedule, L2, decoupled decay and Nesterov's rule change it by "
    r"the "
    r"terms below. Nesterov's norm does not shrink from an empty buffer, though $\langle u_k,p_k\rangle$ may be "
    r"negative, "
    r"unless the rate rises more than $(1+\beta)^2/\beta\ge4$ times in one step, as in a warm-up from 0.",
    theorems=(norm_steps.radial, norm_steps.norm, norm_steps.start),
    corrected=(
        norm_sums.printed,
        norm_sums.coupled,
        norm_steps.radial_dampened,
        norm_steps.radial_decoupled,
        norm_steps.norm_decoupled,
        norm_sums.decoupled,
        norm_sums.scheduled,
        norm_steps.subtracted,
        norm_steps.radial_nesterov,
        norm_steps.norm_nesterov,
        nesterov_norm.sums,
        nesterov_norm.pulls_back,
        nesterov_norm.growing,
        nesterov_norm.monotone,
    ),
    corrected_latex=r"\|w_{t+1}\|^2=\|w_t\|^2+\eta_t^2\|p_t\|^2+2\eta_t\sum_{k<t}\beta^{t-k}\eta_k\|p_k\|^2"
    r"-2\eta_t\lambda\sum_{k\le t}\beta^{t-k}\|w_k\|^2-2\eta_t\beta^{t+1}\langle w_0,p_{-1}\rangle",
    witnesses=(BUFFER, SCHEDULE, COUPLED, DECOUPLED, nesterov_norm.DIFFERENT, nesterov_norm.WARM_UP),
    notes=(
        "With dampening p_0 is the first gradient itself, as torch has it, which is orthogonal to w_0: (8) holds with "
        "the dampened buffers as they are.",
        "β = 0 is Lemma 2.1. ηλ = 1 with decoupled decay replaces the weight by -ηp_t: what is left of the formula is "
        "‖w_{t+1}‖² = η²‖p_t‖².",
        "The sums over t are proved from the recursions, which are proved of the schemes' own steps.",
        "A buffer that is not empty is met where a run goes on from weights that were rescaled or projected.",
    ),
)
