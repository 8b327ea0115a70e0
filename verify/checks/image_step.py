"""Theorem 2 on the trajectories of every scheme: SP-T2-STEP, SP-T2-RADIUS, SP-T2-H."""

import math
from dataclasses import dataclass

import numpy as np

from derivations.schemes import SCHEMES
from verify.checks.result import CheckResult
from verify.checks.tally import Tally
from verify.checks.walks import SPACE, Taken, decay_product, walks
from verify.oracle import Trajectory, effective
from verify.tolerance import Tracked


@dataclass(frozen=True)
class Seen:
    """A step as the sphere sees it: u_k, η^e_k c_k⊥, 1 - A_k⟨c_k, u_k⟩, and u_{k+1}, r_{k+1}/r_k as they came out."""

    u: Tracked
    velocity: Tracked
    shrink: Tracked
    following: Tracked
    ratio: Tracked


def image(seen: Seen) -> Tracked:
    """(8): (u - η^e c⊥)/√(1 + ‖η^e c⊥‖²)."""
    return (seen.u - seen.velocity) / SPACE.sqrt(1 + SPACE.dot(seen.velocity, seen.velocity))


def radius_ratio(seen: Seen) -> Tracked:
    """(10)/(14): (1 - A⟨c, u⟩)√(1 + ‖η^e c⊥‖²)."""
    return seen.shrink * SPACE.sqrt(1 + SPACE.dot(seen.velocity, seen.velocity))


def every_scheme_moves_by_the_image_step(cases: int, seed: int) -> list[CheckResult]:
    """u_{k+1} by 001 (8) and r_{k+1}/r_k by (10) from A, c, η^e of (6), (7), on trajectories of every scheme with (H1).

    A scheme on the sphere enters with the η^e that it states and c = ∇L(u), before its normalisation; AdamG, which
    moves by the exponential map itself, is left out.
    """
    step = Tally("SP-T2-STEP", "every scheme moves by (8)")
    radius = Tally("SP-T2-RADIUS", "every scheme's radius follows (10)")
    for scheme in SCHEMES:
        if scheme.name == "adam-g":
            continue
        for taken in (t for w in walks(scheme, cases // 4, seed, decay=None, **_decays(scheme, -8, -0.01)) for t in w):
            with np.errstate(all="ignore"):
                seen = sphere_step(scheme, taken) if scheme.on_sphere else flat_step(scheme, taken)
                first = certain(seen.shrink)
                step.equal(image(seen), seen.following, first, scale=1.0)
                if not scheme.on_sphere:
                    radius.equal(radius_ratio(seen), seen.ratio, first)
    return [step.result(), radius.result()]
