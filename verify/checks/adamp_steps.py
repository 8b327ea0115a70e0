"""What the projection does to norm and direction, on torch's and our own optimizers: AP-SGDP, AP-ADAMP.

A projecting optimizer and the plain one take each step from the same weights, buffers and gradients; the plain one is
then put back to where the projecting one is. Bounds are those of the schemes' steps from the numbers read there.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from derivations.scheme import Scheme
from derivations.schemes import by_name
from impl.optim import SGDP, AdamP
from verify.checks.tally import Tally
from verify.checks.walks import SPACE, surely_positive, tracked
from verify.precision import DOUBLE_UNIT, ROUNDINGS
from verify.results import CheckResult
from verify.tolerance import Tracked

STEPS, DIMENSIONS = 6, (2, 3, 8, 64)
MEMORIES = (0.0, 0.5, 0.9, 0.99)


@dataclass(frozen=True)
class Pair:
    """An optimizer with the projection and the same without it, and the schemes whose steps bound their rounding."""

    claim: str
    name: str
    projecting: Callable[[list, float, float], torch.optim.Optimizer]
    plain: Callable[[list, float, float], torch.optim.Optimizer]
    schemes: tuple[Scheme, Scheme]
    buffers: dict[str, str]

    def numbers(self, lr: float, memory: float) -> SimpleNamespace:
        given = {"lr": lr, "momentum": memory, "beta1": memory, "beta2": 0.9, "eps": 1e-8, "weight_decay": 0.0}
        names = self.schemes[0].hyperparameters
        return SimpleNamespace(**{name: tracked(given[name]) for name in names if name in given})


def _adam(memory: float) -> dict[str, Any]:
    return {"betas": (memory, 0.9), "eps": 1e-8, "weight_decay": 0.0}


SGDP_PAIR = Pair(
    "AP-SGDP",
    "SGDP",
    lambda w, lr, memory: SGDP(w, lr=lr, momentum=memory),
    lambda w, lr, memory: torch.optim.SGD(w, lr=lr, momentum=memory),
    (by_name("sgdp"), by_name("sgd-m")),
    {"p": "momentum_buffer", "m": "momentum_buffer"},
)
ADAMP_PAIR = Pair(
    "AP-ADAMP",
    "AdamP",
    lambda w, lr, memory: AdamP(w, lr=lr, **_adam(memory)),
    lambda w, lr, memory: torch.optim.AdamW(w, lr=lr, **_adam(memory)),
    (by_name("adamp"), by_name("adamw")),
    {"m": "exp_avg", "v": "exp_avg_sq"},
)


@dataclass(frozen=True)
class Both:
    """A step from w taken twice: with the projection and without, each with its rounding bound."""

    w: Tracked
    projected: Tracked
    plain: Tracked

    @property
    def inward(self) -> Tracked:
        """⟨w, w - plain⟩ = η⟨w, p⟩."""
        return SPACE.dot(self.w, self.w - self.plain)


def steps(pair: Pair, cases: int, seed: int) -> Iterator[Both]:
    """About `cases` steps, the gradients tangent parts of drawn vectors, one in ten of them 0."""
    rows = -(-cases // (len(DIMENSIONS) * len(MEMORIES) * STEPS))
    for d in DIMENSIONS:
        generator = np.random.default_rng((seed, d))
        for memory in MEMORIES:
            yield from _run(pair, generator, rows, d, memory, 10 ** generator.uniform(-3, 0))


def _run(pair: Pair, generator: np.random.Generator, rows: int, d: int, memory: float, lr: float) -> Iterator[Both]:
    start = torch.tensor(generator.normal(size=(rows, d)))
    ours, theirs = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
    first, second = pair.projecting([ours], lr, memory), pair.plain([theirs], lr, memory)
    for k in range(STEPS):
        w = ours.detach().clone()
        g = torch.tensor(generator.normal(size=(rows, d)) * (generator.uniform(size=(rows, 1)) > 0.1))
        g -= (g * w).sum(1, keepdim=True) / (w * w).sum(1, keepdim=True) * w
        before = {name: first.state[ours].get(key, torch.zeros_like(w)).clone() for name, key in pair.buffers.items()}
        with torch.no_grad():
            theirs.copy_(w)
        ours.grad, theirs.grad = g.clone(), g.clone()
        first.step()
        second.step()
        x, h = SPACE.vector(w.numpy()), pair.numbers(lr, memory)
        state = {name: SPACE.vector(b.numpy()) for name, b in before.items()}
        with np.errstate(all="ignore"):
            bounds = [s.step(SPACE, k, x, SPACE.vector(g.numpy()), state, h)[0] for s in pair.schemes]
        found = [np.array(p.detach().numpy()) for p in (ours, theirs)]
        yield Both(x, *(Tracked(f, b.error, b.precision) for f, b in zip(found, bounds, strict=True)))


def on_the_circle(both: Both) -> Tracked:
    """Where the plain step leads, from the projected one: w⁺ - η⟨w, p⟩ w/‖w‖²; the law that is checked."""
    return both.projected - both.inward / SPACE.dot(both.w, both.w) * both.w


def grown(both: Both) -> Tracked:
    """‖w⁺‖² = ‖w‖² + ‖w - plain‖² - ⟨w - plain, ŵ⟩²; the law that is checked."""
    square, moved = SPACE.dot(both.w, both.w), both.w - both.plain
    return square + SPACE.dot(moved, moved) - both.inward * both.inward / square


def projected_steps_share_circle_and_obey_the_norm_law(cases: int, seed: int) -> list[CheckResult]:
    """The projected step leaves w in the plain step's direction and grows the norm by η²‖Π p‖²."""
    results = []
    for pair in (SGDP_PAIR, ADAMP_PAIR):
        circle = Tally(pair.claim, f"{pair.name} leaves along the plain step's great circle")
        norm = Tally(pair.claim, f"{pair.name} grows the squared norm by η²‖Π p‖²")
        for both in steps(pair, cases, seed):
            circle.equal(both.plain, on_the_circle(both))
            norm.equal(SPACE.dot(both.projected, both.projected), grown(both))
        results += [circle.result(), norm.result()]
    return results


def growth(both: Both) -> tuple[Tracked, Tracked]:
    """‖w⁺‖² with the projection and without."""
    return SPACE.dot(both.projected, both.projected), SPACE.dot(both.plain, both.plain)


def no_step_grows_more_than_where_adam_points_inward(cases: int, seed: int) -> list[CheckResult]:
    """From the same state SGDP's norm grows less at every step, AdamP's where Adam's step points outward, else more."""
    less = Tally("AP-SGDP", "SGDP's step grows the norm no more than momentum's")
    removed = Tally("AP-SGDP", "what SGDP's projection takes out points outward")
    for both in steps(SGDP_PAIR, cases, seed):
        less.at_most(*growth(both))
        removed.at_most(both.inward, Tracked(0.0), scale=SPACE.dot(both.w, both.w).value)
    outward = Tally("AP-ADAMP", "AdamP's step grows the norm no more than Adam's where that points outward")
    inward = Tally("AP-ADAMP", "AdamP's step grows the norm no less than Adam's where that points inward")
    counted = total = 0
    for both in steps(ADAMP_PAIR, cases, seed):
        toward = surely_positive(both.inward) & surely_positive(2 * SPACE.dot(both.w, both.w) - both.inward)
        ours, plain = growth(both)
        outward.at_most(ours, plain, where=surely_positive(-both.inward))
        inward.at_most(plain, ours, where=toward)
        counted, total = counted + int(toward.sum()), total + len(toward)
    inward.note = f"{100 * counted / total:.0f} % of the steps, η between 0.001 and 1"
    return [tally.result() for tally in (less, removed, outward, inward)]


def taken_out(lr: float, beta: float, squares: Sequence[Any]) -> Any:
    """⟨w_t, p_t⟩ from ‖Π p_j‖², j < t: -η Σ_j β^{t-j} ‖Π p_j‖², the law that is checked."""
    return -lr * sum(beta ** (len(squares) - j) * square for j, square in enumerate(squares))


def taken_out_of_a_projected_buffer(lr: float, beta: float, squares: Sequence[Any]) -> Any:
    """-βη‖Π p_{t-1}‖²: the same where the buffer is kept projected."""
    return -beta * lr * squares[-1]


def the_projection_takes_out_a_sum_of_squares(cases: int, seed: int) -> list[CheckResult]:
    """⟨w_t, p_t⟩ is -η Σ β^{t-j} ‖Π p_j‖² as printed, -βη‖Π p_{t-1}‖² where the buffer is projected too."""
    results = []
    for projected, law in ((False, taken_out), (True, taken_out_of_a_projected_buffer)):
        generator, lr, beta, worst = np.random.default_rng(seed), 0.1, 0.9, 0.0
        w = torch.nn.Parameter(torch.tensor(generator.normal(size=(max(cases // 10, 2), 8))))
        optimizer, squares = SGDP([w], lr=lr, momentum=beta, project_buffer=projected), list[torch.Tensor]()
        for _ in range(3 * STEPS):
            x, g = w.detach().clone(), torch.tensor(generator.normal(size=w.shape))
            g -= _inner(g, x) / _inner(x, x) * x
            p = beta * optimizer.state[w].get("momentum_buffer", torch.zeros_like(x)) + g
            if squares:
                found = _inner(x, p) - law(lr, beta, squares)
                worst = max(worst, float((found.abs() / (_inner(x, x) * _inner(p, p)).sqrt()).max()))
            w.grad = g
            optimizer.step()
            squares.append(_inner(p, p) - _inner(p, x) ** 2 / _inner(x, x))
        # Each step's dot products of length 8 and a handful of operations, errors of earlier steps forgotten as β^t.
        allowed = (8 + 8) * ROUNDINGS * DOUBLE_UNIT / (1 - beta) * 3 * STEPS
        name = f"what SGDP takes out, {'buffer projected' if projected else 'as printed'}"
        note, count = "relative to ‖w‖‖p‖", len(w) * (3 * STEPS - 1)
        results.append(CheckResult("AP-SGDP", name, count, worst, allowed, "float64", "cpu", worst <= allowed, note))
    return results


def _inner(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (a * b).sum(1, keepdim=True)


def uncorrected_factor(beta1: float, beta2: float, t: int) -> float:
    """(1-β₁^t)/√(1-β₂^t), t from 1: the law that is checked."""
    return (1 - beta1**t) / math.sqrt(1 - beta2**t)


def printed_adamp_takes_longer_steps(cases: int, seed: int) -> list[CheckResult]:
    """Algorithm 2 as printed, without bias correction, moves (1-β₁^t)/√(1-β₂^t) times as far as with it."""
    generator, betas, worst, largest = np.random.default_rng(seed), (0.9, 0.999), 0.0, (0.0, 0)
    w, lr = torch.tensor(generator.normal(size=(max(cases // 20, 3), 8))), 1.0
    parameters = [torch.nn.Parameter(w.clone()) for _ in range(2)]
    optimizers = [
        AdamP([p], lr=lr, betas=betas, eps=0.0, bias_correction=corrected)
        for p, corrected in zip(parameters, (False, True), strict=True)
    ]
    for t in range(1, 31):
        g = torch.tensor(generator.normal(size=w.shape))
        moved = []
        for parameter, optimizer in zip(parameters, optimizers, strict=True):
            with torch.no_grad():
                parameter.copy_(w)
            parameter.grad = g.clone()
            optimizer.step()
            moved.append(w - parameter.detach())
        factor = uncorrected_factor(*betas, t)
        size = (moved[0].abs() + factor * moved[1].abs()).amax(1, keepdim=True) + w.abs()
        worst = max(worst, float(((moved[0] - factor * moved[1]).abs() / size).max()))
        largest = max(largest, (factor, t))
    # 30 steps of two buffers, a dozen operations a step, the projection's sum over 8 coordinates; u = 2^-53.
    allowed = (30 * 6 + 24) * ROUNDINGS * DOUBLE_UNIT * 8
    law = "printed, AdamP moves (1-β₁^t)/√(1-β₂^t) times as far as with bias correction"
    first = uncorrected_factor(*betas, 1)
    note = f"relative; the factor is {first:.2f} at first and at most {largest[0]:.2f}, at t = {largest[1]}"
    return [CheckResult("AP-ADAMP", law, 30 * len(w), worst, allowed, "float64", "cpu", worst <= allowed, note)]


def adam_can_shrink_the_norm_for_good(cases: int, seed: int) -> list[CheckResult]:
    """Toward the diagonal of the plane Adam's norm falls to about 1/√2 of what it was; AdamP's does not fall at all."""
    norms = {}
    for name, make in (("Adam", ADAMP_PAIR.plain), ("AdamP", ADAMP_PAIR.projecting)):
        w = torch.nn.Parameter(torch.tensor([[1.0, 0.01]], dtype=torch.float64))
        optimizer = make([w], 2e-3, 0.9)
        for _ in range(450):
            optimizer.zero_grad()
            (-w.sum() / w.norm()).backward()
            optimizer.step()
        norms[name] = float(w.detach().norm())
    worst = norms["Adam"] / (0.75 * norms["AdamP"])
    note = f"the norm ends at {norms['Adam']:.2f} under Adam, at {norms['AdamP']:.2f} under AdamP, from 1.00"
    law = "Adam's norm falls where AdamP's does not"
    return [CheckResult("AP-ADAMP", law, 1, worst, 1.0, "float64", "cpu", worst <= 1 <= norms["AdamP"], note)]
