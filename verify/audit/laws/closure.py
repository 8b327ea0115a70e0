"""Is a closure called, with gradients enabled, before the step that uses it, and is its loss handed back?"""

import inspect

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import SHAPE, Values, examine, not_applicable
from verify.audit.laws.trial import weights
from verify.audit.target import Target


def use_of_the_closure(make, step, seed, dtype, shape):
    p = weights(shape, seed, dtype)
    optimizer = make([p])
    before = p.detach().clone()
    calls, enabled, losses = 0, 0, []

    def closure():
        nonlocal calls, enabled
        calls += 1
        enabled += torch.is_grad_enabled()
        with torch.enable_grad():
            optimizer.zero_grad()
            loss = (p * torch.arange(1, p.numel() + 1, dtype=dtype).reshape(shape)).sum()
            loss = loss + (p - p.detach()).square().sum() / 2  # a Hessian, for those that ask for one
            p.grad = torch.autograd.grad(loss, p, create_graph=graph)[0]
        if sparse:
            p.grad = p.grad.to_sparse()
        losses.append(loss.detach().clone())
        return loss

    # whether its gradients are to be sparse, or to have a graph, shows in what its own step is given
    trial = weights(shape, seed, dtype)
    step(make([trial]), [trial], [torch.ones_like(trial)])
    sparse = trial.grad is not None and trial.grad.is_sparse
    graph = trial.grad is not None and trial.grad.grad_fn is not None
    returned = True
    for _ in range(12):  # some only look at their first gradients
        before_losses = len(losses)
        back = optimizer.step(closure)
        returned &= any(back is not None and float(back) == float(loss) for loss in losses[before_losses:])
    moved = not torch.equal(before, p.detach())
    faults = (calls == 0) + (enabled < calls) + (not returned) + (not moved)
    return {"difference": faults, "calls": calls / 12, "enabled": enabled / 12, "returned": returned, "moved": moved}


def words(found: Values) -> str:
    if not found["calls"]:
        return "step(closure) does not call its closure."
    faults = []
    if found["enabled"] < found["calls"]:
        faults.append("calls it with gradients disabled")
    if not found["returned"]:
        faults.append("does not return its loss")
    if not found["moved"]:
        faults.append("does not use the gradients that it computes")
    if faults:
        return f"step(closure) {' and '.join(faults)}."
    times = "once" if found["calls"] == 1 else f"{found['calls']:.3g} times"
    return f"step(closure) calls it {times}, with gradients enabled, uses its gradients and returns its loss."


def law(target: Target, setting: Setting) -> Finding:
    if _deaf(target):
        return not_applicable("closure", "step takes no closure.")
    return examine("closure", target, setting, use_of_the_closure, words)


def _deaf(target: Target) -> bool:
    """Whether `step` has no argument at all; an optimizer that cannot be made is the business of the measurement."""
    try:
        made = target.make([torch.nn.Parameter(torch.ones(SHAPE))])
    except Exception:
        return False
    return not inspect.signature(made.step).parameters
