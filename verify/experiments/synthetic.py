"""The simulations of 002, C.1: the maps (130) and (131) of the squared norm for several squared gradients {L_t}."""

import math
from dataclasses import dataclass
from typing import Any

import numpy

CASES = ("constant", "step", "slow wave", "fast wave", "random walk")


@dataclass(frozen=True)
class Synthetic:
    """C.1's η, λ, x_0, α and noise U(-3, 3). Its levels are not given: E L_t is about 10 here, always above 3.

    E L_t is 10; 10, then 40 from the middle on; 10 + 3 sin with `waves[0]` periods, then `waves[1]` periods;
    10 exp of a random walk that moves by `walk` a step, kept within [½, 2] times 10 by reflection.
    """

    steps: int = 200_000
    lr: float = 0.1
    weight_decay: float = 1e-3
    momentum: float = 0.9
    start: float = 10.0
    noise: float = 3.0
    level: float = 10.0
    waves: tuple[float, float] = (2.0, 20.0)
    walk: float = 5e-4
    points: int = 400


def simulate(options: Synthetic, seed: int) -> dict[str, Any]:
    """Case → {expected, sgd, sgdm}: lists of E L_t and ‖w_t‖² at `points` steps, and how far the norm is off.

    off: largest |x_t/x*_t - 1| in the last quarter, x*_t the theorem's norm for E L_t. tracking: largest distance of
    x_t² from x*_t² passed through a first-order filter of rate 4λη, as a share of the largest x_t² (SGD only).
    """
    generator = numpy.random.default_rng(seed)
    expected = _levels(options, generator)
    drawn = expected + generator.uniform(-options.noise, options.noise, expected.shape)
    every = max(1, options.steps // options.points)
    shown = slice(every - 1, None, every)
    runs = {"sgd": (0.0, _sgd(options, drawn)), "sgdm": (options.momentum, _sgdm(options, drawn))}
    content: dict[str, Any] = {"step": list(range(every, options.steps + 1, every)), "cases": {}}
    for i, case in enumerate(CASES):
        entry: dict[str, Any] = {"expected": expected[shown, i].tolist()}
        for name, (momentum, x) in runs.items():
            theory = numpy.sqrt(equilibrium(options.lr, options.weight_decay, momentum) * expected[:, i])
            late = slice(3 * options.steps // 4, None)
            entry[name] = {
                "norm_squared": x[shown, i].tolist(),
                "theory": theory[shown].tolist(),
                "off": float(numpy.abs(x[late, i] / theory[late] - 1).max()),
            }
        entry["sgd"]["tracking"], entry["sgd"]["remainder"] = _filtered(options, drawn[:, i], runs["sgd"][1][:, i])
        content["cases"][case] = entry
    return content


def equilibrium(lr: float, weight_decay: float, momentum: float) -> float:
    """(x*)²/L of Theorem 2; of Theorem 1 to leading order where there is no momentum."""
    product = lr * weight_decay
    return lr / (weight_decay * (1 - momentum) * (2 - product / (1 + momentum)))


def equilibrium_angle(lr: float, weight_decay: float, momentum: float) -> float:
    """The angle whose cosine is 1 - λη/(1+α): √(2λη/(1+α)) of Theorem 3, without its remainder."""
    return math.acos(1 - lr * weight_decay / (1 + momentum))


def gram_map(lr: float, weight_decay: float, momentum: float) -> numpy.ndarray:
    """A of (63), acting on (‖w_t‖², ⟨w_t, w_{t-1}⟩, ‖w_{t-1}‖²)."""
    m = 1 + momentum - lr * weight_decay
    return numpy.array([[m * m, -2 * momentum * m, momentum**2], [m, -momentum, 0.0], [1.0, 0.0, 0.0]])


def _levels(o: Synthetic, generator: numpy.random.Generator) -> numpy.ndarray:
    t = numpy.arange(o.steps)
    ones = numpy.ones(o.steps)
    phases = [2 * math.pi * periods * t / o.steps for periods in o.waves]
    walk = numpy.cumsum(generator.choice((-o.walk, o.walk), o.steps))
    # A triangle wave of the walk: reflection at ±log 2.
    width = math.log(2)
    reflected = numpy.abs((walk + 3 * width) % (4 * width) - 2 * width) - width
    return numpy.stack(
        [
            o.level * ones,
            numpy.where(t < o.steps // 2, o.level, 4 * o.level),
            o.level * (1 + 0.3 * numpy.sin(phases[0])),
            o.level * (1 + 0.3 * numpy.sin(phases[1])),
            o.level * numpy.exp(reflected),
        ],
        axis=1,
    )


def _sgd(o: Synthetic, drawn: numpy.ndarray) -> numpy.ndarray:
    x, path = numpy.full(drawn.shape[1], o.start), numpy.empty_like(drawn)
    for t, gradient in enumerate(drawn):
        x = (1 - 2 * o.lr * o.weight_decay) * x + o.lr**2 * gradient / x
        path[t] = x
    return path


def _sgdm(o: Synthetic, drawn: numpy.ndarray) -> numpy.ndarray:
    matrix = gram_map(o.lr, o.weight_decay, o.momentum)
    state, path = numpy.full((3, drawn.shape[1]), o.start), numpy.empty_like(drawn)
    for t, gradient in enumerate(drawn):
        kick = o.lr**2 * gradient / state[0]
        state = matrix @ state
        state[0] += kick
        path[t] = state[0]
    return path


def _filtered(o: Synthetic, drawn: numpy.ndarray, x: numpy.ndarray) -> tuple[float, float]:
    """How far x² is from the filter y' = (1 - 4β) y + 2η²L_t, and how far the square of (130) allows, β = λη.

    Squared, (130) says y' = (1 - 4β) y + 2η²L_t + (2βy - η²L_t)²/y: the last term is what the filter leaves out.
    """
    beta = o.lr * o.weight_decay
    y, before = o.start**2, numpy.concatenate(([o.start], x[:-1])) ** 2
    linear = numpy.empty_like(x)
    for t, gradient in enumerate(drawn):
        y = (1 - 4 * beta) * y + 2 * o.lr**2 * gradient
        linear[t] = y
    left_out = (2 * beta * before - o.lr**2 * drawn) ** 2 / before
    largest = (x**2).max()
    return float(numpy.abs(x**2 - linear).max() / largest), float(left_out.max() / (4 * beta) / largest)
