"""Running a copy of a model in float64 for its outputs and their gradients: see `impl.groups.arithmetic` for how."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils import _pytree as pytree

from impl.groups.arithmetic import float64, same_chance

Loss = Callable[[nn.Module, Any], Tensor]


@dataclass(frozen=True)
class Subject:
    """A copy of a model, its sample and the loss, if one was given; parameters by name, at the point of interest."""

    model: nn.Module
    sample: Any
    loss: Loss | None
    seed: int
    buffers: Mapping[str, Tensor]

    @property
    def parameters(self) -> dict[str, nn.Parameter]:
        """By name; a tied parameter has the first of its names."""
        return dict(self.model.named_parameters())


def prepare(model: nn.Module, sample: Any, *, loss: Loss | None, training: bool, seed: int) -> Subject:
    """A float64 copy of `model` in training or evaluation mode, every parameter with a gradient.

    In training mode the parts of a model in training that are in evaluation mode stay so: a frozen backbone, say.
    """
    if any(isinstance(p, nn.parameter.UninitializedParameter) for p in model.parameters()):
        raise ValueError(f"model={type(model).__name__}: a lazy layer has no weights yet; run the model once before")
    try:
        ours = copy.deepcopy(model).double()
        still = [m for m in ours.modules() if not m.training] if training and model.training else []
        ours.train(training)  # which a model may have written itself
        for module in still:
            module.training = False
    except Exception as error:
        raise ValueError(
            f"model={type(model).__name__}: it cannot be copied ({error}); the old torch.nn.utils.weight_norm keeps a "
            "tensor that cannot: use torch.nn.utils.parametrizations.weight_norm"
        ) from error
    for p in ours.parameters():
        p.requires_grad_(True)
    wide = pytree.tree_map(lambda v: v.double() if isinstance(v, Tensor) and v.is_floating_point() else v, sample)
    return Subject(ours, wide, loss, seed, {name: b.clone() for name, b in ours.named_buffers()})


def outputs(subject: Subject) -> list[Tensor]:
    """What the model makes of the sample: every floating tensor in it, or the loss. The same numbers at each call."""
    with torch.no_grad():
        for name, buffer in subject.model.named_buffers():
            buffer.copy_(subject.buffers[name])
    devices = {p.device for p in subject.model.parameters() if p.device.type == "cuda"}
    try:
        with same_chance(subject.seed, list(devices)), float64():
            made = subject.loss(subject.model, subject.sample) if subject.loss else _call(subject.model, subject.sample)
    except Exception as error:
        raise ValueError(
            f"model={type(subject.model).__name__}: it does not run on the sample, in float64 ({error}); give a batch "
            "as its forward takes it (a tuple of arguments, a dict of keywords), or a `loss(model, sample)`"
        ) from error
    found = [t for t in pytree.tree_leaves(made) if isinstance(t, Tensor) and t.is_floating_point()]
    if not any(t.requires_grad for t in found):
        raise ValueError(
            f"model={type(subject.model).__name__}: no output depends on a parameter by a gradient (it returned "
            f"{type(made).__name__}); does it run under torch.no_grad, or detach? Give a `loss(model, sample)`"
        )
    if not all(t.isfinite().all() for t in found):
        raise ValueError(
            f"model={type(subject.model).__name__}: the outputs are not finite on this sample; give another"
        )
    return [t for t in found if t.requires_grad]


def gradients(subject: Subject, made: Sequence[Tensor], functionals: int) -> list[dict[str, Tensor]]:
    """∇⟨R, outputs⟩ for so many random R; zero where nothing arrives."""
    generator = torch.Generator().manual_seed(subject.seed)
    parameters = subject.parameters
    found = []
    for last in range(functionals - 1, -1, -1):
        weights = [torch.randn(t.shape, generator=generator, dtype=torch.float64).to(t) for t in made]
        with float64():  # what was checkpointed runs again
            got = torch.autograd.grad(
                list(made), list(parameters.values()), weights, allow_unused=True, retain_graph=last > 0
            )
        pairs = zip(parameters.items(), got, strict=True)
        found.append({name: torch.zeros_like(p) if g is None else g.to_dense() for (name, p), g in pairs})
    return found


@torch.no_grad()
def distance(made: Sequence[Tensor], plain: Sequence[Tensor]) -> float:
    """‖made - plain‖/‖plain‖, the largest of the outputs."""
    return max(float((a - b).norm() / b.norm().clamp_min(1e-300)) for a, b in zip(made, plain, strict=True))


def check_repeatable(subject: Subject, plain: Sequence[Tensor], tolerance: float) -> None:
    """Raise ValueError when the outputs are not `plain` at the next call: then nothing can be said by comparing."""
    if distance(outputs(subject), plain) > tolerance:
        raise ValueError(
            f"model={type(subject.model).__name__}: its outputs are others when it runs again on the same sample, with "
            "the same seeds; does it count its calls, or keep a cache? Give it one without"
        )


@torch.no_grad()
def generic(subject: Subject, spread: float = 0.3) -> None:
    """Move every parameter a little, zeros too: invariance is of the function, a zero or an equal start hides it."""
    generator = torch.Generator().manual_seed(subject.seed)
    for p in subject.model.parameters():
        noise = torch.randn(p.shape, generator=generator, dtype=torch.float64).to(p)
        p.add_(noise, alpha=spread * (float(p.square().mean().sqrt()) if p.any() else 1.0))


def _call(model: nn.Module, sample: Any) -> Any:
    if isinstance(sample, Mapping):
        return model(**sample)
    return model(*sample) if isinstance(sample, tuple | list) else model(sample)
