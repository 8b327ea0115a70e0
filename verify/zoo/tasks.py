"""Something to train the zoo on: scikit-learn's digits, as images, vectors, rows or tokens."""

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from impl.data import Batches, digits
from verify.zoo.architecture import Architecture, Kind

LEVELS = 17
"""Grey levels of the digits."""


def batches(kind: Kind, size: int, steps: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """(inputs, labels): images (n, 1, 8, 8), vectors (n, 64), rows (n, 8, 8), or tokens (n, 8), a row of each image."""
    data = Batches(digits(), size, seed)
    for step in range(steps):
        images, labels = data[step]
        yield _inputs(kind, images, step), labels


def _inputs(kind: Kind, images: Tensor, step: int) -> Tensor:
    if kind == "vectors":
        return images.flatten(1)
    if kind == "rows":
        return images.squeeze(1)
    if kind == "tokens":
        low, high = images.min(), images.max()
        levels = ((images - low) / (high - low) * (LEVELS - 1)).round().long()
        return levels[:, 0, step % 8]
    return images


def loss(architecture: Architecture, model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of the labels or of the next token; the squared error where the output is an image."""
    made: Any = model(inputs)
    if architecture.kind == "tokens":
        return cross_entropy(made[:, :-1].flatten(0, 1), inputs[:, 1:].flatten())
    if made.dim() == 4:
        return mse_loss(made, inputs)
    return cross_entropy(made, labels)
