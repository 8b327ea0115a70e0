"""Short runs of an unknown optimizer. Each function here is its own source in a replay script: torch is all it needs.

They take `make(params, **overrides)` and `step(optimizer, params, gradients)`, those of the target or of the script.
"""

import textwrap

import torch


def said(error):
    """Of an exception: its kind and its first line, cut between words where it is long."""
    lines = str(error).strip().splitlines()
    return type(error).__name__ + (f": {textwrap.shorten(lines[0], 160, placeholder=' …')}" if lines else "")


def seeded(make):
    """`make` that seeds torch's generator: runs of an optimizer that draws from it are compared draw by draw."""

    def made(params, **overrides):
        torch.manual_seed(0)
        return make(params, **overrides)

    return made


def weights(shape, seed, dtype):
    """Standard normal, drawn in float64 and rounded, so that one seed is one start in every dtype."""
    generator = torch.Generator().manual_seed(2_000_003 + seed)  # no other draw of this seed starts here
    drawn = torch.randn(shape, generator=generator, dtype=torch.float64)
    return torch.nn.Parameter(drawn.to(dtype))


def gradients(shape, steps, seed, dtype):
    """Standard normal, one a step, exact in float32."""
    generator = torch.Generator().manual_seed(1_000_003 + seed)
    drawn = [torch.randn(shape, generator=generator, dtype=torch.float64) for _ in range(steps)]
    return [g.float().to(dtype) for g in drawn]


def follow(make, step, start, pushes, **overrides):
    """The optimizer and its weights after one step for each of `pushes`, which do not depend on the weights."""
    p = torch.nn.Parameter(start.detach().clone())
    optimizer = make([p], **overrides)
    for g in pushes:
        step(optimizer, [p], [g])
    return optimizer, p.detach()


def descend(make, step, start, loss, steps, drive, **overrides):
    """The weights before and after each step on a loss.

    drive: may have "closure" in it, `step` gets the true one; "graph", gradients can be differentiated once more.

    They begin where the optimizer lets them: some put them on the sphere when they are made.
    """
    p = torch.nn.Parameter(start.detach().clone())
    optimizer = make([p], **overrides)
    points = [p.detach().clone()]

    def closure():
        optimizer.zero_grad()
        value = loss(p).sum()
        p.grad = torch.autograd.grad(value, p, create_graph="graph" in drive)[0]
        return value

    for _ in range(steps):
        if "closure" in drive:
            optimizer.step(closure)
        elif "graph" in drive:
            closure()
            optimizer.step()
        else:
            step(optimizer, [p], list(torch.autograd.grad(loss(p).sum(), p)))
        points.append(p.detach().clone())
    return points


def tensors(state):
    """The tensors among the values of a state, by their path in it, also inside lists, tuples and dicts."""
    if isinstance(state, torch.Tensor):
        return {"": state}
    items = state.items() if isinstance(state, dict) else enumerate(state) if isinstance(state, list | tuple) else ()
    return {f"{name} {rest}".strip(): t for name, value in items for rest, t in tensors(value).items()}


def gap(a, b):
    """The largest |a - b| over the largest |a|, of tensors or lists of them: 0 where all are equal, nan included."""
    if not isinstance(a, torch.Tensor):
        return max((gap(x, y) for x, y in zip(a, b, strict=True)), default=0.0)
    if a.shape != b.shape:
        return float("inf")
    x, y = a.detach().double().reshape(-1), b.detach().double().reshape(-1)
    if bool(((x == y) | (x.isnan() & y.isnan())).all()):
        return 0.0
    found = float((x - y).abs().max() / x.abs().max().clamp_min(1e-300))
    return found if found == found else float("inf")


def decay(optimizer, value):
    """The override that sets the weight decay, where there is one."""
    return {"weight_decay": value} if "weight_decay" in optimizer.defaults else {}


def rounding(make, step, start, pushes, unit, operations=64, size=1e-7, probes=3, **overrides):
    """How far roundings of size `unit` may move the weights of a run that takes `pushes`, relative to the largest.

    Each step rounds the weights, and an update of up to `operations` roundings; how much a run enlarges those is
    measured in float64, as its response to relative perturbations of start, gradients and options; and in the dtype
    of `start`, as its spread under perturbations of the size of a rounding.
    """
    begun, given, dtype = start.detach(), pushes, start.dtype
    start, pushes = begun.double(), [g.double() for g in pushes]
    generator = torch.Generator().manual_seed(0)

    def shaken(x, size=size):
        by = size * torch.randn(x.shape, generator=generator, dtype=torch.float64)
        return (x.double() * (1 + by)).to(x.dtype)

    def moved(x, g, **options):
        p = torch.nn.Parameter(x.clone())
        optimizer = make([p], **{**overrides, **options})
        for push in g:
            step(optimizer, [p], [push])
        return p.detach().double() - x.double()

    # where digits cancel inside, the inputs do not show it, but other roundings of them do
    eps = torch.finfo(dtype).eps
    here = moved(begun, given)
    others = [moved(shaken(begun, eps), [shaken(g, eps) for g in given]) for _ in range(probes)]
    spread = max(float((other - here).abs().max()) for other in others)
    made = make([torch.nn.Parameter(start.clone())], **overrides)
    numbers = {n: v for n, v in made.defaults.items() if isinstance(v, float | tuple) and v}
    plain = moved(start, pushes)
    response = float(plain.abs().max())
    trials = [(shaken(start), [shaken(g) for g in pushes], {}) for _ in range(probes)]
    for name, value in numbers.items():
        try:
            less = tuple(v * (1 - size) for v in value) if isinstance(value, tuple) else value * (1 - size)
            make([torch.nn.Parameter(start.clone())], **{**overrides, name: less})
        except Exception:  # not an option, or one that has to keep its value
            continue
        trials.append((start, pushes, {name: less}))
    for x, g, options in trials:
        response = max(response, float((moved(x, g, **options) - plain).abs().max()) / size)
    largest = float(start.abs().max()) + float(plain.abs().max())
    return unit * (2 * len(pushes) + operations * response / largest) + 8 * spread / largest
