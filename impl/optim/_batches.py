"""The invariant slices of a parameter group, as matrices for an update rule: the plumbing that the optimizers share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from impl.groups import Invariant, PerRow, Rows, as_rows, check_invariant, lie_apart, row_count
from impl.optim._sphere import wide_type
from impl.optim._validation import check_paths

NOT_KEPT = {"base_lr", "differentiable", "fused", "compile"}
"""Defaults that a group may be without: `base_lr` becomes its lr, torch has the next, old states lack the others."""
Group = dict[str, Any]
States = Mapping[Tensor, dict[str, Any]]


@dataclass(frozen=True)
class Batch:
    """The slices of one or of several parameters, as the rows of one matrix, with their gradients and buffers."""

    parameters: tuple[Tensor, ...]
    states: tuple[dict[str, Any], ...]
    invariant: Invariant
    k: int
    """The number of steps that the parameters have made, for rules that count them; else 0."""
    points: Rows
    gradients: Rows

    @property
    def counts(self) -> list[int]:
        """How many of the rows belong to each parameter."""
        return [row_count(p, self.invariant) for p in self.parameters]

    def rows(self, name: str) -> Rows:
        """The buffer `name`, of the parameters' own shapes."""
        return _join([as_rows(state[name], self.invariant) for state in self.states])

    def scalars(self, name: str) -> PerRow:
        """The buffer `name`, of one number a slice, in float64.

        The wide type is for decay factors such as β = (1-ηλ)⁴: rounded to float32 at every step, the memory
        1/(1-β) of the buffer would be off by about 10⁻⁷/(1-β), and always to the same side.
        """
        scalars = _join([state[name] for state in self.states])
        return scalars.to(wide_type(scalars))

    def write(self, points: Rows, **buffers: Tensor) -> None:
        """Store the new points and buffers, of shape (rows, d) or (rows,), in place; count the step where it counts."""
        counts = self.counts
        # Buffers first: a buffer may be `self.points`, which may be a view of the parameter.
        for name, rows in buffers.items():
            for state, part in zip(self.states, rows.split(counts), strict=True):
                state[name].copy_(part.reshape(state[name].shape))
        count_steps(self.states)
        for p, part in zip(self.parameters, points.split(counts), strict=True):
            p.copy_(part.reshape(p.shape))


def batches(parameters: list[Tensor], states: States, group: Group) -> Iterator[Batch]:
    """One batch a parameter; with `foreach`, one for all the slices of equal length, type, device and step count.

    foreach=None means True when every parameter is on an accelerator, where it spares launches of kernels. Parameters
    that share memory make their steps in turn: together, the last would overwrite what the others wrote.
    """
    foreach, invariant = group["foreach"], group["invariant"]
    if foreach is None:
        foreach = all(p.device.type != "cpu" for p in parameters)
    foreach = foreach and lie_apart(parameters)
    together: dict[Any, list[Tensor]] = {}
    for i, p in enumerate(parameters):
        like = (p.numel() // row_count(p, invariant), p.dtype, p.device, steps(states[p]))
        together.setdefault(like if foreach else i, []).append(p)
    for members in together.values():
        yield Batch(
            parameters=tuple(members),
            states=tuple(states[p] for p in members),
            invariant=invariant,
            k=steps(states[members[0]]),
            points=_join([as_rows(p, invariant) for p in members]),
            gradients=_join([as_rows(p.grad, invariant) for p in members if p.grad is not None]),
        )


def with_gradient(optimizer: torch.optim.Optimizer, group: Group) -> list[Tensor]:
    """The parameters of the group that have a gradient.

    Asked for the first group, it looks at all of them, so that a step is refused before any group has made it: raises
    ValueError where a gradient is sparse or of another type than its parameter, or where a group is not one of ours.
    """
    if group is optimizer.param_groups[0]:
        for place, each in enumerate(optimizer.param_groups):
            _check_group(optimizer, place, each)
    return [p for p in group["params"] if p.grad is not None]


def _check_group(optimizer: torch.optim.Optimizer, place: int, group: Group) -> None:
    lost = optimizer.defaults.keys() - group.keys() - NOT_KEPT
    if lost:
        raise ValueError(
            f"{type(optimizer).__name__}: a parameter group has no option {sorted(lost)[0]!r}, as if its state_dict "
            "were of another class: required is what this class saved; give it that, or start anew"
        )
    for p in group["params"]:
        g = p.grad
        if g is None or (g.dtype == p.dtype and g.layout == torch.strided):
            continue
        whose = f"{type(optimizer).__name__}: in group {place}, the gradient of {describe(group, p)}"
        if g.layout != torch.strided:
            raise ValueError(
                f"{whose} has layout {g.layout}; dense gradients are required: use sparse=False in the layer, or "
                "torch.optim.SparseAdam for this parameter"
            )
        raise ValueError(
            f"{whose} is {g.dtype}, the parameter {p.dtype}: required is one type for both; leave p.grad_dtype as "
            "torch sets it, or write p.grad = p.grad.to(p.dtype) before the step"
        )


def evaluate(closure: Callable[[], Any] | None) -> Any:
    """The loss, computed with gradients enabled, or None without a closure."""
    if closure is None:
        return None
    with torch.enable_grad():
        return closure()


def check_slices(group: Group) -> dict[Tensor, PerRow]:
    """The radii ‖x‖ of the slices of every parameter, in float64; nothing for a group with invariant=None.

    Raises ValueError where a parameter cannot be cut into slices, has a type that cannot carry the buffers, or has a
    slice without a direction.
    """
    check_invariant(group["invariant"])
    check_paths(group)
    radii: dict[Tensor, PerRow] = {}
    for p in group["params"] if group["invariant"] is not None else ():
        if p.dtype not in (torch.float32, torch.float64):
            raise ValueError(
                f"{describe(group, p)} is {p.dtype}: radially-invariant slices need float32 or float64; keep float32 "
                "parameters and compute in torch.autocast, or use invariant=None"
            )
        try:
            rows = as_rows(p, group["invariant"])
        except ValueError as error:
            raise ValueError(f"{describe(group, p)}: {error}") from None
        radii[p] = torch.linalg.vector_norm(rows, dim=1, dtype=wide_type(p))
        check_rows(group, p, "the norm", radii[p])
    return radii


def check_rows(group: Group, p: Tensor, what: str, values: PerRow) -> None:
    """Raise ValueError unless the values, one a slice of `p`, are positive normal numbers of the type of `p`."""
    limits = torch.finfo(p.dtype)
    bad = ~((values >= limits.tiny) & (values <= limits.max))
    if bad.any():
        i = int(bad.nonzero()[0])
        raise ValueError(
            f"{describe(group, p)}, slice {i}: {what} is {values[i].item()}, required a number in [{limits.tiny}, "
            f"{limits.max}]; a slice needs a direction and a moderate norm: initialise it anew, or use invariant=None"
        )


def describe(group: Group, p: Tensor) -> str:
    """The parameter's place in its group, and its name where the group has names."""
    i = next(i for i, q in enumerate(group["params"]) if q is p)
    name = f" ({group['param_names'][i]})" if "param_names" in group else ""
    return f"parameter {i}{name} of shape {tuple(p.shape)}"


def count_steps(states: Sequence[dict[str, Any]]) -> None:
    """One more, where steps are counted."""
    counts = [state["step"] for state in states if "step" in state]
    if counts:
        torch._foreach_add_(counts, torch.tensor(1.0), alpha=1.0)  # for which torch has a shorter way than for a number


def steps(state: dict[str, Any]) -> int:
    return int(state["step"]) if "step" in state else 0


def _join(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)
