"""The same drawn runs in any arithmetic: batched torch of any dtype and device, or mpmath of any number of digits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from derivations.sphere import tangent_projection
from verify.spaces import Multiprecision, Torch

DIMENSIONS = (2, 3, 8, 64)


@dataclass(frozen=True)
class Batch:
    """Runs to be made in `space`: the start x_0, a vector a step whose tangent part is ∇L(u_k), η and λ.

    In torch x_0 is (rows, d) and η, λ are (rows, 1); in mpmath there is one run, x_0 is (d,) and η, λ are numbers.
    """

    space: Any
    start: Any
    targets: Any
    lr: Any
    weight_decay: Any

    def gradient(self, k: int, x: Any) -> Any:
        """∇L(x) = ∇L(u)/r."""
        radius = self.space.norm(x)
        return tangent_projection(self.space, self.targets[k], x / radius) / radius

    def factor(self, values: np.ndarray) -> Any:
        """Drawn numbers, one a row, in the arithmetic of the batch."""
        if isinstance(self.space, Torch):
            return torch.as_tensor(values, dtype=self.start.dtype, device=self.start.device).reshape(-1, 1)
        return self.space.scalar(float(values.reshape(-1)[0]))


@dataclass(frozen=True)
class Recipe:
    """Drawn numbers in float64, to be cast: the fields of `Batch` for `rows` runs."""

    start: np.ndarray
    targets: np.ndarray
    lr: np.ndarray
    weight_decay: np.ndarray

    def in_torch(self, dtype: torch.dtype, device: torch.device) -> Batch:
        def cast(values: np.ndarray) -> torch.Tensor:
            return torch.as_tensor(values, dtype=dtype, device=device)

        return Batch(Torch(), cast(self.start), cast(self.targets), cast(self.lr), cast(self.weight_decay))

    def in_mpmath(self, digits: int) -> Iterator[Batch]:
        """One batch a row."""
        space = Multiprecision(digits)
        for row in range(len(self.start)):
            targets = [space.vector(map(float, t[row])) for t in self.targets]
            numbers = (space.scalar(float(values[row, 0])) for values in (self.lr, self.weight_decay))
            yield Batch(space, space.vector(map(float, self.start[row])), targets, *numbers)


def recipe(
    rows: int,
    d: int,
    steps: int,
    seed: int | Sequence[int],
    decay: tuple[float, float] = (-4, -0.3),
    lengths: tuple[float, float] = (-3, 0.5),
) -> Recipe:
    """Radii 10⁻²..10², first steps η^e‖∇L‖ of 10^lengths, ηλ of 10^decay and, in a quarter of the rows, 0.

    Gradients are Gaussian, or heavy-tailed in half of the rows, and zero at a tenth of the steps.
    """
    generator = np.random.default_rng(seed)

    def scales(low: float, high: float) -> np.ndarray:
        return 10 ** generator.uniform(low, high, size=(rows, 1))

    start = generator.normal(size=(rows, d)) * scales(-2, 2)
    heavy = generator.uniform(size=(rows, 1)) < 0.5
    targets = np.where(heavy, generator.standard_t(3, size=(steps, rows, d)), generator.normal(size=(steps, rows, d)))
    targets *= generator.uniform(size=(steps, rows, 1)) >= 0.1
    lr = scales(*lengths) * (start**2).sum(-1, keepdims=True) / d**0.5
    weight_decay = scales(*decay) / lr * (generator.uniform(size=(rows, 1)) >= 0.25)
    return Recipe(start, targets, lr, weight_decay)


def recipes(cases: int, steps: int, seed: int, **ranges: tuple[float, float]) -> list[Recipe]:
    """Recipes for `cases` runs in all, over DIMENSIONS."""
    rows = -(-cases // len(DIMENSIONS))
    return [recipe(rows, d, steps, (seed, d), **ranges) for d in DIMENSIONS]


def gaps(space: Any, left: Sequence[Any], right: Sequence[Any]) -> Any:
    """max_k ‖u_k - ũ_k‖ of two runs, given by their points."""
    found = [space.norm(a / space.norm(a) - b / space.norm(b)) for a, b in zip(left, right, strict=True)]
    return torch.stack(found).amax(0).flatten() if isinstance(space, Torch) else max(found)


def relative_gaps(space: Any, left: Sequence[Any], right: Sequence[Any]) -> Any:
    """max_k |a_k/b_k - 1| of two sequences of scalars."""
    found = [abs(a / b - 1) for a, b in zip(left, right, strict=True)]
    return torch.stack(found).amax(0).flatten() if isinstance(space, Torch) else max(found)


def over(
    recipes_: Sequence[Recipe], measure: Callable[[Batch], Any]
) -> Callable[[torch.dtype, torch.device], torch.Tensor]:
    """For `exact_in_torch`: the measures of all recipes in a dtype on a device."""
    return lambda dtype, device: torch.cat([measure(r.in_torch(dtype, device)).cpu() for r in recipes_])


def over_digits(recipe_: Recipe, measure: Callable[[Batch], Any]) -> Callable[[int], Iterator[Any]]:
    """For `exact_in_mpmath`: the measure of every row with so many digits."""
    return lambda digits: (measure(batch) for batch in recipe_.in_mpmath(digits))
