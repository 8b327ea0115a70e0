"""Radially-invariant models: random losses, one tiny network per normalisation layer, ResNet20.

`LOSSES` lists the builders of losses, `MODULES` the families of networks.
"""

from impl.models.layers import MODULES, Model
from impl.models.losses import LOSSES, Loss
from impl.models.resnet import ResNet20

__all__ = ["LOSSES", "MODULES", "Loss", "Model", "ResNet20"]
