"""SGD-M and Adam are instances of the generic scheme (3), (4): SP-GEN-SGD, SP-GEN-ADAM; and SP-SGD-L2."""

from collections.abc import Iterator, Sequence
from functools import partial
from types import SimpleNamespace

import numpy as np
import torch

from derivations.schemes import by_name
from verify.checks.tally import Tally
from verify.checks.torch_runs import Visit, torch_runs
from verify.checks.walks import SPACE, Taken, walks
from verify.results import CheckResult
from verify.tolerance import Tracked


def momentum(points: Sequence[Tracked], gradients: Sequence[Tracked], beta: Tracked, weight_decay: Tracked) -> Tracked:
    """(4): a_k = β a_{k-1} + ∇L(x_k) + λ x_k, from a_{-1} = 0."""
    a = SPACE.zeros_like(points[0])
    for x, gradient in zip(points, gradients, strict=True):
        a = beta * a + gradient + weight_decay * x
    return a


def step(x: Tracked, a: Tracked, b: Tracked, lr: Tracked) -> Tracked:
    """(3): x - η a⊘b."""
    return x - lr * (a / b)


def adam_division(
    points: Sequence[Tracked], gradients: Sequence[Tracked], h: SimpleNamespace, inside: bool = True
) -> Tracked:
    """b_k of (9)/(25), its v_k by the sum (42); inside=False puts ε outside of the root, as torch does."""
    k = len(points) - 1
    terms = [gradient + h.weight_decay * x for x, gradient in zip(points, gradients, strict=True)]
    v = (1 - h.beta2) * sum(h.beta2 ** (k - i) * (g * g) for i, g in enumerate(terms))
    v_hat = v / (1 - h.beta2 ** (k + 1))
    root = SPACE.sqrt(v_hat + h.eps) if inside else SPACE.sqrt(v_hat) + h.eps
    return (1 - h.beta1 ** (k + 1)) / (1 - h.beta1) * root


def schemes_are_the_generic_scheme(cases: int, seed: int) -> list[CheckResult]:
    """The schemes SGD-M and Adam, as printed (epsilon inside the root), step by (3) with a_k of (4) and b_k of (9)."""
    tallies = [Tally("SP-GEN-SGD", "SGD-M is (3), (4) with b = 1"), Tally("SP-GEN-ADAM", "Adam is (3), (4) with (9)")]
    for tally, name in zip(tallies, ("sgd-m", "adam"), strict=True):
        for taken in walks(by_name(name), cases, seed):
            for t in taken:
                with np.errstate(all="ignore"):
                    tally.equal(t.following, _generic_step(t, taken[: t.k + 1]))
    return [tally.result() for tally in tallies]


def torch_is_the_generic_scheme(cases: int, seed: int) -> list[CheckResult]:
    """torch.optim.SGD with momentum and torch.optim.Adam, on random losses: x_{k+1} by (3), the buffer by (4).

    torch's Adam has epsilon outside the root; it is compared with (9) so changed, and with (9) itself at ε = 0.
    """
    sgd = Tally("SP-GEN-SGD", "torch.optim.SGD is (3), (4)")
    adam = Tally("SP-GEN-ADAM", "torch.optim.Adam is (3), (4), (9)")
    for visits in torch_runs(torch_sgd, draw_sgd, cases, seed):
        for points, gradients, h, visit in histories(visits):
            a = momentum(points, gradients, h.momentum, h.weight_decay)
            sgd.equal(a, visit.buffers["momentum_buffer"])
            sgd.equal(step(points[-1], a, SPACE.ones_like(a), h.lr), visit.following)
    for epsilon in (0.0, 1e-8):
        for visits in torch_runs(torch_adam, partial(draw_adam, eps=epsilon), cases, seed):
            for points, gradients, h, visit in histories(visits):
                with np.errstate(all="ignore"):
                    a = momentum(points, gradients, h.beta1, h.weight_decay)
                    b = adam_division(points, gradients, h, inside=epsilon == 0)
                    adam.equal(a * (1 - h.beta1), visit.buffers["exp_avg"])
                    adam.equal(step(points[-1], a, b, h.lr), visit.following)
    return [sgd.result(), adam.result()]


def printed_sgd_l2(x: Tracked, gradient: Tracked, h: SimpleNamespace) -> Tracked:
    """3.2 of both papers: x - η(∇L(x) - λx)."""
    return x - h.lr * (gradient - h.weight_decay * x)


def sgd_l2(x: Tracked, gradient: Tracked, h: SimpleNamespace) -> Tracked:
    """The sign that the rest of the papers uses: x - η(∇L(x) + λx)."""
    return x - h.lr * (gradient + h.weight_decay * x)


def the_printed_sign_of_l2_is_another_scheme(cases: int, seed: int) -> list[CheckResult]:
    """torch.optim.SGD(weight_decay=λ) takes the step with +λx; the printed one ends elsewhere on the sphere."""
    right = Tally("SP-SGD-L2", "torch.optim.SGD steps by x - η(∇L(x) + λx)")
    wrong = Tally("SP-SGD-L2", "the printed x - η(∇L(x) - λx) is another trajectory on the sphere")
    for visits in torch_runs(torch_sgd, _draw_decay, cases, seed):
        for points, gradients, h, visit in histories(visits):
            x, gradient = points[-1], gradients[-1]
            right.equal(sgd_l2(x, gradient, h), visit.following)
            printed, real = printed_sgd_l2(x, gradient, h), sgd_l2(x, gradient, h)
            wrong.differ(printed / SPACE.norm(printed), real / SPACE.norm(real))
    return [right.result(), wrong.result()]


def _generic_step(t: Taken, history: Sequence[Taken]) -> Tracked:
    points, gradients = [s.x for s in history], [s.gradient for s in history]
    if "beta1" not in vars(t.h):
        a = momentum(points, gradients, t.h.momentum, t.h.weight_decay)
        return step(t.x, a, SPACE.ones_like(a), t.h.lr)
    a = momentum(points, gradients, t.h.beta1, t.h.weight_decay)
    return step(t.x, a, adam_division(points, gradients, t.h), t.h.lr)


def histories(visits: Sequence[Visit]) -> Iterator[tuple[list[Tracked], list[Tracked], SimpleNamespace, Visit]]:
    """x_0..x_k and ∇L(x_0)..∇L(x_k), the hyper-parameters and the visit itself, for every k."""
    points: list[Tracked] = []
    gradients: list[Tracked] = []
    for visit in visits:
        points.append(SPACE.vector(visit.x))
        gradients.append(SPACE.vector(visit.gradient))
        yield points, gradients, SimpleNamespace(**{n: SPACE.scalar(v) for n, v in vars(visit.h).items()}), visit


def torch_sgd(parameters: list[torch.Tensor], h: SimpleNamespace) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=h.lr, momentum=h.momentum, weight_decay=h.weight_decay)


def torch_adam(parameters: list[torch.Tensor], h: SimpleNamespace) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, lr=h.lr, betas=(h.beta1, h.beta2), eps=h.eps, weight_decay=h.weight_decay)


def draw_sgd(generator: np.random.Generator) -> SimpleNamespace:
    lr = 10 ** generator.uniform(-6, 2)
    momentum = float(generator.choice([0.5, 0.9, 0.999]))
    return SimpleNamespace(lr=lr, momentum=momentum, weight_decay=10 ** generator.uniform(-6, -0.1) / lr)


def _draw_decay(generator: np.random.Generator) -> SimpleNamespace:
    """Steps and decays large enough for one step to show the sign of λ in double precision."""
    lr = 10 ** generator.uniform(-3, 0)
    return SimpleNamespace(lr=lr, momentum=0.0, weight_decay=10 ** generator.uniform(-3, -0.1) / lr)


def draw_adam(generator: np.random.Generator, eps: float) -> SimpleNamespace:
    lr = 10 ** generator.uniform(-6, 2)
    beta1, beta2 = generator.choice([0.0, 0.5, 0.9]), generator.choice([0.5, 0.99, 0.999])
    return SimpleNamespace(
        lr=lr, beta1=float(beta1), beta2=float(beta2), eps=eps, weight_decay=10 ** generator.uniform(-6, -0.1) / lr
    )
