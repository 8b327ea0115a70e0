"""The 2D toy of 003 in the setting that gives its fourteen printed numbers: AP-TOY.

The schemes' own steps are run in Arb balls, so that each number is enclosed; torch trains by autograd beside them.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import flint
import sympy
import torch

from derivations.adamp.toy import HALF_LOSS, HALF_NORM, LEARNING_RATE, PRINTED, START, STEPS, TARGET, Printed
from derivations.enclose import precision
from derivations.scheme import Scheme
from derivations.schemes import by_name
from impl.optim import SGDP
from verify.oracle import trajectory
from verify.results import CheckResult
from verify.spaces import Balls

BITS = 256
SCHEMES = {"GD": "sgd", "momentum": "sgd-m", "ours": "sgdp"}
DTYPES = (torch.float64, torch.float32)


def loss(cosine: Any) -> Any:
    """What is descended, and printed."""
    return (1 - cosine) ** 2


def slope(cosine: Any) -> Any:
    """Its derivative."""
    return -2 * (1 - cosine)


def optimizers(points: Sequence[torch.Tensor]) -> list[torch.optim.Optimizer]:
    """torch's SGD, and Algorithm 1 with its test, each on the parameters of its runs."""
    groups = [{"params": [w], "momentum": float(run.momentum)} for run, w in zip(PRINTED, points, strict=True)]
    ours = [group for group, run in zip(groups, PRINTED, strict=True) if run.method == "ours"]
    others = [group for group, run in zip(groups, PRINTED, strict=True) if run.method != "ours"]
    return [
        torch.optim.SGD(others, lr=float(LEARNING_RATE)),
        SGDP(ours, lr=float(LEARNING_RATE), projection="inner_product"),
    ]


def the_setting_gives_the_fourteen_numbers(cases: int, seed: int) -> list[CheckResult]:
    """Each printed number is what its scheme comes to, rounded: the whole run enclosed in Arb balls."""
    results = []
    with precision(BITS):
        for run in PRINTED:
            reached, norm = _enclosed(run)
            for kind, value, printed, half in (
                ("loss", reached, run.loss, HALF_LOSS),
                ("norm", norm, run.norm, HALF_NORM),
            ):
                worst = abs(value - Balls().scalar(printed)).upper()
                name = f"{_name(run)}: {kind} {float(printed):.{4 if kind == 'loss' else 2}f} is a rounded one"
                note = f"found {value.str(6, radius=False)}"
                ok = bool(worst <= Balls().scalar(half))
                results.append(
                    CheckResult("AP-TOY", name, STEPS, float(worst), float(half), f"Arb, {BITS} bits", "cpu", ok, note)
                )
    return results


def _enclosed(run: Printed) -> tuple[flint.arb, flint.arb]:
    """Loss and norm at the end."""
    space, scheme = Balls(), by_name(SCHEMES[run.method])
    goal, start = space.vector(TARGET), space.vector(START)

    def gradient(_: int, w: Any) -> Any:
        r = space.norm(w)
        cosine = space.dot(w, goal) / r
        return (goal - w * (cosine / r)) * (slope(cosine) / r)

    end = trajectory(scheme, space, start, gradient, _hyperparameters(scheme, run), STEPS).points[-1]
    return loss(space.dot(end, goal) / space.norm(end)), space.norm(end)


def _hyperparameters(scheme: Scheme, run: Printed) -> SimpleNamespace:
    given = {"lr": LEARNING_RATE, "momentum": run.momentum}
    return SimpleNamespace(**{name: given.get(name, sympy.Integer(0)) for name in scheme.hyperparameters})


def torch_gives_the_fourteen_numbers(cases: int, seed: int) -> list[CheckResult]:
    """torch.optim.SGD and SGDP, by autograd through torch's cosine, come to the printed numbers in both dtypes."""
    return [_trained(dtype) for dtype in DTYPES]


def _trained(dtype: torch.dtype) -> CheckResult:
    goal = torch.tensor(list(map(float, TARGET)), dtype=dtype)
    start = torch.tensor([list(map(float, START))], dtype=dtype)
    points: list[torch.Tensor] = [torch.nn.Parameter(start.clone()) for _ in PRINTED]
    trained = optimizers(points)
    for _ in range(STEPS):
        # Each run's gradient is that of its own term.
        loss(torch.cosine_similarity(torch.cat(points), goal)).sum().backward()
        for one in trained:
            one.step()
            one.zero_grad()
    with torch.no_grad():
        end = torch.cat(points)
        found = torch.stack([loss(torch.cosine_similarity(end, goal)), end.norm(dim=1)], dim=1).double()
    printed = torch.tensor([[float(run.loss), float(run.norm)] for run in PRINTED], dtype=torch.float64)
    off = (found - printed).abs() / torch.tensor([float(HALF_LOSS), float(HALF_NORM)], dtype=torch.float64)
    worst, kind = off.max().item(), str(dtype).removeprefix("torch.")
    name = "torch.optim.SGD and SGDP come to the fourteen printed numbers"
    note = "largest difference, in half units of the last printed digit"
    return CheckResult("AP-TOY", name, len(PRINTED) * STEPS, worst, 1.0, kind, "cpu", worst <= 1, note)


def _name(run: Printed) -> str:
    return run.method + (f" {float(run.momentum):g}" if run.momentum else "")
