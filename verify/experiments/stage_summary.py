"""Records of a stage, reduced to what the figures show and the evidence judges."""

import math
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from verify.experiments.checkpoint import Records
from verify.experiments.stages import Stage
from verify.experiments.summary import rounded
from verify.experiments.synthetic import equilibrium, equilibrium_angle

BINS = 100
SHOWN = 120
FIRST = 60
DIGITS = 4
LAGS = (1, 10, 100)
QUANTILES = (0.05, 0.5, 0.95)


def stage_summary(stage: Stage, records: Records, average: int, span: int) -> dict[str, Any]:
    """One entry of `stages` in the schema of `equilibrium`."""
    x, gradient, momentum, radial, angle = torch.stack(records["quantities"]).double().unbind(1)
    steps, weights = x.shape
    adjusted = gradient + 2 * stage.momentum * momentum
    late = slice(steps // 2, None)
    heard = _heard(gradient[late])
    scale = equilibrium(stage.lr, stage.weight_decay, stage.momentum)
    predicted_angle = equilibrium_angle(stage.lr, stage.weight_decay, stage.momentum)
    relative = angle / predicted_angle
    predicted = (scale * _running_mean(adjusted, average)).clamp(min=0).sqrt()
    width = math.ceil(steps / BINS)
    ends = [min(i + width, steps) for i in range(0, steps, width)]
    bins = [slice(end - width if end % width == 0 else end - end % width, end) for end in ends]
    middle = weights // 2

    def example(values: Tensor) -> list[float]:
        return [float(values[b, middle].mean()) for b in bins]

    content = {
        "stage": asdict(stage),
        "steps": steps,
        "weights": weights,
        "product": stage.lr * stage.weight_decay,
        "angle_predicted": predicted_angle,
        "step": ends,
        "loss": [math.fsum(records["loss"][b]) / (b.stop - b.start) for b in bins],
        "angle": [_triple(relative[b][:, heard].square().mean(0).sqrt()) for b in bins],
        "norm": [_triple((x[b].mean(0) / predicted[b].mean(0))[heard]) for b in bins],
        "first": relative[:FIRST, heard].square().mean(1).sqrt().tolist(),
        "example": {
            "norm_squared": example(x),
            "norm_predicted": example(predicted),
            "angle_mean": example(angle),
            "angle_rms": [math.sqrt(square) for square in example(angle.square())],
            "gradient": example(gradient),
            "adjusted": example(adjusted),
        },
        "test_accuracy": records["test_accuracy"][-1],
    }
    taken = _late(x[late], gradient[late], momentum[late], adjusted[late], relative[late], radial[late], stage, scale)
    turned = torch.stack(records["accumulated"]).double()
    turned = turned[len(turned) // 2 :].square().mean(0).sqrt().masked_fill(~heard, math.nan)
    one = angle[late].square().mean(0).sqrt().masked_fill(~heard, math.nan)
    taken |= {"accumulated": turned.tolist(), "step_angle": one.tolist()}
    return tidied(content | {"late": taken})


def tidied(content: Any) -> Any:
    """The same content with its floats rounded for JSON."""
    if isinstance(content, dict):
        return {name: tidied(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [tidied(value) for value in content]
    return rounded(content, DIGITS) if isinstance(content, float) else content


def _late(
    x: Tensor,
    gradient: Tensor,
    momentum: Tensor,
    adjusted: Tensor,
    relative: Tensor,
    radial: Tensor,
    stage: Stage,
    scale: float,
) -> dict[str, Any]:
    heard = _heard(gradient)
    x, gradient, momentum, adjusted, relative, radial = (
        t[:, heard] for t in (x, gradient, momentum, adjusted, relative, radial)
    )
    predicted = (scale * adjusted.mean(0)).clamp(min=0).sqrt()
    mean, rms = relative.mean(0), relative.square().mean(0).sqrt()
    ratio = momentum.mean(0) / gradient.mean(0)
    every = max(1, math.ceil(x.shape[1] / SHOWN))
    return {
        "silent": 1 - float(heard.double().mean()),
        "norm_squared": x.mean(0)[::every].tolist(),
        "norm_predicted": predicted[::every].tolist(),
        "angle_mean": mean[::every].tolist(),
        "angle_rms": rms[::every].tolist(),
        "ratio": _triple(x.mean(0) / predicted),
        "spread": {
            "angle_mean": _triple(mean),
            "angle_rms": _triple(rms),
            "angle_off": _triple((relative - 1).square().mean(0).sqrt()),
        },
        "gradient": _triple(gradient.mean(0)),
        "momentum": _triple(ratio),
        "correction": _triple(2 * stage.momentum * ratio),
        "autocorrelation": {str(lag): _triple(_autocorrelation(gradient, lag)) for lag in LAGS if lag < len(x)},
        "variation": _triple(gradient.std(0) / gradient.mean(0)),
        "adjusted_variation": _triple(adjusted.std(0) / adjusted.mean(0)),
        "least": _triple(gradient.min(0).values / gradient.mean(0)),
        "adjusted_least": _triple(adjusted.min(0).values / adjusted.mean(0)),
        "negative": _triple((adjusted < 0).double().mean(0)),
        "radial": _triple(radial.abs().max(0).values),
    }


def _heard(gradient: Tensor) -> Tensor:
    """Weights that had a gradient in at least half of the steps: a filter before a dead ReLU has none."""
    return (gradient > 0).double().mean(0) >= 0.5


def _triple(values: Tensor) -> list[float]:
    if not len(values):
        return [math.nan] * len(QUANTILES)
    return torch.nanquantile(values.double(), torch.tensor(QUANTILES, dtype=torch.float64)).tolist()


def _running_mean(values: Tensor, count: int) -> Tensor:
    """The mean over the last `count` steps, fewer at the start."""
    total = torch.cat((torch.zeros_like(values[:1]), values.cumsum(0)))
    ends = torch.arange(1, len(values) + 1)
    starts = (ends - count).clamp(min=0)
    return (total[ends] - total[starts]) / (ends - starts)[:, None]


def _autocorrelation(values: Tensor, lag: int) -> Tensor:
    centred = values - values.mean(0)
    return (centred[lag:] * centred[:-lag]).mean(0) / centred.square().mean(0)
