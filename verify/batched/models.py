"""A random radially-invariant model for each row: L(x) = Σ_j a_j φ_j(⟨ω_j, u⟩ + b_j) with u = x/‖x‖, by autograd.

φ: cosine, softplus, half a square. Its derivatives are bounded by known constants, and with them the rounding of its
gradient, without a look at the gradient.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from verify.batched.bounds import UNIT, inner, length
from verify.batched.counter import Stream

KINDS = {"cosine": (1, 0, 0), "softplus": (0, 1, 0), "square": (0, 0, 1), "flat": (0, 0, 0)}
"""Models of one φ alone, or of none: by what each amplitude is multiplied."""


@dataclass(frozen=True)
class Model:
    """ω_j of shape (rows, d), a_j and b_j of shape (rows, 1), j = 0, 1, 2."""

    directions: tuple[Tensor, Tensor, Tensor]
    amplitudes: tuple[Tensor, Tensor, Tensor]
    shifts: tuple[Tensor, Tensor, Tensor]

    def value(self, x: Tensor) -> Tensor:
        """L(x), (rows, 1)."""
        return _profile(self.amplitudes, [p + b for p, b in zip(self.products(x), self.shifts, strict=True)])

    def products(self, x: Tensor) -> list[Tensor]:
        """⟨ω_j, u⟩."""
        u = x / torch.sqrt((x * x).sum(-1, keepdim=True))
        return [(w * u).sum(-1, keepdim=True) for w in self.directions]

    def gradient(self, x: Tensor) -> Tensor:
        """∇L(x), (rows, d), as autograd computes it: a row's loss depends on its own row only."""
        leaf = x.detach().requires_grad_()
        return torch.autograd.grad(self.value(leaf).sum(), leaf)[0]

    def steepness(self) -> Tensor:
        """Σ_j |a_j| sup|φ_j'| ‖ω_j‖, which bounds ‖∇L(u)‖ and every partial sum on the way to it, (rows, 1)."""
        return self._sum((1.0, 1.0, None), 1)

    def curvature(self) -> Tensor:
        """Σ_j |a_j| sup|φ_j''| ‖ω_j‖², by which ∇h(u) changes with u."""
        return self._sum((1.0, 0.25, 1.0), 2)

    def off_tangent(self, x: Tensor) -> Tensor:
        """A bound on the part of the computed ∇L(x) along x.

        autograd computes q/r - ⟨q, x⟩x/r³, tangent whatever q is. Of ‖q‖/r the first term loses d/2 + 2 units, by r of
        d/2 + 1; the second 2d + 5 in ⟨q, x⟩/r², d/2 + 2 at the root's derivative, 2 at the square's; their sum 2.
        """
        d = x.shape[-1]
        return (3.5 * d + 14) * UNIT * self.steepness() / length(x)

    def noise(self, x: Tensor) -> Tensor:
        """A bound on the whole error of the computed ∇L(x).

        Beside what `off_tangent` counts: u is off by d/2 + 2 units, ⟨ω_j, u⟩ by d more and b_j by one of ‖ω_j‖ + |b_j|,
        times φ_j''; φ_j' itself, its products and their sum by 8 units.
        """
        d = x.shape[-1]
        shifted = self._sum((1.0, 0.25, 1.0), 1, tuple(b.abs() for b in self.shifts))
        inside = (1.5 * d + 4) * self.curvature() + 2 * shifted
        return self.off_tangent(x) + UNIT * (inside + 8 * self.steepness()) / length(x)

    def value_noise(self, x: Tensor) -> Tensor:
        """A bound on the error of L(x): that of u and of ⟨ω_j, u⟩ + b_j times φ_j', then 8 units of every term."""
        d = x.shape[-1]
        ones = self._sum((1.0, 1.0, None), 1)
        reach = [length(w) + b.abs() for w, b in zip(self.directions, self.shifts, strict=True)]
        a, b, c = (v.abs() for v in self.amplitudes)
        terms = a + b * (1 + reach[1]) + c * reach[2] ** 2
        shifted = a * reach[0] + b * reach[1] + c * reach[2] ** 2
        return UNIT * ((1.5 * d + 4) * ones + 2 * shifted + 8 * terms)

    def _sum(
        self, slopes: tuple[float, float, float | None], power: int, weights: tuple[Tensor, ...] | None = None
    ) -> Tensor:
        """slopes: sup|φ_j'| or sup|φ_j''|; None is that of t²/2 at |t| ≤ ‖ω‖ + |b|."""
        total: Tensor | float = 0.0
        parts = zip(self.directions, self.amplitudes, self.shifts, slopes, strict=True)
        for j, (w, a, b, slope) in enumerate(parts):
            size = length(w)
            steep = size + b.abs() if slope is None else slope
            total = total + a.abs() * steep * size**power * (1.0 if weights is None else weights[j])
        return torch.as_tensor(total)


@dataclass(frozen=True)
class Pair:
    """Two neurons: L(x, y) = Σ_j a_j φ_j(⟨ω_j, x/‖x‖⟩ + ⟨ψ_j, y/‖y‖⟩ + b_j), invariant in each.

    first: ω_j, a_j and b_j; second: ψ_j.
    """

    first: Model
    second: Model

    def value(self, x: Tensor, y: Tensor) -> Tensor:
        parts = zip(self.first.products(x), self.second.products(y), self.first.shifts, strict=True)
        return _profile(self.first.amplitudes, [p + q + b for p, q, b in parts])

    def gradients(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """∇_x L and ∇_y L by autograd."""
        leaves = x.detach().requires_grad_(), y.detach().requires_grad_()
        first, second = torch.autograd.grad(self.value(*leaves).sum(), leaves)
        return first, second

    def noise(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Bounds on the errors of ∇_x L, ∇_y L and L, as `Model.noise` counts them; one more unit for the longer sum.

        With R_j = ‖ω_j‖ + ‖ψ_j‖ + |b_j| an argument is off by (3d/2 + 6) R_j units; |φ_j'| ≤ 1, 1, R_j, |φ_j''| ≤ 1.
        """
        d, bounds = x.shape[-1], []
        models = self.first, self.second
        sizes = [[length(w) for w in model.directions] for model in models]
        parts = list(zip(self.first.amplitudes, *sizes, self.first.shifts, strict=True))
        reach = [(a.abs(), w + v + b.abs()) for a, w, v, b in parts]
        steep = [r if j == 2 else torch.ones_like(r) for j, (_, r) in enumerate(reach)]
        for size, point in zip(sizes, (x, y), strict=True):
            terms = zip(reach, steep, size, strict=True)
            total = sum((3.5 * d + 22) * a * s * w + (1.5 * d + 8) * a * r * w for (a, r), s, w in terms)
            bounds.append(UNIT * total / length(point))
        both = zip(reach, steep, strict=True)
        value = UNIT * sum(a * ((1.5 * d + 8) * s * r + 8 * (1 + r + r * r)) for (a, r), s in both)
        return bounds[0], bounds[1], torch.as_tensor(value)


def _profile(amplitudes: tuple[Tensor, ...], arguments: list[Tensor]) -> Tensor:
    (a, b, c), (first, second, third) = amplitudes, arguments
    return a * torch.cos(first) + b * softplus(second) + c * (third * third / 2)


def draw_model(stream: Stream, d: int, kind: str | None = None, steepness: int = 0) -> Model:
    """Amplitudes over ±2^±7, all 0 in a sixteenth of the rows, whose gradient is 0; shifts in [-4, 4).

    kind: one of `KINDS`, None: all three φ; steepness: amplitudes are 2^steepness times as large.
    """
    directions = (stream.vector(d), stream.vector(d), stream.vector(d))
    scale = stream.scale(-7, 7) * (stream.choice(16) > 0) * 2.0**steepness
    kept = (1, 1, 1) if kind is None else KINDS[kind]
    amplitudes = tuple(scale * (2 * stream.uniform() - 1) * keep for keep in kept)
    shifts = tuple(8 * stream.uniform() - 4 for _ in directions)
    return Model(directions, amplitudes, shifts)  # type: ignore[arg-type]


def tangent(x: Tensor, q: Tensor) -> Tensor:
    """q less its part along x, to rounding."""
    return q - inner(q, x) / inner(x, x) * x
