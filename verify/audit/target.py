"""The optimizer under audit: made with its options, stepped as it wants to be stepped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

Optimizer = torch.optim.Optimizer


@dataclass(frozen=True)
class Needs:
    """What an optimizer cannot do without: a closure for `step`, sparse gradients, weights that are matrices, gradients
    with a graph, which it differentiates once more."""

    closure: bool = False
    sparse: bool = False
    matrices: bool = False
    graph: bool = False

    @property
    def words(self) -> str:
        """For a reader; empty when it needs nothing."""
        named = {"a closure": self.closure, "sparse gradients": self.sparse, "matrices": self.matrices}
        named |= {"gradients that can be differentiated": self.graph}
        return " and ".join(name for name, needed in named.items() if needed)


@dataclass(frozen=True)
class Target:
    """An optimizer class or factory, with the options under which it is audited.

    name: as it was asked for, torch.optim:NAdam. package, version: of its distribution; empty for a file.
    accepted: the names its signature has. imports: Python lines after which `Audited` is the class or factory.
    """

    name: str
    package: str
    version: str
    factory: Callable[..., Optimizer]
    accepted: frozenset[str]
    imports: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    needs: Needs = Needs()
    filled: Mapping[str, Any] = field(default_factory=dict)
    """Options that it demands and the audit was not given: a learning rate."""

    def make(self, params: Any, **overrides: Any) -> Optimizer:
        """The optimizer of parameters or groups of them, with `overrides` over the options of the audit."""
        return self.factory(params, **{**self.filled, **self.kwargs, **overrides})

    def accepts(self, *names: str) -> bool:
        """Whether the signature has all these names, e.g. accepts("foreach")."""
        return self.accepted.issuperset(names)

    def step(self, optimizer: Optimizer, params: Sequence[torch.Tensor], gradients: Sequence[torch.Tensor]) -> None:
        """Set the gradients, sparse where the optimizer needs that; take one step, with a closure where it needs one.

        The closure sets the same gradients again and returns a loss of 0: the gradients do not follow the weights.
        """
        step(optimizer, params, gradients, self.needs)

    @property
    def preamble(self) -> str:
        """Lines of a replay script that define torch, make(params, **overrides), step(optimizer, params, gradients)."""
        options = "".join(f"{name}={value!r}, " for name, value in {**self.filled, **self.kwargs}.items())
        way = ".to_sparse()" if self.needs.sparse else " + (p - p.detach())" if self.needs.graph else ""
        closure = "give" if self.needs.closure else ""
        return (
            f"import torch\n\n{self.imports}\n\n"
            f"def make(params, **overrides):\n"
            f"    return Audited(params, **{{**dict({options.removesuffix(', ')}), **overrides}})\n\n\n"
            f"def step(optimizer, params, gradients):\n"
            f"    def give():\n"
            f"        for p, g in zip(params, gradients):\n"
            f"            p.grad = g.clone(){way}\n"
            f"        return torch.zeros(())\n\n"
            f"    give()\n"
            f"    optimizer.step({closure})\n"
        )


def step(optimizer: Optimizer, params: Sequence[torch.Tensor], gradients: Sequence[torch.Tensor], needs: Needs) -> None:
    """One step with these gradients, given in the way of `needs`."""

    def give() -> torch.Tensor:
        for p, g in zip(params, gradients, strict=True):
            p.grad = given(p, g, needs)
        return torch.zeros(())

    give()
    if needs.closure:
        optimizer.step(give)  # type: ignore[arg-type]  # torch's stub wants a float; a tensor is what closures return
    else:
        optimizer.step()


def given(p: torch.Tensor, gradient: torch.Tensor, needs: Needs) -> torch.Tensor:
    """The gradient as the optimizer wants it; with a graph it is that of
    ⟨g, p⟩ + ‖p - p₀‖²/2 at p₀, whose Hessian is 1."""
    plain = gradient.detach().clone()
    if needs.graph:
        with torch.enable_grad():
            return plain + (p - p.detach())
    return plain.to_sparse() if needs.sparse else plain
