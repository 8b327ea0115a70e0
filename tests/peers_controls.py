"""Toy peers: SGDP as released, written a third time, and copies that are almost it; optimizers without manners."""

import torch


class ToySGDP(torch.optim.Optimizer):
    """SGDP as timm releases it, on one row a weight. Subclasses alter one thing."""

    sign, absolute, in_place, eps, decayed, memory = 1.0, True, False, 1e-8, True, 0.0

    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0, delta=0.1, wd_ratio=0.1, nesterov=False, eps=None):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "nesterov": nesterov})
        self.delta, self.wd_ratio, self.hidden = delta, wd_ratio, 0.0

    @torch.no_grad()
    def step(self, closure=None):
        group = self.param_groups[0]
        for p in group["params"]:
            buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
            buffer.copy_(group["momentum"] * buffer + p.grad)
            q = p.grad + group["momentum"] * buffer if group["nesterov"] else buffer.clone()
            q, ratio = self.projected(p, q) if p.dim() > 1 else (q, 1.0)
            if self.in_place and not group["nesterov"]:
                buffer.copy_(q)
            decay = group["lr"] * group["weight_decay"] * ratio / ((1 - group["momentum"]) if self.decayed else 1.0)
            p.copy_((1 - decay) * p - self.sign * group["lr"] * q - self.memory * self.hidden)
            self.hidden = q.mean()

    def projected(self, p, q):
        for rows in (p.shape[0], 1):
            w, g = p.reshape(rows, -1), p.grad.reshape(rows, -1)
            norm, slope = (torch.linalg.vector_norm(t, dim=1, keepdim=True) for t in (w, g))
            cosine = (w / norm.clamp_min(1e-8) * (g / slope.clamp_min(1e-8))).sum(1)
            if (cosine.abs() if self.absolute else cosine).max() < self.delta / w.shape[1] ** 0.5:
                unit, flat = w / (norm + self.eps), q.reshape(rows, -1)
                return (flat - (unit * flat).sum(1, keepdim=True) * unit).reshape(p.shape), self.wd_ratio
        return q, 1.0


class Ascends(ToySGDP):
    sign = -1.0


class LongSteps(ToySGDP):
    sign = 1 + 1e-12


class SignedTest(ToySGDP):
    absolute = False


class WritesTheBuffer(ToySGDP):
    in_place = True


class LargeEps(ToySGDP):
    eps = 1e-6


class PlainDecay(ToySGDP):
    decayed = False


class Remembers(ToySGDP):
    memory = 1e-6


class NeverProjects(ToySGDP):
    def projected(self, p, q):
        return q, 1.0


FOUND = {
    "Ascends": ("loss invariant by channel, float64", 0, "x", (1.9, 2.1)),
    "LongSteps": ("loss invariant by channel, float64", 0, "x", (0.9e-12, 1.1e-12)),
    "SignedTest": ("loss not invariant, weight decay 0.1, float64", 2, "x", (0.1, 0.5)),
    "WritesTheBuffer": ("loss invariant by channel, float64", 1, "p", (0.05, 0.5)),
    "LargeEps": ("loss invariant by channel, float64", 1, "x", (1e-8, 1e-5)),
    "PlainDecay": ("loss invariant by channel, weight decay 0.1, float64", 0, "x", (1e-3, 0.1)),
    "Remembers": ("loss invariant by channel, float64", 1, "x", (1e-8, 1e-4)),
    "NeverProjects": ("loss invariant by channel, float64", 1, "x", (0.01, 0.5)),
}
"""Altered copy → the end of the first setting that shows it, the step, the quantity, the range of its size."""


class Unmannered(torch.optim.SGD):
    """Momentum SGD that returns no loss and runs its closure as it is called. Subclasses are worse in one thing."""

    @torch.no_grad()
    def step(self, closure=None):
        if closure is not None:
            closure()
        super().step()


class WritesTheGradient(torch.optim.SGD):
    def step(self, closure=None):
        loss = super().step(closure)
        for p in self.param_groups[0]["params"]:
            if p.grad is not None:
                p.grad.mul_(2)
        return loss


class SharesMemory(torch.optim.SGD):
    def step(self, closure=None):
        loss = super().step(closure)
        for p in self.param_groups[0]["params"]:
            self.state[p]["momentum_buffer"] = p.grad
        return loss


class Forgets(torch.optim.SGD):
    def state_dict(self):
        return super().state_dict() | {"state": {}}


class MovesWhatHasNoGradient(torch.optim.SGD):
    @torch.no_grad()
    def step(self, closure=None):
        loss = super().step(closure)
        for p in self.param_groups[0]["params"]:
            p.mul_(0.99)
        return loss


class NeedsContiguous(torch.optim.SGD):
    def step(self, closure=None):
        for p in self.param_groups[0]["params"]:
            p.data.view(p.shape[0], -1)
        return super().step(closure)


class DividesByTheGradient(torch.optim.SGD):
    @torch.no_grad()
    def step(self, closure=None):
        for p in self.param_groups[0]["params"]:
            if p.grad is not None:
                p.grad = p.grad / torch.linalg.vector_norm(p.grad) * torch.linalg.vector_norm(p.grad)
        return super().step(closure)


class DecaysNowhere(torch.optim.SGD):
    def __init__(self, params, weight_decay=0.0, weight_decouple=True, **options):
        super().__init__(params, weight_decay=weight_decay if weight_decouple else 0.0, **options)


UNMANNERED = {
    Unmannered: "Calls the closure once",
    WritesTheGradient: "Leaves p.grad",
    SharesMemory: "Buffers share no memory",
    Forgets: "Takes up, bit for bit",
    MovesWhatHasNoGradient: "Leaves a parameter without a gradient alone",
    NeedsContiguous: "Takes a channels_last parameter",
    DividesByTheGradient: "Stays finite",
    DecaysNowhere: "With weight_decouple=False",
}
"""Class → the beginning of the question that finds it out."""


class AsCalled(torch.optim.SGD):
    def step(self, closure=None):
        with torch.set_grad_enabled(torch.is_grad_enabled()):
            loss = None if closure is None else closure()
        super().step()
        return loss


UNMANNERED[AsCalled] = "Enables gradients"
