"""The parameters of three networks, by shape, with weights and gradients that are fixed random numbers."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from impl.groups import invariant_groups
from impl.models import ResNet20

Shape = tuple[int, ...]

POOL = 2**20 - 3
"""Random numbers that are drawn: 124 million take longer than a step."""


@dataclass(frozen=True)
class Network:
    """name: for a reader. invariant: shapes trained by radially-invariant rules, a row each of the first axis.

    others: shapes of biases and of what normalisations learn, which rules of radially-invariant weights leave to torch.
    """

    name: str
    invariant: tuple[Shape, ...]
    others: tuple[Shape, ...]

    @property
    def tensors(self) -> int:
        return len(self.invariant) + len(self.others)

    @property
    def numbers(self) -> int:
        return sum(math.prod(shape) for shape in (*self.invariant, *self.others))

    def groups(self, seed: int = 0) -> list[dict[str, object]]:
        """Parameter groups with their gradients; rows of norm near 1. The numbers of `POOL` come again and again."""
        pool = torch.randn(POOL, generator=torch.Generator().manual_seed(seed))
        return [
            {"params": [_parameter(shape, pool) for shape in shapes], "invariant": invariant}
            for shapes, invariant in ((self.invariant, "channel"), (self.others, None))
        ]


def _parameter(shape: Shape, pool: Tensor) -> Tensor:
    count = math.prod(shape)
    drawn = pool.repeat(-(-2 * count // len(pool)))[: 2 * count]
    p = nn.Parameter(drawn[:count].reshape(shape) / math.sqrt(math.prod(shape[1:])))
    p.grad = drawn[count:].reshape(shape) * 1e-2
    return p


def resnet20() -> Network:
    """He et al. 2016, for CIFAR: every convolution goes into a BatchNorm."""
    groups = invariant_groups(ResNet20(norm="bn", in_channels=3))
    shapes = {group["invariant"]: tuple(tuple(p.shape) for p in group["params"]) for group in groups}
    return Network("ResNet20", shapes["channel"], shapes[None])


def resnet50() -> Network:
    """He et al. 2016, Table 1: four stages of 3, 4, 6, 3 bottlenecks, each convolution followed by BatchNorm."""
    filters = list(_resnet50())
    norms = [shape for convolution in filters for shape in ((convolution[0],), (convolution[0],))]
    return Network("ResNet50", tuple(filters), (*norms, (1000, 2048), (1000,)))


def _resnet50() -> Iterator[Shape]:
    yield (64, 3, 7, 7)
    channels = 64
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            yield from ((width, channels, 1, 1), (width, width, 3, 3), (4 * width, width, 1, 1))
            if block == 0:
                yield (4 * width, channels, 1, 1)
            channels = 4 * width


def gpt2(layers: int = 12, width: int = 768, words: int = 50257, places: int = 1024) -> Network:
    """Radford et al. 2019, the small one: every matrix in rows, embeddings too, though nothing normalises them all."""
    matrices: list[Shape] = [(words, width), (places, width)]
    vectors: list[Shape] = [(width,), (width,)]
    for _ in range(layers):
        matrices += [(3 * width, width), (width, width), (4 * width, width), (width, 4 * width)]
        vectors += [(width,)] * 4 + [(3 * width,), (width,), (4 * width,), (width,)]
    return Network("GPT-2 small", tuple(matrices), tuple(vectors))


NETWORKS: dict[str, Callable[[], Network]] = {"resnet20": resnet20, "resnet50": resnet50, "gpt2": gpt2}
