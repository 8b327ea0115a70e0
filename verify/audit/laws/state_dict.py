"""Does a run go on from its state_dict, saved by torch.save and loaded as weights only, as if not interrupted?"""

import io

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine, size
from verify.audit.laws.trial import gap, gradients, tensors, weights
from verify.audit.target import Target


def break_at_the_state_dict(make, step, seed, dtype, shape, steps):
    pushes = gradients(shape, 2 * steps, seed, dtype)
    p = weights(shape, seed, dtype)
    optimizer = make([p])
    for g in pushes[:steps]:
        step(optimizer, [p], [g])
    file = io.BytesIO()
    torch.save(optimizer.state_dict(), file)
    file.seek(0)
    resumed = torch.nn.Parameter(p.detach().clone())
    again = make([resumed])
    again.load_state_dict(torch.load(file, weights_only=True))
    here, there = (tensors(list(o.state.values())) for o in (optimizer, again))
    retyped = {
        f"{n} {t.dtype} → {there[n].dtype}": 1 for n, t in here.items() if n in there and t.dtype != there[n].dtype
    }
    runs = []
    for weight, its in ((p, optimizer), (resumed, again)):
        torch.manual_seed(1)
        points = []
        for g in pushes[steps:]:
            step(its, [weight], [g])
            points.append(weight.detach().clone())
        runs.append(points)
    gaps = [gap(a, b) for a, b in zip(*runs, strict=True)]
    worst, at = max(gaps), next((k for k, far in enumerate(gaps, start=1) if far), 0)
    return {"difference": worst, "step": at, **retyped}


def words(found: Values) -> str:
    if not found["difference"]:
        return "A run goes on from its saved state_dict bit for bit."
    worst, at = size(found["difference"]), found["step"]
    retyped = "".join(f"; loaded, {name.removeprefix('0 ')}" for name in found if "→" in name)
    far = f"from step {at:.0f} on, by up to {worst}, relative{retyped}"
    return f"A run goes on otherwise from its saved state_dict: {far}."


def law(target: Target, setting: Setting) -> Finding:
    header, steps = "import io", max(setting.steps // 2, 1)
    return examine("state_dict", target, setting, break_at_the_state_dict, words, header=header, steps=steps)
