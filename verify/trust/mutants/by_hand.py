"""Rules that torch.optim ships, and those of schemes that nothing ships, written a second time, with bugs to order.

RULES: {scheme: (rule, bugs)}; a rule moves p, given (p, g, state, h, k, bug); `state` is keyed as the scheme's buffers.
"""

import torch

from verify.trace import Subject


def _moments(p, g, state, h):
    m = h.beta1 * state.get("m", torch.zeros_like(p)) + (1 - h.beta1) * g
    v = h.beta2 * state.get("v", torch.zeros_like(p)) + (1 - h.beta2) * g**2
    state |= {"m": m, "v": v}
    return m, v


def nadam(p, g, state, h, k, bug):
    g = g + h.weight_decay * p
    m, v = _moments(p, g, state, h)
    at = k if bug == "schedule one step late" else k + 1
    mu, following = (h.beta1 * (1 - 0.5 * 0.96 ** (t * h.momentum_decay)) for t in (at, at + 1))
    product = state.get("mu", torch.ones((), dtype=p.dtype)) * mu
    state["mu"] = product
    ahead = product if bug == "product not moved on" else product * following
    root = (v / (1 - h.beta2 ** (k + 1))).sqrt() + h.eps
    share = mu if bug == "gradient weighed by mu" else 1 - mu
    p -= h.lr * (share / (1 - product) * g + following / (1 - ahead) * m) / root


def radam(p, g, state, h, k, bug):
    t = k + 1
    m, v = _moments(p, g + h.weight_decay * p, state, h)
    limit = 2 / (1 - h.beta2) - 1
    rho = limit - 2 * t * h.beta2**t / (1 - h.beta2**t)
    m = m / (1 - h.beta1**t)
    if rho > (4 if bug == "rectified from 4 on" else 5):
        r = ((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)) ** 0.5
        m = m * (1 if bug == "not rectified" else r) * (1 - h.beta2**t) ** 0.5 / (v.sqrt() + h.eps)
    p -= h.lr * (0 if bug == "waits" and rho <= 5 else m)


def adamax(p, g, state, h, k, bug):
    g = g + h.weight_decay * p
    m = h.beta1 * state.get("m", torch.zeros_like(p)) + (1 - h.beta1) * g
    old = h.beta2 * state.get("norm", torch.zeros_like(p))
    size = (g if bug == "sign kept" else g.abs()) + h.eps
    norm = old + size if bug == "sum for maximum" else torch.maximum(old, size)
    state |= {"m": m, "norm": norm}
    p -= h.lr / (1 if bug == "no bias correction" else 1 - h.beta1 ** (k + 1)) * m / norm


def amsgrad(p, g, state, h, k, bug):
    m, v = _moments(p, g + h.weight_decay * p, state, h)
    correction = 1 - h.beta2 ** (k + 1)
    seen = v / correction if bug == "maximum after the correction" else v
    largest = torch.maximum(state.get("largest", torch.zeros_like(p)), seen)
    state["largest"] = v if bug == "no maximum" else largest
    inside = largest if bug == "maximum after the correction" else state["largest"] / correction
    p -= h.lr * m / (1 - h.beta1 ** (k + 1)) / (inside.sqrt() + h.eps)


def adadelta(p, g, state, h, k, bug):
    g = g + h.weight_decay * p
    v = h.beta * state.get("v", torch.zeros_like(p)) + (1 - h.beta) * g**2
    old = state.get("moves", torch.zeros_like(p))
    move = ((old + h.eps) / (v + h.eps)).sqrt() * g
    kept = h.lr * move if bug == "the scaled move is kept" else move
    state |= {"v": v, "moves": h.beta * old + (1 - h.beta) * kept**2}
    p -= h.lr * move * (-1 if bug == "uphill" else 1)


def centered(p, g, state, h, k, bug):
    g = g + h.weight_decay * p
    v = h.beta * state.get("v", torch.zeros_like(p)) + (1 - h.beta) * g**2
    mean = h.beta * state.get("mean", torch.zeros_like(p)) + (1 - h.beta) * g
    state |= {"v": v, "mean": mean}
    p -= h.lr * g / ((v - (0 if bug == "not centred" else mean**2)).sqrt() + h.eps)


def rmsprop_momentum(p, g, state, h, k, bug):
    g = g + h.weight_decay * p
    v = h.beta2 * state.get("v", torch.zeros_like(p)) + (1 - h.beta2) * g**2
    rate = h.lr if bug == "rate inside the momentum" else 1
    m = h.momentum * state.get("m", torch.zeros_like(p)) + rate * g / (v.sqrt() + h.eps)
    state |= {"v": v, "m": m}
    p -= m * (1 if bug == "rate inside the momentum" else h.lr)


def rprop(p, g, state, h, k, bug):
    old, size = state.get("before", torch.zeros_like(p)), state.get("size", torch.full_like(p, h.lr))
    turned, same = g * old < 0, g * old > 0
    size = torch.where(same, h.etaplus * size, torch.where(turned, h.etaminus * size, size))
    size = size if bug == "no bounds" else size.clamp(h.smallest, h.largest)
    kept = g if bug == "no pause after a turn" else torch.where(turned, 0, g)
    state |= {"before": kept, "size": size}
    p -= size * kept.sign()


def adafactor(p, g, state, h, k, bug):
    t, d = k + 1, p.numel()
    v = (1 - t**-h.decay) * state.get("v", torch.zeros_like(p)) + t**-h.decay * g**2
    state["v"] = v
    u = g / v.clamp(min=h.eps1**2).sqrt()
    size = max(h.eps2, 1 if bug == "absolute step" else p.norm().item() / d**0.5)
    clip = 1 if bug == "no clipping" else max(1, u.norm().item() / d**0.5 / h.clip)
    p *= 1 - h.lr * h.weight_decay
    p -= size * min(h.lr, t**-0.5) / clip * u


def lamb(p, g, state, h, k, bug):
    m, v = _moments(p, g, state, h)
    r = m / (1 - h.beta1 ** (k + 1)) / ((v / (1 - h.beta2 ** (k + 1))).sqrt() + h.eps)
    decayed = r + h.weight_decay * p
    trust = p.norm() / (r if bug == "norm before the decay" else decayed).norm()
    p -= h.lr * (1 if bug == "no trust ratio" else trust) * decayed


def adam_as_printed(p, g, state, h, k, bug):
    m, v = _moments(p, g + h.weight_decay * p, state, h)
    m, v = m / (1 - h.beta1 ** (k + 1)), v / (1 - h.beta2 ** (k + 1))
    p -= h.lr * m / (v.sqrt() + h.eps if bug == "eps outside the root" else (v + h.eps).sqrt())


def sgdw(p, g, state, h, k, bug):
    m = h.momentum * state.get("m", torch.zeros_like(p)) + g + (h.weight_decay * p if bug == "coupled decay" else 0)
    state["m"] = m
    p *= 1 if bug == "coupled decay" else 1 - h.lr * h.weight_decay
    p -= h.lr * m


def sgdp_l2(p, g, state, h, k, bug):
    decay = h.weight_decay * p
    m = h.momentum * state.get("p", torch.zeros_like(p)) + g + decay
    state["p"] = m
    moved = m - decay if bug == "decay not projected" else m
    moved = moved - (moved * p).sum() / (p * p).sum() * p
    p -= h.lr * (moved + decay if bug == "decay not projected" else moved)


def lars(p, g, state, h, k, bug):
    decay = 0 if bug == "no decay in the trust ratio" else h.weight_decay * p.norm()
    tau = p.norm() / (g.norm() + decay)
    inside = h.lr if bug == "rate inside the momentum" else 1
    m = h.momentum * state.get("m", torch.zeros_like(p)) + inside * tau * (g + h.weight_decay * p)
    state["m"] = m
    p -= m * (1 if bug == "rate inside the momentum" else h.lr)


RULES = {
    "nadam": (nadam, ("schedule one step late", "product not moved on", "gradient weighed by mu")),
    "radam": (radam, ("rectified from 4 on", "not rectified", "waits")),
    "adamax": (adamax, ("sign kept", "sum for maximum", "no bias correction")),
    "adam-amsgrad": (amsgrad, ("maximum after the correction", "no maximum")),
    "adadelta": (adadelta, ("the scaled move is kept", "uphill")),
    "rmsprop-centered": (centered, ("not centred",)),
    "rmsprop-momentum": (rmsprop_momentum, ("rate inside the momentum",)),
    "rprop": (rprop, ("no bounds", "no pause after a turn")),
    "adafactor": (adafactor, ("absolute step", "no clipping")),
    "adam": (adam_as_printed, ("eps outside the root",)),
    "sgdw": (sgdw, ("coupled decay",)),
    "sgdp-l2": (sgdp_l2, ("decay not projected",)),
    "lamb": (lamb, ("norm before the decay", "no trust ratio")),
    "lars": (lars, ("no decay in the trust ratio", "rate inside the momentum")),
}


class ByHand(torch.optim.Optimizer):
    """A rule as an optimizer; each group has its own rate."""

    def __init__(self, params, rule, h, bug):
        self.rule, self.h, self.bug, self.count = rule, h, bug, 0
        super().__init__(params, {"lr": h.lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                h = type(self.h)(**(vars(self.h) | {"lr": group["lr"]}))
                self.rule(p, p.grad, self.state[p], h, self.count, self.bug)
        self.count += 1


def subject(scheme, bug=""):
    """The rule of `scheme` as a subject of `verify.trace`: a tensor is one weight, flat."""
    rule, _ = RULES[scheme.name]
    names = [n for n in scheme.initial_state(*_anything(scheme)) if n != "none"]

    def make(params, h, **options):
        return ByHand(params, rule, h, bug)

    return Subject(
        f"{scheme.name} by hand",
        scheme,
        make,
        lambda h: {n: n for n in names},
        shaped=lambda s: (int(torch.Size(s).numel()),),
    )


def _anything(scheme):
    from verify.oracle import Float64

    space = Float64()
    return space, space.vector([1.0]), scheme.numbers()
