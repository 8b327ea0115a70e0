"""When the base methods take a faster kernel, by hand: empty where it is so."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch import nn

import impl.native
from verify.trust.mutants.battery_paths import replaced


def knows_what_torch_fuses(package: ModuleType) -> str:
    """Real numbers that lie in order on a CPU, gradients too, and some; unless it is told otherwise."""
    fused = sys.modules[package.__name__ + "._base_method"]._fused
    p, complexes, away = torch.ones(2, 3), torch.ones(2, 3, dtype=torch.complex64), torch.ones(2, 3, device="meta")
    for parameters, gradients, foreach, expected in (
        ([p], [p], None, True),
        ([p], [p], False, None),
        ([p], [p], True, None),
        ([], [], None, None),
        ([p], [p.T], None, None),
        ([p.T], [p], None, None),
        ([p, complexes], [p, complexes], None, None),
        ([away], [away], None, None),
        ([p], [away], None, None),
    ):
        if fused(parameters, gradients, foreach) is not expected:
            return f"{[t.dtype for t in parameters]} on {[t.device for t in parameters]}, foreach={foreach}"
    return ""


def begins_later_as_well(package: ModuleType) -> str:
    """A parameter whose first gradient comes later, and one whose gradients are transposed: bit for bit as torch."""
    for turned in (False, True):
        ends = []
        for own in (True, False):
            parameters = [nn.Parameter(torch.arange(1.0, 7.0).view(2, 3)) for _ in range(3)]
            options: dict[str, Any] = {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.25}
            make = package.SGDP if own else torch.optim.SGD
            optimizer = make(parameters, **options, **({"invariant": None} if own else {"foreach": False}))
            for k in range(4):
                for i, p in enumerate(parameters):
                    g = (p.detach() * (i + k + 1)).sin()
                    p.grad = None if k == 0 and i == 1 else g.T.contiguous().T if turned and i == 2 else g
                optimizer.step()
            ends.append(torch.stack([p.detach() for p in parameters]))
        if not torch.equal(*ends):
            return f"the base method is another where gradients come later, transposed {turned}"
    return ""


def asks_native_code_for_what_it_takes(package: ModuleType) -> str:
    """What is refused is trained here, without being asked for there; nothing is asked for no parameters."""
    for refuses, given in ((None, False), ("no", True), (None, True)):
        asked: list[Any] = []
        p = nn.Parameter(torch.ones(2, 3))
        optimizer = package.SGDP([p], invariant=None, fused=True)
        p.grad = torch.ones_like(p) if given else None
        with (
            replaced(impl.native, "refusal", lambda *_, refuses=refuses: refuses),
            replaced(impl.native, "step", lambda *_, asked=asked: asked.append(_)),
            replaced(impl.native, "repeat", lambda *_: False),
        ):
            optimizer.step()
        here = not torch.equal(p.detach(), torch.ones(2, 3))
        if (bool(asked), here) != (given and not refuses, bool(given and refuses)):
            return f"gradients {given}, refused {refuses}: asked {len(asked)} times, trained here {here}"
    return ""


def asks_nothing_for_no_slices(package: ModuleType) -> str:
    """Where no parameter has a gradient, native code is not asked."""
    asked: list[Any] = []
    optimizer = package.SGDP([nn.Parameter(torch.ones(2, 3))], fused=True)
    with (
        replaced(impl.native, "attempt", lambda *given: asked.append(given)),
        replaced(impl.native, "repeat", lambda *_: False),
    ):
        optimizer.step()
    return "native code is asked for no parameters" if asked else ""


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (
    ("kernels of the base", knows_what_torch_fuses),
    ("kernels of the base", begins_later_as_well),
    ("kernels of the base", asks_native_code_for_what_it_takes),
    ("kernels of the base", asks_nothing_for_no_slices),
)
