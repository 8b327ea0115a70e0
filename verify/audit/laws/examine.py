"""A measurement put to a target: its numbers, the verdict, and the script that measures them again."""

import inspect
import math
import textwrap
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from verify.audit.finding import Finding, Setting, Verdict
from verify.audit.laws import trial
from verify.audit.replay import script
from verify.audit.target import Target

Values = Mapping[str, float]
Measure = Callable[..., Values]

TRIALS = (trial.said, trial.seeded, trial.weights, trial.gradients, trial.follow, trial.tensors, trial.gap, trial.decay)

SHAPE = (3, 4)
"""Of the weights: a matrix, which every optimizer takes; its rows are the slices of the losses."""


def examine(
    law: str,
    target: Target,
    setting: Setting,
    measure: Measure,
    words: Callable[[Values], str],
    parts: Sequence[Callable[..., Any]] = (),
    header: str = "",
    **given: Any,
) -> Finding:
    """What `measure(make, step, seed, dtype, shape, **given)` says of a target.

    measure: returns numbers with "difference" among them, and "allowed" where that is not 0; the law differs unless
    difference ≤ allowed. It uses torch, `parts` and what `header` imports, no more: the script is their source.
    """
    given = {"seed": setting.seed, "shape": SHAPE, **given}
    replay = script(target, law, _body(measure, (*TRIALS, *parts), header, setting, given))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a stranger warns of is not the question here
            with torch.random.fork_rng(devices=[]):
                found = measure(trial.seeded(target.make), target.step, dtype=setting.dtype, **given)
    except Exception as error:  # the optimizer is anyone's code
        return Finding(law, Verdict.ERROR, raised(error), replay=replay)
    values = {name: float(value) for name, value in found.items()}
    allowed = values.get("allowed", 0.0)
    good = values["difference"] <= allowed
    verdict = Verdict.HOLDS if good else Verdict.DIFFERS
    return Finding(law, verdict, words(values), values, allowed or None, None if good else replay)


def defaults(target: Target) -> dict[str, Any]:
    """The options of the optimizer as it is made; none where it cannot be made, which the measurement will say."""
    try:
        return dict(target.make([torch.nn.Parameter(torch.ones(SHAPE, dtype=torch.float64))]).defaults)
    except Exception:  # the optimizer is anyone's code
        return {}


def not_applicable(law: str, words: str) -> Finding:
    return Finding(law, Verdict.NOT_APPLICABLE, words)


def raised(error: BaseException) -> str:
    """Of an exception: its kind and its first line."""
    return f"raised {trial.said(error)}"


def size(value: float) -> str:
    """A number for a sentence."""
    return "not a number" if math.isnan(value) else "infinitely far" if math.isinf(value) else f"{value:.3g}"


def _body(
    measure: Measure, parts: Sequence[Callable[..., Any]], header: str, setting: Setting, given: Mapping[str, Any]
) -> str:
    sources = "\n\n".join(textwrap.dedent(inspect.getsource(part)) for part in (*dict.fromkeys(parts), measure))
    arguments = "".join(f", {name}={value!r}" for name, value in given.items())
    return (
        f"{header}\n\n{sources}\n\n"
        f"values = {measure.__name__}(seeded(make), step, dtype={setting.dtype}{arguments})\n"
        f"print(values)\n"
        f'sys.exit(not values["difference"] <= values.get("allowed", 0.0))'
    )
