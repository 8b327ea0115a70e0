"""What gradients and what memory an optimizer takes, by hand: empty where it is so."""

from collections.abc import Callable
from types import ModuleType

import torch
from torch import Tensor, nn

STRANGE: tuple[tuple[str, Tensor], ...] = (
    ("of another type", torch.ones(2, 2, dtype=torch.float64)),
    ("that is sparse", torch.eye(2).to_sparse()),
)


def trains_shared_memory_in_turn_together(package: ModuleType) -> str:
    """With foreach=True too, parameters that overlap make their steps one after the other; beside one that does not."""
    ends = []
    for foreach in (False, True):
        memory = torch.linspace(0.5, 2, 24)
        parameters = [nn.Parameter(memory[i : i + 8].view(2, 4)) for i in (0, 4, 16)]
        optimizer = package.SGDP(parameters, lr=0.1, foreach=foreach)
        for p in parameters:
            p.grad = torch.linspace(-1, 2, 8).view(2, 4)
        optimizer.step()
        ends.append(memory)
    return "" if torch.equal(*ends) else f"parameters that share memory: {[end.tolist() for end in ends]}"


def refuses_before_any_group_has_stepped(package: ModuleType) -> str:
    """A gradient that cannot be taken, of the last parameter of the last group, for whatever reason."""
    for what, gradient in STRANGE:
        parameters = [nn.Parameter(torch.full((2, 2), 2.0 + i)) for i in range(4)]
        optimizer = package.SGDP([{"params": parameters[:2]}, {"params": parameters[2:]}], lr=0.1)
        for p in parameters:
            p.grad = torch.eye(2)
        if hasattr(parameters[-1], "grad_dtype"):
            parameters[-1].grad_dtype = None
        elif gradient.dtype != parameters[-1].dtype:
            continue  # this torch refuses it itself
        parameters[-1].grad = gradient
        try:
            optimizer.step()
        except ValueError as error:
            if "group 1" not in str(error) or "parameter 1" not in str(error):
                return f"a gradient {what}: {error}"
        else:
            return f"a gradient {what} is taken"
        if any((p != 2.0 + i).any() for i, p in enumerate(parameters)):
            return f"a gradient {what} is refused when others have made their steps"
    return ""


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (
    ("shared memory", trains_shared_memory_in_turn_together),
    ("strange gradients", refuses_before_any_group_has_stepped),
)
