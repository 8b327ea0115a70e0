"""The optimizers that are timed: ours on each of their paths, torch's, and the released ones of others."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch

import impl.optim
from verify.peers.packages import load

Make = Callable[[list[dict[str, Any]]], torch.optim.Optimizer]

LR = 1e-6
"""So small that weights stay what they are however often a step is taken: times do not depend on how far one got."""

UNITS = {0: "torch SGD, fused", 1: "torch SGD with momentum, fused", 2: "torch Adam, fused"}
"""The unit of an optimizer with so many buffers of the size of the parameters: torch's own with the same state."""


@dataclass(frozen=True)
class Subject:
    """rule: what it computes; path: how; buffers: of the size of the parameters, which sets its unit.

    whose: "ours", "torch", or the package. make: from parameter groups; what it raises is why a subject is missing.
    """

    rule: str
    path: str
    whose: str
    buffers: int
    make: Make

    @property
    def name(self) -> str:
        """For a reader: `AdamP, native`, `adamp AdamP`."""
        label = self.rule if self.whose == "ours" else f"{self.whose} {self.rule}"
        return f"{label}, {self.path}" if self.path else label

    @property
    def unit(self) -> str:
        return UNITS[self.buffers]

    @property
    def words(self) -> int:
        """Numbers that a step moves at least, a parameter: x and each buffer read and written, the gradient read."""
        return words(self.buffers)


def words(buffers: int) -> int:
    """x and each buffer are read and written, the gradient is read."""
    return 2 * (1 + buffers) + 1


PATHS: Mapping[str, Mapping[str, Any]] = {
    "plain": {"foreach": False},
    "automatic": {},
    "native": {"fused": True},
    "compiled": {"compile": True},
}
"""Options of our optimizers: the readable reference, the default, the optional kernel, torch.compile."""


@dataclass(frozen=True)
class Ours:
    """An optimizer of `impl.optim`. options: beyond lr; rule: its name on the page; compiled: timed compiled too."""

    name: str
    buffers: int
    options: Mapping[str, Any] = field(default_factory=dict)
    rule: str = ""
    compiled: bool = False


OURS = (
    Ours("AdamP", 2, compiled=True),
    Ours("SGDP", 1, compiled=True),
    Ours("AdaGradG", 0),
    Ours("SphericalSGD", 0),
    Ours("AdamWithoutA", 1),
    Ours("AdamWithoutAB", 2),
    Ours("AdamWithoutABC", 2),
    Ours("SGDG", 1, {"orthogonality": 0.0}),
    Ours("SGDG", 1, {}, "SGDG, ω = 0.1"),
    Ours("AdamG", 1, {"orthogonality": 0.0}),
    Ours("AdamG", 1, {}, "AdamG, ω = 0.1"),
    Ours("PSISGD", 0),
    Ours("PSISGD", 1, {"momentum": 0.9}, "PSISGD with momentum"),
)
"""Buffers: parameter-sized ones alone; a number a row is no burden on the memory. ω: the weight of the term that pulls
the rows of one parameter apart, a product of matrices, without which no kernel of rows is slower or faster."""


def ours() -> Iterator[Subject]:
    """Every optimizer on every path."""
    for entry in OURS:
        for path, options in PATHS.items():
            if path != "compiled" or entry.compiled:
                make = partial(_ours, entry, options)
                yield Subject(entry.rule or entry.name, path, "ours", entry.buffers, make)


def _ours(entry: Ours, path: Mapping[str, Any], groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    cls: Any = getattr(impl.optim, entry.name)
    if entry.name == "AdaGradG":
        return cls.matching_sgd(groups, lr=LR, weight_decay=1e-3, **path)
    return cls(groups, lr=LR, **entry.options, **path)


def theirs() -> Iterator[Subject]:
    """torch's own, the units first; each in the unit of Adam but Adam's own paths, which have it anyway."""
    sgd, momentum, adam = torch.optim.SGD, {"momentum": 0.9}, torch.optim.Adam
    for path, options in (("fused", {"fused": True}), ("foreach", {"foreach": True}), ("plain", {"foreach": False})):
        yield Subject("Adam", path, "torch", 2, partial(_made, adam, options))
        yield Subject("SGD with momentum", path, "torch", 1, partial(_made, sgd, options | momentum))
        yield Subject("SGD", path, "torch", 0, partial(_made, sgd, options))


RELEASED = (
    ("adamp", "adamp:AdamP", 2),
    ("timm", "timm.optim.adamp:AdamP", 2),
    ("pytorch_optimizer", "pytorch_optimizer:AdamP", 2),
    ("geoopt", "geoopt.optim:RiemannianAdam", 2),
    ("adamp", "adamp:SGDP", 1),
    ("timm", "timm.optim.sgdp:SGDP", 1),
    ("pytorch_optimizer", "pytorch_optimizer:SGDP", 1),
    ("geoopt", "geoopt.optim:RiemannianSGD", 1),
)
"""Package, class, buffers. AdamSRT (001) is no package: its authors' file is not among what can be installed."""


def peers() -> Iterator[Subject]:
    """The released optimizers; those that are not installed fail when they are made."""
    for package, path, buffers in RELEASED:
        yield Subject(path.partition(":")[2], "", package, buffers, partial(_released, package, path, buffers))


def _released(package: str, path: str, buffers: int, groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    cls = load(package, path)
    options: dict[str, Any] = {"lr": LR} | ({"momentum": 0.9} if buffers == 1 else {})
    if package != "geoopt":
        return _made(cls, options, groups)
    # Its optimizers know a sphere by the parameter's own manifold: rows on the unit sphere, as radial invariance means.
    sphere, parameter = load("geoopt", "geoopt:Sphere")(), load("geoopt", "geoopt:ManifoldParameter")
    parameters = []
    for group in groups:
        for p in group["params"]:
            q = p
            if group["invariant"] is not None:
                q = parameter(sphere.projx(p.detach().reshape(len(p), -1)), manifold=sphere)
                q.grad = p.grad.reshape(len(p), -1)
            parameters.append(q)
    return cls(parameters, **options)


def _made(cls: Any, options: Mapping[str, Any], groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    """An optimizer that knows of no `invariant`."""
    return cls([p for group in groups for p in group["params"]], **{"lr": LR} | dict(options))


def subjects() -> tuple[Subject, ...]:
    """All of them, the units first."""
    return (*theirs(), *peers(), *ours())
