"""Laws of the ways in which an optimizer of impl.optim computes its step: empty where they hold."""

import os
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

import impl.native
from verify.trust.mutants.battery_laws import close
from verify.trust.mutants.battery_problem import Problem, allowed_error, numbers, parameters_of, run
from verify.trust.mutants.battery_settings import Options

LARGE = Problem((("channel", ((32, 32), (32, 32), (24, 48), (40, 24))),), torch.float32, seed=1)
REST = Problem(((None, ((3,), (2, 2), (1,))),), torch.float64, seed=7)
BOTH = Problem((*REST.layout, ("channel", ((2, 3), (4, 5)))), torch.float64, seed=7)


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """With another attribute for a while."""
    real = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, real)


def like_the_loop(
    cls: Callable[..., Any], options: Options, problem: Problem
) -> Callable[[torch.optim.Optimizer], bool]:
    """Whether a run of three steps is the loop's; the loop is run once."""
    plain = run(problem, cls(problem.groups(), foreach=False, **options), 3)
    allowed = allowed_error(problem, lambda: cls(problem.groups(), foreach=False, **options), 3)
    return partial(close, plain, allowed=[2 * error for error in allowed])


def lets_go_of_gradients(cls: Any, options: Options) -> str:
    """What is kept from step to step holds none of them, of one parameter or of many."""
    for problem in (LARGE, Problem((("channel", ((32, 32),)),), torch.float32, seed=1)):
        optimizer = run(problem, cls(problem.groups(), **options), 2)
        gradients = [weakref.ref(p.grad) for p in parameters_of(optimizer)]
        optimizer.zero_grad()
        if any(gradient() is not None for gradient in gradients):
            return "a gradient is kept alive"
    return ""


def trains_shared_memory_in_turn(cls: Any, options: Options) -> str:
    """Parameters that overlap, by one number, are updated one after the other, to the bit."""
    ends = []
    for foreach in (False, None):
        memory = torch.linspace(0.5, 2, 15)
        parameters = [nn.Parameter(memory[:8].view(2, 4)), nn.Parameter(memory[7:].view(2, 4))]
        optimizer = cls(parameters, foreach=foreach, **options)
        for p in parameters:
            p.grad = torch.linspace(-1, 2, 8).view(2, 4)
        optimizer.step()
        ends.append(memory)
    return "" if torch.equal(*ends) else "parameters that share memory are not trained in turn"


def asks_native_code(cls: Any, options: Options) -> str:
    """With fused=True alone, by the name of its file; what is refused there is done here."""
    for fused in (None, False, True):
        for done in (False, True):
            asked: list[Any] = []
            optimizer = cls(LARGE.groups(), fused=fused, **options)
            group, parameters = optimizer.param_groups[0], parameters_of(optimizer)
            start = [p.detach().clone() for p in parameters]
            with replaced(impl.native, "attempt", lambda *given, asked=asked, done=done: asked.append(given) or done):
                run(LARGE, optimizer, 1)
            moved = not all(torch.equal(p, x) for p, x in zip(parameters, start, strict=True))
            right = [(cls.__module__.rpartition(".")[2], optimizer, group)] if fused else []
            told = all(p is q for given in asked for p, q in zip(given[3], parameters, strict=True))
            if [given[:3] for given in asked] != right or not told or moved != (not (fused and done)):
                return f"fused={fused}: asked {len(asked)} times, and it moves: {moved}"
    return ""


def trains_the_rest_natively(cls: Any, options: Options) -> str:
    """With fused=True alone, and as without; what has no kernel is trained here. A whole step is repeated if it can."""
    for fused in (None, False, True):
        for done in (False, True):
            asked: list[Any] = []

            def step(*given: Any, asked: list[Any] = asked, done: bool = done) -> None:
                asked.append(given)
                if not done:
                    raise impl.native.NativeError

            with replaced(impl.native, "step", step):
                moved = _moves(cls(REST.groups(), fused=fused, **options))
            if len(asked) != (1 if fused else 0) or moved != (not (fused and done)):
                return f"fused={fused}: asked {len(asked)} times, and it moves: {moved}"
            with replaced(impl.native, "repeat", lambda optimizer, asked=asked, done=done: asked.append(0) or done):
                moved = _moves(cls(BOTH.groups(), fused=fused, **options))
            if asked.count(0) != (1 if fused else 0) or moved != (not (fused and done)):
                return f"fused={fused}: asked {asked.count(0)} times to repeat, and it moves: {moved}"
    mixed = cls([group | {"fused": i == 0} for i, group in enumerate(BOTH.groups())], **options)
    with replaced(impl.native, "repeat", lambda optimizer: True):
        if not _moves(mixed):
            return "a group that asks for no native code is left out"
    if not impl.native.available():
        return ""
    without = {name: 0.0 for name in ("momentum", "base_momentum") if name in mixed.defaults}
    same = _natively_the_same(cls, options) and _natively_the_same(cls, options | without)
    return "" if same else "natively the rest is trained in another way"


def _natively_the_same(cls: Any, options: Options) -> bool:
    with replaced(torch, "_fused_adam_", None), replaced(torch, "_fused_adamw_", None):
        found = run(REST, cls(REST.groups(), fused=True, **options), 3)
    plain = run(REST, cls(REST.groups(), foreach=False, **options), 3)
    allowed = allowed_error(REST, lambda: cls(REST.groups(), foreach=False, **options), 3)
    return len(allowed) == len(numbers(found)) and close(found, plain, allowed)


def takes_the_smaller_product(cls: Any) -> str:
    """Of the neurons of a parameter, few or many: no product of matrices is larger than they are."""

    class Products(TorchDispatchMode):
        largest = 0

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            found = func(*args, **(kwargs or {}))
            if "mm" in str(func):
                self.largest = max(self.largest, found.numel())
            return found

    for shape in ((40, 2), (2, 40)):
        for foreach in (False, None):
            problem = Problem((("channel", (shape,)),), torch.float64, seed=2)
            optimizer = cls(problem.groups(), orthogonality=0.1, foreach=foreach)
            with Products() as products:
                run(problem, optimizer, 1)
            if products.largest != 80:
                return f"{shape}: a product has {products.largest} numbers"
    return ""


def _moves(optimizer: torch.optim.Optimizer) -> bool:
    start = [p.detach().clone() for p in parameters_of(optimizer)]
    run(REST, optimizer, 1)
    return not all(torch.equal(p, x) for p, x in zip(parameters_of(optimizer), start, strict=True))


def compiles_when_asked(cls: Any, options: Options) -> str:
    """The update rule, once, for numbers that change; a C++ compiler that is not there is named."""
    asked: list[Any] = []

    def compiled(update: Any, **how: Any) -> Any:
        def call(*tensors: Any, **given: Any) -> Any:
            asked.append((how, {n: isinstance(given.get(n, torch.ones(())), torch.Tensor) for n in ("k", "lr")}))
            return update(*tensors, **given)

        return call

    with replaced(torch, "compile", compiled):
        found = run(LARGE, cls(LARGE.groups(), compile=True, **options), 3)
    if not like_the_loop(cls, options, LARGE)(found):
        return "compiled it is another run"
    if asked != [({"dynamic": True}, {"k": True, "lr": True})] * 9:  # three lengths, three steps
        return f"asked of torch.compile: {asked}"
    before = os.environ.get("CXX")
    paths = sys.modules[cls.__module__.rpartition(".")[0] + "._paths"]
    paths.compiled.cache_clear()
    os.environ["CXX"] = "no-such-compiler"
    try:
        run(LARGE, cls(LARGE.groups(), compile=True, **options), 1)
    except RuntimeError as error:
        return "" if "no-such-compiler" in str(error) else str(error)
    finally:
        os.environ.pop("CXX")
        if before is not None:
            os.environ["CXX"] = before
    return "without a compiler compile=True is taken"
