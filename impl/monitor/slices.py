"""The slices that are watched, gathered into matrices: those of equal length in one parameter group stand together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from impl.groups import Cut, Discovery, as_rows, find_groups, in_doubt, invariant_parameters, row_count, unwrapped
from impl.groups.slices import Invariant, Rows

Shape = Invariant | tuple[Cut, ...]
SHOWN = 3
"""Names in a message."""


@dataclass(frozen=True)
class Watched:
    """One cut of a parameter. shape: an `invariant`, or the cut. count slices of dimension numbers each."""

    name: str
    p: nn.Parameter
    shape: Invariant | Cut
    count: int
    dimension: int

    def rows(self, t: Tensor) -> Rows:
        """The slices of the parameter, or of something of its shape."""
        return self.shape.rows(t) if isinstance(self.shape, Cut) else as_rows(t, self.shape)


@dataclass(frozen=True)
class Batch:
    """Slices of one length that one parameter group trains."""

    group: int
    members: tuple[Watched, ...]
    dimension: int

    def gather(self, tensors: Sequence[Tensor | None], dtype: torch.dtype) -> Rows:
        """The rows of all members, copied; zeros for what is None."""
        parts = [
            w.p.new_zeros(w.count, w.dimension) if t is None else w.rows(t.to_dense() if t.is_sparse else t.detach())
            for w, t in zip(self.members, tensors, strict=True)
        ]
        return torch.cat(parts).to(dtype) if len(parts) > 1 else parts[0].to(dtype, copy=True)


def batches(optimizer: torch.optim.Optimizer, found: Mapping[int, tuple[str, Shape]]) -> tuple[Batch, ...]:
    """The watched slices of an optimizer. found: id of a parameter → its name and how it is cut."""
    collected: dict[tuple[int, int, Any, Any], list[Watched]] = {}
    for index, group in enumerate(optimizer.param_groups):
        for p in group["params"]:
            if id(p) in found:
                for watched in _watched(p, *found[id(p)]):
                    collected.setdefault((index, watched.dimension, p.dtype, p.device), []).append(watched)
    return tuple(Batch(key[0], tuple(members), key[1]) for key, members in collected.items())


def chosen(
    model: nn.Module, optimizer: torch.optim.Optimizer, slices: Discovery | None
) -> dict[int, tuple[str, Shape]]:
    """What to watch: what was discovered; else what the parameter groups call invariant; else what torch.fx tells.

    Frozen parameters too: they may be trained later. Raises ValueError where parameters are sharded.
    """
    model = unwrapped(model)
    _check_whole(model)
    named = dict(model.named_parameters())
    if slices is not None:
        ours = dict(slices.model.named_parameters())
        return {id(ours[row.name]): (row.name, row.training) for row in slices.found if row.training}
    names = {id(p): name for name, p in named.items()}
    groups = [(i, group) for i, group in enumerate(optimizer.param_groups) if "invariant" in group]
    if groups:
        return {
            id(p): (names.get(id(p)) or _unnamed(i, j, group), group["invariant"])
            for i, group in groups
            for j, p in enumerate(group["params"])
            if group["invariant"] is not None
        }
    by_structure = invariant_parameters(model, frozen=True)
    return {id(named[name]): (name, invariant) for name, invariant in by_structure.items() if invariant is not None}


def discovered(model: nn.Module, slices: Discovery | None, sample: Any) -> Discovery | None:
    """What is to be watched of what was found: `slices`, or what `find_groups` finds with a sample, if either is given.

    Raises ValueError where both are, or where `find_groups` does.
    """
    if sample is None:
        return slices
    if slices is not None:
        raise ValueError(
            "sample, slices: both are given, and a sample is there to find the slices; give one, sample=batch or "
            "slices=impl.groups.find_groups(model, batch)"
        )
    _check_whole(unwrapped(model))
    return find_groups(model, sample)


def doubts(model: nn.Module, optimizer: torch.optim.Optimizer) -> str:
    """What to tell of parameters that are trained and, by structure alone, not watched, though they may have slices.

    Empty where there are none, or where the parameter groups say what is invariant.
    """
    groups = optimizer.param_groups
    if any("invariant" in group for group in groups):
        return ""
    trained = {id(p) for group in groups for p in group["params"]}
    parameters = dict(unwrapped(model).named_parameters())
    names = [name for name in in_doubt(model) if id(parameters[name]) in trained]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    if not names:
        return ""
    return (
        f"not watched, though a normalisation may make them invariant: {', '.join(names[:SHOWN])}{more}; without a "
        "sample only BatchNorm and weight_norm are known: SphericalMonitor(…, sample=batch) looks for all"
    )


def _check_whole(model: nn.Module) -> None:
    sharded = [name for name, p in model.named_parameters() if hasattr(p, "placements")] or _fsdp(model)
    if sharded:
        raise ValueError(
            f"model={type(model).__name__}: {sharded[0]} is sharded, and a slice is watched whole or not at all; watch "
            "a model with whole parameters (DistributedDataParallel, not FSDP)"
        )


def _fsdp(model: nn.Module) -> list[str]:
    """The names of what FSDP wraps."""
    return [name or "it" for name, m in model.named_modules() if type(m).__name__ == "FullyShardedDataParallel"]


def _unnamed(group: int, place: int, options: Mapping[str, Any]) -> str:
    """A parameter that the model does not know, by the name that the optimizer knows, or by its place there."""
    names = options.get("param_names")
    return str(names[place]) if names else f"group {group}, parameter {place}"


def _watched(p: nn.Parameter, name: str, shape: Shape) -> Iterator[Watched]:
    if not isinstance(shape, tuple):
        count = row_count(p, shape)
        yield Watched(name, p, shape, count, p.numel() // count)
        return
    for cut in shape:
        title = name if len(shape) == 1 else f"{name}[{cut.start}:{cut.stop}]"
        yield Watched(title, p, cut, cut.count, cut.rows(p).shape[1])
