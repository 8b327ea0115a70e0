"""Weight decay: nothing, a pull -κx beside the step (decoupled), κ = λ or ηλ, or a part of the gradient (coupled)?

Measured with the same gradients: after one step the weights and the buffers with λ and without. Coupled decay shows in
a buffer, or as a change of the step that is not along x; then it enters the direction that is normalised, c⊥.
"""

from typing import Any

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, defaults, examine, not_applicable, size
from verify.audit.laws.trial import follow, gap, gradients, tensors, weights
from verify.audit.target import Target

NONE, DECOUPLED, COUPLED, SCALED = range(4)
CLAIMS = ("decoupled_weight_decay", "weight_decouple", "decoupled_decay", "decouple", "decoupled")
"""Options that claim decoupled decay where they are true."""


def effect_of_the_decay(make, step, seed, dtype, shape, decay, factors, claimed):
    start, pushes = weights(shape, seed, dtype), gradients(shape, 9, seed, dtype)
    # some only look at their first gradients: the first step is the first that moves
    first = 1
    while first < len(pushes) and not gap(start, follow(make, step, start, pushes[:first], weight_decay=decay)[1]):
        first += 1
    plain, without = follow(make, step, start, pushes[:first], weight_decay=0.0)
    pulled, after = follow(make, step, start, pushes[:first], weight_decay=decay)
    x, lr, u = start.detach(), plain.defaults["lr"], torch.finfo(dtype).eps
    # what the pull goes along: the weights before the step, or after it
    pull, fits = without - after, []
    for along in (x, without):
        kappa = float((pull * along).sum() / along.square().sum())
        fits.append((float((pull - kappa * along).norm() / along.norm()), kappa))
    rest, kappa = min(fits)
    held, theirs = 0, tensors(list(plain.state.values()))
    for name, b in tensors(list(pulled.state.values())).items():
        a = theirs.get(name)
        if a is None or a.shape != b.shape or a.is_sparse or a.numel() == 1 or not a.is_floating_point():
            continue
        copy = a.shape == x.shape and gap(x, a) <= 2 * gap(x, without) + 64 * u  # a copy or an average of the weights
        held += not copy and gap(a, b) > 64 * u
    late = [follow(make, step, start, pushes, weight_decay=d)[1] for d in (0.0, decay)]
    kind = 0 if not gap(*late) else 2 if held else 1 if rest <= 64 * u else 3
    sizes = [lr * decay, decay, lr * decay / (1 + lr * decay), *(lr * decay * f for f in factors)]
    near = min(range(len(sizes)), key=lambda i: abs(kappa - sizes[i]))
    near = near if abs(kappa / sizes[near] - 1) < 1e-3 else 0
    # the pull is a difference of weights, which are rounded
    allowed = 64 * u * (1 + float(without.abs().max() / (abs(sizes[near]) * x.abs().max())))
    wrong = {0: 1.0, 1: abs(kappa / sizes[near] - 1), 2: float(claimed)}.get(kind, 0.0)
    return {
        "difference": wrong,
        "allowed": allowed if kind == 1 else 0.0,
        "kind": kind,
        "pull": kappa,
        "over lr decay": kappa / (lr * decay),
        "over decay": kappa / decay,
        "near": near,
        "buffers": held,
        "not along x": rest,
    }


def law(target: Target, setting: Setting) -> Finding:
    known = defaults(target)
    if not (target.accepts("weight_decay", "lr") and {"weight_decay", "lr"} <= known.keys()):
        return not_applicable("weight decay", "It takes no weight_decay.")
    if not isinstance(known["lr"], float):
        return not_applicable("weight decay", "It takes no lr that is a number.")
    claims = [name for name in CLAIMS if known.get(name) is True]
    factors = {n: v for n, v in known.items() if isinstance(v, float) and v and n not in ("lr", "weight_decay")}

    def words(found: Values) -> str:
        if found["kind"] == NONE:
            return "weight_decay changes nothing in nine steps."
        if found["kind"] == COUPLED:
            claimed = f", although {claims[0]}=True" if claims else ""
            held = "a buffer" if found["buffers"] == 1 else f"{found['buffers']:.0f} buffers"
            return f"Weight decay is coupled{claimed}: it enters {held} at the first step, and so c⊥."
        if found["kind"] == SCALED:
            return (
                "Weight decay changes the step itself, though no buffer: beside a pull along x of "
                f"{size(found['over lr decay'])} ηλ it moves the first step {size(found['not along x'])} ‖x‖ across."
            )
        names = ["ηλ", "λ", "ηλ/(1 + ηλ)", *(f"ηλ·{name}" for name in factors)]
        if found["difference"] <= found["allowed"]:
            factor = names[int(found["near"])]
            return f"Weight decay is decoupled in effect: x is multiplied by 1 - {factor}, and no buffer changes."
        return (
            f"Weight decay is decoupled in effect: x is multiplied by 1 - κ, κ = {found['over lr decay']:.6g} ηλ "
            f"= {found['over decay']:.6g} λ, which is off {names[int(found['near'])]} by a share of "
            f"{size(found['difference'])}; rounding allows {size(found['allowed'])}."
        )

    exact = Setting(setting.seed, torch.float64, setting.device, setting.steps)
    given: dict[str, Any] = {"decay": 0.1, "factors": tuple(factors.values()), "claimed": bool(claims)}
    return examine("weight decay", target, exact, effect_of_the_decay, words, **given)
