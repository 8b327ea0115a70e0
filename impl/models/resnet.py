"""ResNet20 for CIFAR-sized images (He et al. 2016, §4.2), with BatchNorm or WeightNorm.

Radially-invariant groups: with ``norm="bn"`` each filter of a convolution is followed by BatchNorm and is invariant
up to its epsilon (001 App. B); with ``norm="wn"`` each filter is g v/‖v‖, exactly invariant in v, the parameter
``parametrizations.weight.original1``. The remaining parameters are the last linear layer and, respectively, the
affine part of BatchNorm, or the magnitudes g and the biases.
"""

import math
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, pad, relu
from torch.nn.utils.parametrizations import weight_norm

NORMS = ("bn", "wn")


class Block(nn.Module):
    """Two 3x3 convolutions and an option-A shortcut: subsample, pad the new channels with zeros, no parameters."""

    def __init__(self, in_channels: int, channels: int, stride: int, norm: str, bn_eps: float, depth: int) -> None:
        super().__init__()
        self.stride = stride
        self.new_channels = channels - in_channels
        self.conv1, self.norm1 = convolution(in_channels, channels, stride, norm, bn_eps)
        self.conv2, self.norm2 = convolution(channels, channels, 1, norm, bn_eps)
        if norm == "wn":
            magnitudes = self.conv2.get_parameter("parametrizations.weight.original0")
            magnitudes.detach().mul_(depth**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm2(self.conv2(relu(self.norm1(self.conv1(x)))))
        shortcut = x[:, :, :: self.stride, :: self.stride]
        if self.new_channels:
            before = self.new_channels // 2
            shortcut = pad(shortcut, (0, 0, 0, 0, before, self.new_channels - before))
        return relu(y + shortcut)


class ResNet20(nn.Module):
    """A convolution, three stages of three blocks with `width`, 2 `width`, 4 `width` filters, average pooling, linear.

    Input: images, shape (batch, in_channels, height, width), height and width at least 4. Output: logits, shape
    (batch, classes). With in_channels=3 and width=16 it has 0.27 million parameters.

    norm="wn" trains without BatchNorm's help, so its start matters: filters are He-normal and the magnitudes g start
    at their norms (about √2, which keeps the variance through a ReLU), times (number of blocks)^(-1/2) on the last
    convolution of each residual branch, so that the variance of the sum of branches stays bounded (Arpit et al. 2019).
    """

    def __init__(
        self, *, norm: str = "bn", in_channels: int = 3, classes: int = 10, width: int = 16, bn_eps: float = 1e-5
    ) -> None:
        super().__init__()
        if norm not in NORMS:
            raise ValueError(f"norm={norm!r}: choose one of {NORMS}")
        for name, value in (("in_channels", in_channels), ("classes", classes), ("width", width)):
            if value < 1:
                raise ValueError(f"{name}={value!r}: give a positive integer")
        if not bn_eps > 0:
            raise ValueError(f"bn_eps={bn_eps!r}: BatchNorm's epsilon must be positive (torch refuses 0; try 1e-20)")
        plan = [(width, 1)] * 3 + [(2 * width, 2)] + [(2 * width, 1)] * 2 + [(4 * width, 2)] + [(4 * width, 1)] * 2
        self.conv, self.norm = convolution(in_channels, width, 1, norm, bn_eps)
        blocks: list[Block] = []
        channels = width
        for out_channels, stride in plan:
            blocks.append(Block(channels, out_channels, stride, norm, bn_eps, len(plan)))
            channels = out_channels
        self.blocks = nn.Sequential(*blocks)
        self.linear = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        y = self.blocks(relu(self.norm(self.conv(x))))
        return self.linear(avg_pool2d(y, y.shape[-2:]).flatten(1))


def convolution(
    in_channels: int, channels: int, stride: int, norm: str, bn_eps: float
) -> tuple[nn.Conv2d, nn.BatchNorm2d | nn.Identity]:
    """A He-normal 3x3 convolution and the normalisation that makes its filters radially invariant."""
    conv = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=norm == "wn")
    nn.init.normal_(conv.weight, std=math.sqrt(2 / (9 * in_channels)))
    if norm == "bn":
        return conv, nn.BatchNorm2d(channels, eps=bn_eps)
    biases: Any = conv.bias
    nn.init.zeros_(biases)
    return weight_norm(conv), nn.Identity()
