"""Our optimizers on hostile numbers, judged against their schemes in 60 digits."""

from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

import impl.optim
from verify.oracle import Multiprecision, trajectory
from verify.shipped import OURS
from verify.subject import Subject
from verify.trust.hostile.inputs import HIT, INPUTS, STEPS, Input
from verify.trust.hostile.outcome import Outcome, Trial, is_clear, ways, words

DIGITS = 60
Options = Mapping[str, bool]
"""By which an optimizer is asked for a way."""
Path = list[Any]
"""The points of a slice, one a step."""
Reference = list[list[tuple[Path | None, Path | None]]]
"""[parameter][slice] → the path of the rule, and one beside it; None where the rule gives no number."""

BY_COORDINATE = ("lion",)
"""The schemes of which no coordinate sees another."""
STAY = ("a gradient of zeros", "lr = 0", "d = 1")
"""Where the schemes on great circles have 0/0, and the slice stays where it is."""


def trials(subjects: Sequence[Subject] = OURS, inputs: Sequence[Input] = INPUTS) -> Iterator[Trial]:
    """Every input given to every optimizer, in each of its ways to compute a step."""
    for given in inputs:
        for subject in subjects:
            reference = None if given.meant == {Outcome.ERROR} else exact(subject, given)
            for way, chosen in ways(getattr(impl.optim, subject.name.partition(" ")[0])).items():
                yield trial(subject, given, way, chosen, reference)


def trial(subject: Subject, given: Input, way: str, chosen: Options, reference: Reference | None) -> Trial:
    """What becomes of the input, and whether that is meant."""
    outcome, said = _outcome(subject, given, chosen, reference)
    known = outcome in given.meant
    return Trial(given.name, subject.name, way, outcome if known else Outcome.FAULT, "" if known else said)


def _outcome(subject: Subject, given: Input, chosen: Options, reference: Reference | None) -> tuple[Outcome, str]:
    try:
        points = run(subject, given, chosen)
    except Exception as error:  # whatever it is, it is judged
        return (Outcome.ERROR if is_clear(error) else Outcome.FAULT), words(error)
    if reference is None:
        return Outcome.RIGHT, "was not refused"
    wrong = _wrong(points, reference, given)
    if not wrong:
        return Outcome.RIGHT, ""
    if set(wrong) <= given.touched and all(_lost(subject, given, points, p, r) for p, r in wrong):
        return Outcome.SEEN, ""
    p, r = wrong[0]
    way = reference[p][r][0]
    rule = "no number" if way is None else [f"{float(x):.6g}" for x in way[-1]]
    return Outcome.FAULT, f"parameter {p}, slice {r} ends at {points[-1][p][r]}, where the rule says {rule}"


def _lost(subject: Subject, given: Input, points: list[list[np.ndarray]], p: int, r: int) -> bool:
    """Whether no entry of a slice is a number any more; by coordinate, none that was touched, and the rest is right."""
    finite = np.isfinite(points[-1][p][r])
    if not finite.any() or subject.scheme.name not in BY_COORDINATE:
        return not finite.any()
    spoilt = ~np.isfinite([arrays(given, k)[p][r] for k in range(STEPS)]).all(axis=0)
    h, eps = options(subject, given), float(torch.finfo(given.dtype).eps)
    near = SimpleNamespace(**vars(h) | {"lr": h.lr * (1 + eps)})
    x = arrays(given, None)[p][r]
    way = _slice(subject, given, x, p, r, h, 1.0, spoilt)
    beside = _slice(subject, given, x, p, r, near, 1 + eps, spoilt)
    seen = [point[p][r][~spoilt] for point in points]
    return bool((finite == ~spoilt).all()) and _right(
        seen, [a[~spoilt] for a in way or ()], [a[~spoilt] for a in beside or ()], eps
    )


def options(subject: Subject, given: Input) -> SimpleNamespace:
    """The scheme's defaults with the input's own, in place of those that it has, unchecked."""
    defaults = vars(subject.scheme.numbers())
    return SimpleNamespace(**defaults | {name: value for name, value in given.options.items() if name in defaults})


def arrays(given: Input, k: int | None) -> list[np.ndarray]:
    """The weights, or with a step k the gradients of that step, as float64 numbers of the input's dtype."""
    generator = np.random.default_rng((7, 0 if k is None else k + 1))
    drawn = [generator.normal(size=shape) for shape in given.shapes]
    spoil = given.weights if k is None else given.gradients
    whole = given.touched != frozenset({(0, 0)})
    if spoil is not None and (k is None or k == HIT or whole):
        spoil(drawn)
    with np.errstate(over="ignore"):
        kind = np.float64 if given.dtype == torch.float64 else np.float32
        return [array.astype(kind).astype(np.float64) for array in drawn]


def run(subject: Subject, given: Input, chosen: Options) -> list[list[np.ndarray]]:
    """The weights after every step."""
    tensors = [torch.nn.Parameter(torch.tensor(x, dtype=given.dtype)) for x in arrays(given, None)]
    optimizer = subject.make([{"params": tensors, "invariant": "channel"}], options(subject, given), **chosen)
    points = []
    for k in range(STEPS):
        for p, g in zip(tensors, arrays(given, k), strict=True):
            p.grad = torch.tensor(g, dtype=given.dtype)
        optimizer.step()
        points.append([p.detach().double().numpy().copy() for p in tensors])
    return points


def exact(subject: Subject, given: Input) -> Reference:
    """The scheme in 60 digits from the same numbers; and with gradients and lr larger by ε: what rounding may do."""
    eps, h = float(torch.finfo(given.dtype).eps), options(subject, given)
    near = SimpleNamespace(**vars(h) | {"lr": h.lr * (1 + eps)})
    return [
        [
            (_slice(subject, given, x, p, r, h, 1.0), _slice(subject, given, x, p, r, near, 1 + eps))
            for r, x in enumerate(rows)
        ]
        for p, rows in enumerate(arrays(given, None))
    ]


def _slice(
    subject: Subject, given: Input, x: np.ndarray, p: int, r: int, h: Any, factor: float, without: Any = ()
) -> Path | None:
    """The path of a slice; `without` the gradients of some coordinates."""
    space = Multiprecision(DIGITS)
    gradients = [arrays(given, k)[p][r] for k in range(STEPS)]
    for g in gradients if len(without) else ():
        g[without] = 0.0
    if not all(np.isfinite(g).all() for g in gradients):
        return None
    start = space.vector(x)
    if subject.scheme.name in ("sgd-g", "adam-g") and given.name in STAY:
        return [start / space.norm(start)] * (STEPS + 1)
    if subject.scheme.name in ("adam-without-ab", "adam-without-abc") and len(x) == 1:
        return one_coordinate(space, start, gradients, h, rescaled=subject.scheme.name.endswith("abc"))
    try:
        made = trajectory(subject.scheme, space, start, [space.vector(g) * space.scalar(factor) for g in gradients], h)
    except (ArithmeticError, ValueError):
        return None
    return list(made.points)


def one_coordinate(space: Any, x: Any, gradients: Sequence[np.ndarray], h: SimpleNamespace, rescaled: bool) -> Path:
    """Adam without (ab) or (abc) for d = 1, by hand: there Γ only turns the sign with the weight, 0/0 in the scheme."""
    points, m, v, before = [x], 0 * x, 0 * x, x
    for k, g in enumerate(map(space.vector, gradients)):
        ratio = abs(before / x) if rescaled else 1
        same = 1 if (before * x)[0] > 0 else -1
        g = g + space.scalar(h.weight_decay) * x
        beta1, beta2 = space.scalar(h.beta1), space.scalar(h.beta2)
        m = beta1 * ratio * same * m + (1 - beta1) * g
        v = beta2 * ratio**2 * v + (1 - beta2) * g * g
        size = space.sqrt(v / (1 - beta2 ** (k + 1)) + space.scalar(h.eps))
        before, x = x, x - space.scalar(h.lr) * (m / (1 - beta1 ** (k + 1))) / size
        points.append(x)
    return points


def _wrong(points: list[list[np.ndarray]], reference: Reference, given: Input) -> list[tuple[int, int]]:
    """The slices that are not where the rule says.

    Allowed are √ε of the longest step, 64 ε of the weight, and 64 times what a change by ε of gradients and lr does.
    """
    eps = float(torch.finfo(given.dtype).eps)
    found = []
    for p, rows in enumerate(reference):
        for r, (way, near) in enumerate(rows):
            if way is None or near is None:
                found.append((p, r))
                continue
            if not _right([seen[p][r] for seen in points], way, near, eps):
                found.append((p, r))
    return found


def _right(seen: Sequence[np.ndarray], way: Path, near: Path, eps: float) -> bool:
    """Whether the points of a slice are those of the rule."""
    longest = max(max(abs(b - a)) for a, b in zip(way, way[1:], strict=False))
    felt = max(max(abs(a - b)) for a, b in zip(way, near, strict=True))
    allowed = eps**0.5 * longest + 64 * eps * max(max(abs(x)) for x in way) + 64 * felt
    ends = zip(seen, way[1:], strict=True)
    return all(np.isfinite(found).all() and max(abs(found - x)) <= allowed for found, x in ends)
