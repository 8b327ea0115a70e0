"""Lemmas 2.1 and 2.2 of 003 and their variants, on torch.optim.SGD and the scheme of SGDW along random losses."""

from collections.abc import Iterable

import numpy as np
import torch

from verify.checks.adamp_walks import Rule, Walk, walks
from verify.checks.precisions import exact_in_torch
from verify.results import CheckResult

LEMMA_2_2 = "torch.optim.SGD with momentum: ‖w‖² grows by (8)"
VARIANTS: tuple[tuple[str, str, Rule], ...] = (
    ("AP-L21", "torch.optim.SGD: ‖w‖² grows by (6)", Rule()),
    ("AP-L21", "torch.optim.SGD with a schedule: ‖w‖² grows by (6)", Rule(scheduled=True)),
    ("AP-L22", LEMMA_2_2, Rule(0.9)),
    ("AP-L22", f"{LEMMA_2_2}, dampened", Rule(0.9, dampening=0.6)),
    ("AP-L22", f"{LEMMA_2_2} with η_tη_k under a schedule", Rule(0.8, scheduled=True)),
    ("AP-L22", f"{LEMMA_2_2} less 2ηλ Σβ^(t-k)‖w_k‖² with L2", Rule(0.9, 0.1)),
    ("AP-L22", f"{LEMMA_2_2} less 2ηβ^(t+1)⟨w_0, p_-1⟩ from a buffer", Rule(0.9, buffer=True)),
    ("AP-L22", f"{LEMMA_2_2}, with schedule, L2 and buffer at once", Rule(0.7, 0.2, scheduled=True, buffer=True)),
    (
        "AP-L22",
        "SGDW with a schedule and a buffer: β(1-ηλ) in the place of β",
        Rule(0.8, 0.3, True, scheduled=True, buffer=True),
    ),
    ("AP-L22", "torch.optim.SGD, Nesterov: β⟨u_k, p_k⟩ in the place of ‖p_k‖²", Rule(0.9, nesterov=True)),
    ("AP-L22", "torch.optim.SGD, Nesterov, under a schedule: with η_tη_k", Rule(0.7, nesterov=True, scheduled=True)),
)
FAST_WARM_UP = "Nesterov's norm shrinks in a warm-up from 0"


def cross_rate(rates: np.ndarray, t: int, k: int) -> float:
    """The rates that ‖p_k‖² is multiplied by in the growth of step t."""
    return rates[t] * rates[k]


def memory(rule: Rule, rates: np.ndarray, t: int, k: int) -> float:
    """What is left at step t of the buffer of step k: β^(t-k), times the decoupled decays from k+1 to t."""
    shrinks = 1 - rates[k + 1 : t + 1] * rule.decay if rule.decoupled else np.ones(t - k)
    return float(np.prod(rule.momentum * shrinks))


def decayed(rule: Rule, walk: Walk, t: int, k: int) -> np.ndarray:
    """2η_tλ β^(t-k)‖w_k‖²: what L2 takes off the growth of step t."""
    return 2 * walk.rates[t] * rule.decay * memory(rule, walk.rates, t, k) * _square(walk.w[k])


def remembered(rule: Rule, walk: Walk, t: int) -> np.ndarray:
    """2η_tβ^(t+1)⟨w_0, p_{-1}⟩, with the decoupled decays from 0 to t."""
    whole = memory(rule, walk.rates, t, 0) * rule.momentum
    whole *= 1 - walk.rates[0] * rule.decay if rule.decoupled else 1
    return 2 * walk.rates[t] * whole * _dot(walk.w[0], walk.first_buffer)


def used(walk: Walk) -> np.ndarray:
    """What the rate multiplies: u_t = g_t + βp_t for Nesterov's rule, p_t otherwise."""
    return walk.g + walk.rule.momentum * walk.p if walk.rule.nesterov else walk.p


def terms(walk: Walk, t: int) -> list[np.ndarray]:
    """The terms that ‖w_{t+1}‖² is the sum of."""
    rule, rates, u = walk.rule, walk.rates, used(walk)
    ahead = 2 * rule.momentum if rule.nesterov else 2
    found = [_square(walk.w[t]) * (1 - rates[t] * rule.decay if rule.decoupled else 1) ** 2]
    found.append(rates[t] ** 2 * _square(u[t]))
    found += [ahead * cross_rate(rates, t, k) * memory(rule, rates, t, k) * _dot(u[k], walk.p[k]) for k in range(t)]
    if not rule.decoupled and rule.decay:
        found += [-decayed(rule, walk, t, k) for k in range(t + 1)]
    return [*found, -remembered(rule, walk, t)] if rule.buffer else found


def norms_grow_by_the_lemmas(cases: int, seed: int) -> list[CheckResult]:
    """(6) and (8), with what schedules, dampening, both decays, Nesterov and a buffer at the start make of them."""
    results = []
    for claim, law, rule in VARIANTS:

        def errors(dtype: torch.dtype, device: torch.device, rule: Rule = rule) -> torch.Tensor:
            return torch.tensor(np.array(list(_errors(walks(rule, max(cases // 4, 1), seed, dtype, device)))))

        results += exact_in_torch(claim, law, max(cases // 4, 1), errors, "relative to the largest term")
    return results


def _errors(runs: Iterable[Walk]) -> Iterable[float]:
    for run in runs:
        for t in range(len(run.rates)):
            parts = np.array(terms(run, t))
            yield float((abs(_square(run.w[t + 1]) - parts.sum(0)) / abs(parts).max(0)).max())


def warm_up() -> tuple[float, ...]:
    """η_0, η_1, η_2 of a warm-up from 0."""
    return (0.0, 1.0, 1.0)


def inward(rule: Rule) -> float:
    """The multiple of η_{t-1}‖p_{t-1}‖² that -⟨w_t, p_t⟩ is at least."""
    return rule.momentum * (1 + rule.momentum) / 2


def nesterov_grows_unless_it_is_warmed_up_from_zero(cases: int, seed: int) -> list[CheckResult]:
    """From an empty buffer Nesterov's rule pulls inwards, and the norm grows; not where the rate jumps up from 0."""
    worst, count = 0.0, 0
    for rule in (Rule(0.9, nesterov=True), Rule(0.5, nesterov=True, scheduled=True)):
        for run in walks(rule, max(cases // 8, 1), seed, torch.float64, torch.device("cpu")):
            u = used(run)
            for t in range(1, len(run.rates)):
                pulls = [memory(rule, run.rates, t, k) * run.rates[k] * _dot(u[k], run.p[k]) for k in range(t)]
                least = inward(rule) * run.rates[t - 1] * _square(run.p[t - 1])
                worst, count = max(worst, float((least / np.sum(pulls, axis=0)).max())), count + least.size
    law = "torch.optim.SGD, Nesterov: -⟨w_t, p_t⟩ ≥ ½β(1+β)η‖p_{t-1}‖², so that ‖w‖ grows"
    parameter = torch.nn.Parameter(torch.tensor([0.0, 1.0], dtype=torch.float64))
    optimizer = torch.optim.SGD([parameter], lr=1.0, momentum=0.5, nesterov=True)
    norms = []
    for rate, across in zip(warm_up(), (1.0, -1 / 3, -1 / 36), strict=True):
        optimizer.param_groups[0]["lr"] = rate
        a, b = parameter.detach().tolist()
        parameter.grad = torch.tensor([across, -across * a / b], dtype=torch.float64)
        optimizer.step()
        norms.append(float(parameter.detach().square().sum()))
    shrunk = norms[2] / norms[1]
    return [
        CheckResult("AP-L22", law, count, worst, 1.0, "float64", "cpu", worst <= 1, "right over left"),
        CheckResult("AP-L22", FAST_WARM_UP, 1, shrunk, 1.0, "float64", "cpu", shrunk < 1, "‖w_3‖²/‖w_2‖²"),
    ]


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(-1)


def _square(a: np.ndarray) -> np.ndarray:
    return _dot(a, a)
