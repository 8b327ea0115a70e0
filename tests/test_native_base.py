"""Laws of the native base methods, and of whole steps repeated natively."""

import copy
import shutil
import warnings
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from optimizer_cases import CASES
from torch import Tensor, nn

from impl.native import BASE, NativeError, available, build, repeat, step, stepping
from impl.optim import OPTIMIZERS, PSISGD, SGDG, SGDP, AdamP, AdamWithoutA, Lion, SphericalSGD
from verify.trust.mutants.battery_problem import Problem, numbers, parameters_of, run

Optimizer = torch.optim.Optimizer
NATIVE = [cls for cls in OPTIMIZERS if cls is not Lion]
WITH_BASE = [AdamP, AdamWithoutA, SGDP, PSISGD, SGDG]
"""AdamW; Adam; SGD with nesterov; without momentum; with options of its own."""
ADAPTIVE = ["AdamP", "AdamWithoutA"]

pytestmark = pytest.mark.skipif(not available(), reason="no C++ compiler")


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    lengths = st.sampled_from([1, 2, 7, 8, 17, 64, 257, 40_000])
    shapes = tuple((draw(st.sampled_from([1, 2])), draw(lengths)) for _ in range(draw(st.integers(1, 3))))
    dtype = draw(st.sampled_from([torch.float32, torch.float64]))
    return Problem(((None, shapes),), dtype, draw(st.integers(0, 2**20)), transposed=draw(st.booleans()))


def differs(cls: Any, problem: Problem, options: dict[str, Any], count: int) -> str:
    """Where the kernel is not the base method, by more than roundings of what it adds: 20 operations a step.

    The conditioning is measured, by changing the gradients.
    """

    def end(nudge: float = 0.0, **path: Any) -> list[Tensor]:
        return numbers(run(problem, cls(problem.groups(), **path, **options), count, nudge))

    eps = torch.finfo(problem.dtype).eps
    runs = end(foreach=False), end(fused=True), end(eps**0.5, foreach=False)
    for i, (reference, native, nudged) in enumerate(zip(*runs, strict=True)):
        allowed = 20 * count * eps * (reference.abs().max() + (reference - nudged).abs().max() / eps**0.5)
        if not ((native - reference).abs() <= allowed + torch.finfo(problem.dtype).tiny).all():
            return f"number {i}: {(native - reference).abs().max()} > {allowed}"
    return ""


@pytest.mark.parametrize("cls", WITH_BASE)
@settings(deadline=None)
@given(data=st.data(), problem=problems(), count=st.integers(1, 4))
def test_the_native_base_methods_equal_those_of_torch(cls, data, problem, count):
    assert not differs(cls, problem, data.draw(CASES[cls].options), count)


SPOILED = {
    AdamP: ("decoupled ? 1 - lr * weight_decay : 1.0", "1.0"),
    AdamWithoutA: ("decoupled ? 0.0 : weight_decay", "0.0"),
    SGDP: ("rate * (h + momentum * buffer)", "rate * (h + buffer)"),
    SGDG: ("const T buffer = momentum * b[j] + (g[j]", "const T buffer = momentum * b[j] - (g[j]"),
    PSISGD: ("x[j] - rate * (g[j]", "x[j] + rate * (g[j]"),
}
SHOWING = {
    AdamP: {"weight_decay": 0.1},
    AdamWithoutA: {"weight_decay": 0.1},
    SGDP: {"nesterov": True},
    SGDG: {},
    PSISGD: {},
}


@pytest.mark.parametrize("cls", WITH_BASE)
def test_a_spoiled_base_method_is_noticed(cls, tmp_path, monkeypatch):
    """The negative control: with one thing of its sources changed, the law above fails."""
    old, new = SPOILED[cls]
    shutil.copytree(build.KERNELS, tmp_path / "kernels")
    path = tmp_path / "kernels" / f"base_{'adam' if cls.__name__ in ADAPTIVE else 'sgd'}.cpp"
    assert path.read_text().count(old) == 1
    path.write_text(path.read_text().replace(old, new))
    problem = Problem(((None, ((4, 33), (7,))),), torch.float32, 3)
    assert not differs(cls, problem, SHOWING[cls], 3)
    monkeypatch.setattr(build, "KERNELS", tmp_path / "kernels")
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path))
    monkeypatch.setattr(stepping, "load", build._load)
    monkeypatch.setattr(stepping, "_entry", stepping._entry.__wrapped__)
    assert differs(cls, problem, SHOWING[cls], 3)


@pytest.mark.parametrize("cls", WITH_BASE)
def test_threads_and_places_in_memory_change_no_bit(cls):
    def end(threads: int, shift: int) -> list[Tensor]:
        groups = Problem(((None, ((1, 70_000), (3, 17))),), torch.float32, 5).groups()
        for p in groups[0]["params"]:
            p.data = p.new_empty(p.numel() + shift)[shift:].view(p.shape).copy_(p.data)
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        try:
            return numbers(run(Problem(((None, ()),), torch.float32, 5), cls(groups, fused=True), 2))
        finally:
            torch.set_num_threads(before)

    first = end(1, 0)
    for threads, shift in ((3, 0), (1, 1), (2, 3)):
        assert all(torch.equal(a, b) for a, b in zip(first, end(threads, shift), strict=True))


@pytest.mark.parametrize("cls", WITH_BASE)
@pytest.mark.parametrize(
    "like", [torch.ones(3, dtype=torch.bfloat16), torch.ones(0), torch.ones(2, dtype=torch.cfloat)]
)
def test_what_has_no_native_base_method_is_trained_by_that_of_torch(cls, like):
    ends = []
    for path in ({"fused": True}, {}):
        p = nn.Parameter(like.clone())
        optimizer = cls([p], invariant=None, **path)
        for _ in range(2):
            p.grad = 0.5 * torch.ones_like(p)
            with warnings.catch_warnings(action="error"):
                optimizer.step()
        ends.append(numbers(optimizer))
    assert all(torch.equal(a, b) for a, b in zip(*ends, strict=True))


def made(cls: Any) -> Optimizer:
    """Of two groups, after two steps: the third can be a repetition."""
    problem = Problem((("channel", ((4, 6), (4, 6))), (None, ((5,), (5,)))), torch.float32, 1)
    own = {"orthogonality": 0.0} if cls.__name__ in ("SGDG", "AdamG") else {}
    return run(problem, cls(problem.groups(), fused=True, **own), 2)


def gradients(optimizer: Optimizer) -> None:
    generator = torch.Generator().manual_seed(7)
    for p in parameters_of(optimizer):
        p.grad = torch.randn(p.shape, generator=generator)


def first(optimizer: Optimizer, group: int = 0) -> nn.Parameter:
    return optimizer.param_groups[group]["params"][0]


def swapped_states(optimizer: Optimizer) -> None:
    a, b = optimizer.param_groups[1]["params"]
    optimizer.state[a], optimizer.state[b] = copy.deepcopy(optimizer.state[b]), copy.deepcopy(optimizer.state[a])


def other_memory(optimizer: Optimizer) -> None:
    for p in parameters_of(optimizer):
        for t in optimizer.state[p].values():
            t.data = 2 * t.data


def all_absent(optimizer: Optimizer) -> None:
    for p in optimizer.param_groups[1]["params"]:
        p.grad = None


def viewed(optimizer: Optimizer) -> None:
    """Of the same memory, in another order."""
    for p in optimizer.param_groups[0]["params"]:
        state = optimizer.state[p]
        state.update({n: t.view(6, 4).mT for n, t in state.items() if t.shape == (4, 6)})


def reshaped(optimizer: Optimizer) -> None:
    """In as many slices, since there are buffers of one number each."""
    p = first(optimizer)
    p.data, p.grad = p.data.view(4, 3, 2), torch.linspace(-1, 1, 24).view(4, 3, 2)


def transposed(optimizer: Optimizer) -> None:
    p = first(optimizer)
    p.data, p.grad = p.data.mT.contiguous().mT, torch.linspace(-1, 1, 24).view(6, 4).mT


CHANGES = {
    "nothing": lambda o: None,
    "weights": lambda o: setattr(first(o), "data", first(o).data.clone()),
    "base weights": lambda o: setattr(first(o, 1), "data", first(o, 1).data.clone()),
    "view": transposed,
    "transposed in place": lambda o: setattr(first(o), "data", first(o).data.view(6, 4).mT),
    "reshaped in place": reshaped,
    "a view for a buffer": viewed,
    "states": swapped_states,
    "no state": lambda o: o.state.pop(first(o, 1), None),
    "memory of buffers": other_memory,
    "loaded": lambda o: o.load_state_dict(copy.deepcopy(o.state_dict())),
    "lr": lambda o: o.param_groups[1].update(lr=0.5 * o.param_groups[1]["lr"]),
    "eager": lambda o: o.param_groups[1].update(fused=False),
    "order": lambda o: o.param_groups[0]["params"].reverse(),
    "absent": lambda o: setattr(first(o, 1), "grad", None),
    "all absent": all_absent,
    "a view for a gradient": lambda o: setattr(first(o), "grad", torch.linspace(-1, 1, 48).view(4, 12)[:, ::2]),
    "fewer groups": lambda o: o.param_groups.pop(),
    "another group": lambda o: o.add_param_group({"params": [o.param_groups[1]["params"].pop()], "invariant": None}),
}


@pytest.mark.parametrize("cls", NATIVE)
@pytest.mark.parametrize("change", CHANGES)
def test_a_step_is_repeated_only_where_it_is_the_same(cls, change):
    """The next step equals, to the bit, that of a copy, which repeats nothing."""
    optimizer = made(cls)
    gradients(optimizer)
    start = {p: p.detach().clone() for p in parameters_of(optimizer)}
    CHANGES[change](optimizer)
    twin = copy.deepcopy(optimizer)
    for p, other in zip(parameters_of(optimizer), parameters_of(twin), strict=True):
        other.grad = None if p.grad is None else p.grad.clone()
    twin.step()
    optimizer.step()
    assert all(torch.equal(a, b) for a, b in zip(numbers(optimizer), numbers(twin), strict=True))
    left_out = start.keys() - set(parameters_of(optimizer))
    assert all(torch.equal(p, start[p]) for p in left_out)


@pytest.mark.parametrize("cls", NATIVE)
def test_a_step_is_repeated_where_nothing_changes(cls):
    optimizer = made(cls)
    gradients(optimizer)
    assert repeat(optimizer)
    optimizer.param_groups[0]["lr"] *= 0.5
    before = [t.clone() for t in numbers(optimizer)]
    assert not repeat(optimizer)
    assert all(torch.equal(a, b) for a, b in zip(before, numbers(optimizer), strict=True))


def test_what_a_step_refuses_a_repetition_refuses():
    optimizer = made(SphericalSGD)
    gradients(optimizer)
    optimizer.param_groups[0]["weight_decay"] = 1 / optimizer.param_groups[0]["lr"]
    with pytest.raises(ValueError, match="weight_decay"):
        optimizer.step()
    optimizer = made(AdamP)
    gradients(optimizer)
    first(optimizer).grad = torch.ones(4, 6).to_sparse()
    before = [t.clone() for t in numbers(optimizer)]
    with pytest.raises(ValueError, match="dense"):
        optimizer.step()
    assert all(torch.equal(a, b) for a, b in zip(before[2:4], numbers(optimizer)[2:4], strict=True))


def test_autograd_sees_that_a_repeated_step_wrote_to_a_parameter():
    optimizer = made(SGDP)
    loss = first(optimizer, 1).square().sum()
    gradients(optimizer)
    assert repeat(optimizer)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


@pytest.mark.parametrize("rule", BASE)
def test_an_empty_parameter_is_refused(rule):
    p = nn.Parameter(torch.zeros(0))
    optimizer = torch.optim.SGD([p], lr=1.0)
    with pytest.raises(NativeError, match="empty"):
        step(rule, optimizer, optimizer.param_groups[0], [p])
