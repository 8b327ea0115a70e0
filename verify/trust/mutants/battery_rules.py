"""The rules of 003, 004 and Cho & Lee with all their options, one slice after the other, on tracked numbers.

They share nothing with impl.optim. A rule takes the slices of one parameter as a list of rows, shape (1, d), with their
gradients and buffers, and gives the next rows and buffers; `departure` runs an optimizer beside its rule.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from verify.tolerance import TrackedSpace, judge


def blocks(x: list[np.ndarray], g: list[np.ndarray], rule: str, delta: float) -> list[list[int]]:
    """Which rows are projected, those of a block as one vector: as 003 prints it, or as its code decides."""
    apart = [[i] for i in range(len(x))]
    if rule == "always":
        return apart
    if rule == "inner_product":
        return [[i] for i in range(len(x)) if float(np.sum(x[i] * g[i])) < delta]
    for view in (apart, [list(range(len(x)))]):
        cosines = []
        for block in view:
            w, f = (np.concatenate([rows[i].ravel() for i in block]) for rows in (x, g))
            lengths = float(np.linalg.norm(w) * np.linalg.norm(f))
            cosines.append(abs(float(w @ f)) / lengths if lengths else 0.0)
            length = w.size
        if max(cosines) < delta / math.sqrt(length):
            return view
    return []


def without_radial(space, q, x, found):
    """Π applied to each block of `found`."""
    q = list(q)
    for block in found:
        radius = space.sqrt(sum(space.dot(x[i], x[i]) for i in block))
        inner = sum(space.dot(x[i] / radius, q[i]) for i in block)
        for i in block:
            q[i] = q[i] - inner * (x[i] / radius)
    return q


def sgdp(space, k, x, g, state, o):
    found = blocks([r.value for r in x], [r.value for r in g], o.projection, o.delta)
    hit = {i for block in found for i in block}
    beta = space.scalar(o.momentum, memory=True)
    p = [beta * b + f for b, f in zip(state["momentum_buffer"], g, strict=True)]
    q = [f + beta * b for b, f in zip(p, g, strict=True)] if o.nesterov else p
    lr, decay = space.scalar(o.lr), space.scalar(o.weight_decay) / (1 - beta)
    moved = [
        (1 - lr * (decay * (o.wd_ratio if i in hit else 1.0))) * row - lr * step
        for i, (row, step) in enumerate(zip(x, without_radial(space, q, x, found), strict=True))
    ]
    return moved, {"momentum_buffer": without_radial(space, p, x, found) if o.project_buffer else p}


def adamp(space, k, x, g, state, o):
    found = blocks([r.value for r in x], [r.value for r in g], o.projection, o.delta)
    hit = {i for block in found for i in block}
    beta1, beta2 = (space.scalar(beta, memory=True) for beta in o.betas)
    lr = space.scalar(o.lr)
    m = [beta1 * b + (1 - beta1) * f for b, f in zip(state["exp_avg"], g, strict=True)]
    v = [beta2 * b + (1 - beta2) * (f * f) for b, f in zip(state["exp_avg_sq"], g, strict=True)]
    n = [beta1 * b + (1 - beta1) * f for b, f in zip(m, g, strict=True)] if o.nesterov else m
    one, two = (1 - beta1 ** (k + 1), 1 - beta2 ** (k + 1)) if o.bias_correction else (1.0, 1.0)
    p = [a / one / (space.sqrt(b / two) + space.scalar(o.eps)) for a, b in zip(n, v, strict=True)]
    moved = [
        (1 - lr * (space.scalar(o.weight_decay) * (o.wd_ratio if i in hit else 1.0))) * row - lr * step
        for i, (row, step) in enumerate(zip(x, without_radial(space, p, x, found), strict=True))
    ]
    return moved, {"exp_avg": m, "exp_avg_sq": v}


def psi_sgd(space, k, x, g, state, o):
    lr, rho, decay = space.scalar(o.lr), space.scalar(o.momentum), space.scalar(o.weight_decay)
    rows, buffers = [], []
    for row, f, u in zip(x, g, state["momentum_buffer"], strict=True):
        force = lr * space.dot(row, row) * f
        u = rho * u - force
        row = (1 - lr * decay) * row + (rho * u - force if o.nesterov else u)
        size = space.norm(row)
        capped = o.max_norm is not None and float(size.value.item()) > o.max_norm
        rows.append(row / size if capped else row)
        buffers.append(u / size if capped else u)
    return rows, {"momentum_buffer": buffers} if o.momentum else {}


def tangent_gradients(space, y, g, o):
    omega, tangents = space.scalar(o.orthogonality), []
    for row, f in zip(y, g, strict=True):
        if o.orthogonality:
            f = f + 2 * omega * (sum(space.dot(row, other) * other for other in y) - row)
        h = f - space.dot(row, f) * row
        size = space.norm(h)
        long = o.clip is not None and float(size.value.item()) > o.clip
        tangents.append(o.clip / size * h if long else h)
    return tangents


def sgd_g(space, k, y, g, state, o):
    lr, rho = space.scalar(o.lr), space.scalar(o.momentum)
    rows, buffers = [], []
    for row, h, m in zip(y, tangent_gradients(space, y, g, o), state["momentum_buffer"], strict=True):
        d = rho * m - lr * h
        size = space.norm(d)
        rows.append(space.cos(size) * row + space.sin(size) * (d / size))
        buffers.append(size * (space.cos(size) * (d / size) - space.sin(size) * row))
    return rows, {"momentum_buffer": buffers}


def adam_g(space, k, y, g, state, o):
    lr, (beta1, beta2) = space.scalar(o.lr), (space.scalar(beta, memory=True) for beta in o.betas)
    rows, moments, squares = [], [], []
    for row, h, m, v in zip(y, tangent_gradients(space, y, g, o), state["exp_avg"], state["exp_avg_sq"], strict=True):
        m = beta1 * m + (1 - beta1) * h
        v = beta2 * v + (1 - beta2) * space.dot(h, h)
        rate = lr * space.sqrt(1 - beta2 ** (k + 1)) / (1 - beta1 ** (k + 1))
        d = -rate * (m / space.sqrt(v + space.scalar(o.eps)))
        size = space.norm(d)
        unit = d / size
        rows.append(space.cos(size) * row + space.sin(size) * unit)
        moments.append(m - space.dot(unit, m) * (space.sin(size) * row + (1 - space.cos(size)) * unit))
        squares.append(v)
    return rows, {"exp_avg": moments, "exp_avg_sq": squares}


@dataclass(frozen=True)
class Reference:
    rule: Any
    buffers: tuple[str, ...]
    per_slice: tuple[str, ...] = ()
    """The buffers of one number a slice."""


REFERENCES = {
    "SGDP": Reference(sgdp, ("momentum_buffer",)),
    "AdamP": Reference(adamp, ("exp_avg", "exp_avg_sq")),
    "PSISGD": Reference(psi_sgd, ("momentum_buffer",)),
    "SGDG": Reference(sgd_g, ("momentum_buffer",)),
    "AdamG": Reference(adam_g, ("exp_avg", "exp_avg_sq"), per_slice=("exp_avg_sq",)),
}

KINDS = ("free", "tangent slices", "tangent whole", "one slice free")


def gradient(kind: str, x: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A random gradient at the slices x; without its radial part, by slices or of the whole, where the kind says so."""
    g = torch.randn(x.shape, generator=generator, dtype=torch.float64)
    tangent = g - (x * g).sum(1, keepdim=True) / x.square().sum(1, keepdim=True) * x
    if kind == "tangent slices":
        return tangent
    if kind == "one slice free":
        return torch.cat([g[:1], tangent[1:]])
    return g - (x * g).sum() / x.square().sum() * x if kind == "tangent whole" else g


def departure(
    optimizer_class: Callable[..., torch.optim.Optimizer],
    options: dict[str, Any],
    *,
    kinds: tuple[str, ...],
    seed: int = 0,
    dtype: torch.dtype = torch.float64,
    radius: float = 1.0,
    shapes: tuple[tuple[int, int], ...] = ((3, 4), (2, 4), (1, 4), (2, 3)),
    foreach: bool = True,
) -> str:
    """Where the optimizer leaves its rule, one step for each kind of gradient; empty where it does not."""
    space, reference = TrackedSpace(dtype), REFERENCES[optimizer_class.__name__]
    generator = torch.Generator().manual_seed(seed)
    parameters = [
        torch.nn.Parameter((radius * torch.randn(shape, generator=generator, dtype=torch.float64)).to(dtype))
        for shape in shapes
    ]
    optimizer = optimizer_class(parameters, foreach=foreach, **options)
    o, decided = SimpleNamespace(**optimizer.param_groups[0]), 0

    def seen(p: torch.Tensor, name: str) -> torch.Tensor:
        state = optimizer.state.get(p, {})
        empty = torch.zeros(len(p), dtype=dtype) if name in reference.per_slice else torch.zeros_like(p)
        return state.get(name, empty).detach().reshape(len(p), -1).double()

    for k, kind in enumerate(kinds):
        expected = []
        for p in parameters:
            p.grad = gradient(kind, p.detach().double(), generator).to(dtype)
            rows, slopes, *buffers = (
                [space.vector(row.numpy()[None]) for row in t.clone()]
                for t in (p.detach().double(), p.grad.double(), *(seen(p, name) for name in reference.buffers))
            )
            state = dict(zip(reference.buffers, buffers, strict=True))
            with np.errstate(all="ignore"):
                expected.append(reference.rule(space, k, rows, slopes, state, o))
        optimizer.step()
        for i, (p, (rows, state)) in enumerate(zip(parameters, expected, strict=True)):
            for name, values in {"x": rows, **state}.items():
                found = p.detach().double() if name == "x" else seen(p, name)
                for j, (value, observed) in enumerate(zip(values, found, strict=True)):
                    judgement = judge(value, observed.numpy()[None])
                    decided += judgement.decided
                    if not judgement.ok:
                        return f"{optimizer_class.__name__}, {kind}, step {k}, parameter {i}, slice {j}: {name}"
    return "" if decided else f"{optimizer_class.__name__}: nothing was decided"
