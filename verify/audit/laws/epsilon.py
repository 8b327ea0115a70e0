"""What ε does as the weight norm grows: gradients fall as 1/‖x‖, and below some size ε holds the step down.

Gradients γ(±1, ..., ±1), the same for ten steps; the size of the last step, over that with ε 2^300 times as small. The
γ at which this is 1/2 goes with ε^1 where ε is added to a root, with ε^(1/2) where it is added under it.
"""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, defaults, examine, not_applicable, size
from verify.audit.laws.trial import decay, gradients, weights
from verify.audit.target import Target


def gradient_at_half_the_step(make, step, seed, dtype, shape):
    start = weights(shape, seed, dtype).detach() * 2.0**-100  # small, so that small steps keep their digits
    signs = gradients(shape, 1, seed, dtype)[0].sign()
    made = make([weights(shape, seed, dtype)])
    still, eps = decay(made, 0.0), made.defaults["eps"]

    def last_step(gamma, e):
        p = torch.nn.Parameter(start.clone())
        optimizer = make([p], eps=e, **still)
        before = p.detach().clone()
        for _ in range(10):
            p.detach().copy_(before)  # so that earlier steps cost the last one no digits
            step(optimizer, [p], [gamma * signs])
        return float((p.detach() - before).norm())

    def share(gamma, e):
        size, held = last_step(gamma, e * 2.0**-300), last_step(gamma, e)
        return held / size if size else float("inf") if held else float("nan")

    def half(e):
        # some square their gradients in half precision, and see nothing of the smallest
        lows, high = [low for low in (-110.0, -80.0, -55.0) if share(2.0**low, e) < 0.5], 60.0
        if not lows or not share(2.0**high, e) > 0.5:
            return float("nan")
        low = lows[0]
        while high - low > 2.0**-30:
            middle = (low + high) / 2
            low, high = (middle, high) if share(2.0**middle, e) < 0.5 else (low, middle)
        return low

    far = share(2.0**40, eps)
    here, there = (half(eps), half(eps * 2.0**-20)) if abs(far - 1) < 0.01 else (float("nan"),) * 2
    return {
        "difference": 0.0 if far == far else float("inf"),
        "far": far,
        "gradient": 2.0**here if here == here else float("nan"),
        "power": (here - there) / 20,
        "eps": eps,
    }


def words(found: Values) -> str:
    far, gradient, power = found["far"], found["gradient"], found["power"]
    if gradient == gradient:
        where = (
            "outside a root" if abs(power - 1) < 0.02 else "under a root" if abs(power - 0.5) < 0.02 else "otherwise"
        )
        return (
            f"ε = {size(found['eps'])} halves the step where a coordinate of the gradient is {size(gradient)}, so for "
            f"weights {size(1 / gradient)} times as large as where it is 1; that goes with ε^{power:.3g}, as it is "
            f"added {where}."
        )
    if far == float("inf"):
        return "ε sets the size of the step: with ε 2^300 times as small it is too small to be seen."
    if far == far and far > 1.5:
        return f"ε sets the size of the step: with ε 2^300 times as small it is {size(far)} times as small."
    if far != far:
        return "The last of ten equal steps is none."
    return "ε does not hold the step down for gradients as small as 2^-55."


def law(target: Target, setting: Setting) -> Finding:
    if not target.accepts("eps") or not isinstance(defaults(target).get("eps"), float):
        return not_applicable("epsilon", "It takes no eps that is a number.")
    exact = Setting(setting.seed, torch.float64, setting.device, setting.steps)
    return examine("epsilon", target, exact, gradient_at_half_the_step, words)
