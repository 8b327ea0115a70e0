"""Laws of the native kernels: they are the reference, rounding apart, and never silent where it is not."""

import copy
import importlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from optimizer_cases import CASES
from profiles import examples, left_to_ci
from torch import Tensor, nn

import impl.optim
from impl.groups import as_rows
from impl.native import BASE, RULES, NativeError, attempt, available, build, refusal, step, stepping
from verify.shipped import OURS
from verify.strategies import cases
from verify.trace import compare
from verify.trust.mutants.battery_problem import Problem, numbers, parameters_of
from verify.trust.mutants.battery_settings import SETTINGS

Optimizer = torch.optim.Optimizer
Options = dict[str, Any]
CLASSES: dict[str, Any] = {
    importlib.import_module(cls.__module__).__name__.rpartition(".")[2]: cls for cls in impl.optim.OPTIMIZERS
}
EXTRA = {"psi_sgd": {"max_norm": st.sampled_from([None, 1.0, 1e4])}}
TRANSPORTED = ("adam_without_ab", "adam_without_abc")
NEURONS = ("sgd_g", "adam_g")
LENGTHS = [1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 257]

every_rule = pytest.mark.parametrize("rule", RULES)
built = pytest.mark.skipif(not available(), reason="no C++ compiler")
law = settings(deadline=None, max_examples=examples("1/2", "1"))
"""Of each rule or optimizer; they share most of their code."""


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Rows of lengths about those of vector registers, in one to three parameters of a group or two."""
    layout = []
    for invariant in draw(st.lists(st.sampled_from(["channel", "whole", 2]), min_size=1, max_size=2)):
        shapes = [
            (draw(st.sampled_from([2, 4])), draw(st.sampled_from(LENGTHS))) for _ in range(draw(st.integers(1, 3)))
        ]
        layout.append((invariant, tuple(shapes)))
    dtype = draw(st.sampled_from([torch.float32, torch.float64]))
    return Problem(tuple(layout), dtype, draw(st.integers(0, 2**20)), transposed=draw(st.booleans()))


def options_of(rule: str) -> st.SearchStrategy[Options]:
    extra = st.fixed_dictionaries(EXTRA.get(rule, {}))
    return st.tuples(CASES[CLASSES[rule]].options, extra).map(lambda o: o[0] | o[1])


def natively(optimizer: Optimizer, rule: str) -> None:
    for group in optimizer.param_groups:
        step(rule, optimizer, group, [p for p in group["params"] if p.grad is not None])


def started(optimizer: Optimizer, rule: str) -> Optimizer:
    """With the buffers that the first step makes."""
    for group in optimizer.param_groups:
        for p in group["params"]:
            for name in RULES[rule].names(group):
                if name == "step":
                    optimizer.state[p][name] = torch.tensor(0.0)
                elif name not in optimizer.state[p]:
                    rows = as_rows(p.detach(), group["invariant"])
                    per_row = name in RULES[rule].per_row
                    optimizer.state[p][name] = rows.new_zeros(len(rows)) if per_row else torch.zeros_like(p)
                    if name == "previous":
                        optimizer.state[p][name].copy_(p.detach())
    return optimizer


def train(
    problem: Problem,
    optimizer: Optimizer,
    count: int,
    advance: Callable[[], Any],
    size: float = 1.0,
    nudge: float = 0.0,
    along: float = 0.0,
) -> Optimizer:
    """Steps on the problem's gradients, of about that size, plus `along` of the weights, here more and there less."""
    for k in range(count):
        problem.set_gradients(parameters_of(optimizer), k, nudge)
        for p in parameters_of(optimizer):
            ramp = torch.linspace(-1, 1, len(p), dtype=p.dtype)[:, None]
            p.grad = None if p.grad is None else size * p.grad + along * ramp * p.detach()
        advance()
    return optimizer


def pair(
    rule: str,
    problem: Problem,
    options: Options,
    count: int,
    sizes: tuple[float, float] = (1.0, 1.0),
    along: float = 0.0,
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Of every parameter and buffer: by the reference, by the kernel, and how far rounding may take them apart.

    The distance is dtype eps × operations × (size + measured conditioning), as `battery_problem.allowed_error` has it;
    the size is also that of what is projected out.
    """
    unprojected = options | ({"projection": "cosine", "delta": 0.0} if "projection" in options else {})

    def run(native: bool, nudge: float = 0.0, options: Options = options) -> list[Tensor]:
        groups = problem.groups()
        generator = torch.Generator().manual_seed(problem.seed)
        for p in (p for group in groups for p in group["params"]):
            p.data *= sizes[0] * (1 + nudge * torch.randn(p.shape, generator=generator, dtype=p.dtype))
        optimizer = started(CLASSES[rule](groups, foreach=False, **options), rule)
        advance = (lambda: natively(optimizer, rule)) if native else optimizer.step
        return numbers(train(problem, optimizer, count, advance, sizes[1], nudge, along))

    nudge = torch.finfo(problem.dtype).eps ** 0.5
    roundings = torch.finfo(problem.dtype).eps * (problem.length + 40) * count
    runs = run(False), run(True), run(False, nudge), run(False, options=unprojected)
    for reference, native, nudged, longer in zip(*runs, strict=True):
        size = torch.maximum(reference.abs().max(), longer.abs().max())
        least = torch.finfo(problem.dtype).tiny  # below, rounding is not relative
        yield reference, native, roundings * (size + (reference - nudged).abs().max() / nudge) + least


def differs(
    rule: str,
    problem: Problem,
    options: Options,
    count: int,
    sizes: tuple[float, float] = (1.0, 1.0),
    along: float = 0.0,
) -> str:
    """Where the kernel is not the reference; where that is not finite, the kernel's row must not be either."""
    for i, (reference, native, allowed) in enumerate(pair(rule, problem, options, count, sizes, along)):
        if not allowed.isfinite():
            reference, native = reference.reshape(len(reference), -1), native.reshape(len(native), -1)
            silent = ~reference.isfinite().all(1) & native.isfinite().all(1)
            if silent.any():
                return f"number {i}: the reference has {reference[silent]}, the kernel {native[silent]}"
        elif not ((native - reference).abs() <= allowed).all():
            return f"number {i}: {(native - reference).abs().max()} > {allowed}"
    return ""


@built
@every_rule
@law
@given(data=st.data(), problem=problems(), count=st.integers(1, 4))
def test_a_kernel_equals_the_reference(rule, data, problem, count):
    assert not differs(rule, problem, data.draw(options_of(rule)), count)


@built
@pytest.mark.parametrize("subject", [s for s in OURS if s.scheme.name != "lion"], ids=lambda s: s.name)
@law
@given(data=st.data())
def test_a_kernel_follows_the_scheme_within_the_bound_of_its_rounding(subject, data):
    native = replace(subject, options=({"fused": True},))
    result = compare(native, [data.draw(cases(subject.scheme))])
    assert result.ok, result.divergence


@built
@pytest.mark.parametrize("rule", ["sgdp", "adamp"])
@law
@given(data=st.data(), problem=problems(), along=st.floats(-1, 1), delta=st.sampled_from([0.1, 0.5, 0.9]))
def test_the_cosine_decides_as_in_the_reference(rule, data, problem, along, delta):
    """With gradients that are almost tangent here and almost radial there: apart, as one vector, and not at all."""
    options = data.draw(options_of(rule)) | {"projection": "cosine", "delta": delta}
    assert not differs(rule, problem, options, 3, (1.0, 0.01), along)


SPOILED = {
    "sgdp": ("rate * (q - out(start))", "rate * (q + out(start))", -1),
    "sgdp as one vector": ("totals[i] += inner[row]", "totals[i] = inner[row]", 0),
    "adamp": ("fresh2 * (g[j] * g[j])", "fresh1 * (g[j] * g[j])", -1),
    "adam_without_abc": ("out * middle + in * u", "out * middle", -1),
    "adagrad_g": ("or_nan<T>(std::sqrt(square))", "1", -1),
}
"""What to change in the sources, and which of the optimizer's `tried` options are to show it."""


@built
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[left_to_ci] if name not in ("sgdp", "adamp") else []) for name in SPOILED]
)
def test_a_spoiled_kernel_is_noticed(name, tmp_path, monkeypatch):
    """The negative control: with one thing of its sources changed, the first law above fails."""
    (old, new, which), rule = SPOILED[name], name.partition(" ")[0]
    shutil.copytree(build.KERNELS, tmp_path / "kernels")
    found = [path for path in (tmp_path / "kernels").iterdir() if old in path.read_text()]
    for path in found:
        path.write_text(path.read_text().replace(old, new))
    monkeypatch.setattr(build, "KERNELS", tmp_path / "kernels")
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path))
    monkeypatch.setattr(stepping, "load", build._load)
    monkeypatch.setattr(stepping, "_entry", stepping._entry.__wrapped__)
    problem = Problem((("channel", ((4, 33), (2, 7))),), torch.float32, 3)
    options = SETTINGS[CLASSES[rule].__name__].tried[which]
    assert found
    assert differs(rule, problem, options, 3)
    monkeypatch.undo()
    assert not differs(rule, problem, options, 3)


@built
@every_rule
@law
@given(data=st.data(), problem=problems(), exponents=st.tuples(st.integers(-18, 18), st.integers(-18, 18)))
def test_a_kernel_equals_the_reference_at_extreme_sizes(rule, data, problem, exponents):
    options = data.draw(options_of(rule))
    if rule in TRANSPORTED:  # by steps that nearly reverse a slice, rounding decides how it turns
        options = CASES[CLASSES[rule]].scaled(options | {"lr": 0.1 * options["lr"]}, 10.0 ** exponents[0])
    if rule in NEURONS:  # an arc of many turns ends anywhere, and the size of ω's term is 1
        options |= {"orthogonality": 0.0, "clip": 0.1}
    try:
        found = differs(rule, problem, options, 2, (10.0 ** exponents[0], 10.0 ** exponents[1]))
    except ValueError:
        assume(False)  # weights that the optimizer refuses
    assert not found


@built
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("cls", [impl.optim.AdaGradG, impl.optim.SphericalSGD], ids=lambda cls: cls.__name__)
def test_a_kernel_projects_from_the_very_norm_from_which_the_reference_does(cls, dtype):
    off = 1 + torch.arange(-12, 13, dtype=dtype) * torch.finfo(dtype).eps / 2
    left = []
    for fused in (False, True):
        point = nn.Parameter(torch.eye(1, 4, dtype=dtype).repeat(len(off), 1))
        optimizer = cls([point], **({"fused": True} if fused else {"foreach": False}))
        point.grad = torch.zeros_like(point)
        with torch.no_grad():
            point[:, 0] = off
        optimizer.step()
        left.append(point.detach().clone())
    assert torch.equal(*left) and not torch.equal(left[0][:, 0], off)


@built
@every_rule
@law
@given(data=st.data(), problem=problems(), bad=st.sampled_from([float("nan"), float("inf"), -float("inf")]))
def test_a_gradient_that_is_no_number_is_never_silent(rule, data, problem, bad):
    options = data.draw(options_of(rule).filter(lambda o: not o.get("orthogonality") and o.get("lr")))
    options |= {"projection": "always"} if "projection" in options else {}
    optimizer = started(CLASSES[rule](problem.groups(), **options), rule)
    problem.set_gradients(parameters_of(optimizer), 0)
    group = optimizer.param_groups[0]
    hit = group["params"][0]
    as_rows(hit.grad, group["invariant"])[0, -1] = bad
    natively(optimizer, rule)
    rows = as_rows(hit.detach(), group["invariant"])
    assert not rows[0].isfinite().all()
    assert rows[1:].isfinite().all()
    assert all(p.isfinite().all() for p in parameters_of(optimizer) if p is not hit)


@built
@every_rule
@law
@given(data=st.data(), problem=problems())
def test_threads_and_places_in_memory_change_no_bit(rule, data, problem):
    options = data.draw(options_of(rule).filter(lambda o: not o.get("orthogonality")))

    def run(threads: int, shift: int) -> list[Tensor]:
        groups = problem.groups()
        for p in (p for group in groups for p in group["params"]):
            moved = p.new_empty(p.numel() + shift)[shift:].view(p.shape)
            p.data = moved.copy_(p.data)
        optimizer = started(CLASSES[rule](groups, **options), rule)
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        try:
            return numbers(train(problem, optimizer, 2, lambda: natively(optimizer, rule)))
        finally:
            torch.set_num_threads(before)

    first = run(1, 0)
    for threads, shift in ((3, 0), (1, 1), (2, 3)):
        assert all(torch.equal(a, b) for a, b in zip(first, run(threads, shift), strict=True))


@built
@every_rule
@law
@given(problem=problems())
def test_a_slice_without_gradient_and_momentum_stays_to_the_bit(rule, problem):
    optimizer = started(CLASSES[rule](problem.groups(), **({"orthogonality": 0.0} if rule in NEURONS else {})), rule)
    before = [p.detach().clone() for p in parameters_of(optimizer)]
    train(problem, optimizer, 2, lambda: natively(optimizer, rule), size=0.0)
    assert all(torch.equal(p, q) for p, q in zip(before, parameters_of(optimizer), strict=True))


@built
@every_rule
def test_layout_type_and_company_change_no_bit(rule):
    """Transposed, channels last, of two types in one group, and with a gradient that is a view."""

    def run(mixed: bool) -> list[Tensor]:
        generator = torch.Generator().manual_seed(0)
        like = [((4, 3, 5, 5), torch.float32), ((6, 8), torch.float32), ((4, 9), torch.float64)]
        parameters = [nn.Parameter(torch.randn(s, generator=generator, dtype=dtype)) for s, dtype in like]
        if mixed:
            parameters[0].data = parameters[0].data.to(memory_format=torch.channels_last)
            parameters[1].data = parameters[1].data.mT.contiguous().mT
        options = {"orthogonality": 0.0} if rule in NEURONS else {}
        groups = [{"params": parameters}] if mixed else [{"params": [p]} for p in parameters]
        optimizer = started(CLASSES[rule](groups, **options), rule)
        for _ in range(3):
            for p in parameters:
                g = torch.randn(*p.shape, 2, generator=generator, dtype=p.dtype)[..., 0]
                p.grad = g if mixed else g.contiguous()
            natively(optimizer, rule)
        return numbers(optimizer)

    assert all(torch.equal(a, b) for a, b in zip(run(True), run(False), strict=True))


@built
@every_rule
@pytest.mark.parametrize("change", ["weights", "view", "buffers", "invariant", "absent", "state"])
def test_what_changes_between_steps_is_seen(rule, change):
    """The table of the step before may not outlive what it is of: the next step equals that of a new optimizer."""
    generator = torch.Generator().manual_seed(0)
    parameters = [nn.Parameter(torch.randn(4, 6, generator=generator)) for _ in range(2)]
    optimizer = started(CLASSES[rule](parameters, **({"orthogonality": 0.0} if rule in NEURONS else {})), rule)
    (group,) = optimizer.param_groups
    p = parameters[0]
    for k in range(3):
        for q in parameters:
            q.grad = torch.randn(q.shape, generator=generator)
        if k == 2:
            if change == "weights":
                p.data = p.data.clone()
            elif change == "view":
                p.data, p.grad = p.data.mT.contiguous().mT, p.grad.mT.contiguous().mT
            elif change == "buffers":
                optimizer.state[p] = {name: value.clone() for name, value in optimizer.state[p].items()}
            elif change == "invariant" and not RULES[rule].per_row:
                group["invariant"] = "whole"
            elif change == "absent":
                parameters[1].grad = None
            elif change == "state":
                optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
            twin = copy.deepcopy(optimizer)
            for q, other in zip(parameters, parameters_of(twin), strict=True):
                other.grad = None if q.grad is None else q.grad.clone()
            natively(twin, rule)
        natively(optimizer, rule)
    assert all(torch.equal(a, b) for a, b in zip(numbers(optimizer), numbers(twin), strict=True))


@built
@every_rule
def test_autograd_sees_that_a_parameter_was_written_to(rule):
    p = nn.Parameter(torch.randn(4, 8))
    optimizer = started(CLASSES[rule]([p]), rule)
    loss = p.square().sum()
    p.grad = torch.randn(4, 8)
    natively(optimizer, rule)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


@pytest.mark.parametrize(
    ("rule", "parameter", "options", "reason"),
    [
        ("lion", torch.ones(2, 2), {}, "lion has no native kernel"),
        ("adamp", torch.ones(2, 2), {"projection": "sine"}, "'sine' has no native kernel"),
        ("sgd_g", torch.ones(2, 2, dtype=torch.float16), {}, "torch.float16"),
        ("sgd_g", torch.ones(2, 2, device="meta"), {}, "not on the CPU"),
    ],
)
def test_what_has_no_kernel_is_refused_with_the_way_out(rule, parameter, options, reason):
    assert reason in refusal(rule, [parameter], options)
    optimizer = torch.optim.SGD([{"params": [parameter], **options}], lr=1.0)
    with pytest.raises(NativeError, match="fused=False"):
        step(rule, optimizer, optimizer.param_groups[0], [parameter])


def test_where_there_is_no_kernel_one_warning_says_why_and_nothing_is_done():
    p = nn.Parameter(torch.randn(4, 8))
    optimizer = torch.optim.SGD([{"params": [p], "projection": "sine"}], lr=1.0)
    stepping._warn.cache_clear()
    before = p.detach().clone()
    with pytest.warns(RuntimeWarning, match="'sine' has no native kernel.*The eager path is taken"):
        assert not attempt("adamp", optimizer, optimizer.param_groups[0], [p])
    assert not attempt("adamp", optimizer, optimizer.param_groups[0], [p])  # a second warning would be an error
    assert torch.equal(p, before)


@built
def test_a_buffer_of_another_shape_is_refused_before_memory_is_read():
    p = nn.Parameter(torch.randn(4, 8))
    optimizer = started(impl.optim.AdamWithoutA([p]), "adam_without_a")
    optimizer.state[p]["exp_avg_sq"] = torch.zeros(1)
    p.grad = torch.ones_like(p)
    with pytest.raises(ValueError, match="shape .1,. where 4 numbers"):
        natively(optimizer, "adam_without_a")


def test_every_rule_has_its_kernel_and_its_reference():
    assert {path.stem for path in build.KERNELS.glob("*.cpp")} == set(RULES) | set(BASE)
    assert set(RULES) == set(CLASSES) - {"lion"}
