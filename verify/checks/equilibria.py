"""The equilibria derived from the schemes against simulated weights: OD-EQUIL.

Random gradients normal to the weight, of a known second moment, drive torch's optimizers, ours, or the scheme itself
where nobody ships one. A whole check fails by bad luck with the probability 10⁻⁶ (FALSE_ALARM), shared by its rows.
"""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from derivations.equilibrium import Numbers, numbers
from derivations.equilibrium.mean_field import ISOTROPY
from derivations.equilibrium.one_step import L, X, one_step
from derivations.schemes import by_name
from verify.follower import Follower
from verify.noise import constant, uniform
from verify.random_gradients import Make, Motion, run, sphere
from verify.results import CheckResult
from verify.shipped import SUBJECTS
from verify.spaces import Torch
from verify.statistics import FALSE_ALARM, Comparisons

CLAIM = "OD-EQUIL"
NOISE = uniform(0.2, 1.8)
LINEAR: dict[str, dict[str, float]] = {
    "sgd-l2": {"lr": 0.5, "weight_decay": 0.1},
    "sgd-m": {"lr": 0.5, "weight_decay": 0.02, "momentum": 0.8},
    "sgd-nesterov": {"lr": 0.5, "weight_decay": 0.1, "momentum": 0.8},
    "sgd-dampened": {"lr": 0.5, "weight_decay": 0.1, "momentum": 0.8, "dampening": 0.5},
    "sgdw": {"lr": 0.5, "weight_decay": 0.1, "momentum": 0.8},
}
"""Schemes that are linear in their vectors: what is expected of them is exact in every dimension."""
OTHERS: dict[str, dict[str, float]] = {
    "sgdp": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.2},
    "adam-torch": {"lr": 0.01, "beta1": 0.9, "beta2": 0.995, "weight_decay": 0.03, "eps": 0.0},
    "adamw": {"lr": 0.01, "beta1": 0.8, "beta2": 0.995, "weight_decay": 2.0, "eps": 0.0},
    "adamp": {"lr": 0.01, "beta1": 0.8, "beta2": 0.995, "weight_decay": 2.0, "eps": 0.0},
    "rmsprop": {"lr": 0.01, "beta": 0.995, "weight_decay": 0.03, "eps": 0.0},
    "adam-without-a": {"lr": 0.01, "beta1": 0.5, "beta2": 0.9, "weight_decay": 0.02, "eps": 0.0},
}
"""Schemes with a root or a projection: what is expected of them is the leading order in their fluctuations."""
WIDE = 256
LION = {"lr": 0.01, "beta1": 0.9, "beta2": 0.97, "weight_decay": 2.0}
COUNT = 10.0**6
"""Steps after which the corrections for a start at zero are gone."""


def optimizer(name: str, h: SimpleNamespace) -> tuple[Make, dict[str, str], str | None, str]:
    """How to make an optimizer of the scheme, its buffers' names, its counter, and whose it is."""
    subject = next((s for s in SUBJECTS if s.scheme.name == name), None)
    if subject is not None:
        make = subject.make
        return (lambda p: make(p, h)), dict(subject.buffers(h)), subject.counter, subject.name
    scheme = by_name(name)
    state = scheme.initial_state(Torch(), torch.zeros(1, 1), h)
    return (lambda p: Follower(p, scheme, h)), {b: b for b in state}, None, f"the scheme {name}"


def one_step_in_numbers(name: str, h: SimpleNamespace) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """M, b, r of a linear scheme: E[X' | past] = M X + b E‖g̃‖²/‖w‖², E[⟨w', w⟩ | past] = r X."""
    step = one_step(name)
    values = {symbol: getattr(h, parameter) for parameter, symbol in vars(step.h).items()}
    rows = [f.xreplace(values).expand() for f in (*step.mean, step.expected(step.turned))]
    matrix = np.array([[float(f.xreplace({L: 0}).diff(u)) for u in step.unknowns] for f in rows])
    source = np.array([float((f.diff(L) * X).simplify()) for f in rows[:-1]])
    return matrix[:-1], source, matrix[-1]


def linear_schemes_balance_whatever_the_noise(cases: int, seed: int) -> list[CheckResult]:
    """E‖w‖² = ‖w*‖⁴ E‖w‖⁻² and E⟨w', w⟩ = cos Δ* ‖w*‖⁴ E‖w‖⁻² for schemes that are linear in their vectors.

    X moves by M X + b L/‖w‖² in the mean; summed over a run, both laws have a boundary term of G = (1-M)⁻¹ that makes
    their expectations vanish exactly, for every start, length, dimension and law of the noise: nothing is linearised.
    """
    results = []
    for row, (name, chosen) in enumerate(LINEAR.items()):
        scheme = by_name(name)
        h, n = scheme.numbers(**chosen), numbers(name, second_moment=NOISE.mean, **chosen)
        make, buffers, _, whose = optimizer(name, h)
        note = f"‖w*‖ = {n.norm:.5g}, Δ* = {n.angle:.5g}; d = 3, 64"
        law = Comparisons(CLAIM, f"{whose} balances as derived", 4, note, FALSE_ALARM / len(LINEAR))
        for d in (3, 64):
            generator = np.random.default_rng((seed, row, d))
            replicas = max(cases // (2 if d == 3 else 10), 12)
            motion = run(make, sphere(replicas, d, n.norm**2, generator), NOISE, 160, generator, warm_up=10)
            for total in _unbalanced(one_step_in_numbers(name, h), n, motion, next(iter(buffers.values()), None)):
                law.equal(total, 0.0, scale=1.0)
        results.append(law.result())
    return results


def _unbalanced(
    known: tuple[np.ndarray, np.ndarray, np.ndarray], n: Numbers, motion: Motion, buffer: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """What the two laws leave in the mean over a run, with the boundary terms, in units of ‖w*‖²."""
    matrix, _, turned = known
    pairs = [("w", "w")] + ([("w", buffer), (buffer, buffer)] if buffer else [])
    entries = np.stack([motion.dot(*pair) for pair in pairs])
    ends = np.linalg.inv(np.eye(len(pairs)) - matrix) @ (entries[:, -1] - entries[:, 0])
    x, inner = entries[0, :-1], motion.inner[:-1]
    norm = (x - n.norm**4 / x).sum(0) + ends[0]
    turn = (inner - math.cos(n.angle) * n.norm**4 / x).sum(0) + turned @ ends
    # 1 - cos Δ* is small: the difference of both laws says what the angle is.
    return norm / (len(x) * n.norm**2), (norm - turn) / ((1 - math.cos(n.angle)) * len(x) * n.norm**2)


def other_schemes_come_to_their_equilibria(cases: int, seed: int) -> list[CheckResult]:
    """‖w‖² and Δ² of schemes with a root or a projection are those of the equilibrium, in the mean.

    Up to what linearising leaves out, six relative variances of ‖w‖², and up to what isotropy leaves out: coordinates
    of the second moment v scatter with the relative variance 2(1-β₂)/(1+β₂), of which three times is allowed.
    """
    results = []
    for row, (name, chosen) in enumerate(OTHERS.items()):
        h, n = by_name(name).numbers(**chosen), numbers(name, dimension=float(WIDE), **chosen)
        make, buffers, counter, whose = optimizer(name, h)
        generator = np.random.default_rng((seed, row))
        isotropic = ISOTROPY in one_step(name).assumed and name != "adam-without-a"
        scatter, kept = 0.0, list[Any]()
        if isotropic:
            beta2 = chosen.get("beta2", chosen.get("beta", 0.0))
            scatter = 2 * (1 - beta2) / (1 + beta2)
            make = _at_rest(make, buffers, counter, scatter, n.entries["v"], generator, kept)
        replicas = max(min(cases // 40, 32), 12)
        motion = run(make, sphere(replicas, WIDE, n.norm**2, generator), constant(1.0), 240, generator, warm_up=80)
        spread = n.norm_squared_variance[1] / (WIDE - 1) / n.norm**4
        beyond = 6 * spread + 3 * scatter
        note = f"‖w*‖ = {n.norm:.5g}, Δ* = {n.angle:.5g}; d = {WIDE}; allowed besides: {100 * beyond:.2g} %"
        if isotropic:
            v = _second_moment(kept[0], buffers["v"])
            seen = float((v.var(-1) / v.mean(-1) ** 2).mean())
            note += f"; the coordinates of v scatter with the relative variance {seen:.2g}"
        law = Comparisons(CLAIM, f"{whose}: norm and angular update", 2, note, FALSE_ALARM / len(OTHERS))
        law.equal(motion.norm_squared[:-1].mean(0) / n.norm**2, 1.0, beyond=beyond)
        law.equal((motion.angle**2).mean(0) / n.angle**2, 1.0, beyond=beyond)
        results.append(law.result())
    return results


def _at_rest(
    make: Make,
    buffers: dict[str, str],
    counter: str | None,
    scatter: float,
    v: float,
    generator: np.random.Generator,
    kept: list[Any],
) -> Make:
    """The same optimizer long after its start, kept: its second moments drawn as they then are, to two moments."""

    def made(parameters: list[torch.Tensor]) -> Any:
        found = make(parameters)
        for p in parameters:
            drawn = torch.from_numpy(v * scatter * generator.gamma(1 / scatter, size=tuple(p.shape))).to(p)
            state: dict[str, Any] = {b: drawn if ours == "v" else torch.zeros_like(p) for ours, b in buffers.items()}
            if counter:
                state[counter] = torch.tensor(COUNT)
            found.state[p].update(state)
        if isinstance(found, Follower):
            found.steps = round(COUNT)
        kept.append(found)
        return found

    return made


def _second_moment(found: torch.optim.Optimizer, name: str) -> torch.Tensor:
    (parameter,) = found.param_groups[0]["params"]
    return found.state[parameter][name]


def lion_with_arcsines(h: SimpleNamespace, d: int) -> tuple[float, float]:
    """‖w*‖², cos Δ* of Lion for Gaussian gradients: E sign(c_t)sign(c_s) = (2/π) arcsin ρ, where c has the correlation
    ρ; with (2/π) ρ in its place it is the equilibrium of uncorrelated residuals."""
    weights = np.array([1 - h.beta1] + [h.beta1 * (1 - h.beta2) * h.beta2**i for i in range(4000)])
    power = np.abs(np.fft.rfft(weights, 2 * len(weights))) ** 2
    covariance = np.fft.irfft(power)[: len(weights)]
    shrink = 1 - h.lr * h.weight_decay
    signs = (2 / math.pi) * np.arcsin(np.clip(covariance[1:] / covariance[0], -1, 1))
    ahead = float((shrink ** np.arange(len(signs)) * signs).sum())
    x = h.lr**2 * d * (1 + 2 * shrink * ahead) / (1 - shrink**2)
    return x, shrink + h.lr**2 * d * ahead / x


def lion_comes_to_its_equilibrium(cases: int, seed: int) -> list[CheckResult]:
    """Lion's ‖w‖² and 1 - cos Δ are those of Gaussian gradients; the derived ones, up to the arcsine of the signs."""
    h, n = by_name("lion").numbers(**LION), numbers("lion", dimension=float(WIDE), **LION)
    make, _, _, whose = optimizer("lion", h)
    generator = np.random.default_rng(seed)
    replicas = max(min(cases // 20, 50), 12)
    motion = run(make, sphere(replicas, WIDE, n.norm**2, generator), constant(1.0), 400, generator, warm_up=200)
    x, cosine = lion_with_arcsines(h, WIDE)
    norms, turns = motion.norm_squared[:-1].mean(0), 1 - motion.cosine.mean(0)
    spread = n.norm_squared_variance[1] / (WIDE - 1) / n.norm**4
    gaussian = Comparisons(CLAIM, f"{whose}: norm and angular update, signs by the arcsine law", 2, "", FALSE_ALARM / 2)
    gaussian.equal(norms / x, 1.0, beyond=6 * spread + 2 / WIDE)
    gaussian.equal(turns / (1 - cosine), 1.0, beyond=6 * spread + 2 / WIDE)
    gaps = abs(x / n.norm**2 - 1), abs((1 - cosine) / (1 - math.cos(n.angle)) - 1)
    note = f"the arcsine moves ‖w*‖² by {100 * gaps[0]:.2g} %, Δ*² by {100 * gaps[1]:.2g} %, which is allowed besides"
    derived = Comparisons(CLAIM, f"{whose}: norm and angular update as derived", 2, note, FALSE_ALARM / 2)
    derived.equal(norms / n.norm**2, 1.0, beyond=gaps[0] + 6 * spread + 2 / WIDE)
    derived.equal(turns / (1 - math.cos(n.angle)), 1.0, beyond=gaps[1] + 6 * spread + 2 / WIDE)
    return [gaussian.result(), derived.result()]
