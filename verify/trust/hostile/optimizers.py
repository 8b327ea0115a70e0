"""Our optimizers on hostile numbers, judged step by step against their schemes, up to what a step rounds."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

import impl.optim
from verify.precision import Precision
from verify.shipped import OURS
from verify.subject import Subject
from verify.tolerance import TrackedSpace, judge
from verify.tracked import Tracked
from verify.trust.hostile.inputs import HIT, INPUTS, STEPS, Input
from verify.trust.hostile.outcome import Outcome, Trial, is_clear, ways, words

Options = Mapping[str, bool]
"""By which an optimizer is asked for a way."""
Held = list[list[dict[str, np.ndarray]]]
"""[step][parameter] → weights x, and buffers by the scheme's names, in rows: as given, and after each step."""

BY_COORDINATE = ("lion",)
"""The schemes of which no coordinate sees another."""
STAY = ("a gradient of zeros", "lr = 0", "d = 1")
"""Where the schemes on great circles have 0/0, and the slice stays where it is."""
GREAT_CIRCLES, TURNED = ("sgd-g", "adam-g"), ("adam-without-ab", "adam-without-abc")


def trials(subjects: Sequence[Subject] = OURS, inputs: Sequence[Input] = INPUTS) -> Iterator[Trial]:
    """Every input given to every optimizer, in each of its ways to compute a step."""
    for given in inputs:
        for subject in subjects:
            for way, chosen in ways(getattr(impl.optim, subject.name.partition(" ")[0])).items():
                yield trial(subject, given, way, chosen)


def trial(subject: Subject, given: Input, way: str, chosen: Options) -> Trial:
    """What becomes of the input, and whether that is meant."""
    outcome, said = _outcome(subject, given, chosen)
    known = outcome in given.meant
    return Trial(given.name, subject.name, way, outcome if known else Outcome.FAULT, "" if known else said)


def _outcome(subject: Subject, given: Input, chosen: Options) -> tuple[Outcome, str]:
    try:
        held = run(subject, given, chosen)
    except Exception as error:  # whatever it is, it is judged
        return (Outcome.ERROR if is_clear(error) else Outcome.FAULT), words(error)
    if given.meant == {Outcome.ERROR}:
        return Outcome.RIGHT, "was not refused"
    off = {(p, r): _off(subject, given, held, p, r) for p, shape in enumerate(given.shapes) for r in range(shape[0])}
    wrong = [at for at, said in off.items() if said]
    if not wrong:
        return Outcome.RIGHT, ""
    if set(wrong) <= given.touched and all(_lost(subject, given, held, p, r) for p, r in wrong):
        return Outcome.SEEN, ""
    p, r = wrong[0]
    return Outcome.FAULT, f"parameter {p}, slice {r}: {off[p, r]}"


def _lost(subject: Subject, given: Input, held: Held, p: int, r: int) -> bool:
    """Whether no entry of a slice is a number any more; by coordinate, none that was touched, and the rest is right."""
    finite = np.isfinite(held[-1][p]["x"][r])
    if not finite.any() or subject.scheme.name not in BY_COORDINATE:
        return not finite.any()
    rest = np.isfinite([arrays(given, k)[p][r] for k in range(STEPS)]).all(axis=0)
    return bool((finite == rest).all()) and not _off(subject, given, held, p, r, rest)


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


def run(subject: Subject, given: Input, chosen: Options) -> Held:
    """What is held before the first step, and after every step."""
    h = options(subject, given)
    tensors = [torch.nn.Parameter(torch.tensor(x, dtype=given.dtype)) for x in arrays(given, None)]
    found = [[{"x": p.detach().double().numpy().copy()} for p in tensors]]
    optimizer = subject.make([{"params": tensors, "invariant": "channel"}], h, **chosen)
    for k in range(STEPS):
        for p, g in zip(tensors, arrays(given, k), strict=True):
            p.grad = torch.tensor(g, dtype=given.dtype)
        optimizer.step()
        found.append([_held(optimizer, p, subject.buffers(h)) for p in tensors])
    return found


def _held(optimizer: torch.optim.Optimizer, p: torch.Tensor, buffers: Mapping[str, str]) -> dict[str, np.ndarray]:
    state: Mapping[str, Any] = optimizer.state[p]
    tensors = {"x": p.detach()} | {f"buffer {name}": state[theirs] for name, theirs in buffers.items()}
    return {name: t.double().reshape(len(p), -1).numpy().copy() for name, t in tensors.items()}


def _off(subject: Subject, given: Input, held: Held, p: int, r: int, kept: Any = slice(None)) -> str:
    """Where a slice first is not where the rule leads from what was held before the step; empty where it never is.

    Judged are weights and buffers, up to the rounding of that one step, as `verify.trace` does it, by induction from
    the start. On the way a number may have any size: what is beyond the dtype, and is not finite, is not where the rule
    leads; at its end, what is below the dtype's least normal number may be lost.
    kept: the coordinates that are looked at, of a rule that goes by coordinate.
    """
    scheme, h = subject.scheme, options(subject, given)
    space, dtype, domains = _space(subject, given.dtype), Precision.of(given.dtype), scheme.hyperparameters
    numbers = SimpleNamespace(**{n: space.scalar(v, memory=domains[n].high == 1.0) for n, v in vars(h).items()})
    with np.errstate(all="ignore"):
        for k in range(STEPS):
            gradient = arrays(given, k)[p][r][None, kept]
            if not np.isfinite(gradient).all():
                return f"step {k} has a gradient that is no number"
            before, after = held[k][p], held[k + 1][p]
            x, g = space.vector(before["x"][r][None, kept]), space.vector(gradient)
            if k == 0:
                start = x
                x = scheme.initial_point(space, start)
                state = scheme.initial_state(space, start, numbers)
            else:
                state = {
                    n.removeprefix("buffer "): space.vector(v[r][None, kept]) for n, v in before.items() if n != "x"
                }
            rule = _rule(subject, given, space, k, x, g, state, numbers)
            for name, expected in rule.items():
                found = judge(Tracked(expected.value, expected.error, dtype), after[name][r][None, kept])
                if found.undecided or not found.ok:
                    return f"{name} after step {k} is {after[name][r]}, where the rule says {expected.value[0]}"
    return ""


def _space(subject: Subject, dtype: torch.dtype) -> TrackedSpace:
    """The rounding of the dtype, for numbers of any size."""
    space = TrackedSpace(dtype, subject.scalars)
    space.precision = replace(space.precision, tiny=0.0, largest=math.inf)
    return space


def _rule(
    subject: Subject, given: Input, space: TrackedSpace, k: int, x: Any, g: Any, state: Any, h: SimpleNamespace
) -> dict[str, Tracked]:
    """The weights, and the buffers, after the step; by hand the weights alone, where the scheme has 0/0."""
    name = subject.scheme.name
    if name in GREAT_CIRCLES and given.name in STAY:
        return {"x": x / space.norm(x)}
    if name in TURNED and given.shapes[0][1] == 1:
        return {"x": one_coordinate(space, k, x, g, state, h, rescaled=name.endswith("abc"))}
    point, new = subject.scheme.step(space, k, x, g, state, h)
    return {"x": point} | {f"buffer {name}": value for name, value in new.items()}


def one_coordinate(
    space: Any, k: int, x: Any, g: Any, state: Mapping[str, Any], h: SimpleNamespace, rescaled: bool
) -> Any:
    """Adam without (ab) or (abc) for d = 1, by hand: there Γ only turns the sign with the weight, 0/0 in the scheme."""
    turned = 1 if k == 0 or (state["x"].value * x.value).item() > 0 else -1
    ratio = turned * (state["x"] / x) if rescaled and k else 1  # |before/x|
    m = h.beta1 * ratio * turned * state["m"] + (1 - h.beta1) * (g + h.weight_decay * x)
    v = h.beta2 * ratio * ratio * state["v"] + (1 - h.beta2) * (g + h.weight_decay * x) * (g + h.weight_decay * x)
    size = space.sqrt(v / (1 - h.beta2 ** (k + 1)) + h.eps)
    return x - h.lr * (m / (1 - h.beta1 ** (k + 1))) / size
