"""Schemes with the same trajectory on the sphere: SP-L3, SP-T4-WD, OD-EXACT."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from derivations.schemes import by_name
from derivations.sphere import tangent_projection
from impl.models.losses import LOSSES
from impl.optim import SphericalSGD
from verify.checks.batches import Batch, gaps, over, over_digits, recipe, recipes, relative_gaps
from verify.checks.precisions import exact_in_mpmath, exact_in_torch
from verify.checks.tally import Tally
from verify.checks.walks import SPACE, walks
from verify.oracle import Trajectory, trajectory
from verify.results import CheckResult
from verify.spaces import Torch

STEPS = 15
LONG = 200


def rate(learning_rate: Any, radial: Any) -> Any:
    """A with η^e = A/(1 - As), (7) solved for A."""
    return learning_rate / (1 + learning_rate * radial)


def equal_effective_quantities_give_equal_trajectories(cases: int, seed: int) -> list[CheckResult]:
    """Lemma 3: from one u_0, two generic schemes with the same η^e_k and c_k⊥, but other radii and radial parts of c_k.

    (H1) is kept: 1 - A⟨c, u⟩ = 1/(1 + η^e⟨c, u⟩) with η^e⟨c, u⟩ > -0.9.
    """
    drawn = recipes(cases, STEPS, seed)

    def measure(batch: Batch) -> Any:
        rows, runs = len(batch.start), []
        learning_rate = batch.lr / batch.space.dot(batch.start, batch.start)
        for run in range(2):
            generator = np.random.default_rng((seed, rows, run))
            x = batch.start * batch.factor(10 ** generator.uniform(-2, 2, size=rows))
            points = [x]
            for target in batch.targets:
                radius = batch.space.norm(x)
                tangent = tangent_projection(batch.space, target, x / radius)
                radial = batch.factor(generator.uniform(-0.9, 2, size=rows)) / learning_rate
                x = x - radius * rate(learning_rate, radial) * (radial * (x / radius) + tangent)
                points.append(x)
            runs.append(points)
        return gaps(batch.space, *runs)

    return exact_in_torch("SP-L3", "equal η^e and c⊥ give equal trajectories", _count(drawn), over(drawn, measure))


def schedule(lr: Any, weight_decay: Any, k: int) -> Any:
    """(46): η_k = η(1-ηλ)^{-2k-1}."""
    return lr / (1 - lr * weight_decay) ** (2 * k + 1)


def weight_decay_is_an_exponential_schedule(cases: int, seed: int) -> list[CheckResult]:
    """(46): SGD with (η, λ) and SGD with λ = 0, η_k = η(1-ηλ)^{-2k-1} have the same u_k; radii differ by (1-ηλ)^k."""

    def directions(batch: Batch) -> Any:
        decayed, scheduled = _decayed_and_scheduled(batch)
        return gaps(batch.space, decayed.points, scheduled.points)

    def radii(batch: Batch) -> Any:
        decayed, scheduled = _decayed_and_scheduled(batch)
        q, norm = 1 - batch.lr * batch.weight_decay, batch.space.norm
        shrunk = [q**k * norm(x) for k, x in enumerate(scheduled.points)]
        return relative_gaps(batch.space, [norm(x) for x in decayed.points], shrunk)

    drawn = recipes(cases, STEPS, seed)
    long = recipe(-(-cases // 250), 3, LONG, seed, decay=(-3, -0.01))
    count = len(long.start)
    return [
        *exact_in_torch("SP-T4-WD", "decay is the schedule (46)", _count(drawn), over(drawn, directions)),
        *exact_in_torch("SP-T4-WD", "radii differ by (1-ηλ)^k", _count(drawn), over(drawn, radii)),
        exact_in_mpmath("SP-T4-WD", f"decay is the schedule (46), {LONG} steps", count, over_digits(long, directions)),
    ]


def beyond_one_the_schedule_fails(cases: int, seed: int) -> list[CheckResult]:
    """For ηλ > 1 the first step of SGD with decay ends at the antipode of the schedule's, and the next elsewhere.

    ∇L is not odd here: ∇L(-u) is the tangent part of the same vector. For an even loss the two would stay antipodal.
    """
    drawn = recipes(cases, 2, seed, decay=(0.1, 1), lengths=(-2, 0.5))
    count = sum(int((r.weight_decay > 0).sum()) for r in drawn)

    def antipode(batch: Batch) -> Any:
        decayed, scheduled = _decayed_and_scheduled(batch)
        reversed_ = (batch.weight_decay > 0).flatten()
        return gaps(batch.space, [decayed.points[1]], [-scheduled.points[1]])[reversed_]

    apart = Tally("SP-T4-WD", "for ηλ > 1 the second step leaves the schedule's line")
    for r in drawn:
        batch = r.in_torch(torch.float64, torch.device("cpu"))
        decayed, scheduled = _decayed_and_scheduled(batch)
        moving = ((batch.weight_decay > 0).flatten() & batch.targets[:2].any(-1).all(0)).numpy()
        u, v = (SPACE.vector(run.points[2].numpy()) for run in (decayed, scheduled))
        cosine = SPACE.dot(u, v) / (SPACE.norm(u) * SPACE.norm(v))
        if r.start.shape[1] > 1:
            apart.differ(cosine * cosine, 1.0, moving)
    law = "for ηλ > 1 the first step is antipodal to the schedule's"
    return [*exact_in_torch("SP-T4-WD", law, count, over(drawn, antipode)), apart.result()]


def the_all_order_scheme_is_sgd(cases: int, seed: int) -> list[CheckResult]:
    """OD-EXACT: SphericalSGD has SGD + L2's directions, and w_k = r_k⁴, under random schedules of η and λ.

    Batched in torch; for 200 steps in mpmath; and step by step with η in 10⁻⁸..10³ and radii, gradients in 10⁻³..10³.
    """

    def directions(batch: Batch) -> Any:
        flat, sphere = _flat_and_spherical(batch)
        return gaps(batch.space, flat.points, sphere.points)

    def radii(batch: Batch) -> Any:
        flat, sphere = _flat_and_spherical(batch)
        fourth = [batch.space.dot(x, x) ** 2 for x in flat.points]
        return relative_gaps(batch.space, [state["w"] for state in sphere.states], fourth)

    drawn = recipes(cases, STEPS, seed)
    long = recipe(-(-cases // 250), 3, LONG, seed)
    count = len(long.start)
    return [
        *exact_in_torch("OD-EXACT", "directions are SGD's, any schedule", _count(drawn), over(drawn, directions)),
        *exact_in_torch("OD-EXACT", "w is the fourth power of SGD's radius", _count(drawn), over(drawn, radii)),
        exact_in_mpmath("OD-EXACT", f"directions are SGD's for {LONG} steps", count, over_digits(long, directions)),
        _extreme_steps(cases, seed),
    ]


def the_all_order_optimizer_is_torch_sgd(cases: int, seed: int) -> list[CheckResult]:
    """impl.optim.SphericalSGD beside torch.optim.SGD(weight_decay), on random losses by autograd: 30 steps, η decaying.

    Steps are kept small: large ones on a curved loss are chaotic, and then rounding alone parts any two programs.
    """
    rows = -(-cases // (10 * len(LOSSES)))

    def errors(dtype: torch.dtype, device: torch.device) -> torch.Tensor:
        found = []
        for number, build in enumerate(LOSSES.values()):
            generator = np.random.default_rng((seed, number))
            start = generator.normal(size=(rows, 8))
            lr, product = 10 ** generator.uniform(-3, -1.5), 10 ** generator.uniform(-5, -3)
            start /= np.linalg.norm(start, axis=1, keepdims=True)
            loss = build(8, seed=seed + number, batch_shape=(rows,), dtype=dtype, device=device)
            runs = []
            for make in (torch.optim.SGD, SphericalSGD):
                p = torch.nn.Parameter(torch.tensor(start, dtype=dtype, device=device))
                optimizer = make([p], lr=lr, weight_decay=product / lr)
                cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=30)
                points = [p.detach().clone()]
                for _ in range(30):
                    optimizer.zero_grad()
                    loss(p).sum().backward()
                    optimizer.step()
                    cosine.step()
                    points.append(p.detach().clone())
                runs.append(points)
            found.append(gaps(Torch(), *runs).cpu())
        return torch.cat(found)

    law = "impl.optim.SphericalSGD has torch.optim.SGD's directions"
    return exact_in_torch("OD-EXACT", law, rows * len(LOSSES), errors)


def _extreme_steps(cases: int, seed: int) -> CheckResult:
    tally, scheme = Tally("OD-EXACT", "one step over all scales"), by_name("spherical-sgd")
    for taken in walks(by_name("sgd-l2"), cases, seed):
        for t in taken:
            with np.errstate(all="ignore"):
                square = SPACE.dot(t.x, t.x)
                u, state = t.x / SPACE.sqrt(square), {"w": square * square}
                x, state = scheme.step(SPACE, t.k, u, t.on_sphere, state, t.h)
                after = SPACE.dot(t.following, t.following)
                tally.equal(x, t.following / SPACE.sqrt(after), scale=1.0)
                tally.equal(state["w"], after * after)
    return tally.result()


def _decayed_and_scheduled(batch: Batch) -> tuple[Trajectory, Trajectory]:
    steps = len(batch.targets)
    decayed = SimpleNamespace(lr=batch.lr, weight_decay=batch.weight_decay)

    def scheduled(k: int) -> SimpleNamespace:
        return SimpleNamespace(lr=schedule(batch.lr, batch.weight_decay, k))

    return (
        trajectory(by_name("sgd-l2"), batch.space, batch.start, batch.gradient, decayed, steps),
        trajectory(by_name("sgd"), batch.space, batch.start, batch.gradient, scheduled, steps),
    )


def _flat_and_spherical(batch: Batch) -> tuple[Trajectory, Trajectory]:
    """SGD + L2 and SphericalSGD, η and λ multiplied at each step by numbers of their own."""

    def drawn(k: int) -> SimpleNamespace:
        generator = np.random.default_rng(k)
        lr, decay = (batch.factor(np.full(1, generator.uniform(0.3, 1))) for _ in range(2))
        return SimpleNamespace(lr=batch.lr * lr, weight_decay=batch.weight_decay * decay)

    steps, names = len(batch.targets), ("sgd-l2", "spherical-sgd")
    flat, sphere = (trajectory(by_name(n), batch.space, batch.start, batch.gradient, drawn, steps) for n in names)
    return flat, sphere


def _count(drawn: Any) -> int:
    return sum(len(r.start) for r in drawn)
