"""The base methods, for parameters that are not radially invariant: SGD and Adam as torch.optim computes them."""

from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.sgd import sgd

from impl.optim._batches import Group


def sgd_step(
    parameters: list[Tensor],
    optimizer: torch.optim.Optimizer,
    group: Group,
    *,
    lr: float,
    momentum: float,
    weight_decay: float,
    nesterov: bool = False,
) -> None:
    """A step of torch.optim.SGD, bit for bit: b ← momentum b + g + weight_decay x, from b = 0; x ← x - lr b.

    With nesterov, x ← x - lr (g + weight_decay x + momentum b). With fused=True, by a native kernel, rounding apart.
    """
    states, foreach = optimizer.state, group["foreach"]
    options = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "nesterov": nesterov}
    if _natively("base_sgd", optimizer, group, parameters, {"momentum_buffer"} if momentum else set(), **options):
        return
    buffers: list[Tensor | None] = [states[p].get("momentum_buffer") if momentum else None for p in parameters]
    gradients = _gradients(parameters)
    if nesterov:
        gradients = [g.clone() for g in gradients]  # torch's foreach path may add the momentum into them
    sgd(
        parameters,
        gradients,
        buffers,
        foreach=foreach,
        weight_decay=weight_decay,
        momentum=momentum,
        lr=lr,
        dampening=0.0,
        nesterov=nesterov,
        maximize=False,
        # The fused kernel knows only all buffers or none, and not parameters that make their first step later.
        fused=_fused(parameters, gradients, foreach) if len({b is None for b in buffers}) == 1 else None,
    )
    if momentum:
        for p, buffer in zip(parameters, buffers, strict=True):
            states[p]["momentum_buffer"] = buffer


def adam_step(
    parameters: list[Tensor], optimizer: torch.optim.Optimizer, group: Group, *, decoupled: bool = False
) -> None:
    """A step of torch.optim.Adam, or with `decoupled` decay of AdamW, bit for bit: eps is outside of the root.

    With fused=True, by a native kernel, rounding apart.
    """
    states = optimizer.state
    for p in parameters:
        if not states[p]:
            states[p].update(step=torch.tensor(0.0), exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p))
    if _natively("base_adam", optimizer, group, parameters, set(), **group, decoupled=decoupled):
        return
    beta1, beta2 = group["betas"]
    gradients = _gradients(parameters)
    adam(
        parameters,
        gradients,
        [states[p]["exp_avg"] for p in parameters],
        [states[p]["exp_avg_sq"] for p in parameters],
        [],
        [states[p]["step"] for p in parameters],
        foreach=group["foreach"],
        has_complex=any(torch.is_complex(p) for p in parameters),
        amsgrad=False,
        beta1=beta1,
        beta2=beta2,
        lr=group["lr"],
        weight_decay=group["weight_decay"],
        eps=group["eps"],
        maximize=False,
        fused=_fused(parameters, gradients, group["foreach"]),
        decoupled_weight_decay=decoupled,
    )


def _natively(
    rule: str,
    optimizer: torch.optim.Optimizer,
    group: Group,
    parameters: list[Tensor],
    starts: set[str],
    **options: Any,
) -> bool:
    """Whether a native kernel made the step. Where there is none, torch's fused one is as good, and nothing is said."""
    if not (group.get("fused") and parameters):
        return False
    from impl.native import NativeError, refusal, step  # here alone, so that nothing native is loaded unasked

    options["invariant"] = None
    if refusal(rule, parameters, options):
        return False
    for p in parameters:
        for name in starts:
            if optimizer.state[p].get(name) is None:
                optimizer.state[p][name] = torch.zeros_like(p)
    try:
        step(rule, optimizer, group, parameters, options)
    except NativeError:
        return False
    return True


def _gradients(parameters: list[Tensor]) -> list[Tensor]:
    return [p.grad for p in parameters if p.grad is not None]


def _fused(parameters: list[Tensor], gradients: list[Tensor], foreach: bool | None) -> bool | None:
    """Whether torch's fused kernels are to be taken: unless told otherwise, on a CPU, where they are right.

    They take numbers in the order of memory, and know no complex ones.
    """
    tensors = [*parameters, *gradients]
    fit = all([t.is_contiguous() and t.is_cpu and t.dtype.is_floating_point for t in tensors])
    return True if foreach is None and tensors and fit else None
