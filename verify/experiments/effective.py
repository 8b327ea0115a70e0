"""Effective quantities of one optimizer step on radially-invariant rows, from the parameters and the buffers.

Two routes to the same numbers, so that neither the formula nor the code can be wrong alone: from the printed
definitions, c = r a ⊘ b/(d^{-1/2}‖b‖) and A = η/(r²d^{-1/2}‖b‖) of 001 (6), (7), (26), with a, b read from the
optimizer's buffers; and from the step itself, A c = (x_k - x_{k+1})/r_k by 001 (27).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor


@dataclass(frozen=True)
class EffectiveStep:
    """One step of every row, each field of shape (rows,), float64.

    radial: A⟨c, u⟩. tangential: z = η^e‖c^⊥‖. scheduling: d^{-1/2}‖b‖. second_moment: ν = r d^{-1/2}‖b‖.
    mismatch: ‖A c - (x_k - x_{k+1})/r_k‖, what separates the two routes: the rounding of x, about the dtype's eps.
    radius: r_k.
    """

    radial: Tensor
    tangential: Tensor
    scheduling: Tensor
    second_moment: Tensor
    mismatch: Tensor
    radius: Tensor


def effective_step(x: Tensor, x_next: Tensor, a: Tensor, b: Tensor | None, lr: float) -> EffectiveStep:
    """The effective quantities of x_{k+1} = x_k - η a ⊘ b, rows of shape (rows, d); b=None stands for (1, …, 1)."""
    x, x_next, a = x.double(), x_next.double(), a.double()
    b = torch.ones_like(a) if b is None else b.double()
    radius, scheduling = norm(x), norm(b) * x.shape[1] ** -0.5
    u = x / radius[:, None]
    c = radius[:, None] * a / (b / scheduling[:, None])
    step = (lr / (radius**2 * scheduling))[:, None] * c
    radial = (step * u).sum(1)
    tangential = norm(step - radial[:, None] * u) / (1 - radial)
    mismatch = norm(step - (x - x_next) / radius[:, None])
    return EffectiveStep(radial, tangential, scheduling, radius * scheduling, mismatch, radius)


def joined(steps: Sequence[EffectiveStep]) -> EffectiveStep:
    """The rows of several parameters, one after the other."""
    return EffectiveStep(*(torch.cat([getattr(s, f.name) for s in steps]) for f in fields(EffectiveStep)))


def sgd_step(optimizer: torch.optim.SGD, p: Tensor, x: Tensor, lr: float) -> EffectiveStep:
    """The step that SGD with momentum has just taken on p, whose rows were x, in the notation of 001 (19), (20)."""
    return effective_step(x, rows(p), rows(optimizer.state[p]["momentum_buffer"]), None, lr)


def adam_step(optimizer: torch.optim.Adam, p: Tensor, x: Tensor, lr: float) -> EffectiveStep:
    """The step that Adam has just taken on p: a and b of 001 (24), (25), with epsilon outside the root as in torch."""
    state, group = optimizer.state[p], optimizer.param_groups[0]
    beta1, beta2 = group["betas"]
    k = float(state["step"])
    root = (rows(state["exp_avg_sq"]).double() / (1 - beta2**k)).sqrt() + group["eps"]
    a = rows(state["exp_avg"]).double() / (1 - beta1)
    return effective_step(x, rows(p), a, (1 - beta1**k) / (1 - beta1) * root, lr)


def rows(p: Tensor) -> Tensor:
    """A detached view of p with a row a filter, shape (filters, d)."""
    return p.detach().reshape(p.shape[0], -1)


def norm(x: Tensor) -> Tensor:
    """‖x‖ along the last dimension."""
    return torch.linalg.vector_norm(x, dim=-1)


def misalignment(x: Tensor, y: Tensor) -> Tensor:
    """1 - cos(x, y) row by row, as ½‖x/‖x‖ - y/‖y‖‖²: exact to rounding where the cosine itself would read 1."""
    x, y = x.double(), y.double()
    return (x / norm(x)[:, None] - y / norm(y)[:, None]).square().sum(-1) / 2
