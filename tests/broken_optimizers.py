"""Optimizers that are almost right, and their sound siblings: what `verify.trace.compare` must tell apart.

BROKEN, SOUND: {name: (the subject of `verify.shipped` it pretends to be, factory)}.
"""

import torch


class Rule(torch.optim.Optimizer):
    """An optimizer from a function (p, g, state, group) that moves p; the bug is in the function."""

    def __init__(self, params, rule, **options):
        self.rule = rule
        super().__init__(params, options)

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                self.rule(p, p.grad, self.state[p], group)


def sgd_m(p, g, state, group, *, fresh=True, decay=1, order="before", first=1.0, nesterov=False):
    g = g + decay * group["weight_decay"] * p
    old = state.get("momentum_buffer", torch.zeros_like(p))
    m = group["momentum"] * old + (first if "momentum_buffer" not in state else 1.0) * g
    p -= group["lr"] * (g + group["momentum"] * m if nesterov else m if fresh else old)
    if group["momentum"]:
        state["momentum_buffer"] = m if order == "before" else g


def adam(p, g, state, group, *, decoupled=False, eps="outside", offset=0, root=True, bias=True, sign=1, stale=False):
    k = state.setdefault("step", torch.tensor(0.0))
    k += 1
    if not decoupled:
        g = g + group["weight_decay"] * p
    beta1, beta2 = group["betas"]
    m0, v0 = state.get("exp_avg", torch.zeros_like(p)), state.get("exp_avg_sq", torch.zeros_like(p))
    m = beta1 * m0 + sign * (1 - beta1) * g
    v = beta2 * v0 + (1 - beta2) * g * g
    state["exp_avg"], state["exp_avg_sq"] = m, v
    t = k.item() + offset
    m_hat = (m0 if stale else m) / (1 - beta1**t if bias else 1)
    v_hat = v / (1 - beta2**t if bias else 1)
    if not root:
        size = v_hat + group["eps"]
    elif eps == "outside":
        size = v_hat.sqrt() + group["eps"]
    elif eps == "inside":
        size = (v_hat + group["eps"]).sqrt()
    else:
        size = v.sqrt() / (1 - beta2**t) ** 0.5 + group["eps"] / (1 - beta2**t) ** 0.5
    if decoupled:
        p *= 1 - group["lr"] * group["weight_decay"]
    p -= group["lr"] * m_hat / size


def adagrad(p, g, state, group, *, decay_from=0, before=False):
    k = state.setdefault("step", torch.tensor(0.0))
    g = g + group["weight_decay"] * p
    old = state.get("sum", torch.full_like(p, group["initial_accumulator_value"]))
    state["sum"] = old + g * g
    rate = group["lr"] / (1 + (k.item() + decay_from) * group["lr_decay"])
    p -= rate * g / ((old if before else state["sum"]).sqrt() + group["eps"])
    k += 1


def _sgd_m(**bug):
    return lambda params, h: Rule(params, lambda *a: sgd_m(*a, **bug), **vars(h))


def _adam(**bug):
    def make(params, h):
        options = {"lr": h.lr, "betas": (h.beta1, h.beta2), "eps": h.eps, "weight_decay": h.weight_decay}
        return Rule(params, lambda *a: adam(*a, **bug), **options)

    return make


def _adagrad(**bug):
    return lambda params, h: Rule(params, lambda *a: adagrad(*a, **bug), **vars(h))


def _one_rate_for_all(params, h):
    """Ignores the learning rate of the second param group."""
    return torch.optim.SGD([p for group in params for p in group["params"]], lr=h.lr)


def _deaf_to_schedules(params, h):
    """Reads the learning rate once, at construction."""
    rates = [group.get("lr", h.lr) for group in params]
    optimizer = torch.optim.SGD(params, lr=h.lr)

    def restore(*_):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate

    optimizer.register_step_pre_hook(restore)
    return optimizer


def _writes_to_the_gradient(params, h):
    def rule(p, g, state, group):
        g += group["weight_decay"] * p
        p -= group["lr"] * g

    return Rule(params, rule, lr=h.lr, weight_decay=h.weight_decay)


def _half_a_step(params, h):
    """Off by one part in ten million: far below what a loss curve shows."""
    return Rule(params, lambda p, g, state, group: p.sub_(group["lr"] * (1 + 1e-7) * g), lr=h.lr)


SGD, SGD_L2, SGD_M = "torch.optim.SGD", "torch.optim.SGD (weight_decay)", "torch.optim.SGD (momentum)"
ADAM, ADAMW, ADAGRAD = "torch.optim.Adam", "torch.optim.AdamW", "torch.optim.Adagrad"

SOUND = {
    "SGD-M by hand": (SGD_M, _sgd_m()),
    "Adam by hand": (ADAM, _adam()),
    "AdamW by hand": (ADAMW, _adam(decoupled=True)),
    "Adagrad by hand": (ADAGRAD, _adagrad()),
}

BROKEN = {
    "momentum applied one step late": (SGD_M, _sgd_m(fresh=False)),
    "weight decay of the wrong sign": (SGD_M, _sgd_m(decay=-1)),
    "weight decay left out": (SGD_M, _sgd_m(decay=0)),
    "buffer overwritten by the gradient": (SGD_M, _sgd_m(order="after")),
    "first momentum dampened": (SGD_M, _sgd_m(first=0.5)),
    "Nesterov in place of heavy ball": (SGD_M, _sgd_m(nesterov=True)),
    "first moment of the wrong sign": (ADAM, _adam(sign=-1)),
    "decoupled decay in Adam": (ADAM, _adam(decoupled=True)),
    "coupled decay in AdamW": (ADAMW, _adam()),
    "epsilon inside the root": (ADAM, _adam(eps="inside")),
    "epsilon divided by the bias correction": (ADAM, _adam(eps="scaled")),
    "bias correction one step ahead": (ADAM, _adam(offset=1)),
    "bias correction left out": (ADAM, _adam(bias=False)),
    "square root left out": (ADAM, _adam(root=False)),
    "moment used before its update": (ADAM, _adam(stale=True)),
    "accumulator used before its update": (ADAGRAD, _adagrad(before=True)),
    "learning-rate decay one step ahead": (ADAGRAD, _adagrad(decay_from=1)),
    "second group's rate ignored": (SGD, _one_rate_for_all),
    "deaf to schedules": (SGD, _deaf_to_schedules),
    "gradient written to": (SGD_L2, _writes_to_the_gradient),
    "step too long by a ten-millionth": (SGD, _half_a_step),
}
