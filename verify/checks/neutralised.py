"""Which phenomena Adam w/o (a), (ab), (abc) and AdamG neutralise, and which they leave: SP-SRT-A, -AB, -ABC."""

from collections.abc import Callable, Sequence

import numpy as np

from derivations.scheme import Vector
from derivations.schemes import by_name
from derivations.sphere import direction, tangent_projection, transport
from verify.checks.prescribed import DIMENSIONS, STEPS, Prescribed, momentum_seen, tangent_seen
from verify.checks.table_1 import central_projection
from verify.checks.tally import Tally
from verify.checks.walks import SPACE, Draw, between, decay_product, walks
from verify.results import CheckResult
from verify.tolerance import Tracked

VARIANTS = {
    "SP-SRT-A": ("adam-without-a", ("a",)),
    "SP-SRT-AB": ("adam-without-ab", ("a", "b1", "b2")),
    "SP-SRT-ABC": ("adam-without-abc", ("a", "b1", "b2", "c")),
}
"""The scheme of each claim, and the phenomena of 000 4.1 that it is to neutralise; it is to leave the others."""

Sides = tuple[Tracked, Tracked]


def deformation(name: str, drawn: Prescribed) -> Sides:
    """(a): without momentum and decay, c against ∇L(u)."""
    scheme = by_name(name)
    t = drawn.last(scheme, drawn.radii, drawn.numbers(scheme, beta1=0.0))
    return momentum_seen(scheme, t), t.on_sphere


def orientation(name: str, drawn: Prescribed) -> Sides:
    """(b1): c⊥ against c. While past gradients have radial parts at u_k, their share depends on where they were."""
    scheme = by_name(name)
    t = drawn.last(scheme, drawn.radii, drawn.numbers(scheme))
    return tangent_seen(scheme, t), momentum_seen(scheme, t)


def past_decay(name: str, drawn: Prescribed) -> Sides:
    """(b2): the share of λ in c⊥, where no gradient has any, against 0."""
    scheme, zero = by_name(name), np.zeros_like(drawn.targets[0])
    t = drawn.last(scheme, drawn.radii, drawn.numbers(scheme, weight_decay=0.1), [zero] * STEPS)
    return tangent_seen(scheme, t), SPACE.vector(zero)


def ratio(name: str, drawn: Prescribed) -> Sides:
    """(c): c⊥ with two histories of radii, gradients and decay present."""
    scheme = by_name(name)
    h = drawn.numbers(scheme, weight_decay=0.1)
    one, other = (tangent_seen(scheme, drawn.last(scheme, radii, h)) for radii in (drawn.radii, drawn.other_radii))
    return one, other


PHENOMENA: dict[str, Callable[[str, Prescribed], Sides]] = {
    "a": deformation,
    "b1": orientation,
    "b2": past_decay,
    "c": ratio,
}


def variants_neutralise_exactly_what_they_name(cases: int, seed: int) -> list[CheckResult]:
    """000 4.2 for prescribed u_i, ∇L(u_i) and r_i, as in 4.1: each variant neutralises its phenomena and no other.

    Prescribed together, which a run does not do: along the run of a scheme with a scalar division (b) and (c) undo each
    other (`verify.checks.momentum`).
    """
    results = []
    for claim, (name, neutralised) in VARIANTS.items():
        for letter, phenomenon in PHENOMENA.items():
            gone = letter in neutralised
            tally = Tally(claim, f"({letter}) is {'neutralised' if gone else 'left'} for prescribed u_i, r_i")
            for d in DIMENSIONS:
                drawn = Prescribed(d, -(-cases // (4 * len(DIMENSIONS))), seed)
                with np.errstate(all="ignore"):
                    left, right = phenomenon(name, drawn)
                    if gone:
                        tally.equal(left, right, scale=1.0)
                    else:
                        tally.differ(left, right)
            results.append(tally.result())
    return results


def variants_keep_the_radius_scheduling_and_adamg_does_not(cases: int, seed: int) -> list[CheckResult]:
    """On real walks the variants' radii move; AdamG's stay 1, and its momentum stays tangent.

    A single step may leave the radius where it is: its growth and the decay cancel, or both are lost to rounding.
    """
    results = []
    for claim, (name, _) in VARIANTS.items():
        tally = Tally(claim, "the radius is still scheduled")
        moderate: dict[str, float | Draw] = {
            "lr": between(-2, 1),
            "weight_decay": decay_product(-2, -0.1),
            "eps": 1e-12,
        }
        for taken in walks(by_name(name), cases, seed, dimensions=DIMENSIONS, fixed=moderate):
            with np.errstate(all="ignore"):
                moved = np.any([t.on_sphere.value.any(-1) for t in taken], 0)
                after, before = ([SPACE.norm(getattr(t, end)) for t in taken] for end in ("following", "x"))
                tally.differ(beside(after), beside(before), moved)
        results.append(tally.result())
    radius = Tally("SP-SRT-ABC", "AdamG keeps the radius at 1")
    tangent = Tally("SP-SRT-ABC", "AdamG's momentum is tangent where it arrives")
    first = Tally("SP-SRT-ABC", "AdamG's first step is along ∇L(u)")
    for taken in walks(by_name("adam-g"), cases, seed, dimensions=DIMENSIONS, fixed={"lr": between(-4, 0)}):
        for t in taken:
            with np.errstate(all="ignore"):
                radius.equal(SPACE.norm(t.following), Tracked(1.0))
                m = t.after["m"]
                tangent.equal(SPACE.dot(m, t.following), Tracked(0.0), scale=SPACE.norm(m).value)
                if t.k == 0:
                    moved, along = central_projection(t), t.on_sphere
                    sizes = SPACE.norm(moved), SPACE.norm(along)
                    first.equal(moved / sizes[0], along / sizes[1])
    return [*results, radius.result(), tangent.result(), first.result()]


def beside(columns: Sequence[Tracked]) -> Tracked:
    """Tracked columns (rows, 1) as the coordinates of one row each."""
    values, errors = ([getattr(c, part) for c in columns] for part in ("value", "error"))
    return Tracked(np.concatenate(values, -1), np.concatenate(errors, -1), columns[0].precision)


def tangent_transport(q: Vector, start: Vector, end: Vector) -> Vector:
    """Parallel transport's formula for tangent vectors, q - ⟨q, u'⟩/(1+⟨u, u'⟩)(u+u'), used on any vector."""
    return q - SPACE.dot(q, end) / (1 + SPACE.dot(start, end)) * (start + end)


def transport_must_rotate_radial_parts(cases: int, seed: int) -> list[CheckResult]:
    """Γ of (19) has to carry u to u', as λx is radial: the formula for tangent vectors alone would not neutralise (b2).

    The two agree on tangent vectors; from u the latter leaves a tangent part tan(θ/2), θ the angle between u and u'.
    """
    rotates = Tally("SP-SRT-AB", "Γ carries u to u'")
    agrees = Tally("SP-SRT-AB", "Γ is parallel transport on tangent vectors")
    isometry = Tally("SP-SRT-AB", "Γ keeps inner products")
    leaks = Tally("SP-SRT-AB", "tangent-only transport of u leaks tan(θ/2)")
    for d in DIMENSIONS:
        generator = np.random.default_rng((seed, d))
        start, end, q, p = (SPACE.vector(v) for v in generator.normal(size=(4, -(-cases // len(DIMENSIONS)), d)))
        u, v = direction(SPACE, start), direction(SPACE, end)
        tangent = tangent_projection(SPACE, q, u)
        rotates.equal(transport(SPACE, u, u, v), v, scale=1.0)
        agrees.equal(transport(SPACE, tangent, u, v), tangent_transport(tangent, u, v))
        carried = [transport(SPACE, w, u, v) for w in (q, p)]
        isometry.equal(SPACE.dot(*carried), SPACE.dot(q, p), scale=(SPACE.norm(q) * SPACE.norm(p)).value)
        leaked = tangent_projection(SPACE, tangent_transport(u, u, v), v)
        cosine = SPACE.dot(u, v)
        leaks.equal(SPACE.dot(leaked, leaked), (1 - cosine) / (1 + cosine))  # tan²(θ/2)
    return [tally.result() for tally in (rotates, agrees, isometry, leaks)]
