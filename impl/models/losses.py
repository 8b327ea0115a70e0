"""Random radially-invariant losses: smooth, differentiable and batched along all but the last dimension.

Each builder takes the dimension d and a seed and returns a loss, a function from x of shape (..., d), x ≠ 0, to values
of shape (...,) that satisfies L(ρx) = L(x) for every ρ > 0 (001 §2.1), hence 001 (2): ⟨∇L(x), x⟩ = 0 and
∇L(x) = ρ∇L(ρx). At x = 0 such a loss is undefined, and the value is nan. Its random numbers are drawn in float64 and
then rounded, so that one seed is one loss in every dtype. `batch_shape` gives each batch element a loss of its own:
x then has shape (*batch_shape, d), or one that broadcasts with it.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import softplus

Loss = Callable[[Tensor], Tensor]


def fourier_loss(
    d: int,
    *,
    seed: int,
    features: int = 8,
    batch_shape: tuple[int, ...] = (),
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
) -> Loss:
    """h(x/‖x‖) with h(u) = Σ_j a_j cos(⟨ω_j, u⟩ + φ_j), ω_j standard normal: random Fourier features on the sphere."""
    normal = _normal(d, seed, batch_shape, dtype, device)
    frequencies, phases = normal(features, d), normal(features) * torch.pi
    amplitudes = normal(features) * features**-0.5

    def loss(x: Tensor) -> Tensor:
        return (amplitudes * torch.cos(_apply(frequencies, direction(x)) + phases)).sum(-1)

    return loss


def network_loss(
    d: int,
    *,
    seed: int,
    features: int = 8,
    batch_shape: tuple[int, ...] = (),
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
) -> Loss:
    """h(x/‖x‖) with h a random two-layer tanh network."""
    normal = _normal(d, seed, batch_shape, dtype, device)
    first, first_bias = normal(features, d), normal(features)
    second, second_bias = normal(features, features) * features**-0.5, normal(features)
    out = normal(features)

    def loss(x: Tensor) -> Tensor:
        hidden = torch.tanh(_apply(first, direction(x)) + first_bias)
        return (out * torch.tanh(_apply(second, hidden) + second_bias)).sum(-1)

    return loss


def rayleigh_quotient(
    d: int,
    *,
    seed: int,
    batch_shape: tuple[int, ...] = (),
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
) -> Loss:
    """xᵀAx / xᵀx with A a random symmetric matrix; its critical points are the eigenvectors of A."""
    matrix = _normal(d, seed, batch_shape, dtype, device)(d, d)
    symmetric = (matrix + matrix.mT) / 2

    def loss(x: Tensor) -> Tensor:
        return (x * _apply(symmetric, x)).sum(-1) / (x * x).sum(-1)

    return loss


def cosine_loss(
    d: int,
    *,
    seed: int,
    batch_shape: tuple[int, ...] = (),
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
) -> Loss:
    """1 - cos(x, t) for a random target direction t: one minimum, one maximum."""
    target = direction(_normal(d, seed, batch_shape, dtype, device)(d))

    def loss(x: Tensor) -> Tensor:
        return 1 - (direction(x) * target).sum(-1)

    return loss


def cosine_logistic_loss(
    d: int,
    *,
    seed: int,
    samples: int = 8,
    temperature: float = 0.25,
    batch_shape: tuple[int, ...] = (),
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
) -> Loss:
    """Mean logistic loss of a cosine classifier, (1/n) Σ_i log(1 + exp(-y_i cos(x, t_i)/τ)), labels y_i = ±1."""
    if not temperature > 0:
        raise ValueError(f"temperature={temperature!r}: must be positive")
    normal = _normal(d, seed, batch_shape, dtype, device)
    targets, signs = direction(normal(samples, d)), normal(samples)
    labels = torch.where(signs < 0, -1.0, 1.0).to(dtype)

    def loss(x: Tensor) -> Tensor:
        return softplus(-labels * _apply(targets, direction(x)) / temperature).mean(-1)

    return loss


LOSSES: dict[str, Callable[..., Loss]] = {
    "fourier": fourier_loss,
    "network": network_loss,
    "rayleigh": rayleigh_quotient,
    "cosine": cosine_loss,
    "cosine-logistic": cosine_logistic_loss,
}


def direction(x: Tensor) -> Tensor:
    """u = x/‖x‖ along the last dimension."""
    return x / torch.linalg.vector_norm(x, dim=-1, keepdim=True)


def _apply(matrices: Tensor, x: Tensor) -> Tensor:
    """Matrices (..., m, d) times vectors (..., d)."""
    return (matrices @ x.unsqueeze(-1)).squeeze(-1)


def _normal(
    d: int, seed: int, batch_shape: tuple[int, ...], dtype: torch.dtype, device: torch.device | str
) -> Callable[..., Tensor]:
    """A source of standard normal tensors of shape (*batch_shape, *shape), the same numbers in every dtype."""
    if d < 1:
        raise ValueError(f"d={d!r}: the dimension must be a positive integer")
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        values = torch.randn((*batch_shape, *shape), generator=generator, dtype=torch.float64)
        return values.to(device=device, dtype=dtype)

    return normal
