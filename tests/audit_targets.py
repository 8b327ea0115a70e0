"""Sound optimizers written by hand, and copies of them that are broken in one place each, for the laws of an audit."""

import torch


class SoundAdamW(torch.optim.Optimizer):
    """AdamW; what a broken copy does otherwise is a method or a class attribute of its own."""

    coupled, count_from, inside, decays = False, 0, False, 1

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, *, foreach=False, maximize=False
    ):
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, options | {"foreach": foreach})

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self.prepare()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.move(p, self.gradient(p, group), self.state[p], group)
        return loss

    def prepare(self):
        pass

    def gradient(self, p, group):
        return -p.grad if group["maximize"] else p.grad

    def rate(self, group):
        return group["lr"]

    def count(self, state):
        state["step"] = state.get("step", torch.tensor(0.0)) + 1
        return state["step"].item() + self.count_from

    def moments(self, p, g, state, group):
        beta1, beta2 = group["betas"]
        m, v = state.get("exp_avg", torch.zeros_like(p)), state.get("exp_avg_sq", torch.zeros_like(p))
        state["exp_avg"], state["exp_avg_sq"] = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        return state["exp_avg"], state["exp_avg_sq"]

    def corrections(self, k, group):
        return 1 - group["betas"][0] ** k, 1 - group["betas"][1] ** k

    def direction(self, p, g, state, group):
        k = self.count(state)
        m, v = self.moments(p, g, state, group)
        first, second = self.corrections(k, group)
        if self.inside:
            return m / first / (v / second + group["eps"]).sqrt()
        return m / first / ((v / second).sqrt() + group["eps"])

    def move(self, p, g, state, group):
        rate = self.rate(group)
        if self.coupled:
            g = g + group["weight_decay"] * p
        else:
            for _ in range(self.decays):
                p.mul_(1 - rate * group["weight_decay"])
        p.sub_(rate * self.direction(p, g, state, group))


class SoundSGD(SoundAdamW):
    """Gradient descent with decoupled decay, no buffers."""

    def __init__(self, params, lr=1e-2, weight_decay=0.0):
        super().__init__(params, lr, weight_decay=weight_decay)

    def direction(self, p, g, state, group):
        return g


class Uphill(SoundAdamW):
    def direction(self, *a):
        return -super().direction(*a)


class WithoutBiasCorrection(SoundAdamW):
    def corrections(self, k, group):
        return 1.0, 1.0


class CountsFromTwo(SoundAdamW):
    count_from = 1


class EpsilonUnderTheRoot(SoundAdamW):
    inside = True


class KeepsTheGradient(SoundAdamW):
    """The first buffer is p.grad itself."""

    def moments(self, p, g, state, group):
        if "exp_avg" not in state:
            state["exp_avg"], state["exp_avg_sq"] = g, g * g
            return state["exp_avg"], state["exp_avg_sq"]
        return super().moments(p, g, state, group)


class KeepsTheWeights(SoundAdamW):
    """A buffer that is meant to be a copy of the weights, and is the weights."""

    def direction(self, p, g, state, group):
        state["slow"] = p.detach()
        return super().direction(p, g, state, group)


class OverwritesTheGradient(SoundAdamW):
    coupled = True

    def move(self, p, g, state, group):
        p.grad.add_(p, alpha=group["weight_decay"])
        p.sub_(group["lr"] * self.direction(p, p.grad, state, group))


class DecaysTwice(SoundAdamW):
    decays = 2


class NeverDecays(SoundAdamW):
    decays = 0


class CoupledUnderTheNameDecoupled(SoundAdamW):
    coupled = True

    def __init__(self, params, lr=1e-3, *, weight_decay=1e-2, decoupled_weight_decay=True):
        super().__init__(params, lr, weight_decay=weight_decay)
        self.defaults["decoupled_weight_decay"] = decoupled_weight_decay


class CountsOutsideTheState(SoundAdamW):
    def __init__(self, params, lr=1e-3):
        super().__init__(params, lr)
        self.steps = {}

    def count(self, state):
        self.steps[id(state)] = self.steps.get(id(state), 0) + 1
        return self.steps[id(state)]


class NeverCallsTheClosure(SoundAdamW):
    def step(self, closure=None):
        return super().step()


class CallsTheClosureWithoutGradients(SoundAdamW):
    @torch.no_grad()
    def step(self, closure=None):
        loss = closure() if closure is not None else None
        super().step()
        return loss


class LosesTheLoss(SoundAdamW):
    def step(self, closure=None):
        super().step(closure)


class AnotherForeach(SoundAdamW):
    """Its foreach path leaves ε out of the first quotient, a part in 10⁸."""

    def direction(self, p, g, state, group):
        return super().direction(p, g, state, group | {"eps": 0.0} if group["foreach"] else group)


class Noisy(SoundAdamW):
    def direction(self, p, g, state, group):
        return super().direction(p, g, state, group) * (1 + 1e-9 * torch.randn_like(p))


class DividesZeroByZero(SoundAdamW):
    def direction(self, p, g, state, group):
        return super().direction(p, g, state, group | {"eps": 0.0})


class DecaysWhatHasNoGradient(SoundAdamW):
    def prepare(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    p.mul_(1 - group["lr"] * group["weight_decay"])


class ReadsTheRateOnce(SoundAdamW):
    def rate(self, group):
        return self.defaults["lr"]


class ClipsAllTogether(SoundSGD):
    """One norm over all weights, unannounced."""

    def move(self, p, g, state, group):
        grads = [q.grad for h in self.param_groups for q in h["params"] if q.grad is not None]
        norm = sum(q.square().sum() for q in grads).sqrt()
        super().move(p, g / norm, state, group)


class MaximizesNothing(SoundAdamW):
    def gradient(self, p, group):
        return p.grad


class HalfTheDigits(SoundAdamW):
    def gradient(self, p, group):
        return super().gradient(p, group).float().to(p.dtype)


class ReadsMemoryInOrder(SoundAdamW):
    """Takes the gradient as it lies in memory, in whatever order."""

    def gradient(self, p, group):
        g = p.grad.clone(memory_format=torch.preserve_format)
        return torch.as_strided(g, p.shape, torch.empty(p.shape).stride())


class CountsTheRows(SoundAdamW):
    """Fails for a weight that is one number."""

    def direction(self, p, g, state, group):
        return super().direction(p, g, state, group) * (len(p) / max(len(p), 1))


class HoldsTheWeightsSmall(SoundSGD):
    """A bound that does not scale with the weights."""

    def move(self, p, g, state, group):
        super().move(p, g, state, group)
        p.clamp_(-3, 3)


class Drifts(SoundSGD):
    """Grows by a part in 10⁹ each step."""

    def move(self, p, g, state, group):
        super().move(p, g, state, group)
        p.mul_(1 + 1e-9)
