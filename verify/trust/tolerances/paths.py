"""The paths of an optimizer: one tensor after another, torch's foreach and fused kernels, and its step compiled."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch

from verify.subject import Optimizer, Subject

LOOP, FOREACH, FUSED, COMPILED = PATHS = ("loop", "foreach", "fused", "compiled")


def path_of(options: Mapping[str, Any]) -> str:
    """The path that the options of a subject take."""
    return FUSED if options.get("fused") else FOREACH if options.get("foreach") else LOOP


def paths(subject: Subject) -> tuple[str, ...]:
    """Those that it has."""
    own = {path_of(options) for options in subject.options}
    return tuple(path for path in PATHS if path in own or path == COMPILED)


def along(subject: Subject, path: str, dtype: torch.dtype) -> Subject:
    """The subject with the options of that path alone."""
    if path == COMPILED:
        # A step count in a tensor is of float32, unless the default dtype is float64: so are the powers of β.
        scalars = torch.float64 if dtype == torch.float64 else torch.float32
        return replace(subject, make=compiled(subject.make), options=({},), scalars=scalars)
    return replace(subject, options=tuple(options for options in subject.options if path_of(options) == path))


def missing(subject: Subject, path: str) -> str | None:
    """What keeps a path from being taken, None where nothing does."""
    if path != COMPILED:
        return None
    if "not rounded" in subject.name:
        return "its code is patched while it runs (verify/widened.py), which a compiled step does not see"
    return None if any(map(shutil.which, ("c++", "g++", "clang++"))) else "no C++ compiler"


def compiled(make: Callable[..., Optimizer]) -> Callable[..., Optimizer]:
    """The same optimizers, with their steps compiled; a step that torch would rather not compile raises."""

    def made(*args: Any, **options: Any) -> Optimizer:
        torch._dynamo.reset()
        torch._dynamo.config.fail_on_recompile_limit_hit = True
        torch._dynamo.config.suppress_errors = False
        optimizer = make(*args, **options)
        run = torch.compile(optimizer.step)
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
