"""The rule by which the released AdamP and SGDP decide, at each step and from its gradient, what is invariant.

003, and the package adamp: every filter of a parameter if |cos(x, ∇L)| < δ/√d for all of them; else the parameter as
one vector if that passes with its own d; else nothing. Parameters with one dimension are left alone.
"""

import math
from collections import Counter

import torch
from torch import Tensor

from verify.zoo.architecture import Architecture, Slice
from verify.zoo.tasks import batches, loss

DELTA = 0.1


def decision(x: Tensor, gradient: Tensor, delta: float = DELTA) -> str | None:
    """ "channel", "whole", or None."""
    if x.dim() < 2:
        return None
    for view, rows in (("channel", x.shape[0]), ("whole", 1)):
        a, b = x.reshape(rows, -1), gradient.reshape(rows, -1)
        cosine = (a * b).sum(1).abs() / (a.norm(dim=1) * b.norm(dim=1)).clamp_min(1e-8)
        if cosine.max() < delta / math.sqrt(a.shape[1]):
            return view
    return None


def right(x: Tensor, truth: frozenset[Slice], view: str | None) -> str:
    """What a decision is: "right", "false" (projects what is not invariant) or "missed" (leaves what is)."""
    if view is None:
        return "missed" if truth else "right"
    rows = torch.arange(x.numel()).reshape(x.shape[0] if view == "channel" else 1, -1)
    return "right" if all(_union(frozenset(row.tolist()), truth) for row in rows) else "false"


def _union(row: Slice, truth: frozenset[Slice]) -> bool:
    """Whether a row is one slice, or made of whole slices: then it is invariant."""
    return sum(len(s) for s in truth if s <= row) == len(row)


def measured(architecture: Architecture, *, steps: int, seed: int) -> dict[str, Counter[str]]:
    """How often the rule is right over the gradients of a training run by Adam: for each parameter that has one, its
    decisions by outcome, such as "invariant missed"."""
    torch.manual_seed(seed)
    model = architecture.build(1e-5).train()
    truth = architecture.truth(model, True)
    parameters = {name: p for name, p in model.named_parameters() if p.dim() > 1 and p.requires_grad}
    optimizer = torch.optim.Adam(list(parameters.values()), lr=1e-3)
    counts: dict[str, Counter[str]] = {}
    for inputs, labels in batches(architecture.kind, 64, steps, seed):
        optimizer.zero_grad()
        loss(architecture, model, inputs, labels).backward()
        for name, p in parameters.items():
            if p.grad is None:
                continue
            kind = "invariant" if truth[name] else "other"
            outcome = right(p.detach(), truth[name], decision(p.detach(), p.grad))
            counts.setdefault(name, Counter())[f"{kind} {outcome}"] += 1
        optimizer.step()
    return counts
