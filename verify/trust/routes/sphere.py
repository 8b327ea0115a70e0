"""Our geometry of the sphere beside geoopt's, operation by operation, and both beside mpmath.

Points are drawn in several dimensions at ordinary angles, at angles near 10⁻⁶ and near π. geoopt's `transp` projects;
what is compared is the parallel transport that its logarithms define: log_u(v) is carried to -log_v(u). Each result,
geoopt's as well, must be as near to its formula in 50 digits as rounding leaves it, operation by operation.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from derivations.sphere import direction, exponential, tangent_projection
from derivations.sphere import transport as derived_transport
from impl.optim import _sphere
from verify.results import rounded_up
from verify.spaces import Multiprecision, Torch
from verify.tolerance import Tracked, TrackedSpace

Progress = Callable[[str, int, int], None]
DIMENSIONS = (2, 3, 8, 64)
ROWS = 50
REGIMES = {"ordinary": 1.0, "angle near 1e-6": 1e-6, "angle within 1e-3 of π": -1e-3}
UNIT = torch.finfo(torch.float64).eps


def draw(d: int, angle: float, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors u and nearly tangent vectors p, of lengths about `angle`, or short of π by about -angle."""
    u, q = generator.normal(size=(2, ROWS, d))
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    q -= (u * q).sum(1, keepdims=True) * u * (1 - 1e-3)
    length = abs(angle) * generator.uniform(0.5, 1.5, size=(ROWS, 1))
    length = length if angle > 0 else np.pi - length
    return u, length * q / np.linalg.norm(q, axis=1, keepdims=True)


def exact(u: np.ndarray, p: np.ndarray, cosine: float = 1.0) -> dict[str, np.ndarray]:
    """Each operation in 50 digits, from formulas of this module, and its arguments, all rounded at the end.

    u and p are made a unit vector and a tangent one first. The parallel transport on the way from u to Exp_u(p) takes p
    to cos‖p‖ p - sin‖p‖ ‖p‖ u.

    cosine: beyond it none is taken, so that no distance is below its arc: those of geoopt's distance and logarithm.
    """
    context = Multiprecision(50).context
    found: dict[str, list] = {name: [] for name in NAMES + INSIDE}
    for row_u, row_p in zip(u, p, strict=True):
        q, b = (context.matrix([context.mpf(float(c)) for c in row]) for row in (row_u, row_p))
        a = q / context.norm(q)
        b, radial = b - (a.T * b)[0] * a, b
        length = context.norm(b)
        end = context.cos(length) * a + context.sin(length) / length * b
        arc = length
        if cosine < 1:
            arc = context.acos(min(max(context.cos(length), -context.mpf(cosine)), context.mpf(cosine)))
        carried = (context.cos(length) * b - context.sin(length) * length * a) * (arc / length)
        values = (b, (a + b) / context.norm(a + b), end, carried)
        for name, value in zip(NAMES + INSIDE, (*values, [arc], a, radial), strict=True):
            found[name].append(value)
    return {name: np.array([[float(c) for c in row] for row in rows]) for name, rows in found.items()}


NAMES = ("projection", "retraction", "exponential", "transport of the logarithm")
INSIDE = ("distance", "u", "radial")


def ours(u: torch.Tensor, q: torch.Tensor, p: torch.Tensor, v: torch.Tensor) -> dict[str, list[torch.Tensor]]:
    """Each operation by our code: that of the update rules, and that of the optimizers. q: p before its projection."""
    space = Torch()
    return {
        "projection": [tangent_projection(space, q, u)],
        "retraction": [direction(space, u + p), _sphere.direction(u + p), _sphere.projected(u + p)],
        "exponential": [exponential(space, u, p)],
        "transport of the logarithm": [derived_transport(space, p, u, v), _sphere.transport(p, u, v)],
    }


def theirs(sphere: Any, u: torch.Tensor, q: torch.Tensor, p: torch.Tensor, v: torch.Tensor) -> dict[str, torch.Tensor]:
    """Each by geoopt."""
    return {
        "projection": sphere.proju(u, q),
        "retraction": sphere.retr(u, p),
        "exponential": sphere.expmap(u, p),
        "distance": sphere.dist(u, v, keepdim=True),
        "transport of the logarithm": -sphere.logmap(v, u),
    }


def _arc(c: Tracked, cosine: float) -> Tracked:
    """The arc whose cosine is c, which is taken no nearer to ±1 than `cosine`.

    Its slope is 1/sin, the largest where |c| is. Twice the error of c stands for that of the ends too; two operations,
    for the arc of the code and for this.
    """
    low, value, high = (np.clip(c.value + sign * c.error, -cosine, cosine) for sign in (-2, 0, 2))
    most = np.maximum(abs(low), abs(high))
    with np.errstate(all="ignore"):
        error = np.maximum(high - value, value - low) / np.sqrt((1 - most) * (1 + most))
    return Tracked(np.arccos(value), error, c.precision) * 1 * 1


def bounds(
    u: np.ndarray, q: np.ndarray, p: np.ndarray, v: np.ndarray, *, cosine: float | None = None
) -> dict[str, np.ndarray]:
    """What rounding may do to our formulas, operation by operation; their arguments were rounded before.

    cosine: of geoopt's, which takes none beyond it. Its logarithm is (u - <u, v> v) arc(<u, v>)/‖u - <u, v> v‖.
    """
    space = TrackedSpace(torch.float64)
    a, radial, b, end = (Tracked(values, UNIT * abs(values), space.precision) for values in (u, q, p, v))
    with np.errstate(all="ignore"):
        if cosine is not None:
            arc, way = _arc(space.dot(a, end), cosine), tangent_projection(space, a - end, end)
            return bounds(u, q, p, v) | {
                "distance": arc.error,
                "transport of the logarithm": (way * arc / space.norm(way)).error,
            }
        return {
            "projection": tangent_projection(space, radial, a).error,
            "retraction": direction(space, a + b).error,
            "exponential": exponential(space, a, b).error,
            "transport of the logarithm": derived_transport(space, b, a, end).error,
        }


def _one(sphere: Any, cosine: float, u: np.ndarray, p: np.ndarray) -> Iterator[tuple[str, dict[str, float]]]:
    """For each operation the worst error of ours and of geoopt, each over its bound too, and how far they are apart.

    The bounds of geoopt are around its own formula, with its limit on cosines.
    """
    truth, limited = exact(u, p), exact(u, p, cosine)
    arguments = [truth[name] for name in ("u", "radial", "projection", "exponential")]
    tensors = [torch.tensor(array) for array in arguments]
    own, other, allowed = ours(*tensors), theirs(sphere, *tensors), bounds(*arguments)
    granted = bounds(*arguments, cosine=cosine)
    for name, peer in other.items():
        row = {"geoopt": float(abs(peer.numpy() - truth[name]).max())}
        row["geoopt_over"] = float((abs(peer.numpy() - limited[name]) / granted[name]).max())
        if name in own:
            errors = np.stack([abs(mine.numpy() - truth[name]) for mine in own[name]])
            row |= {"ours": float(errors.max()), "over": float((errors / allowed[name]).max())}
            row["apart"] = float(max(abs(mine - peer).max() for mine in own[name]))
        yield name, row


def compare(progress: Progress | None = None, seed: int = 0) -> dict[str, Any]:
    """The record; `version` None where geoopt is not installed, and then nothing is compared."""
    try:
        import geoopt
        from geoopt.manifolds.sphere import EPS
    except ImportError:
        return {"version": None, "rows": []}
    rows, cosine = [], 1 - EPS[torch.float64]
    for done, (regime, angle) in enumerate(REGIMES.items()):
        if progress:
            progress(regime, done, len(REGIMES))
        worst: dict[str, dict[str, float]] = {}
        for d in DIMENSIONS:
            u, p = draw(d, angle, np.random.default_rng((seed, d, done)))
            for name, errors in _one(geoopt.Sphere(), cosine, u, p):
                kept = worst.setdefault(name, {})
                worst[name] = {key: max(value, kept.get(key, 0.0)) for key, value in errors.items()}
        for name, found in worst.items():
            rows.append({"regime": regime, "operation": name} | {k: rounded_up(v, 2) for k, v in found.items()})
    return {"version": geoopt.__version__, "dimensions": list(DIMENSIONS), "points": ROWS, "rows": rows}


def ok(record: Mapping[str, Any]) -> bool | None:
    """Whether ours and geoopt's are within their bounds everywhere; None where geoopt is not there."""
    if record["version"] is None:
        return None
    rows = record["rows"]
    compared = [row for row in rows if "over" in row]
    within = all(row["over"] <= 1 for row in compared) and all(row["geoopt_over"] <= 1 for row in rows)
    return len(compared) == len(NAMES) * len(REGIMES) and within
