"""Losses with the PSI property whose constants of (13) are known in closed form, and runs on them.

`Waves` are sums of c cos(m·θ + l g + φ) over the angles θ of blocks in the plane, m integers: a harmonic of order m
has a Hessian of at most m² on the circle, of 2/√3 for m = 1, where the radial entries count. `Rayleigh` is the
quotient ⟨w, Aw⟩/(2‖w‖²) on a sphere of any dimension: its Hessian is at most the spread of the eigenvalues of A.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from impl.optim import PSISGD

FIRST_HARMONIC = 2 / 3**0.5
"""The largest Hessian of cos θ on the circle."""
TERMS = 3
Normal = Callable[..., Tensor]
"""Standard normal numbers of a shape."""


def normal_numbers(generator: torch.Generator) -> Normal:
    return lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)


@dataclass(frozen=True)
class Problems:
    """A loss L(W, g) a row: W of shape (rows, blocks, d), g of shape (rows,)."""

    orders: ClassVar[tuple[str, ...]] = ()

    def value(self, w: Tensor, g: Tensor) -> Tensor:
        raise NotImplementedError

    def constants(self) -> tuple[Tensor, Tensor, Tensor]:
        """L^vv (rows, blocks, blocks), L^vg (rows, blocks) and L^gg (rows,) of (13)."""
        raise NotImplementedError

    @property
    def amplitude(self) -> Tensor:
        """What |L| is at most, a row each."""
        raise NotImplementedError

    def to(self, dtype: torch.dtype, device: torch.device) -> Self:
        return type(self)(*(getattr(self, f.name).to(device, dtype) for f in fields(self)))

    def scaled(self, factor: Tensor) -> "Problems":
        """factor · L, a factor a row."""
        raise NotImplementedError

    def taken(self, index: Tensor) -> Self:
        return type(self)(*(getattr(self, f.name)[index] for f in fields(self)))

    def varied(self, size: float, normal: Normal) -> Self:
        """The same with every real number changed by about `size` of itself, orders as they were."""
        old = {f.name: getattr(self, f.name) for f in fields(self)}
        new = {n: v * (1 + size * normal(*v.shape)) for n, v in old.items() if n not in self.orders}
        return type(self)(**(old | new))

    def gradients(self, w: Tensor, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """L, ∇_W L and ∇_g L, by autograd."""
        w, g = w.detach().requires_grad_(), g.detach().requires_grad_()
        value = self.value(w, g)
        of_w, of_g = torch.autograd.grad(value.sum(), (w, g), allow_unused=True, materialize_grads=True)
        return value.detach(), of_w, of_g


@dataclass(frozen=True)
class Waves(Problems):
    """Σ_k c_k cos(Σ_i m_ki θ_i + l_k g + φ_k); c, l (`along`), φ of shape (rows, terms), m (rows, terms, blocks)."""

    c: Tensor
    m: Tensor
    along: Tensor
    phase: Tensor
    orders = ("m",)

    def scaled(self, factor: Tensor) -> "Waves":
        return replace(self, c=factor[:, None] * self.c)

    @property
    def amplitude(self) -> Tensor:
        return self.c.abs().sum(-1)

    def value(self, w: Tensor, g: Tensor) -> Tensor:
        angles = torch.atan2(w[..., 1], w[..., 0])
        inside = (self.m * angles[:, None]).sum(-1) + self.along * g[:, None] + self.phase
        return (self.c * inside.cos()).sum(-1)

    def constants(self) -> tuple[Tensor, Tensor, Tensor]:
        c, m, along = self.c.abs(), self.m.abs(), self.along.abs()
        square = torch.einsum("rk,rki,rkj->rij", c, m, m)
        first = torch.einsum("rk,rki->ri", c, (m == 1).double()) * (FIRST_HARMONIC - 1)
        return square + torch.diag_embed(first), torch.einsum("rk,rki,rk->ri", c, m, along), (c * along**2).sum(-1)


@dataclass(frozen=True)
class Rayleigh(Problems):
    """⟨w, Aw⟩/(2‖w‖²) with A = diag(a), one block; a of shape (rows, d)."""

    a: Tensor

    def scaled(self, factor: Tensor) -> "Rayleigh":
        return Rayleigh(factor[:, None] * self.a)

    @property
    def amplitude(self) -> Tensor:
        return self.a.abs().amax(-1) / 2

    def value(self, w: Tensor, g: Tensor) -> Tensor:
        return (self.a * w[:, 0] ** 2).sum(-1) / (w[:, 0] ** 2).sum(-1) / 2

    def constants(self) -> tuple[Tensor, Tensor, Tensor]:
        spread = self.a.amax(-1) - self.a.amin(-1)
        return spread[:, None, None], torch.zeros(len(spread), 1).double(), torch.zeros(len(spread)).double()


def waves(*terms: tuple[float, int, float], rows: int) -> Waves:
    """The same Σ c cos(mθ + φ) in every row, from (c, m, φ)."""
    c, m, phase = (torch.tensor(values, dtype=torch.float64).repeat(rows, 1) for values in zip(*terms, strict=True))
    return Waves(c, m[..., None], torch.zeros_like(c), phase)


def bowl(rows: int) -> Waves:
    """y²/(2‖w‖²) - ¼ on the plane, whose least value is -½·½."""
    return waves((-0.25, 2, 0.0), rows=rows)


def at_angle(angle: Tensor, length: Tensor) -> Tensor:
    return (length * torch.stack([angle.cos(), angle.sin()])).T[:, None]


def uniform(rows: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(rows, generator=generator, dtype=torch.float64)


def drawn_waves(rows: int, blocks: int, with_g: bool, generator: torch.Generator) -> Waves:
    """Waves of orders up to 3; the first of them in every block."""
    normal = normal_numbers(generator)
    orders = torch.randint(-3, 4, (rows, TERMS, blocks), generator=generator).double()
    orders[:, 0] = torch.randint(1, 4, (rows, blocks), generator=generator).double()
    return Waves(normal(rows, TERMS), orders, normal(rows, TERMS) * with_g, 2 * math.pi * normal(rows, TERMS))


def drawn_rayleigh(rows: int, dimension: int, generator: torch.Generator) -> Rayleigh:
    """Eigenvalues that are normal, or close to two values, where the bound on the Hessian is sharp."""
    values = normal_numbers(generator)(rows, dimension)
    return Rayleigh(torch.where(torch.arange(rows)[:, None] % 2 == 0, values, values.sign() + values / 100))


@dataclass(frozen=True)
class Constants:
    """L̃_v of shape (rows, blocks), L̃_g (rows,), 0 where the loss has no g, and L̃ (rows,), as printed."""

    of_blocks: Tensor
    of_g: Tensor

    @property
    def largest(self) -> Tensor:
        return torch.maximum(self.of_blocks.amax(-1), self.of_g)

    @property
    def inverses(self) -> Tensor:
        """Σ_i (1/L̃_g + 1/L̃_{v_i}) of (16); without g the first is left out."""
        blocks = self.of_blocks.shape[-1]
        return (1 / self.of_blocks).sum(-1) + blocks * inverse(self.of_g)


def printed_constants(problems: Problems) -> Constants:
    """L̃_{v_i} = L_i^vg + Σ_j L_ij^vv, L̃_g = m L^gg + Σ_i L_i^vg."""
    vv, vg, gg = problems.constants()
    return Constants(vg + vv.sum(-1), vv.shape[-1] * gg + vg.sum(-1))


def inverse(constant: Tensor) -> Tensor:
    return torch.where(constant > 0, 1 / constant, 0.0)


Maker = Callable[[list[dict[str, Any]]], torch.optim.Optimizer]


def psi_sgd(groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    """PSI-SGD at the rate 1, g by SGD."""
    return PSISGD([groups[0], groups[1] | {"invariant": None}], lr=1.0, max_norm=None)


def sgd(groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    """SGD at the rate 1."""
    return torch.optim.SGD(groups, lr=1.0)


def advance(make: Maker, w: Tensor, g: Tensor, descent_w: Tensor, descent_g: Tensor) -> tuple[Tensor, Tensor]:
    """One step of the optimizer along gradients that are multiplied by their rates: every block has its own."""
    rows = torch.nn.Parameter(w.reshape(-1, w.shape[-1]).clone())
    plain = torch.nn.Parameter(g.clone())
    rows.grad, plain.grad = descent_w.reshape(rows.shape).clone(), descent_g.clone()
    make([{"params": [rows]}, {"params": [plain]}]).step()
    return rows.detach().reshape(w.shape), plain.detach()


def unit(w: Tensor) -> Tensor:
    """V."""
    return w / torch.linalg.vector_norm(w, dim=-1, keepdim=True)
