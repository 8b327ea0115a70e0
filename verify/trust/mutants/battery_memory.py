"""Laws of what an optimizer of impl.optim reads, writes and keeps, on given options: empty where they hold."""

import copy
import sys
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from verify.trust.mutants.battery_problem import Problem, parameters_of, run
from verify.trust.mutants.battery_settings import Options

Make = Callable[..., torch.optim.Optimizer]


def has_a_pure_update(cls: type, problem: Problem, options: Options) -> str:
    """The function of the rule writes to none of its arguments: they may be views of the parameters and buffers."""
    module = sys.modules[cls.__module__]
    (name,) = [name for name in vars(module) if name.endswith("_update")]
    update, written = getattr(module, name), list[int]()

    def watched(*args: Any, **options: Any) -> Any:
        before = [t._version for t in args]
        result = update(*args, **options)
        written.extend(i for i, t in enumerate(args) if t._version != before[i])
        return result

    setattr(module, name, watched)
    try:
        run(problem, cls(problem.groups(), **options), 2)
    finally:
        setattr(module, name, update)
    return f"{name} writes to its arguments {written}" if written else ""


def leaves_what_is_not_its_own(make: Make, problem: Problem, options: Options) -> str:
    """Gradients are not written to; memory is shared with nothing and stays where it is; no graph is recorded."""
    groups = problem.groups()
    begun = {id(p): p.untyped_storage().data_ptr() for group in groups for p in group["params"]}
    optimizer = make(groups, **options)
    parameters = parameters_of(optimizer)
    if any(p.untyped_storage().data_ptr() != begun[id(p)] for p in parameters):
        return "a parameter moves to other memory"
    places: dict[str, int] = {}
    for k in range(3):
        problem.set_gradients(parameters, k)
        held = [(p.grad, p.grad._version, p.grad.clone()) for p in parameters if p.grad is not None]
        optimizer.step()
        for p, (gradient, version, value) in zip(parameters, held, strict=True):
            if p.grad is not gradient or gradient._version != version or not torch.equal(gradient, value):
                return "a gradient is written to"
        tensors = {f"parameter {i}": p for i, p in enumerate(parameters)}
        for i, p in enumerate(parameters):
            tensors |= {f"{name} of {i}": t for name, t in optimizer.state[p].items()}
        if any(t.grad_fn is not None or (t.requires_grad and "of" in name) for name, t in tensors.items()):
            return "a graph is recorded"
        now = {name: t.untyped_storage().data_ptr() for name, t in tensors.items() if t.numel()}
        taken = [p.grad.untyped_storage().data_ptr() for p in parameters if p.grad is not None and p.numel()]
        if len({*now.values(), *taken}) < len(now) + len(taken):
            return "two tensors share their memory"
        if moved := [name for name, place in places.items() if k > 1 and now.get(name) != place]:
            return f"{moved[0]} moves to other memory"
        places = now
    return ""


def has_its_buffers(make: Make, buffers: Mapping[str, str], options: Options) -> str:
    """Their names, shapes and types, as a state_dict shows them."""
    p = nn.Parameter(torch.ones(4, 3, dtype=torch.float64))
    optimizer = make([p], invariant=2, **options)
    p.grad = torch.ones_like(p)
    optimizer.step()
    sizes = {"": (), "slice": (2,), "parameter": (4, 3)}
    expected = {n: (sizes[of], torch.float64 if of else torch.float32) for n, of in buffers.items()}
    found = {name: (tuple(t.shape), t.dtype) for name, t in optimizer.state_dict()["state"][0].items()}
    return "" if found == expected else f"the buffers are {found}"


def leaves_alone_what_has_no_gradient(make: Make, problem: Problem, options: Options) -> str:
    """One parameter after the other, before and after it has made a step."""
    optimizer = make(problem.groups(), **options)
    for k, still in enumerate(parameters_of(optimizer)):
        problem.set_gradients(parameters_of(optimizer), k)
        still.grad = None
        before = copy.deepcopy((still.detach(), dict(optimizer.state[still])))
        optimizer.step()
        same = all(torch.equal(optimizer.state[still][name], value) for name, value in before[1].items())
        if not (same and torch.equal(still, before[0]) and len(optimizer.state[still]) == len(before[1])):
            return "a parameter without a gradient is not left alone"
    return ""


class Calls(TorchDispatchMode):
    """Counts the operations of torch."""

    count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += 1
        return func(*args, **(kwargs or {}))


def takes_the_path_it_is_told(make: Make, invariant: Any, options: Options) -> str:
    """With foreach equal parameters are updated together, without one by one, as the number of operations tells.

    Unasked, slices are updated in place where the rule is written so, and the rest by fused kernels. It is told by
    their own group: the group before is told otherwise.
    """
    counts = []
    for foreach in (False, None, True):
        first = {"params": [nn.Parameter(torch.ones(2, 3))], "invariant": invariant, "foreach": not foreach}
        own = {"params": [nn.Parameter(torch.ones(2, 3)) for _ in range(3)], "invariant": invariant, "foreach": foreach}
        optimizer = make([first, own], **options)
        for p in parameters_of(optimizer)[1:]:
            p.grad = torch.ones(2, 3)
        with Calls() as calls:
            optimizer.step()
        counts.append(calls.count)
    plain, default, together = counts
    third = any(name.endswith("_update_") for name in vars(sys.modules[make.__module__]))
    right = 0 < together < plain and (default < plain) == third and default != together
    return "" if right else f"operations with foreach False, None, True: {counts}"
