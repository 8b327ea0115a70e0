"""PSI-ACC on numbers: norms with and without noise, and whether PSI-GD is the faster one."""

import math
from dataclasses import replace

import torch
from torch import Tensor

from verify.checks.psi_losses import (
    Constants,
    Maker,
    Waves,
    advance,
    at_angle,
    drawn_waves,
    normal_numbers,
    printed_constants,
    psi_sgd,
    sgd,
    uniform,
    unit,
    waves,
)
from verify.checks.psi_rates import DOUBLE, GD, LEAST, ROUNDING, Start, drawn, run
from verify.results import CheckResult

RUN = 20


def norms_along(make: Maker, losses: Waves, w: Tensor, constants: Constants) -> tuple[Tensor, Tensor]:
    """‖w_t‖² and L_t, t = 0, …, RUN, at the rate 1/L̃; shapes (RUN + 1, rows)."""
    g, rate = torch.zeros(len(w), dtype=torch.float64), 1 / constants.of_blocks[..., None]
    norms, values = [], []
    for _ in range(RUN + 1):
        value, slope_w, slope_g = losses.gradients(w, g)
        norms.append((w**2).sum((-1, -2)))
        values.append(value)
        w, g = advance(make, w, g, rate * slope_w, slope_g)
    return torch.stack(norms), torch.stack(values)


def growth_of_gd(norms: Tensor) -> Tensor:
    """What 2η(L_0 - L_t) bounds."""
    return norms - norms[0]


def growth_of_psi_gd(norms: Tensor) -> Tensor:
    """What 2η(L_0 - L_t) bounds."""
    return (norms / norms[0]).log()


def norms_are_bounded_without_noise_only(cases: int, seed: int) -> list[CheckResult]:
    """‖w_t‖² stays below the bounds of GD and PSI-GD; under noise SGD's and PSI-SGD's outgrow every bound."""
    generator = torch.Generator().manual_seed(seed)
    losses = drawn_waves(cases, 1, False, generator)
    w, constants = unit(normal_numbers(generator)(cases, 1, 2)), printed_constants(losses)
    results = []
    for name, make, growth in (("GD", sgd, growth_of_gd), ("PSI-GD", psi_sgd, growth_of_psi_gd)):
        norms, values = norms_along(make, losses, w, constants)
        fallen = values[0] - values
        ratios = growth(norms) / (2 * fallen / constants.of_blocks[:, 0])
        counted = fallen >= LEAST * losses.amplitude
        worst = float(torch.where(counted, ratios, 0.0).max())
        law, note = f"the norm under {name} has a bound", "growth over 2η(L_0 - L_t), of the logarithm for PSI-GD"
        number = int(counted.any(0).sum())
        results.append(CheckResult("PSI-ACC", law, number, worst, ROUNDING, *DOUBLE, worst <= ROUNDING, note))
    return [*results, *_growth_under_noise(cases, seed)]


def mean_growth(rate: float) -> float:
    """By what a step multiplies E‖w‖² of PSI-SGD where E‖G_v‖² = ½."""
    return 1 + rate**2 / 2


def _growth_under_noise(cases: int, seed: int) -> list[CheckResult]:
    """The samples ±xy/‖w‖², ±(x² - y²)/(2‖w‖²) of the loss 0, on all 4^t paths, and SGD from tangent unit gradients."""
    rate, depth = 0.5, 5
    w, worst = at_angle(*torch.tensor([[0.3], [1.0]], dtype=torch.float64)), 0.0
    for t in range(1, depth + 1):
        phases = torch.tensor([-math.pi / 2, math.pi / 2, 0.0, math.pi], dtype=torch.float64)
        phase, w = phases.repeat_interleave(len(w))[:, None], w.repeat(4, 1, 1)
        samples, g = waves((0.5, 2, 0.0), rows=len(w)), torch.zeros(len(w), dtype=torch.float64)
        slope = Waves(samples.c, samples.m, samples.along, phase).gradients(w, g)[1]
        w, _ = advance(psi_sgd, w, g, rate * slope, g)
        worst = max(worst, abs(float((w**2).sum((-1, -2)).mean()) / mean_growth(rate) ** t - 1))
    law, allowed = "E‖w_t‖² of PSI-SGD grows by 1 + η²E‖G_v‖² a step", ROUNDING - 1
    exact = CheckResult("PSI-ACC", law, 4**depth, worst, allowed, *DOUBLE, worst <= allowed, "on all paths")
    generator = torch.Generator().manual_seed(seed)
    w, least = at_angle(uniform(cases, 0, 6, generator), uniform(cases, 0.5, 2, generator)), 0.0
    fourth = (w**2).sum((-1, -2)) ** 2
    for t in range(1, RUN + 1):
        turned = torch.stack([-w[..., 1], w[..., 0]], -1) / (w**2).sum(-1, keepdim=True)  # of norm 1 at V
        turned *= torch.randn(cases, 1, 1, generator=generator).sign() * uniform(cases, 1, 2, generator)[:, None, None]
        w, _ = advance(sgd, w, torch.zeros(cases), rate * turned, torch.zeros(cases))
        least = max(least, float(((fourth + 2 * rate**2 * t) / (w**2).sum((-1, -2)) ** 2).max()))
    law, note = "‖w_t‖⁴ of SGD grows by at least 2η²l a step", "the lower bound over ‖w_t‖⁴, l = 1"
    return [exact, CheckResult("PSI-ACC", law, cases, least, ROUNDING, *DOUBLE, least <= ROUNDING, note)]


def lead_of_gd(start: Start, steps: int) -> Tensor:
    """GD's least ‖∇_V L‖² of so many steps at 1/L̃ over PSI-GD's."""
    constants = printed_constants(start.problems)
    least = [run(make, start, constants, steps).at_v.amin(0) for make in (sgd, psi_sgd)]
    return least[0] / least[1]


def gradient_descent_may_win(cases: int, seed: int) -> list[CheckResult]:
    """From norm 1 GD's least ‖∇_V L‖² at 1/L̃ can be below PSI-GD's, by any factor where it passes a saddle."""
    zero = torch.zeros(1, dtype=torch.float64)
    one = waves((1.0, 2, 0.0), (0.125, 6, 0.0), rows=1)
    w = torch.tensor([[[15.0, 8.0]]], dtype=torch.float64) / 17
    ratio = float(lead_of_gd(Start(one, None, w, zero), 3))
    note = "GD's least squared gradient at V over PSI-GD's, cos 2θ + cos 6θ/8, T = 3"
    results = [CheckResult("PSI-ACC", "GD can be ahead of PSI-GD", 1, ratio, 1.0, *DOUBLE, ratio < 0.99, note)]
    orders = torch.tensor([[[1.0, 1.0], [2.0, 0.0]]], dtype=torch.float64)
    flat = torch.zeros(1, 2, dtype=torch.float64)
    two = Waves(torch.tensor([[-1.0, -0.4]], dtype=torch.float64), orders, flat, flat)
    w = torch.cat([at_angle(*torch.tensor([[a], [1.0]], dtype=torch.float64)) for a in (4.35, 0.52)], 1)
    ratio = float(lead_of_gd(Start(two, None, w, zero), 10))
    random = drawn(replace(GD, norms=(1.0, 1.0)), cases, (2, False, 2), torch.Generator().manual_seed(seed))
    ratios = lead_of_gd(random, 10)
    behind, ahead = (100 * float((r > 1 + 1e-9).double().mean()) for r in (ratios, 1 / ratios))
    law = "GD can be ahead of PSI-GD tenfold"
    note = "the same of two blocks, -cos(θ₁+θ₂) - 0.4 cos 2θ₁, T = 10; of losses drawn at random GD is ahead in "
    note += f"{ahead:.0f} %, PSI-GD in {behind:.0f} %"
    return [*results, CheckResult("PSI-ACC", law, 1, ratio, 0.1, *DOUBLE, ratio <= 0.1, note)]
