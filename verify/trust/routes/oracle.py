"""The oracle in three kinds of numbers: float64 and batched torch against mpmath, in units of the rounding bound.

mpmath computes with 50 digits from the same float64 inputs, so that it has the exact values; what numpy and torch may
differ by is the bound that `verify.tolerance` derives along the same run. Points and buffers, after every step.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from derivations.scheme import Scheme
from derivations.schemes import SCHEMES
from verify.cases import seeded_cases
from verify.oracle import Float64, Multiprecision, Torch, Trajectory, trajectory
from verify.tolerance import Judgement, Tracked, TrackedSpace, judge

Progress = Callable[[str, int, int], None]
DIGITS, STEPS, ROWS = 50, 4, 3
DIMENSIONS = (1, 2, 3, 8)
SETTINGS = 3


@dataclass(frozen=True)
class Compared:
    """Worst difference from mpmath over the bound, for numpy and torch; coordinates compared, and left undecided."""

    scheme: str
    numpy: float
    torch: float
    compared: int
    undecided: int


def compare_scheme(scheme: Scheme, seed: int = 0, digits: int = DIGITS) -> Compared:
    """The default hyper-parameters, then drawn ones; ROWS random runs of STEPS steps in each dimension."""
    worst, compared, undecided = {"numpy": 0.0, "torch": 0.0}, 0, 0
    for setting in range(SETTINGS):
        drawn = next(seeded_cases(scheme, 1, seed + 1000 * setting))
        h = drawn.hyperparameters if setting else scheme.numbers()
        for d in DIMENSIONS[1 if scheme.on_sphere else 0 :]:  # on S⁰ there is nowhere to go
            for name, found in _runs(scheme, h, d, np.random.default_rng((seed, setting, d)), digits):
                worst[name] = max(worst[name], found.worst)
                compared += found.decided
                undecided += found.undecided
    return Compared(scheme.name, worst["numpy"], worst["torch"], compared, undecided)


def _runs(
    scheme: Scheme, h: SimpleNamespace, d: int, generator: np.random.Generator, digits: int
) -> Iterator[tuple[str, Judgement]]:
    x, gradients = generator.normal(size=(ROWS, d)), generator.normal(size=(STEPS, ROWS, d))
    batch = trajectory(scheme, Torch(), torch.tensor(x), [torch.tensor(g) for g in gradients], h)
    tracked, precise, plain = TrackedSpace(torch.float64), Multiprecision(digits), Float64()
    with np.errstate(all="ignore"):
        for row in range(ROWS):
            own = gradients[:, row]
            exact = trajectory(scheme, precise, precise.vector(x[row]), [precise.vector(g) for g in own], h)
            alone = trajectory(scheme, plain, x[row], list(own), h)
            start = tracked.vector(x[row][None])
            bound = trajectory(scheme, tracked, start, [tracked.vector(g[None]) for g in own], h)
            for name, run, of in (("numpy", alone, lambda v: v), ("torch", batch, lambda v, r=row: _row(v, r))):
                yield from ((name, found) for found in _judged(bound, exact, run, of))


def _judged(bound: Trajectory, exact: Trajectory, run: Trajectory, of: Callable[[Any], Any]) -> Iterator[Judgement]:
    for k in range(1, len(bound.points)):
        allowed, value, seen = ({"x": t.points[k], **t.states[k]} for t in (bound, exact, run))
        yield from _each(allowed, value, seen, of)


def _each(bound: Mapping[str, Any], exact: Mapping[str, Any], seen: Mapping[str, Any], of: Any) -> Iterator[Judgement]:
    for name, allowed in bound.items():
        if not isinstance(allowed, Tracked):
            continue  # a counter: the same in all of them
        value = np.array(_floats(exact[name]))
        observed = np.array(_floats(of(seen[name])))
        error = np.broadcast_to(allowed.error.reshape(-1), value.shape)
        # The bound is around its own float64 value: the exact one is that to half a unit.
        yield judge(Tracked(value, error, allowed.precision), observed)


def _row(value: Any, row: int) -> Any:
    return value[row] if isinstance(value, torch.Tensor) and value.dim() == 2 else value


def _floats(value: Any) -> list[float]:
    return [float(v) for v in (value if np.ndim(value) else np.reshape(value, -1))]


def compare(progress: Progress | None = None, seed: int = 0) -> dict[str, Any]:
    """Every scheme."""
    rows = []
    for done, scheme in enumerate(SCHEMES):
        if progress:
            progress(scheme.name, done, len(SCHEMES))
        rows.append(compare_scheme(scheme, seed))
    shown = [
        {"scheme": r.scheme, "numpy": _number(r.numpy), "torch": _number(r.torch)}
        | {"compared": r.compared, "undecided": r.undecided}
        for r in rows
    ]
    return {"digits": DIGITS, "schemes": shown}


def _number(value: float) -> float | None:
    return float(f"{value:.2g}") if np.isfinite(value) else None


def ok(record: Mapping[str, Any]) -> bool:
    """Whether every scheme was compared and stayed within its bounds."""
    rows = record["schemes"]
    worst = [row[name] for row in rows for name in ("numpy", "torch")]
    return bool(rows) and all(w is not None and w <= 1 for w in worst) and all(row["compared"] for row in rows)
