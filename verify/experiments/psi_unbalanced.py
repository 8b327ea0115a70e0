"""004, Fig. 1: two layers with batch normalisation, (1), from weights of very different norms.

The first layer's neurons have norm `factor`, the second's 1/factor (start "layers"), or half of the neurons of each
layer the one and half the other ("neurons"), or all have norm 1 ("balanced"): the same function three times, if BN's
ε is 0. Every network of a seed has the same directions and sees the same batches.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from impl.data import Batches, Dataset
from verify.experiments.psi_stack import Stack, Weights, batch_norm
from verify.experiments.summary import rounded

STARTS = ("balanced", "layers", "neurons")
INVARIANT = ("first", "second")
TORCH_EPS = 1e-5
"""The default of torch's BatchNorm."""


@dataclass(frozen=True)
class Unbalanced:
    """half_decades: the learning rates are 10^(k/2) for these k, first to last; `wide` for one run of SGD.

    decay: λη of the run with weight decay, of `decay_steps` steps. points: of a curve. path_steps: of the paths.
    """

    hidden: int = 50
    batch_size: int = 128
    steps: int = 600
    seeds: int = 5
    factor: float = 1e4
    half_decades: tuple[int, int] = (-6, 2)
    wide: tuple[int, int] = (-20, 16)
    decay: float = 1e-2
    decay_steps: int = 1800
    points: int = 30
    path_steps: int = 200


def pieces(o: Unbalanced, data: Dataset, seed: int) -> list[tuple[str, Callable[[], dict[str, Any]]]]:
    """The runs by name, none of them done yet. A name is "method start ε", with a word on what is special."""
    work: list[tuple[str, Callable[[], dict[str, Any]]]] = []

    def add(name: str, method: str, start: str, eps: float, **others: Any) -> None:
        work.append((name, lambda: _train(o, data, seed, method, start, eps, **others)))

    for eps in (0.0, TORCH_EPS):
        for start in STARTS:
            for method in ("sgd", "psi-sgd"):
                add(f"{method} {start} {eps:g}", method, start, eps)
    add("sgd layers 0 wide", "sgd", "layers", 0.0, half_decades=o.wide)
    add("sgd layers 0 decay", "sgd", "layers", 0.0, steps=o.decay_steps, decay=o.decay)
    for method in ("sgd", "psi-sgd"):
        add(f"{method} layers 0 float32", method, "layers", 0.0, dtype=torch.float32)
    work.append(("paths", lambda: _paths(o, data, seed)))
    return work


def _train(
    o: Unbalanced,
    data: Dataset,
    seed: int,
    method: str,
    start: str,
    eps: float,
    *,
    half_decades: tuple[int, int] | None = None,
    steps: int | None = None,
    decay: float = 0.0,
    dtype: torch.dtype = torch.float64,
) -> dict[str, Any]:
    """rates; loss, accuracy: on the training set at the end, a list over seeds a rate; best: index of the rate with the
    lowest mean loss; curve: mean batch loss there in `points` bins; norms: of the two layers there, median, at the end.
    """
    first, last = half_decades or o.half_decades
    rates = [10 ** (k / 2) for k in range(first, last + 1)]
    steps = steps or o.steps
    stack = Stack(method, _start(o, data, seed, start, o.factor, dtype), INVARIANT, rates, decay)
    batches = _batches(o, data, seed)
    losses = []
    for t in range(steps):
        images, labels = _batch(batches, t, dtype)
        found, gradients = stack.gradients(_loss, images, labels, eps)
        losses.append(found)
        stack.step(gradients)
    images, labels = data.train_images.flatten(1).to(dtype), data.train_labels
    with torch.no_grad():
        logits = _network(stack.weights, images, eps)
    accuracy = (logits.argmax(-1) == labels).double().mean(-1)
    loss = _cross_entropy(logits, labels.expand(logits.shape[1], -1))
    best = int(loss.mean(1).nan_to_num(torch.inf, torch.inf).argmin())
    curve = torch.stack(losses)[:, best].mean(1).reshape(o.points, -1).mean(1)
    return {
        "rates": [rounded(rate, 4) for rate in rates],
        "loss": _table(loss),
        "accuracy": _table(accuracy),
        "best": best,
        "step": [(i + 1) * steps // o.points for i in range(o.points)],
        "curve": [rounded(value, 4) for value in curve],
        "norms": [rounded(stack.weights[name][best].norm(dim=-1).median(), 4) for name in INVARIANT],
    }


def _paths(o: Unbalanced, data: Dataset, seed: int) -> dict[str, Any]:
    """Method and how → the largest distance, at any step, of a unit weight from the one of the balanced start.

    The factor is a power of two, with which arithmetic in floating point commutes, or `factor`. "shifted ε": with
    ε = 10⁻⁵ against a balanced start with ε/a², the a of each layer: see PSI-FIG1.
    """
    power = 2.0 ** round(torch.log2(torch.tensor(o.factor)).item())
    cases = {
        "float64, power of two": (torch.float64, power, 0.0, 0.0),
        "float64": (torch.float64, o.factor, 0.0, 0.0),
        "float32": (torch.float32, o.factor, 0.0, 0.0),
        "float64, power of two, ε": (torch.float64, power, TORCH_EPS, TORCH_EPS),
        "float64, power of two, shifted ε": (torch.float64, power, TORCH_EPS, None),
    }
    content: dict[str, Any] = {"factor": o.factor, "power": power, "rate": 0.1}
    for method in ("psi-sgd", "psi-sgdm"):
        for name, (dtype, factor, eps, balanced_eps) in cases.items():
            shifted = (eps / factor**2, eps * factor**2) if balanced_eps is None else balanced_eps
            pair = [
                (Stack(method, _start(o, data, seed, start, factor, dtype), INVARIANT, [0.1]), e)
                for start, e in (("balanced", shifted), ("layers", eps))
            ]
            batches, worst = _batches(o, data, seed), 0.0
            for t in range(o.path_steps):
                images, labels = _batch(batches, t, dtype)
                for stack, e in pair:
                    stack.step(stack.gradients(_loss, images, labels, e)[1])
                ways = zip(*(stack.directions() for stack, _ in pair), strict=True)
                worst = max(worst, *(float((u - v).norm(dim=-1).max()) for u, v in ways))
            content[f"{method}, {name}"] = rounded(worst, 4)
    return content


def _start(o: Unbalanced, data: Dataset, seed: int, start: str, factor: float, dtype: torch.dtype) -> Weights:
    pixels, classes = data.train_images[0].numel(), data.classes
    shapes = {"first": (o.hidden, pixels), "second": (classes, o.hidden)}
    weights: Weights = {}
    for layer, (name, shape) in enumerate(shapes.items()):
        drawn = [torch.randn(shape, generator=_generator(seed, s, layer), dtype=torch.float64) for s in range(o.seeds)]
        norms = torch.ones(shape[0], 1, dtype=torch.float64)
        if start == "layers":
            norms *= factor if name == "first" else 1 / factor
        elif start == "neurons":
            norms[: shape[0] // 2], norms[shape[0] // 2 :] = factor, 1 / factor
        weights[name] = (torch.nn.functional.normalize(torch.stack(drawn), dim=-1).to(dtype) * norms.to(dtype)).clone()
    for name, shape in shapes.items():
        weights[f"gamma {name}"] = torch.ones(o.seeds, shape[0], dtype=dtype)
        weights[f"beta {name}"] = torch.zeros(o.seeds, shape[0], dtype=dtype)
    return weights


def _generator(*numbers: int) -> torch.Generator:
    seed = 0
    for number in numbers:
        seed = seed * 1000 + number
    return torch.Generator().manual_seed(seed)


def _batches(o: Unbalanced, data: Dataset, seed: int) -> list[Batches]:
    return [Batches(data, o.batch_size, seed=1000 * seed + s) for s in range(o.seeds)]


def _batch(batches: Sequence[Batches], t: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Images of shape (seeds, samples, pixels), labels of shape (seeds, samples)."""
    drawn = [b[t] for b in batches]
    return torch.stack([images.flatten(1) for images, _ in drawn]).to(dtype), torch.stack([y for _, y in drawn])


def _network(w: Weights, images: Tensor, eps: float | tuple[float, float]) -> Tensor:
    """(1) with two layers and φ = ReLU: logits of shape (rates, seeds, samples, classes)."""
    inner, outer = eps if isinstance(eps, tuple) else (eps, eps)
    hidden = batch_norm(images @ w["first"].mT, w["gamma first"], w["beta first"], inner).relu()
    return batch_norm(hidden @ w["second"].mT, w["gamma second"], w["beta second"], outer)


def _loss(w: Weights, images: Tensor, labels: Tensor, eps: float | tuple[float, float]) -> Tensor:
    return _cross_entropy(_network(w, images, eps), labels)


def _cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The mean over samples: logits (rates, seeds, samples, classes), labels (seeds, samples)."""
    chosen = logits.gather(-1, labels.expand(logits.shape[:-1]).unsqueeze(-1)).squeeze(-1)
    return (logits.logsumexp(-1) - chosen).mean(-1)


def _table(values: Tensor) -> list[list[float | None]]:
    return [[rounded(value, 4) for value in row] for row in values]
