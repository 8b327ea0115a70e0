"""AP-SGDP, AP-ADAMP: the projected step beside the plain one from the same weights, buffers and gradient, λ = 0."""

from types import SimpleNamespace

from derivations.schemes import by_name
from verify.batched.bounds import Scalar, Vector
from verify.batched.generate import Step, first_following
from verify.batched.law import Found
from verify.batched.space import SPACE
from verify.batched.verdict import at_most, equal, surely_positive

PLAIN = {"sgdp": ("AP-SGDP", "sgd-m", {"p": "m"}), "adamp": ("AP-ADAMP", "adamw", {"m": "m", "v": "v"})}


def projected_step(t: Step) -> Found:
    """w⁺ lies on the plain step's great circle, ‖w⁺‖² = ‖w‖² + ‖Πη p‖²; where p points inward it grows no less."""
    claim, name, buffers = PLAIN[t.scheme.name]
    state = {theirs: t.before[ours] for ours, theirs in buffers.items()}
    h = SimpleNamespace(**{**vars(t.h), "weight_decay": Scalar(0.0)})
    plain, _ = by_name(name).step(SPACE, t.k, t.x, t.gradient, state, h)
    square, moved = SPACE.dot(t.x, t.x), t.x - plain
    inward = SPACE.dot(t.x, moved)  # η⟨w, p⟩
    yield claim, equal(t.following, plain + inward / square * t.x)
    grown, after = SPACE.dot(moved, moved) - inward * inward / square, SPACE.dot(t.following, t.following)
    yield claim, equal(after, square + grown)
    ends = SPACE.dot(plain, plain)
    if t.scheme.name == "sgdp":
        # ⟨w, p⟩ ≤ 0 from an empty buffer: what is taken out points outward. x_1 is off by rounding, times βη‖p_0‖.
        # What it adds to the norm is ⟨w, p⟩(⟨w, p⟩/‖w‖² - 2), so that twice that is left there.
        slack = _slack(t)
        yield claim, at_most(Scalar(inward.value, inward.error + slack), Scalar(0.0), scale=square.value)
        yield claim, at_most(Scalar(after.value, after.error + 2 * slack), ends)
    else:
        yield claim, at_most(after, ends, surely_positive(-inward))
        yield claim, at_most(ends, after, surely_positive(inward) & surely_positive(2 * square - inward))


def _slack(t: Step):  # type: ignore[no-untyped-def]
    """What the rounding of x_1, of ∇L(x_1) and of the projection before leave of ⟨w, p⟩ beside its exact value."""
    lost = t.off_tangent * t.x.size
    if t.earlier is not None:
        momentum: Vector = t.before["p"]
        lost = lost + t.h.momentum.value * (first_following(t).error * momentum.size + t.earlier[1].error * t.x.size)
    return abs(t.h.lr.value) * lost
