"""The paths of an optimizer: one tensor after another, torch's foreach and fused kernels, in place, its step compiled.

Ours have two more of their own: unasked in place (`impl.optim._blocks`) on a CPU, and fused=True by our native kernels
(`impl.native`); and compile=True, by which they compile their rule, where of others the whole step is compiled.
"""

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from inspect import signature
from typing import Any

import torch

import impl.optim
from impl.native import NativeError, load
from verify.subject import Optimizer, Subject

LOOP, FOREACH, IN_PLACE, FUSED, COMPILED = PATHS = ("loop", "foreach", "in place", "fused", "compiled")
OWN: Mapping[str, Mapping[str, Any]] = {
    LOOP: {"foreach": False},
    FOREACH: {"foreach": True},
    IN_PLACE: {"foreach": None},
    FUSED: {"fused": True},
    COMPILED: {"compile": True},
}
"""By which option ours take a path."""


def path_of(options: Mapping[str, Any]) -> str:
    """The path that the options of an optimizer of torch take."""
    return FUSED if options.get("fused") else FOREACH if options.get("foreach") else LOOP


def paths(subject: Subject, device: str = "cpu") -> tuple[str, ...]:
    """Those that it has on a device."""
    optimizer = ours(subject)
    if optimizer is None:
        own = {path_of(options) for options in subject.options} | {COMPILED}
    else:
        known = set(signature(optimizer).parameters)
        own = {path for path, options in OWN.items() if options.keys() <= known} | {COMPILED}
        own -= {IN_PLACE} if not _in_place(optimizer) else set()
        own -= {IN_PLACE, FUSED} if device != "cpu" else set()
    return tuple(path for path in PATHS if path in own)


def along(subject: Subject, path: str, dtype: torch.dtype) -> Subject:
    """The subject with the options of that path alone."""
    optimizer = ours(subject)
    if path == COMPILED and not _compiles_itself(optimizer):
        # A step count in a tensor is of float32, unless the default dtype is float64: so are the powers of β.
        scalars = torch.float64 if dtype == torch.float64 else torch.float32
        return replace(subject, make=compiled(subject.make), options=({},), scalars=scalars)
    if optimizer is not None:
        make = observed(subject.make) if path == COMPILED else subject.make
        return replace(subject, make=make, options=(OWN[path],))
    return replace(subject, options=tuple(options for options in subject.options if path_of(options) == path))


def missing(subject: Subject, path: str, dtype: torch.dtype) -> str | None:
    """What keeps a path from being taken, None where nothing does."""
    optimizer = ours(subject)
    if optimizer is not None and (refusal := _refusal(subject, dtype)):
        return refusal
    if optimizer is not None and path == FUSED:
        return _unbuilt(rule_of(optimizer))
    if path != COMPILED:
        return None
    if "not rounded" in subject.name:
        return "its code is patched while it runs (verify/widened.py), which a compiled step does not see"
    return None if any(map(shutil.which, ("c++", "g++", "clang++"))) else "no C++ compiler"


def ours(subject: Subject) -> type[Optimizer] | None:
    """The class of an optimizer of `impl.optim`, None for that of another."""
    return getattr(impl.optim, subject.name.partition(" ")[0], None)


def rule_of(optimizer: type[Optimizer]) -> str:
    """The name of its rule, which is that of its file."""
    return optimizer.__module__.rpartition(".")[2]


def _in_place(optimizer: type[Optimizer]) -> bool:
    return hasattr(sys.modules[optimizer.__module__], f"{rule_of(optimizer)}_update_")


def _compiles_itself(optimizer: type[Optimizer] | None) -> bool:
    return optimizer is not None and "compile" in signature(optimizer).parameters


def _refusal(subject: Subject, dtype: torch.dtype) -> str:
    """What it says to a weight of that dtype, where it takes none."""
    try:
        subject.make([torch.nn.Parameter(torch.ones(2, 2, dtype=dtype))], subject.scheme.numbers())
    except ValueError as error:
        return str(error)
    return ""


def _unbuilt(rule: str) -> str | None:
    """Why there is no native kernel: without one the step is made in place, with a warning."""
    try:
        load(rule)
    except NativeError as error:
        return str(error)
    return None


def compiled(make: Callable[..., Optimizer]) -> Callable[..., Optimizer]:
    """The same optimizers, with their steps compiled; a step that torch would rather not compile raises."""
    return _counted(make, lambda optimizer: torch.compile(optimizer.step))


def observed(make: Callable[..., Optimizer]) -> Callable[..., Optimizer]:
    """The same optimizers, which compile by themselves; a step that leaves nothing compiled raises."""
    return _counted(make, lambda optimizer: optimizer.step)


def _counted(make: Callable[..., Optimizer], step_of: Callable[[Optimizer], Any]) -> Callable[..., Optimizer]:
    def made(*args: Any, **options: Any) -> Optimizer:
        torch._dynamo.reset()
        torch._dynamo.config.fail_on_recompile_limit_hit = True
        torch._dynamo.config.suppress_errors = False
        optimizer = make(*args, **options)
        run = step_of(optimizer)
        before = torch._dynamo.utils.counters["stats"]["unique_graphs"]

        def step(self: Optimizer, closure: Any = None) -> Any:
            loss = run(closure)
            if torch._dynamo.utils.counters["stats"]["unique_graphs"] == before:
                raise RuntimeError("torch.compile left the step as it was")
            return loss

        kind = type(optimizer)
        optimizer.__class__ = type(kind.__name__, (kind,), {"step": step})  # schedulers want a method
        return optimizer

    return made


def reversed_steps(make: Callable[..., Optimizer]) -> Callable[..., Optimizer]:
    """The same optimizers with a kernel that is wrong: each step goes the other way."""

    def made(*args: Any, **options: Any) -> Optimizer:
        optimizer = make(*args, **options)
        run = optimizer.step

        @torch.no_grad()
        def step(self: Optimizer, closure: Any = None) -> Any:
            weights = [p for group in self.param_groups for p in group["params"]]
            before = [p.clone() for p in weights]
            loss = run(closure)
            for p, start in zip(weights, before, strict=True):
                p.copy_(2 * start - p)
            return loss

        kind = type(optimizer)
        optimizer.__class__ = type(kind.__name__, (kind,), {"step": step})
        return optimizer

    return made
