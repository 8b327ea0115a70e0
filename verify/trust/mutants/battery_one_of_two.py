"""What is asked of all the tensors of a step, where one of them alone is otherwise: empty where it is noticed."""

import sys
from collections.abc import Callable
from types import ModuleType

import torch
from torch import Tensor, nn

import impl.native
from verify.trust.mutants.battery_paths import replaced


def _ends(package: ModuleType, name: str, make: Callable[[], list[Tensor]], turned: int | None = None) -> list[Tensor]:
    """The parameters after two steps, by the loop, unasked and together; of one, the gradients are transposed."""
    ends = []
    for foreach in (False, None, True):
        parameters = [nn.Parameter(t) for t in make()]
        optimizer = getattr(package, name)(parameters, lr=0.1, foreach=foreach)
        for k in range(2):
            for i, p in enumerate(parameters):
                g = (p.detach() * (i + k + 1)).sin().clone(memory_format=torch.contiguous_format)
                p.grad = g.mT.contiguous().mT if i == turned else g
            optimizer.step()
        ends.append(torch.cat([p.detach().reshape(-1).double() for p in parameters]))
    return ends


def _differ(ends: list[Tensor]) -> bool:
    apart = 64 * torch.finfo(torch.float32).eps  # two steps of some twenty roundings
    return any(not (end - ends[0]).abs().max() <= apart * ends[0].abs().max() for end in ends[1:])


def takes_one_that_does_not_lie_in_order(package: ModuleType) -> str:
    """Of two parameters the first or the second, or its gradient, is transposed."""

    def make(turned: int) -> list[Tensor]:
        both = [torch.linspace(0.5, 2, 9).view(3, 3), torch.linspace(-1, 1.5, 9).view(3, 3)]
        return [t.mT if i == turned else t for i, t in enumerate(both)]

    for name in ("SGDP", "AdamP"):
        for turned in (0, 1):
            for ends in (
                _ends(package, name, lambda turned=turned: make(turned)),  # type: ignore[misc]
                _ends(package, name, lambda: make(-1), turned),
            ):
                if _differ(ends):
                    return f"{name}: one of two does not lie in order, and the step is another"
    return ""


def notices_that_the_last_overlaps(package: ModuleType) -> str:
    """Of three and of nine parameters that share memory only the last two overlap: they step in turn, to the bit."""
    for count in (3, 9):
        starts = [*(8 * i for i in range(count - 1)), 8 * (count - 1) - 4]
        ends = []
        for foreach in (False, True, None):
            memory = torch.linspace(0.5, 2, 8 * count)
            parameters = [nn.Parameter(memory[i : i + 8].view(2, 4)) for i in starts]
            optimizer = package.SGDP(parameters, lr=0.1, foreach=foreach)
            for p in parameters:
                p.grad = torch.linspace(-1, 2, 8).view(2, 4)
            optimizer.step()
            ends.append(memory)
        if not (torch.equal(ends[0], ends[1]) and torch.equal(ends[0], ends[2])):
            return f"of {count} parameters the last two overlap, and are not trained in turn"
    return ""


def asks_where_all_of_them_are(package: ModuleType) -> str:
    """Unasked, parameters are updated together where all are on an accelerator: not where one is."""
    batches = sys.modules[package.__name__ + "._batches"].batches
    for devices, together in ((("cpu", "cpu", "meta"), 1), (("meta", "cpu", "cpu"), 1), (("meta", "meta"), 2)):
        parameters = [torch.ones(2, 3, device=device) for device in devices]
        for p in parameters:
            p.grad = torch.ones_like(p)
        states: dict[Tensor, dict[str, Tensor]] = {p: {} for p in parameters}
        with replaced(sys.modules[package.__name__ + "._batches"], "lie_apart", lambda tensors: True):
            found = list(batches(parameters, states, {"foreach": None, "invariant": "channel"}))
        if max(len(batch.parameters) for batch in found) != together:
            return f"on {devices}: batches of {[len(batch.parameters) for batch in found]}"
    return ""


def repeats_only_where_all_ask_for_it(package: ModuleType) -> str:
    """Of ten groups the last asks for no native kernels: no whole step is repeated."""
    parameters = [nn.Parameter(torch.ones(1, 2)) for _ in range(10)]
    groups = [{"params": [p], "fused": i < 9} for i, p in enumerate(parameters)]
    optimizer = package.SGDP(groups, lr=0.1)
    for p in parameters:
        p.grad = torch.tensor([[1.0, 2.0]])
    with replaced(impl.native, "repeat", lambda optimizer: True), replaced(impl.native, "attempt", lambda *_: True):
        optimizer.step()
    return "" if (parameters[9] != 1).any() else "a group that asks for no native kernels makes no step"


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (
    ("one of two", takes_one_that_does_not_lie_in_order),
    ("last overlaps", notices_that_the_last_overlaps),
    ("one device", asks_where_all_of_them_are),
    ("one asks not", repeats_only_where_all_ask_for_it),
)
