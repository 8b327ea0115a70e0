"""Networks like VGG (Simonyan & Zisserman 2015) for small images, with BatchNorm after every convolution.

Each filter is radially invariant up to BatchNorm's epsilon (001 App. B), as in `impl.models.resnet`.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from impl.models.resnet import convolution

Stage = tuple[int, int]
"""Convolutions before a pooling, and their filters, in units of the width."""

SMALL: tuple[Stage, ...] = ((2, 1), (2, 2), (2, 4))
VGG16: tuple[Stage, ...] = ((2, 1), (2, 2), (3, 4), (3, 8), (3, 8))


class Mean(nn.Module):
    """The mean over the image, shape (batch, channels); nn.AdaptiveAvgPool2d has no deterministic gradient on CUDA."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


def vgg(
    stages: Sequence[Stage] = SMALL,
    *,
    in_channels: int = 3,
    classes: int = 10,
    width: int = 16,
    bn_eps: float = 1e-5,
) -> nn.Sequential:
    """3x3 convolutions, BatchNorm and ReLU in stages that end in a pooling by 2, then the mean over the image, linear.

    Input: images, shape (batch, in_channels, height, width), both sides at least 2^(number of stages): 8 for `SMALL`,
    32 for `VGG16`, whose 13 convolutions have the widths of VGG16 at width=64; its three dense layers, for images of
    224 pixels, are one here. Output: logits, shape (batch, classes).
    """
    for name, value in (("in_channels", in_channels), ("classes", classes), ("width", width)):
        if value < 1:
            raise ValueError(f"{name}={value!r}: give a positive integer")
    if not stages:
        raise ValueError("stages=(): give at least one, for example SMALL")
    layers: list[nn.Module] = []
    channels = in_channels
    for count, multiple in stages:
        for _ in range(count):
            layers += [*convolution(channels, multiple * width, 1, "bn", bn_eps), nn.ReLU()]
            channels = multiple * width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, Mean(), nn.Linear(channels, classes))
