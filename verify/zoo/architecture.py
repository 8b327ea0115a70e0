"""An architecture of the zoo, and which slices of its parameters are radially invariant: labels made by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

import torch
from torch import nn

Label = str | int | tuple[tuple[int, int, int], ...]
"""How the slices of a parameter lie, all of it the filters along dimension 0 unless said otherwise.

"channel": one a slice. "whole": all in one. G: so many equal groups. "columns", "columns/2": the output channels of a
transposed convolution with 1 or 2 groups; "column-groups/2": two groups of consecutive ones. ((a, b, n), …): those from
a to b - 1, n a slice, and so on; the others belong to none.
"""

Kind = Literal["images", "vectors", "rows", "tokens"]
Slice = frozenset[int]


@dataclass(frozen=True)
class Architecture:
    """A network without epsilons where `build` gets a tiny one. training, evaluation: pattern of parameter names →
    label, the first that matches counts, and a parameter without one has no slice; evaluation None: as in training.
    why: the reason for the labels."""

    name: str
    kind: Kind
    build: Callable[[float], nn.Module]
    training: Mapping[str, Label] = field(default_factory=dict)
    evaluation: Mapping[str, Label] | None = None
    why: str = ""

    def truth(self, model: nn.Module, training: bool) -> dict[str, frozenset[Slice]]:
        """For each parameter its slices, as sets of the positions of their numbers."""
        labels = self.training if training or self.evaluation is None else self.evaluation
        return {name: slices(p, _label(labels, name)) for name, p in model.named_parameters()}


def slices(p: torch.Tensor, label: Label | None) -> frozenset[Slice]:
    """The slices that a label means."""
    position = torch.arange(p.numel()).reshape(p.shape)
    if label is None:
        return frozenset()
    if isinstance(label, tuple):
        parts = tuple(part for start, stop, size in label for part in position[start:stop].split(size))
    elif isinstance(label, int):
        parts = position.chunk(label)
    elif label == "whole":
        parts = (position,)
    elif label == "channel":
        parts = position.split(1)
    else:
        kind, _, number = label.partition("/")
        if kind == "columns":
            inputs = position.chunk(int(number or 1))
            parts = tuple(part[:, i] for part in inputs for i in range(p.shape[1]))
        elif kind == "column-groups":
            parts = position.chunk(int(number), dim=1)
        else:
            raise ValueError(f"label={label!r}: see Label for those there are")
    return frozenset(frozenset(part.flatten().tolist()) for part in parts)


def _label(labels: Mapping[str, Label], name: str) -> Label | None:
    return next((label for pattern, label in labels.items() if fnmatchcase(name, pattern)), None)
