"""The optimizers and the schemes that they are to follow: torch's, as shipped, and ours. An explicit table."""

from difflib import get_close_matches
from types import SimpleNamespace
from typing import Any

import impl.optim
from derivations.schemes import SCHEMES, by_name
from verify.rows import LOOPS, MOMENTS, Arguments, adam, always, maker, same, with_momentum
from verify.shipped_torch import SHIPPED
from verify.trace import Subject

ONE_NEURON = {"orthogonality": 0.0, "clip": None}
"""What the schemes of Cho & Lee are written for: ω = 0, ν = ∞."""

WD_RATIO = 0.5
"""A wd_ratio that multiplies without rounding; the schemes' λ is the effective decay."""

ALSO_PREVIOUS = always(**MOMENTS, x="previous")


def _sgdp(h: SimpleNamespace) -> dict[str, Any]:
    return vars(h) | {"weight_decay": h.weight_decay * (1 - h.momentum) / WD_RATIO, "wd_ratio": WD_RATIO}


def _adamp(h: SimpleNamespace) -> dict[str, Any]:
    return adam(h) | {"weight_decay": h.weight_decay / WD_RATIO, "wd_ratio": WD_RATIO}


def _psi_sgd(h: SimpleNamespace) -> dict[str, Any]:
    return vars(h) | {"max_norm": None}  # the schemes leave the norm free


def _sgd_g(h: SimpleNamespace) -> dict[str, Any]:
    return vars(h) | ONE_NEURON


def _adam_g(h: SimpleNamespace) -> dict[str, Any]:
    return adam(h) | ONE_NEURON


def _ours(name: str, scheme: str, package: Any, arguments: Arguments, **rest: Any) -> Subject:
    make = maker(getattr(package, name.partition(" ")[0]), arguments)
    return Subject(name, by_name(scheme), make, options=(*LOOPS, {"foreach": None}), sliced=True, **rest)


def ours(package: Any = impl.optim) -> tuple[Subject, ...]:
    """The rows of our optimizers, taken from `package` (tests put altered ones there)."""
    return (
        _ours("AdaGradG", "adagrad-g", package, same, buffers=always(v="second_moment")),
        _ours("SphericalSGD", "spherical-sgd", package, same, buffers=always(w="fourth_power_radius")),
        _ours("AdamWithoutA", "adam-without-a", package, adam, buffers=always(**MOMENTS), counter="step"),
        _ours("AdamWithoutAB", "adam-without-ab", package, adam, buffers=ALSO_PREVIOUS, counter="step"),
        _ours("AdamWithoutABC", "adam-without-abc", package, adam, buffers=ALSO_PREVIOUS, counter="step"),
        _ours("Lion", "lion", package, adam, buffers=always(m="exp_avg")),
        _ours("SGDP", "sgdp", package, _sgdp, buffers=always(p="momentum_buffer")),
        _ours("AdamP", "adamp", package, _adamp, buffers=always(**MOMENTS), counter="step"),
        _ours("SGDG", "sgd-g", package, _sgd_g, buffers=always(m="momentum_buffer")),
        _ours("AdamG", "adam-g", package, _adam_g, buffers=always(**MOMENTS), counter="step"),
        _ours("PSISGD", "psi-sgd", package, _psi_sgd, buffers=always()),
        _ours("PSISGD (momentum)", "psi-sgdm", package, _psi_sgd, buffers=with_momentum("u")),
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
