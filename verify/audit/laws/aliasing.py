"""Does a buffer share its memory with p.grad, with p or with another buffer? Then whoever writes to one moves both."""

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine, size
from verify.audit.laws.trial import gap, gradients, tensors, weights
from verify.audit.target import Target


def memory(*holders):
    """The addresses of what these tensors hold, those of nothing left out."""
    found = []
    for t in holders:
        if t is not None and not t.is_sparse and t.numel():
            found.append(t.untyped_storage().data_ptr())
    return found


def shared_memory(make, step, seed, dtype, shape):
    shared = {"with p.grad": 0, "with p": 0, "with another buffer": 0}
    runs = []
    for overwritten in (False, True):
        p, points = weights(shape, seed, dtype), []
        optimizer = make([p])
        for g in gradients(shape, 4, seed, dtype):
            step(optimizer, [p], [g])
            points.append(p.detach().clone())
            held = memory(*tensors(list(optimizer.state.values())).values())
            shared["with p.grad"] += len(set(held) & set(memory(p.grad)))
            shared["with p"] += len(set(held) & set(memory(p)))
            shared["with another buffer"] += len(held) - len(set(held))
            if overwritten and not p.grad.is_sparse:
                p.grad.fill_(3.0)  # what zero_grad(set_to_none=False) does, with another number
        runs.append(points)
    worst = gap(*runs)
    return {"difference": float(sum(shared.values())) or worst, "after p.grad is overwritten": worst, **shared}


def words(found: Values) -> str:
    shared = [name for name in ("with p.grad", "with p", "with another buffer") if found[name]]
    moved = found["after p.grad is overwritten"]
    if shared:
        then = f"; with p.grad overwritten between steps the weights differ by {size(moved)}, relative" if moved else ""
        return f"A buffer shares its memory {' and '.join(shared)}{then}."
    if moved:
        return f"With p.grad overwritten between steps the weights differ by {size(moved)}, relative."
    return "No buffer shares its memory with p.grad, with p or with another buffer."


def law(target: Target, setting: Setting) -> Finding:
    return examine("aliasing", target, setting, shared_memory, words, parts=(memory,))
