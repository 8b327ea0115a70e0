"""The zoo: convolutional nets for images of 8 × 8 pixels."""

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, relu

from impl.models import ResNet20
from verify.zoo.architecture import Architecture

WIDTH, CLASSES = 8, 10


def conv(inputs: int, outputs: int, size: int = 3, stride: int = 1, groups: int = 1, bias: bool = False) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=bias)


def head(width: int = WIDTH) -> tuple[nn.Module, ...]:
    return nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, CLASSES)


def bn(eps: float, width: int = WIDTH) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(width, eps)


def _vgg(eps: float, normalised: bool = True) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs in (1, WIDTH):
        layers += [conv(inputs, WIDTH, bias=True), bn(eps) if normalised else nn.Identity(), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, *head())


class Block(nn.Module):
    """A residual block, its normalisations made by `norm`; with stride 2 its shortcut is a normalised convolution."""

    def __init__(self, norm, stride: int = 1) -> None:  # type: ignore[no-untyped-def]
        super().__init__()
        self.conv1, self.norm1, self.conv2, self.norm2 = (
            conv(WIDTH, WIDTH, 3, stride),
            norm(),
            conv(WIDTH, WIDTH),
            norm(),
        )
        self.short = nn.Sequential(conv(WIDTH, WIDTH, 1, stride), norm()) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return relu(self.norm2(self.conv2(relu(self.norm1(self.conv1(x))))) + self.short(x))


class PreBlock(nn.Module):
    """Normalisation and ReLU before each convolution."""

    def __init__(self, eps: float) -> None:
        super().__init__()
        self.norm1, self.conv1, self.norm2, self.conv2 = bn(eps), conv(WIDTH, WIDTH), bn(eps), conv(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(relu(self.norm2(self.conv1(relu(self.norm1(x))))))


def _resnet(norm) -> nn.Sequential:  # type: ignore[no-untyped-def]
    return nn.Sequential(conv(1, WIDTH), norm(), nn.ReLU(), Block(norm), Block(norm, 2), *head())


def _mobilenet(eps: float) -> nn.Sequential:
    wide = 2 * WIDTH
    expand = (conv(WIDTH, wide, 1), bn(eps, wide), nn.ReLU6())
    depthwise = (conv(wide, wide, 3, 2, wide), bn(eps, wide), nn.ReLU6())
    return nn.Sequential(
        conv(1, WIDTH), bn(eps), nn.ReLU6(), *expand, *depthwise, conv(wide, WIDTH, 1), bn(eps), *head()
    )


class ChannelsLast(nn.LayerNorm):
    """LayerNorm over the channels of each pixel."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Next(nn.Module):
    """A block of ConvNeXt: depthwise, LayerNorm, two dense layers, a gain on the branch."""

    def __init__(self, eps: float, bias: bool) -> None:
        super().__init__()
        self.depthwise = conv(WIDTH, WIDTH, 5, groups=WIDTH, bias=bias)
        self.norm = ChannelsLast(WIDTH, eps)
        self.one, self.two = conv(WIDTH, 4 * WIDTH, 1, bias=True), conv(4 * WIDTH, WIDTH, 1, bias=True)
        self.gain = nn.Parameter(torch.full((WIDTH, 1, 1), 1e-2))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.gain * self.two(nn.functional.gelu(self.one(self.norm(self.depthwise(x)))))


def _convnext(eps: float, bias: bool) -> nn.Sequential:
    stem = (nn.Conv2d(1, WIDTH, 2, 2, bias=bias), ChannelsLast(WIDTH, eps))
    return nn.Sequential(*stem, Next(eps, bias), Next(eps, bias), *head())


class UNet(nn.Module):
    """Down, up by a transposed convolution, and a skip, with group norm."""

    def __init__(self, eps: float) -> None:
        super().__init__()
        self.enter, self.norm1 = conv(1, WIDTH), nn.GroupNorm(2, WIDTH, eps)
        self.down, self.norm2 = conv(WIDTH, WIDTH, 3, 2), nn.GroupNorm(2, WIDTH, eps)
        self.up, self.norm3 = nn.ConvTranspose2d(WIDTH, WIDTH, 2, 2, bias=False), nn.GroupNorm(2, WIDTH, eps)
        self.join, self.norm4 = conv(2 * WIDTH, WIDTH, bias=True), nn.GroupNorm(2, WIDTH, eps)
        self.out = conv(WIDTH, 1, 1, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        skip = nn.functional.silu(self.norm1(self.enter(x)))
        deep = nn.functional.silu(self.norm3(self.up(nn.functional.silu(self.norm2(self.down(skip))))))
        return self.out(nn.functional.silu(self.norm4(self.join(torch.cat([skip, deep], 1)))))


def _generator(eps: float, groups: int) -> nn.Sequential:
    up = nn.ConvTranspose2d(WIDTH, WIDTH // groups * groups, 2, 2, groups=groups)
    return nn.Sequential(conv(1, WIDTH, 3, 2, bias=True), nn.ReLU(), up, bn(eps), nn.ReLU(), conv(WIDTH, 1, bias=True))


class Standardised(nn.Conv2d):
    """A convolution whose filters are standardised, with a gain each, as in nets without BatchNorm."""

    def __init__(self, inputs: int, outputs: int, eps: float) -> None:
        super().__init__(inputs, outputs, 3, padding=1)
        self.eps, self.gain = eps, nn.Parameter(torch.ones(outputs, 1, 1, 1))

    def forward(self, input: Tensor) -> Tensor:
        variance, mean = torch.var_mean(self.weight, (1, 2, 3), keepdim=True)
        weight = (self.weight - mean) * torch.rsqrt(variance + self.eps) * self.gain
        return conv2d(input, weight, self.bias, padding=1)


class Squeeze(nn.Module):
    """Squeeze and excite: a gain for each channel from the channels' means."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = conv(WIDTH, 4, 1, bias=True), conv(4, WIDTH, 1, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.two(relu(self.one(x.mean((2, 3), keepdim=True)))))


BLOCKS = {"0.weight": "channel", "*conv?.weight": "channel", "*short.0.weight": "channel"}
PER_GROUP = {pattern: 2 for pattern in BLOCKS}
ARCHITECTURES = (
    Architecture("vgg", "images", lambda eps: _vgg(eps, False), why="nothing normalises"),
    Architecture("vgg-bn", "images", _vgg, {"0.weight": "channel", "4.weight": "channel"}, {}),
    Architecture(
        "resnet20-bn",
        "images",
        lambda eps: ResNet20(norm="bn", in_channels=1, width=4, bn_eps=eps),
        {"*conv*.weight": "channel"},
        {},
    ),
    Architecture(
        "resnet20-wn",
        "images",
        lambda eps: ResNet20(norm="wn", in_channels=1, width=4),
        {"*weight.original1": "channel"},
    ),
    Architecture("resnet-projections", "images", lambda eps: _resnet(lambda: bn(eps)), BLOCKS, {}),
    Architecture("resnet-gn", "images", lambda eps: _resnet(lambda: nn.GroupNorm(2, WIDTH, eps)), PER_GROUP),
    Architecture(
        "resnet-in", "images", lambda eps: _resnet(lambda: nn.InstanceNorm2d(WIDTH, eps, affine=True)), BLOCKS
    ),
    Architecture(
        "resnet-preact",
        "images",
        lambda eps: nn.Sequential(conv(1, WIDTH), PreBlock(eps), PreBlock(eps), bn(eps), nn.ReLU(), *head()),
        {"*conv1.weight": "channel"},
        {},
        "the second convolution of a block goes into the sum",
    ),
    Architecture(
        "mobilenet", "images", _mobilenet, {f"{i}.weight": "channel" for i in (0, 3, 6, 9)}, {}, "depthwise too"
    ),
    Architecture(
        "separable",
        "images",
        lambda eps: nn.Sequential(
            conv(1, WIDTH, bias=True),
            nn.ReLU(),
            conv(WIDTH, WIDTH, groups=WIDTH),
            conv(WIDTH, WIDTH, 1),
            bn(eps),
            *head(),
        ),
        {"2.weight": "whole", "3.weight": "channel"},
        {},
        "depthwise and pointwise in front of one BatchNorm",
    ),
    Architecture("convnext", "images", lambda eps: _convnext(eps, True), why="biases in front of LayerNorm"),
    Architecture(
        "convnext-no-bias",
        "images",
        lambda eps: _convnext(eps, False),
        {"0.weight": "whole", "*depthwise.weight": "whole"},
    ),
    Architecture(
        "unet-gn",
        "images",
        UNet,
        {"enter.weight": 2, "down.weight": 2, "up.weight": "column-groups/2"},
        why="the joining convolution has a bias",
    ),
    Architecture("generator-bn", "images", lambda eps: _generator(eps, 1), {"2.weight": "columns"}, {}),
    Architecture("generator-bn-groups", "images", lambda eps: _generator(eps, 2), {"2.weight": "columns/2"}, {}),
    Architecture(
        "weight-standardised",
        "images",
        lambda eps: nn.Sequential(Standardised(1, WIDTH, eps), nn.ReLU(), Standardised(WIDTH, WIDTH, eps), *head()),
        {"0.weight": "channel", "2.weight": "channel"},
    ),
    Architecture(
        "squeeze-excite",
        "images",
        lambda eps: nn.Sequential(conv(1, WIDTH), bn(eps), Squeeze(), conv(WIDTH, WIDTH), bn(eps), nn.ReLU(), *head()),
        {"0.weight": "channel", "3.weight": "channel"},
        {},
    ),
)
