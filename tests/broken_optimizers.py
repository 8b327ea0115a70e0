"""Optimizers that are almost right, and their sound siblings: what `verify.trace.compare` must tell apart.

BROKEN, SOUND: {name: (the subject of `verify.shipped` it pretends to be, factory)}.
"""

import math
from types import SimpleNamespace

import torch

from impl.groups import as_rows


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


def _rows(group, *tensors):
    """Parameter-shaped tensors by slices; a buffer that does not exist yet is zero."""
    invariant = group["invariant"]
    like = as_rows(tensors[0], invariant)
    return [torch.zeros_like(like) if t is None else as_rows(t, invariant) for t in tensors]


def _dot(a, b):
    return (a * b).sum(1, keepdim=True)


def _tangent(q, x):
    return q - _dot(q, x) / _dot(x, x) * x


def sgdp(p, g, state, group, *, sign=1, project=True, what="momentum", radius=2, decay=1):
    x, f, b = _rows(group, p, g, state.get("momentum_buffer"))
    beta = group["momentum"]
    if what == "gradient":
        f = _tangent(f, x)
    b = beta * b + f
    step = b if not project or what == "gradient" else b - _dot(b, x) / _dot(x, x) ** (radius / 2) * x
    state["momentum_buffer"] = step if what == "buffer" else b
    kept = 1 - decay * group["lr"] * group["weight_decay"]
    p.copy_((kept * x - sign * group["lr"] * step).reshape(p.shape))


def adamp(p, g, state, group, *, sign=1, project=True, what="step", bias=True, decay=1):
    k = state.setdefault("step", torch.tensor(0.0))
    k += 1
    x, f, m, v = _rows(group, p, g, state.get("exp_avg"), state.get("exp_avg_sq"))
    (beta1, beta2), t = group["betas"], k.item()
    m, v = beta1 * m + (1 - beta1) * f, beta2 * v + (1 - beta2) * f * f
    state["exp_avg"], state["exp_avg_sq"] = m, v
    first, second = (1 - beta1**t, 1 - beta2**t) if bias else (1, 1)
    taken = _tangent(m, x) if what == "moment" else m
    step = taken / first / ((v / second).sqrt() + group["eps"])
    if project and what == "step":
        step = _tangent(step, x)
    kept = 1 - decay * group["lr"] * group["weight_decay"]
    p.copy_((kept * x - sign * group["lr"] * step).reshape(p.shape))


def psi_sgd(p, g, state, group, *, sign=1, degree=2, coupled=False, dampened=False):
    x, f, u = _rows(group, p, g, state.get("momentum_buffer"))
    decay = group["weight_decay"]
    if coupled:
        f, decay = f + decay * x, 0
    force = group["lr"] * _dot(x, x) ** (degree / 2) * f
    u = group["momentum"] * u - sign * (1 - group["momentum"] * dampened) * force
    if group["momentum"]:
        state["momentum_buffer"] = u
    p.copy_(((1 - group["lr"] * decay) * x + u).reshape(p.shape))


def sgd_g(p, g, state, group, *, sign=1, project=True, carried=True, retract=False):
    y, f, m = _rows(group, p, g, state.get("momentum_buffer"))
    d = group["momentum"] * m - sign * group["lr"] * (_tangent(f, y) if project else f)
    size = d.norm(dim=1, keepdim=True)
    unit = d / size.clamp_min(1e-300 if d.dtype == torch.float64 else 1e-38)
    state["momentum_buffer"] = size * (size.cos() * unit - size.sin() * y) if carried else d
    moved = y + d if retract else size.cos() * y + size.sin() * unit
    p.copy_((moved / moved.norm(dim=1, keepdim=True)).reshape(p.shape))


def adam_g(p, g, state, group, *, sign=1, project=True, carried=True, bias=True, mean=False):
    k = state.setdefault("step", torch.tensor(0.0))
    k += 1
    y, f, m = _rows(group, p, g, state.get("exp_avg"))
    (beta1, beta2), t = group["betas"], k.item()
    h = _tangent(f, y) if project else f
    m = beta1 * m + (1 - beta1) * h
    v = beta2 * state.get("exp_avg_sq", torch.zeros_like(m[:, 0])) + (1 - beta2) * _dot(h, h)[:, 0] / (
        y.shape[1] if mean else 1
    )
    correction = math.sqrt(1 - beta2**t) / (1 - beta1**t) if bias else 1
    d = -sign * group["lr"] * correction * m / (v + group["eps"]).sqrt().clamp_min(1e-38).unsqueeze(1)
    size = d.norm(dim=1, keepdim=True)
    unit = d / size.clamp_min(1e-300 if d.dtype == torch.float64 else 1e-38)
    state["exp_avg"] = m - _dot(unit, m) * (size.sin() * y + (1 - size.cos()) * unit) if carried else m
    state["exp_avg_sq"] = v
    moved = size.cos() * y + size.sin() * unit
    p.copy_((moved / moved.norm(dim=1, keepdim=True)).reshape(p.shape))


def _sliced(rule, **bug):
    """An optimizer by slices, from a rule; on the sphere from the start where the rule is."""

    def make(params, h):
        options = dict(vars(h))
        if "beta1" in options:
            options["betas"] = (options.pop("beta1"), options.pop("beta2"))
        optimizer = Rule(params, lambda *a: rule(*a, **bug), **options)
        for group in optimizer.param_groups if rule in (sgd_g, adam_g) else ():
            for p in group["params"]:
                x = as_rows(p.detach(), group["invariant"])
                p.data = (x / x.norm(dim=1, keepdim=True)).reshape(p.shape)
        return optimizer

    return make


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

SGDP, ADAMP, PSI, PSIM, SGDG, ADAMG = "SGDP", "AdamP", "PSISGD", "PSISGD (momentum)", "SGDG", "AdamG"

SOUND = {
    "SGDP by hand": (SGDP, _sliced(sgdp)),
    "AdamP by hand": (ADAMP, _sliced(adamp)),
    "PSI-SGD by hand": (PSI, lambda params, h: _sliced(psi_sgd)(params, SimpleNamespace(momentum=0.0, **vars(h)))),
    "PSI-SGDM by hand": (PSIM, _sliced(psi_sgd)),
    "SGD-G by hand": (SGDG, _sliced(sgd_g)),
    "Adam-G by hand": (ADAMG, _sliced(adam_g)),
    "SGD-M by hand": (SGD_M, _sgd_m()),
    "Adam by hand": (ADAM, _adam()),
    "AdamW by hand": (ADAMW, _adam(decoupled=True)),
    "Adagrad by hand": (ADAGRAD, _adagrad()),
}

BROKEN = {
    "SGDP uphill": (SGDP, _sliced(sgdp, sign=-1)),
    "SGDP without projection": (SGDP, _sliced(sgdp, project=False)),
    "SGDP with the gradient projected": (SGDP, _sliced(sgdp, what="gradient")),
    "SGDP that keeps the projected momentum": (SGDP, _sliced(sgdp, what="buffer")),
    "SGDP that divides by the norm once": (SGDP, _sliced(sgdp, radius=1)),
    "SGDP with decay of the wrong sign": (SGDP, _sliced(sgdp, decay=-1)),
    "AdamP uphill": (ADAMP, _sliced(adamp, sign=-1)),
    "AdamP without projection": (ADAMP, _sliced(adamp, project=False)),
    "AdamP with the moment projected": (ADAMP, _sliced(adamp, what="moment")),
    "AdamP without bias correction": (ADAMP, _sliced(adamp, bias=False)),
    "AdamP with decay of the wrong sign": (ADAMP, _sliced(adamp, decay=-1)),
    "PSI-SGDM uphill": (PSIM, _sliced(psi_sgd, sign=-1)),
    "PSI-SGDM with the norm once": (PSIM, _sliced(psi_sgd, degree=1)),
    "PSI-SGDM with coupled decay": (PSIM, _sliced(psi_sgd, coupled=True)),
    "PSI-SGDM dampened": (PSIM, _sliced(psi_sgd, dampened=True)),
    "SGD-G uphill": (SGDG, _sliced(sgd_g, sign=-1)),
    "SGD-G without projection": (SGDG, _sliced(sgd_g, project=False)),
    "SGD-G with its momentum left behind": (SGDG, _sliced(sgd_g, carried=False)),
    "SGD-G that steps straight": (SGDG, _sliced(sgd_g, retract=True)),
    "Adam-G uphill": (ADAMG, _sliced(adam_g, sign=-1)),
    "Adam-G without projection": (ADAMG, _sliced(adam_g, project=False)),
    "Adam-G without bias correction": (ADAMG, _sliced(adam_g, bias=False)),
    "Adam-G with its momentum left behind": (ADAMG, _sliced(adam_g, carried=False)),
    "Adam-G with the mean square": (ADAMG, _sliced(adam_g, mean=True)),
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
