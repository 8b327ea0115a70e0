"""The optimizer under audit beside the scheme that it is said to follow: where it first leaves it, and by how much."""

import math

import numpy as np
import torch

from derivations.schemes import by_name
from verify.audit.finding import Finding, Verdict
from verify.audit.replay import script
from verify.audit.subject import TANGENT_ONLY, Binding, bind, weights
from verify.audit.target import Target
from verify.subject import DTYPES
from verify.trace import Comparison, Divergence, compare, divergences

CASES = 40
LAW = "scheme"
BODY = """
inf, nan = float("inf"), float("nan")
dtype = {dtype}
starts = {starts}
gradients = {gradients}
rates = {rates}
reached = torch.tensor({reached}, dtype=torch.float64)
expected = torch.tensor({expected}, dtype=torch.float64)
allowed = torch.tensor({allowed}, dtype=torch.float64)

torch.set_default_dtype(dtype)
params = [torch.nn.Parameter(torch.tensor(start, dtype=dtype)) for start in starts]
groups = [{{"params": part}} for part in (params[0::2], params[1::2]) if part]
optimizer = make(groups, **{arguments})


def look():
    found = {look}
    return torch.zeros_like(expected) if found is None else found.detach().double().reshape(expected.shape).clone()


for given, lrs in zip(gradients, rates):
    for group, lr in zip(optimizer.param_groups, lrs):
        group["lr"] = lr
    before = look()
    step(optimizer, params, [torch.tensor(g, dtype=dtype).reshape(p.shape) for g, p in zip(given, params)])

if not (before - reached).norm() <= 1e4 * torch.finfo(dtype).eps * reached.norm():
    sys.exit(print("before this step it is elsewhere by now: audit it again"))
seen = look()
difference = (seen - expected).norm() / max((seen - {origin}).norm(), (expected - {origin}).norm())
error = ((seen - expected).abs() / allowed).max().item()
print("{quantity} after step {step} of {name}: the difference is", float(difference), "of the {of},")
print(error, "times what rounding allows")
sys.exit(not error <= 1)
"""


def against_scheme(target: Target, name: str, count: int = CASES, seed: int = 0) -> Finding:
    """Parameters and buffers beside the scheme called `name`, in two dtypes; ValueError where there is no such scheme.

    Each row of a tensor is a weight, or else the tensor is: where one of the two holds, the scheme is followed. Of a
    scheme for matrices only the tensor is.
    """
    scheme = by_name(name)
    tried = []
    for slices in weights(scheme):
        binding = bind(target, scheme, slices)
        found = _compared(binding, count, seed)
        if all(comparison.ok for comparison in found):
            return _follows(binding, found)
        tried.append((binding, found))
    # The one that went along for longer is the one that is meant.
    binding, found = max(tried, key=lambda pair: sum(comparison.steps for comparison in pair[1]))
    return _differs(binding, found)


def _compared(binding: Binding, count: int, seed: int) -> list[Comparison]:
    found = []
    for dtype in DTYPES:
        found.append(compare(binding.subject, binding.cases(count, seed, dtype)))
        if not found[-1].ok:
            break
    return found


def _follows(binding: Binding, found: list[Comparison]) -> Finding:
    steps, worst = sum(c.steps for c in found), max(c.worst for c in found)
    words = (
        f"follows {_called(binding)} in {_quantities(binding)}: {steps} steps in float64 and float32, "
        f"worst error {worst:.2g} of what rounding allows{_conditions(binding)}"
    )
    decided = sum(c.decided for c in found)
    return Finding(LAW, Verdict.HOLDS, words, {"steps": steps, "numbers": decided, "worst": worst}, 1.0)


def _differs(binding: Binding, found: list[Comparison]) -> Finding:
    first = found[-1].divergence
    if first is None:
        words = f"nothing could be compared with {_called(binding)}: it takes none of the settings"
        return Finding(LAW, Verdict.NOT_APPLICABLE, words)
    plain = [divergences(binding.subject, case, options) for case, options in binding.plain()]
    everywhere = [at for run in plain for at in run] or [first]
    largest = max(everywhere, key=lambda at: (_size(at) or 0.0, -at.step))
    size = _size(largest)
    values = {"step": float(first.step), "plain_runs": len(plain), "plain_runs_equal": sum(not run for run in plain)}
    values |= {"ratio": first.ratio} | ({} if size is None else {"size": size})
    again = "" if largest is first else f"; most {_by(largest)}after step {largest.step} in {largest.quantity}"
    words = (
        f"differs from {_called(binding)} {_by(first)}first after step {first.step} in {first.quantity} "
        f"({_setting(first)}){again if _by(largest) != _by(first) else ''}{_conditions(binding)}"
    )
    return Finding(LAW, Verdict.DIFFERS, words, values, 1.0, _replay(binding, largest) or _replay(binding, first))


def _by(at: Divergence) -> str:
    size = _size(at)
    return "" if size is None else f"by {size:.2g} of the {'step' if at.quantity == 'x' else 'buffer'}, "


def _setting(at: Divergence) -> str:
    h = ", ".join(f"{name} {value:.3g}" for name, value in sorted(vars(at.case.hyperparameters).items()))
    options = "".join(f", {name}={value}" for name, value in at.options.items())
    shapes = ", ".join("×".join(map(str, shape)) for shape in at.case.shapes)
    return f"{h}{options}; {shapes}, {at.case.gradient} gradients, {str(at.case.dtype).removeprefix('torch.')}"


def _called(binding: Binding) -> str:
    scheme = binding.subject.scheme
    return f"{scheme.name} ({scheme.source})"


def _quantities(binding: Binding) -> str:
    """Parameters, and the buffers that were found, with the optimizer's names."""
    trial = next(binding.cases(0, 0, torch.float64))
    for case in binding.cases(0, 0, torch.float64):
        trial = case
    buffers = binding.subject.buffers(trial.hyperparameters)
    named = ", ".join(f"{ours} ({theirs})" for ours, theirs in buffers.items())
    return f"parameters and buffers {named}" if named else "parameters"


def _conditions(binding: Binding) -> str:
    """What the comparison was restricted to."""
    fixed = ", ".join(f"{name} = {value:g}" for name, value in binding.fixed.items())
    tangent = "tangent gradients, each row a weight" if binding.subject.scheme.name in TANGENT_ONLY else ""
    said = "; ".join(part for part in (tangent, f"at {fixed}" if fixed else "") if part)
    return f"; {said}" if said else ""


def _size(at: Divergence) -> float | None:
    """‖difference‖ as a part of the larger of the two, steps in the case of x, buffers otherwise."""
    e = at.evidence
    if e is None:
        return None
    start = e.before if at.quantity == "x" else np.zeros_like(e.before)
    whole = max(float(np.linalg.norm(e.expected - start)), float(np.linalg.norm(e.seen - start)))
    return float(np.linalg.norm(e.seen - e.expected)) / whole if 0 < whole < math.inf else math.inf


def _replay(binding: Binding, at: Divergence) -> str | None:
    e, case = at.evidence, at.case
    if e is None or at.step < 0:
        return None
    quantity = at.quantity.removeprefix("state ")
    buffer = binding.subject.buffers(case.hyperparameters).get(quantity)
    tensor = f"params[{at.tensor}]"
    body = BODY.format(
        dtype=case.dtype,
        starts=[x.tolist() for x in case.start()],
        gradients=[[g.tolist() for g in given] for given in e.given],
        rates=[[case.learning_rate(k), case.learning_rate(k) / 2] for k in range(len(e.given))],
        reached=e.before.tolist(),
        origin="before" if at.quantity == "x" else "0",
        of="step" if at.quantity == "x" else "buffer",
        expected=e.expected.tolist(),
        allowed=(e.error + np.finfo(np.float32).tiny).tolist(),
        arguments=binding.arguments(case.hyperparameters) | dict(at.options),
        look=tensor if at.quantity == "x" else f"optimizer.state[{tensor}].get({buffer!r})",
        quantity=at.quantity,
        step=at.step,
        name=binding.target.name,
    )
    return script(binding.target, f"beside {_called(binding)}", body)
