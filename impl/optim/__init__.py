"""Optimizers for radially-invariant weights; each is an ordinary torch.optim.Optimizer.

Each trains the slices of the parameter groups with an `invariant` (see `impl.groups`) by its own rule, and the
parameters of the groups with invariant=None by its base method, torch.optim's SGD, Adam or AdamW; Lion, which works on
each coordinate alone, by itself.

How a step is computed is told as in torch.optim, by one option at most (Lion has the first alone):

- by none: on a CPU in place, many small parameters at once and large ones by the piece that stays in cache, without
  new memory of their size, and parameters without invariance by torch's fused kernels; elsewhere as with foreach=True;
- foreach: True, the slices of equal length and step count together; False, one parameter after the other. Both are the
  update rule as it is written, the reference for the others;
- fused=True: by native kernels on a CPU (`impl.native`), which are compiled when they are first needed;
- compile=True: the update rule, as with foreach=True, by torch.compile.
"""

from impl.optim.adagrad_g import AdaGradG
from impl.optim.adam_g import AdamG
from impl.optim.adam_without_a import AdamWithoutA
from impl.optim.adam_without_ab import AdamWithoutAB
from impl.optim.adam_without_abc import AdamWithoutABC
from impl.optim.adamp import AdamP
from impl.optim.lion import Lion
from impl.optim.psi_sgd import PSISGD
from impl.optim.sgd_g import SGDG
from impl.optim.sgdp import SGDP
from impl.optim.spherical_sgd import SphericalSGD

OPTIMIZERS = (
    AdaGradG,
    SphericalSGD,
    AdamWithoutA,
    AdamWithoutAB,
    AdamWithoutABC,
    Lion,
    SGDP,
    AdamP,
    PSISGD,
    SGDG,
    AdamG,
)

__all__ = [
    "OPTIMIZERS",
    "PSISGD",
    "SGDG",
    "SGDP",
    "AdaGradG",
    "AdamG",
    "AdamP",
    "AdamWithoutA",
    "AdamWithoutAB",
    "AdamWithoutABC",
    "Lion",
    "SphericalSGD",
]
