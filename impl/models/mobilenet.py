"""A network like MobileNetV2 (Sandler et al. 2018, Table 1) for small images: inverted residuals, BatchNorm everywhere.

Every convolution, depthwise ones too, goes into a BatchNorm and nowhere else: each filter is radially invariant up to
BatchNorm's epsilon (001 App. B).
"""

from torch import Tensor, nn

PLAN = ((1, 1, 1), (2, 2, 2), (4, 2, 2))
"""(channels in units of the width, blocks, stride of the first): fewer and narrower than printed, which is for 224
pixels; two halvings leave 2 × 2 of 8 pixels, so that every number of a depthwise filter is used."""

EXPANSION = 4
"""The paper has 6."""


def normalised(
    inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1, act: type[nn.Module] | None = nn.ReLU6
) -> nn.Sequential:
    """A convolution without bias, BatchNorm, and an activation if there is one."""
    conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")  # squared norms of 2 in the mean, at every width
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), *([act()] if act is not None else []))


class InvertedResidual(nn.Module):
    """Expand by 1 × 1, filter each channel by itself, project; no activation at the narrow end (their §3)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        wide = EXPANSION * inputs
        self.branch = nn.Sequential(
            normalised(inputs, wide, 1), normalised(wide, wide, 3, stride, wide), normalised(wide, outputs, 1, act=None)
        )
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.branch(x) if self.residual else self.branch(x)


class MobileNetV2(nn.Module):
    """Input: images, shape (batch, in_channels, height, width), both sides at least 5. Output: logits."""

    def __init__(self, *, in_channels: int = 3, classes: int = 10, width: int = 16) -> None:
        super().__init__()
        for name, value in (("in_channels", in_channels), ("classes", classes), ("width", width)):
            if value < 1:
                raise ValueError(f"{name}={value!r}: give a positive integer")
        blocks: list[nn.Module] = [normalised(in_channels, width, 3)]
        channels = width
        for multiple, count, stride in PLAN:
            for i in range(count):
                blocks.append(InvertedResidual(channels, multiple * width, stride if i == 0 else 1))
                channels = multiple * width
        self.blocks = nn.Sequential(*blocks, normalised(channels, 2 * channels, 1))
        self.linear = nn.Linear(2 * channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(self.blocks(x).mean((2, 3)))
