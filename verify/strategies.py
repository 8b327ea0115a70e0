"""Hypothesis strategies for whoever tests optimizers on radially-invariant weights.

They need the extra `strategies` (pip install 'orthodrome[strategies]').

    from hypothesis import given
    from derivations.schemes import by_name
    from verify.strategies import cases
    from verify.trace import compare

    @given(cases(by_name("sgd-m")))
    def test_my_sgd_follows_sgd_with_momentum(case):
        assert compare(MY_SGD, [case]).ok

In a repository that has packages called verify, impl or derivations itself: `from pytest_orthodrome import strategies`.
"""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from hypothesis import assume
from hypothesis import strategies as st

from derivations.scheme import Scheme
from derivations.schemes import SCHEMES
from impl.models import LOSSES, MODULES, Loss
from verify.cases import GRADIENTS, Case, draw_case, draw_gradient, draw_hyperparameters
from verify.networks import Network, network


class _Drawn:
    """The `Chance` of `verify.cases`, drawn by hypothesis: it shrinks and replays."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def pick(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def fraction(self) -> float:
        return self.draw(st.floats(0, 1))

    def integer(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))


def schemes() -> st.SearchStrategy[Scheme]:
    """Any scheme of ours, on every machine the same; for those of others, too, `st.sampled_from(all_schemes())`."""
    return st.sampled_from(SCHEMES)


def seeds() -> st.SearchStrategy[int]:
    """Seeds for numpy and torch generators."""
    return st.integers(0, 2**32 - 1)


def dimensions(largest: int = 64) -> st.SearchStrategy[int]:
    """d ≥ 1, with the degenerate small ones often."""
    return st.one_of(st.sampled_from([d for d in (2, 3, 1) if d <= largest]), st.integers(1, largest))


def radii() -> st.SearchStrategy[float]:
    """r from 10^-3 to 10^3, 1 the simplest."""
    return st.floats(0, 1).map(lambda t: 10 ** (6 * (t if t <= 0.5 else 0.5 - t)))


@st.composite
def hyperparameters(draw: st.DrawFn, scheme: Scheme, **fixed: float) -> SimpleNamespace:
    """Hyper-parameters of `scheme` over its domain, default and extreme values often; `fixed` ones are given."""
    drawn = vars(draw_hyperparameters(scheme, _Drawn(draw)))
    try:
        return scheme.numbers(**(drawn | fixed))
    except ValueError:
        assume(False)
        raise


@st.composite
def learning_rate_schedules(draw: st.DrawFn) -> Callable[[int], float]:
    """k -> η_k/η_0 > 0: constant, by steps, inverse time, exponential, warm-up, or arbitrary."""
    kind = draw(st.sampled_from(["constant", "step", "inverse", "exponential", "warm-up", "arbitrary"]))
    factor = draw(st.floats(0.1, 0.99))
    length = draw(st.integers(1, 10))
    table = draw(st.lists(st.floats(1e-3, 10), min_size=1, max_size=10)) if kind == "arbitrary" else [1.0]
    return {
        "constant": lambda k: 1.0,
        "step": lambda k: factor ** (k // length),
        "inverse": lambda k: 1 / (1 + k / length),
        "exponential": lambda k: factor**k,
        "warm-up": lambda k: min(1.0, (k + 1) / length),
        "arbitrary": lambda k: table[k % len(table)],
    }[kind]


@st.composite
def vectors(draw: st.DrawFn, d: int) -> np.ndarray:
    """x ≠ 0 of shape (d,), in a random direction, with a norm from `radii`."""
    x = np.random.default_rng(draw(seeds())).normal(size=d)
    return draw(radii()) * x / np.linalg.norm(x)


@st.composite
def gradient_sequences(draw: st.DrawFn, d: int, steps: int) -> np.ndarray:
    """Gradients of shape (steps, d): Gaussian, heavy-tailed, sparse, zero at every other step, or zero throughout.

    The kind "tangent" of `verify.cases` needs the trajectory; here it is Gaussian.
    """
    kind, scale = draw(st.sampled_from(GRADIENTS)), draw(radii())
    generator = np.random.default_rng(draw(seeds()))
    return scale * np.stack([draw_gradient(kind, k, (d,), generator) for k in range(steps)])


@st.composite
def radially_invariant_losses(draw: st.DrawFn, d: int, dtype: torch.dtype = torch.float64) -> Loss:
    """Random smooth L with L(ρx) = L(x), from `impl.models.losses`."""
    build = LOSSES[draw(st.sampled_from(sorted(LOSSES)))]
    return build(d, seed=draw(seeds()), dtype=dtype)


@st.composite
def networks(draw: st.DrawFn, dtype: torch.dtype = torch.float64) -> Network:
    """A small module with one radially-invariant weight, with inputs: every normalisation layer of `impl.models`."""
    name = draw(st.sampled_from([model.name for model in MODULES]))
    return network(name, seed=draw(st.integers(0, 2**31)), batch=draw(st.integers(4, 16)), dtype=dtype)


@st.composite
def cases(draw: st.DrawFn, scheme: Scheme, dtype: torch.dtype | None = None, device: str = "cpu") -> Case:
    """Runs for `verify.trace.compare`, over everything that a case consists of."""
    return draw_case(scheme, _Drawn(draw), dtype=dtype, device=device)
