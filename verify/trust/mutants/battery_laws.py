"""Laws of every optimizer of impl.optim, each on given options and on a given problem: empty where it holds."""

import copy
import io
from collections.abc import Callable

import torch
from torch import nn

from impl.groups import as_rows
from verify.trust.mutants.battery_problem import Problem, allowed_error, numbers, parameters_of, run
from verify.trust.mutants.battery_settings import Base, Options, Setting

Optimizer = torch.optim.Optimizer
Make = Callable[..., Optimizer]


def identical(a: Optimizer, b: Optimizer) -> bool:
    """Whether two optimizers hold the same numbers, bit for bit."""
    pairs = list(zip(numbers(a), numbers(b), strict=True))
    return all(x.dtype == y.dtype and torch.equal(x, y) for x, y in pairs)


def close(a: Optimizer, b: Optimizer, allowed: list[torch.Tensor]) -> bool:
    """Whether two optimizers hold the same numbers up to the errors allowed; equal ones are, whatever is."""
    triples = zip(numbers(a), numbers(b), allowed, strict=True)
    return all((((x - y).abs() <= error) | (x == y)).all() for x, y, error in triples)


def resumes(
    make: Make, problem: Problem, options: Options, others: Options, before: int, after: int, early: bool = True
) -> str:
    """A run saved after `before` steps, and loaded into an optimizer of other options, goes on bit for bit."""
    uninterrupted = run(problem, make(problem.groups(), **options), before)
    saved = io.BytesIO()
    torch.save({"optimizer": uninterrupted.state_dict(), "parameters": parameters_of(uninterrupted)}, saved)
    run(problem, uninterrupted, range(before, before + after))

    saved.seek(0)
    found = torch.load(saved, weights_only=True)
    groups, restored = problem.groups(), iter(found["parameters"])

    def load_parameters() -> None:
        for p in (p for group in groups for p in group["params"]):
            p.data.copy_(next(restored))

    if early:
        load_parameters()
    resumed = make(groups, **others)
    if not early:
        load_parameters()
    resumed.load_state_dict(found["optimizer"])
    same = identical(run(problem, resumed, range(before, before + after)), uninterrupted)
    return "" if same else "a run that was saved and loaded goes another way"


def evaluates_a_closure_once(make: Make, problem: Problem, options: Options, enabled: bool) -> str:
    """With gradients enabled, before the step; its loss is returned."""
    optimizer = make(problem.groups(), **options)
    plain = run(problem, copy.deepcopy(optimizer), 1)
    calls = []
    loss = torch.tensor(1.5)

    def closure() -> torch.Tensor:
        problem.set_gradients(parameters_of(optimizer), 0)
        calls.append(torch.is_grad_enabled())
        return loss

    with torch.set_grad_enabled(enabled):
        if optimizer.step(closure) is not loss:  # type: ignore[arg-type, comparison-overlap]
            return "the loss of the closure is not returned"
    if calls != [True]:
        return f"the closure is evaluated {len(calls)} times, with gradients enabled: {calls}"
    return "" if identical(optimizer, plain) else "a step with a closure is another step"


def loop_equals_foreach(make: Make, problem: Problem, options: Options, count: int, absent: int) -> str:
    """Up to rounding; `absent` parameters miss the first step, and must not share the step count of the others."""

    def made(foreach: bool | None) -> Optimizer:
        optimizer = make(problem.groups(), foreach=foreach, **options)
        problem.set_gradients(parameters_of(optimizer), 99)
        for p in parameters_of(optimizer)[:absent]:
            p.grad = None
        optimizer.step()
        return optimizer

    allowed = allowed_error(problem, lambda: made(False), count)
    plain = run(problem, made(False), count)
    for foreach in (True, None):
        if not close(run(problem, made(foreach), count), plain, allowed):
            return f"foreach={foreach} differs from the loop"
    return ""


def trains_the_rest_by_its_base(
    make: Make, base: Base, problem: Problem, options: Options, foreach: bool | None, count: int = 3
) -> str:
    """Parameters without invariance: bit for bit, buffers too; by fused kernels where no other path is asked for."""
    ours = run(problem, make(problem.groups(), foreach=foreach, **options), count)
    others = [base(group["params"], options) for group in problem.groups()]
    for other in others:
        fused = foreach is None and all(p.is_contiguous() for p in parameters_of(other))
        other.param_groups[0] |= {"foreach": foreach, "fused": fused or None}
    for k in range(count):
        problem.set_gradients([p for other in others for p in parameters_of(other)], k)
        for other in others:
            other.step()
    expected = [n for other in others for n in numbers(other)[: len(parameters_of(other))]]
    expected += [n for other in others for n in numbers(other)[len(parameters_of(other)) :]]
    pairs = zip(numbers(ours), expected, strict=True)
    return "" if all(torch.equal(x, y) for x, y in pairs) else f"foreach={foreach}: not the base method"


def trains_complex_numbers_by_its_base(make: Make, base: Base, options: Options) -> str:
    """Without invariance, together with real numbers: bit for bit, buffers too."""

    def trained(optimizer: Optimizer) -> Optimizer:
        optimizer.param_groups[0]["foreach"] = True
        generator = torch.Generator().manual_seed(10)
        for _ in range(2):
            for p in parameters_of(optimizer):
                p.grad = torch.randn(p.shape, generator=generator, dtype=p.dtype)
            optimizer.step()
        return optimizer

    def parameters() -> list[nn.Parameter]:
        return [nn.Parameter(torch.ones(3, dtype=dtype)) for dtype in (torch.float64, torch.complex128)]

    same = identical(trained(make(parameters(), invariant=None, **options)), trained(base(parameters(), options)))
    return "" if same else "complex numbers are not trained by the base method"


def treats_each_group_by_its_options(make: Make, problem: Problem, options: list[Options]) -> str:
    """Each group as an optimizer made for it alone would, bit for bit."""
    groups = problem.groups()
    together = make([group | own for group, own in zip(groups, options, strict=True)], foreach=False)
    run(problem, together, 3)
    apart = [make([group], foreach=False, **own) for group, own in zip(problem.groups(), options, strict=True)]
    for k in range(3):
        problem.set_gradients([p for optimizer in apart for p in parameters_of(optimizer)], k)
        for optimizer in apart:
            optimizer.step()
    for i, (mine, alone) in enumerate(zip(together.param_groups, apart, strict=True)):
        for p, q in zip(mine["params"], parameters_of(alone), strict=True):
            if not torch.equal(p, q):
                return f"group {i} is not trained by its own options"
            for name, value in alone.state[q].items():
                if not torch.equal(together.state[p][name], value):
                    return f"group {i} has not the {name} of its own options"
    return ""


def goes_the_same_way_at_every_norm(make: Make, setting: Setting, options: Options) -> str:
    """From ρx_0 with the options of its scale law, and gradients over ρ, every iterate is ρ times that from x_0.

    ρ is a power of two, by which floating point scales exactly: there is nothing to tolerate.
    """
    generator = torch.Generator().manual_seed(4)
    start = torch.randn(3, 4, generator=generator)
    gradients = [torch.randn(3, 4, generator=generator) for _ in range(3)]
    free = options | ({"max_norm": None} if "max_norm" in options else {})
    ways = []
    for rho in (1.0, 2.0**-setting.reach, 2.0**setting.reach):
        p = nn.Parameter(rho * start)
        optimizer = make([p], **setting.scaled(free, rho))
        size = 1.0 if setting.on_sphere else rho
        for gradient in gradients:
            p.grad = gradient / size
            optimizer.step()
        ways.append(p.detach() / size)
    same = all(torch.equal(way, ways[0]) for way in ways)
    return "" if same else f"another way at {2.0**-setting.reach} or {2.0**setting.reach} of the norm"


def stays_without_gradients(make: Make, problem: Problem, options: Options) -> str:
    """A slice stays, and can still move after its buffers have decayed."""
    optimizer = make(problem.groups(), **options)
    start = [p.detach().clone() for p in parameters_of(optimizer)]
    for p in parameters_of(optimizer):
        p.grad = torch.zeros_like(p)
    for _ in range(50):  # 0.1**50 is far below the smallest float32
        optimizer.step()
    if not all(torch.equal(p, x) for p, x in zip(parameters_of(optimizer), start, strict=True)):
        return "a slice without gradients moves"
    finite = all(x.isfinite().all() for x in numbers(run(problem, optimizer, 2)))
    return "" if finite else "after gradients of zero there are numbers that are not finite"


def is_on_the_sphere(make: Make, on_sphere: bool, problem: Problem, options: Options, count: int = 3) -> str:
    """From the start on where the optimizer says so, and not otherwise."""
    optimizer = make(problem.groups(), **options)
    rounding = (problem.length + 4) * torch.finfo(problem.dtype).eps
    off = 0.0
    for k in range(count + 1):
        for group in optimizer.param_groups:
            radii = torch.cat([as_rows(p.detach().double(), group["invariant"]).norm(dim=1) for p in group["params"]])
            off = max(off, (radii - 1).abs().max().item())
        run(problem, optimizer, range(k, k + 1))
    return "" if (off <= rounding) == on_sphere else f"the norm is {off} from 1"


def keeps_points_of_the_sphere(make: Make) -> str:
    """Unit rows, as saved by an earlier run, are taken over bit for bit."""
    for d in (3, 64):
        for dtype in (torch.float64, torch.float32):
            rows = torch.randn(40, d, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
            rows = (rows / torch.linalg.vector_norm(rows, dim=1, keepdim=True)).to(dtype)
            p = nn.Parameter(rows.clone())
            make([p])
            if not torch.equal(p, rows):
                return "points of the sphere are moved"
    return ""
