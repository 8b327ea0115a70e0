"""How a model runs while it is looked at: in float64, without its epsilons, and with the same chance at each call.

A model may ask for less than float64 by itself, as every RMSNorm does that computes in float32: what it asks for is
float64 here, or rounding would hide what is orthogonal. Without epsilons: every attribute of a module that is called
like one, and every `eps` given to a normalisation of torch.nn.functional, is `NO_EPS`, which is lost in the rounding
of any variance.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

NO_EPS = 1e-300
EPSILONS = ("eps", "epsilon", "variance_epsilon", "norm_eps")
NORMALISATIONS = ("batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm")
NARROW = (torch.float32, torch.float16, torch.bfloat16)
CASTS = ("float", "half", "bfloat16")
"""Methods of a tensor that make it narrow."""


@contextmanager
def without_epsilons(model: nn.Module) -> Iterator[None]:
    """Within, the normalisations of `model` divide by their very variance."""
    before = [(m, name, getattr(m, name)) for m in model.modules() for name in EPSILONS if _number(m, name)]
    try:
        for module, name, _ in before:
            setattr(module, name, NO_EPS)
        with _FunctionalEpsilons():
            yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


@contextmanager
def float64() -> Iterator[None]:
    """Within, what asks for a narrower type gets float64."""
    before = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        with _Wide():
            yield
    finally:
        torch.set_default_dtype(before)


@contextmanager
def same_chance(seed: int, devices: Sequence[torch.device]) -> Iterator[None]:
    """Within, torch, Python and numpy draw what they draw after `seed`; the caller's own generators do not notice."""
    ours, theirs = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng(devices=[d.index for d in devices]):
            torch.manual_seed(seed)
            random.seed(seed)
            np.random.seed(seed % 2**32)
            yield
    finally:
        random.setstate(ours)
        np.random.set_state(theirs)


class _FunctionalEpsilons(TorchFunctionMode):
    """The epsilon of a normalisation that is called as a function, or left to its default, is `NO_EPS`."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if getattr(function, "__name__", "") in NORMALISATIONS and "eps" in kwargs:
            kwargs["eps"] = NO_EPS
        return function(*args, **kwargs)


class _Wide(TorchFunctionMode):
    """Every narrow type in the arguments is float64."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(function, "__name__", "") in CASTS and function is getattr(torch.Tensor, function.__name__, None):
            function = torch.Tensor.double
        kwargs = {key: _widened(value) for key, value in (kwargs or {}).items()}
        return function(*(_widened(value) for value in args), **kwargs)


def _widened(value: Any) -> Any:
    return torch.float64 if isinstance(value, torch.dtype) and value in NARROW else value


def _number(module: nn.Module, name: str) -> bool:
    return isinstance(vars(module).get(name), float)
