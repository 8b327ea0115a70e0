"""004, Fig. 4: the norm of the gradient on the toy of 6.1, under the paper's methods and plain SGD.

The data and the network are 6.1's: 1000 samples of 10 normal inputs, y = μᵀx + ε, f(x) = w₁ᵀ ELU(BN(W₂x)) with 100
hidden units, mean squared error. Not printed, and chosen here: μ ~ N(0, I), He's start, and where the "network with BN"
has its BN. "hidden": on W₂x alone, so that w₁ is not invariant; "both": on the output too, as in (1). BN's ε is 0.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from verify.experiments.psi_stack import METHODS, Stack, Weights, batch_norm
from verify.experiments.summary import rounded

PLACES = {"hidden": ("W2",), "both": ("W2", "w1")}
"""Where BN stands → the invariant parameters."""


@dataclass(frozen=True)
class Convergence:
    """Each method gets `candidates` learning rates, 2^k for k up to `top` of it. The one chosen has the least gradient
    norm at the unit weights, at the end of the worst of the `tuning` seeds, of those where every loss ends below
    `collapse`: a network that has become constant has a small gradient too. It runs on the `seeds` others.

    sizes: the batch size of the stochastic runs and of the full ones, with their numbers of steps. together: how many
    networks are trained at once, where their batches are small and large: what fits in a processor's cache.
    """

    samples: int = 1000
    inputs: int = 10
    hidden: int = 100
    sizes: tuple[tuple[int, int], ...] = ((100, 400), (1000, 100))
    tuning: int = 3
    seeds: int = 20
    candidates: int = 8
    collapse: float = 2.0
    points: int = 20
    together: tuple[int, int] = (40, 2)
    methods: tuple[str, ...] = tuple(METHODS)

    def top(self, method: str) -> int:
        """Momentum on all parameters makes a step ten times as long. The ranges hold the best of a wider search."""
        return -4 if method in ("sgd-g", "sgd-g-published", "sgd-m", "adam") else -2

    def rates(self, method: str) -> list[float]:
        return [2.0 ** (self.top(method) - k) for k in reversed(range(self.candidates))]


def settings(o: Convergence) -> list[tuple[str, str, int, int]]:
    """(name, place, batch size, steps) of each comparison."""
    return [(f"{place} {size}", place, size, steps) for place in PLACES for size, steps in o.sizes]


def pieces(o: Convergence, setting: str, seed: int) -> list[tuple[str, Callable[[], dict[str, Any]]]]:
    """The methods of one comparison by name, none of them run yet."""
    _, place, size, steps = next(s for s in settings(o) if s[0] == setting)
    return [(method, partial(_compare, o, method, place, size, steps, seed)) for method in o.methods]


def _compare(o: Convergence, method: str, place: str, size: int, steps: int, seed: int) -> dict[str, Any]:
    """rates; tuned, tuned_loss: largest final gradient norm and loss over the tuning seeds a rate; best: chosen index.

    On the other seeds at that rate: step; sphere, weights: geometric mean over seeds of the gradient norm at V and at W
    a point; final: sphere, weights, others (the part of the parameters that are not invariant), loss, a list over seeds
    each, means over the last three points; norm: median of ‖w‖ over the invariant weights at the end, over its start.
    """
    rates = o.rates(method)
    tuning = [_seed(seed, i) for i in range(o.tuning)]
    drawn = [_seed(seed, o.tuning + i) for i in range(o.seeds)]
    ends = _late(_runs(o, method, place, size, steps, rates, tuning)[0])
    tuned, tuned_loss = (ends[name].nan_to_num(math.inf, math.inf).amax(1) for name in ("sphere", "loss"))
    best = chosen(tuned, tuned_loss, o.collapse)
    measured, growth = _runs(o, method, place, size, steps, [rates[best]], drawn)
    late = _late(measured)
    return {
        "rates": [rounded(rate, 4) for rate in rates],
        "tuned": [rounded(value, 4) for value in tuned],
        "tuned_loss": [rounded(value, 4) for value in tuned_loss],
        "best": best,
        "step": [i * steps // o.points for i in range(o.points + 1)],
        **{name: [rounded(v, 4) for v in measured[name][:, 0].log().mean(1).exp()] for name in ("sphere", "weights")},
        "final": {name: [rounded(value, 4) for value in late[name][0]] for name in late},
        "norm": rounded(growth.median(), 4),
    }


def chosen(norms: Tensor, losses: Tensor, collapse: float) -> int:
    """The index of the least norm of those with a loss below `collapse`; 0, the smallest rate, where there is none."""
    return int(norms.where(losses < collapse, math.inf).argmin())


def _late(measured: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: values[-3:].log().mean(0).exp() for name, values in measured.items()}


def _runs(
    o: Convergence, method: str, place: str, size: int, steps: int, rates: Sequence[float], seeds: Sequence[int]
) -> tuple[dict[str, Tensor], Tensor]:
    """What is measured on all the data, of shape (points + 1, rates, seeds); the growth of every invariant norm."""
    together = o.together[size == o.samples]
    of_rates = min(len(rates), max(1, together // len(seeds)))
    of_seeds = max(1, together // of_rates)
    rows = [
        [
            _run(o, method, place, size, steps, rates[i : i + of_rates], seeds[j : j + of_seeds])
            for j in range(0, len(seeds), of_seeds)
        ]
        for i in range(0, len(rates), of_rates)
    ]
    measured = {
        name: torch.cat([torch.cat([found[name] for found, _ in row], dim=2) for row in rows], dim=1)
        for name in ("sphere", "weights", "others", "loss")
    }
    return measured, torch.cat([growth for row in rows for _, growth in row])


def _run(
    o: Convergence, method: str, place: str, size: int, steps: int, rates: Sequence[float], seeds: Sequence[int]
) -> tuple[dict[str, Tensor], Tensor]:
    """`_runs`, all at once."""
    problems = [_problem(o, place, s) for s in seeds]
    x, y = torch.stack([x for x, _, _ in problems]), torch.stack([y for _, y, _ in problems])
    starts = {name: torch.stack([p[2][name] for p in problems]) for name in problems[0][2]}
    stack = Stack(method, starts, PLACES[place], rates)
    before = _norms(stack)
    orders = [torch.Generator().manual_seed(s + 1) for s in seeds]
    every, per_epoch = steps // o.points, o.samples // size
    measured: dict[str, list[Tensor]] = {}
    for t in range(steps + 1):
        if t % every == 0:
            for name, value in _measure(stack, *stack.gradients(_loss, x, y, place)).items():
                measured.setdefault(name, []).append(value)
        if t < steps and size == o.samples:
            stack.step(stack.gradients(_loss, x, y, place)[1])
        elif t < steps:
            if t % per_epoch == 0:
                order = torch.stack([torch.randperm(o.samples, generator=g) for g in orders])
            chosen = order[:, t % per_epoch * size : (t % per_epoch + 1) * size]
            some, of_these = x.gather(1, chosen.unsqueeze(-1).expand(-1, -1, o.inputs)), y.gather(1, chosen)
            stack.step(stack.gradients(_loss, some, of_these, place)[1])
    growth = torch.cat([(a / b).flatten() for a, b in zip(_norms(stack), before, strict=True)])
    return {name: torch.stack(values) for name, values in measured.items()}, growth


def _measure(stack: Stack, loss: Tensor, gradients: Weights) -> dict[str, Tensor]:
    """‖∇‖ at the unit weights V, where the gradient is ‖w‖ times the one at w, by (5); at W; over g alone; the loss."""
    squares = {name: g.square() for name, g in gradients.items()}
    lengths = {name: stack.weights[name].square().sum(-1, keepdim=True) for name in stack.invariant}
    others = _total(s for name, s in squares.items() if name not in stack.invariant)
    return {
        "sphere": (others + _total(squares[name] * lengths[name] for name in stack.invariant)).sqrt(),
        "weights": _total(squares.values()).sqrt(),
        "others": others.sqrt(),
        "loss": loss,
    }


def _total(parts: Iterable[Tensor]) -> Tensor:
    """The sum over all that is of one network: of shape (rates, seeds)."""
    return torch.stack([part.flatten(2).sum(-1) for part in parts]).sum(0)


def _norms(stack: Stack) -> list[Tensor]:
    return [stack.weights[name].norm(dim=-1) for name in stack.invariant]


def _problem(o: Convergence, place: str, seed: int) -> tuple[Tensor, Tensor, Weights]:
    """6.1's data, and a start: rows of W₂ and w₁ with entries N(0, 2/d); float32."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    mu, x = normal(o.inputs), normal(o.samples, o.inputs)
    y = x @ mu + normal(o.samples)
    weights = {
        "W2": normal(o.hidden, o.inputs) * math.sqrt(2 / o.inputs),
        "w1": normal(1, o.hidden) * math.sqrt(2 / o.hidden),
        "gamma": torch.ones(o.hidden),
        "beta": torch.zeros(o.hidden),
    }
    if place == "both":
        weights |= {"output gamma": torch.ones(1), "output beta": torch.zeros(1)}
    return x, y, weights


def _loss(w: Weights, x: Tensor, y: Tensor, place: str) -> Tensor:
    """x of shape (seeds, samples, inputs), y of shape (seeds, samples): mean squared errors (rates, seeds)."""
    hidden = torch.nn.functional.elu(batch_norm(x @ w["W2"].mT, w["gamma"], w["beta"]))
    output = hidden @ w["w1"].mT
    if place == "both":
        output = batch_norm(output, w["output gamma"], w["output beta"])
    return (output.squeeze(-1) - y).square().mean(-1)


def _seed(seed: int, problem: int) -> int:
    return 1000 * seed + 2 * problem
