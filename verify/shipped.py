"""The optimizers and the schemes that they are to follow: torch's, as shipped, and ours. An explicit table."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import SimpleNamespace
from typing import Any

import torch

import impl.optim
from derivations.schemes import SCHEMES, by_name
from verify.trace import Optimizer, Subject

Arguments = Callable[[SimpleNamespace], dict[str, Any]]

IMPLEMENTATIONS = ({"foreach": False}, {"foreach": True}, {"fused": True})
LOOPS = ({"foreach": False}, {"foreach": True})


def _same(h: SimpleNamespace) -> dict[str, Any]:
    return vars(h)


def _adam(h: SimpleNamespace) -> dict[str, Any]:
    return {"lr": h.lr, "betas": (h.beta1, h.beta2), "eps": h.eps, "weight_decay": h.weight_decay}


def _nesterov(h: SimpleNamespace) -> dict[str, Any]:
    return vars(h) | {"nesterov": h.momentum > 0}  # torch refuses it without momentum, where it is SGD


def _rmsprop(h: SimpleNamespace) -> dict[str, Any]:
    return {"lr": h.lr, "alpha": h.beta, "eps": h.eps, "weight_decay": h.weight_decay}


def _lion(h: SimpleNamespace) -> dict[str, Any]:
    return {"lr": h.lr, "betas": (h.beta1, h.beta2), "weight_decay": h.weight_decay}


ONE_NEURON = {"orthogonality": 0.0, "clip": None}
"""What the schemes of Cho & Lee are written for: ω = 0, ν = ∞."""

WD_RATIO = 0.5
"""A wd_ratio that multiplies without rounding; the schemes' λ is the effective decay."""


def _sgdp(h: SimpleNamespace) -> dict[str, Any]:
    return vars(h) | {"weight_decay": h.weight_decay * (1 - h.momentum) / WD_RATIO, "wd_ratio": WD_RATIO}


def _adamp(h: SimpleNamespace) -> dict[str, Any]:
    return _adam(h) | {"weight_decay": h.weight_decay / WD_RATIO, "wd_ratio": WD_RATIO}


def _psi_sgd(h: SimpleNamespace) -> dict[str, Any]:
    return vars(h) | {"max_norm": None}  # the schemes leave the norm free


def _sgd_g(h: SimpleNamespace) -> dict[str, Any]:
    return vars(h) | ONE_NEURON


def _adam_g(h: SimpleNamespace) -> dict[str, Any]:
    return {"lr": h.lr, "betas": (h.beta1, h.beta2), "eps": h.eps} | ONE_NEURON


def _maker(optimizer: type[Optimizer], arguments: Arguments) -> Callable[..., Optimizer]:
    def make(params: Any, h: SimpleNamespace, **options: Any) -> Optimizer:
        return optimizer(params, **arguments(h), **options)

    return make


def _always(**buffers: str) -> Callable[[SimpleNamespace], Mapping[str, str]]:
    return lambda h: buffers


def _if_momentum(h: SimpleNamespace) -> Mapping[str, str]:
    return {"m": "momentum_buffer"} if h.momentum else {}  # torch keeps no buffer that it does not need


def _if_buffer(h: SimpleNamespace) -> Mapping[str, str]:
    return {"u": "momentum_buffer"} if h.momentum else {}


def _torch(name: str, scheme: str, optimizer: type[Optimizer], arguments: Arguments, **rest: Any) -> Subject:
    return Subject(name, by_name(scheme), _maker(optimizer, arguments), options=IMPLEMENTATIONS, **rest)


def _ours(name: str, scheme: str, package: Any, arguments: Arguments, **rest: Any) -> Subject:
    make = _maker(getattr(package, name.partition(" ")[0]), arguments)
    return Subject(name, by_name(scheme), make, options=LOOPS, sliced=True, **rest)


MOMENTS = _always(m="exp_avg", v="exp_avg_sq")
MOMENTS_AND_PREVIOUS = _always(m="exp_avg", v="exp_avg_sq", x="previous")

SHIPPED: tuple[Subject, ...] = (
    _torch("torch.optim.SGD", "sgd", torch.optim.SGD, _same, buffers=_always()),
    _torch("torch.optim.SGD (weight_decay)", "sgd-l2", torch.optim.SGD, _same, buffers=_always()),
    _torch("torch.optim.SGD (momentum)", "sgd-m", torch.optim.SGD, _same, buffers=_if_momentum),
    # Without weight decay its foreach path adds the momentum into p.grad itself (torch 2.13).
    _torch(
        "torch.optim.SGD (nesterov)",
        "sgd-nesterov",
        torch.optim.SGD,
        _nesterov,
        buffers=_if_momentum,
        spends_gradient=("foreach",),
    ),
    _torch("torch.optim.SGD (dampening)", "sgd-dampened", torch.optim.SGD, _same, buffers=_if_momentum),
    _torch("torch.optim.Adam", "adam-torch", torch.optim.Adam, _adam, buffers=MOMENTS, counter="step"),
    _torch("torch.optim.AdamW", "adamw", torch.optim.AdamW, _adam, buffers=MOMENTS, counter="step"),
    Subject(
        "torch.optim.RMSprop",
        by_name("rmsprop"),
        _maker(torch.optim.RMSprop, _rmsprop),
        buffers=_always(v="square_avg"),
        counter="step",
        options=LOOPS,
    ),
    _torch("torch.optim.Adagrad", "adagrad", torch.optim.Adagrad, _same, buffers=_always(sum="sum"), counter="step"),
)


def ours(package: Any = impl.optim) -> tuple[Subject, ...]:
    """The rows of our optimizers, taken from `package` (tests put altered ones there)."""
    return (
        _ours("AdaGradG", "adagrad-g", package, _same, buffers=_always(v="second_moment")),
        _ours("SphericalSGD", "spherical-sgd", package, _same, buffers=_always(w="fourth_power_radius")),
        _ours("AdamWithoutA", "adam-without-a", package, _adam, buffers=MOMENTS, counter="step"),
        _ours("AdamWithoutAB", "adam-without-ab", package, _adam, buffers=MOMENTS_AND_PREVIOUS, counter="step"),
        _ours("AdamWithoutABC", "adam-without-abc", package, _adam, buffers=MOMENTS_AND_PREVIOUS, counter="step"),
        _ours("Lion", "lion", package, _lion, buffers=_always(m="exp_avg")),
        _ours("SGDP", "sgdp", package, _sgdp, buffers=_always(p="momentum_buffer")),
        _ours("AdamP", "adamp", package, _adamp, buffers=MOMENTS, counter="step"),
        _ours("SGDG", "sgd-g", package, _sgd_g, buffers=_always(m="momentum_buffer")),
        _ours("AdamG", "adam-g", package, _adam_g, buffers=MOMENTS, counter="step"),
        _ours("PSISGD", "psi-sgd", package, _psi_sgd, buffers=_always()),
        _ours("PSISGD (momentum)", "psi-sgdm", package, _psi_sgd, buffers=_if_buffer),
    )


OURS = ours()
SUBJECTS = SHIPPED + OURS


def subjects(name: str | None = None) -> tuple[Subject, ...]:
    """All, or those whose own name, class name or scheme's name is `name`; ValueError with the nearest names."""
    if name is None:
        return SUBJECTS
    found = tuple(s for s in SUBJECTS if name in (s.name, s.scheme.name, s.name.removeprefix("torch.optim.")))
    if not found and any(scheme.name == name for scheme in SCHEMES):
        raise ValueError(
            f"no optimizer is listed for the scheme {name!r}; check one: `orthodrome check module:Class --as {name}`"
        )
    if not found:
        names = sorted({s.name for s in SUBJECTS} | {s.scheme.name for s in SUBJECTS})
        near = get_close_matches(name, names, n=3) or names
        raise ValueError(f"no optimizer or scheme is called {name!r}; did you mean {', '.join(near)}?")
    return found
