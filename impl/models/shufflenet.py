"""A network like ShuffleNetV2 (Ma et al. 2018, Fig. 3) for small images: half of the channels pass, then a shuffle.

Every convolution goes into a BatchNorm and nowhere else, as in `impl.models.mobilenet`. ShuffleNetV2+, which 002
trains, adds squeeze-and-excitation, other activations and larger kernels; they are left out.
"""

import torch
from torch import Tensor, nn

from impl.models.mobilenet import normalised

PLAN = ((2, 2), (4, 2))
"""(channels in units of the width, blocks); the first block of each halves the image."""


def shuffled(x: Tensor) -> Tensor:
    """Channels of two groups, one of each in turn."""
    return x.unflatten(1, (2, -1)).transpose(1, 2).flatten(1, 2)


def branch(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    """1 × 1, each channel by itself without activation, 1 × 1."""
    return nn.Sequential(
        normalised(inputs, outputs, 1, act=nn.ReLU),
        normalised(outputs, outputs, 3, stride, outputs, act=None),
        normalised(outputs, outputs, 1, act=nn.ReLU),
    )


class Unit(nn.Module):
    """Their Fig. 3 (c): one half of the channels is left as it is."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branch = branch(channels // 2, channels // 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        kept, changed = x.chunk(2, dim=1)
        return shuffled(torch.cat([kept, self.branch(changed)], 1))


class Halving(nn.Module):
    """Their Fig. 3 (d): both halves are filtered with stride 2."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.first = nn.Sequential(
            normalised(inputs, inputs, 3, 2, inputs, act=None), normalised(inputs, channels // 2, 1, act=nn.ReLU)
        )
        self.second = branch(inputs, channels // 2, 2)

    def forward(self, x: Tensor) -> Tensor:
        return shuffled(torch.cat([self.first(x), self.second(x)], 1))


class ShuffleNetV2(nn.Module):
    """Input: images, shape (batch, in_channels, height, width), both sides at least 5. Output: logits."""

    def __init__(self, *, in_channels: int = 3, classes: int = 10, width: int = 16) -> None:
        super().__init__()
        for name, value in (("in_channels", in_channels), ("classes", classes), ("width", width)):
            if value < 1:
                raise ValueError(f"{name}={value!r}: give a positive integer")
        blocks: list[nn.Module] = [normalised(in_channels, width, 3, act=nn.ReLU)]
        channels = width
        for multiple, count in PLAN:
            blocks.append(Halving(channels, multiple * width))
            channels = multiple * width
            blocks += [Unit(channels) for _ in range(count - 1)]
        self.blocks = nn.Sequential(*blocks, normalised(channels, 2 * channels, 1, act=nn.ReLU))
        self.linear = nn.Linear(2 * channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(self.blocks(x).mean((2, 3)))
