"""PSI-L1: norms at the start, under a step of SGD, PSI-SGD and Adam."""

from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from scipy.stats import chi2
from torch import Tensor, nn

from impl.models.losses import fourier_loss
from impl.optim import PSISGD
from verify.checks.precisions import exact_in_torch
from verify.checks.psi_networks import HIDDEN, OUTPUTS, WEIGHTS, count, networks, row_norms
from verify.results import CheckResult
from verify.statistics import FALSE_ALARM, UNIT, Comparisons, bernstein

LR = 0.1
FILTERS = 16
CHANNELS = (1, 3)
"""The first layer of ResNet20 on digits and on CIFAR: d = 9 and 27."""


def sgd_growth(w: Tensor, gradient: Tensor) -> Tensor:
    """(18): ‖w‖² + η²‖∇L‖²."""
    return row_norms(w) ** 2 + LR**2 * row_norms(gradient) ** 2


def psi_growth(w: Tensor, gradient: Tensor) -> Tensor:
    """‖w‖²(1 + η²‖w‖²‖∇L‖²)."""
    return row_norms(w) ** 2 * (1 + LR**2 * row_norms(w) ** 2 * row_norms(gradient) ** 2)


def norms_grow_by_the_gradient(cases: int, seed: int) -> list[CheckResult]:
    """(18) for torch's SGD and its like for impl.optim.PSISGD on networks (1); Adam's first step shortens weights."""

    def errors(grown: Callable, optimizer: Callable, dtype: torch.dtype, device: torch.device) -> Tensor:
        worst = []
        for case in networks(cases, seed, dtype, device):
            leaves = {n: p.clone().requires_grad_() for n, p in case.rescaled().items()}
            case.losses(leaves).mean().backward()
            with torch.no_grad():
                expected = [grown(leaves[n], leaves[n].grad) for n in WEIGHTS]
                optimizer([leaves[n] for n in WEIGHTS]).step()
                worst += [
                    (row_norms(leaves[n]) ** 2 / e - 1).abs().max() for n, e in zip(WEIGHTS, expected, strict=True)
                ]
        return torch.stack(worst).cpu()

    number = (HIDDEN + OUTPUTS) * count(cases)
    laws = (
        ("(18) for torch.optim.SGD", lambda *a: sgd_growth(*a), lambda p: torch.optim.SGD(p, lr=LR)),
        ("the norm of PSI-SGD grows by a factor", lambda *a: psi_growth(*a), lambda p: PSISGD(p, lr=LR, max_norm=None)),
    )
    return [
        *(
            result
            for law, grown, optimizer in laws
            for result in exact_in_torch("PSI-L1", law, number, lambda *w, g=grown, o=optimizer: errors(g, o, *w))
        ),
        _adam(max(cases, 1000), seed),
    ]


def first_step(rows: torch.nn.Parameter) -> torch.optim.Optimizer:
    return torch.optim.Adam([rows], lr=1e-3)


def _adam(cases: int, seed: int) -> CheckResult:
    """Random smooth losses in d = 8, a weight of norm 1 for each: which are shorter than 1 after a step of Adam."""
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(cases, 8, generator=generator, dtype=torch.float64)
    rows = torch.nn.Parameter(start / row_norms(start))
    fourier_loss(8, seed=seed, batch_shape=(cases,))(rows).sum().backward()
    first_step(rows).step()
    shorter = (row_norms(rows)[:, 0] < 1 - 1e-6).double().detach().numpy()
    comparisons = Comparisons("PSI-L1", "Adam's first step shortens some weights", 1, f"{shorter.mean():.0%} of them")
    comparisons.above(shorter, 0.1, between=(0, 1))
    return comparisons.result()


def expected_share(d: int) -> float:
    """P(‖w_0‖² ≥ 1) with the variance 2/d of He et al.: P(χ²_d ≥ d/2)."""
    return float(chi2.sf(d / 2, d))


def he_variance(d: int) -> float:
    return 2 / d


def default_mean(d: int) -> float:
    """E‖w_0‖² for entries uniform in ±d^(-1/2)."""
    return 1 / 3


def default_bound(d: int) -> float:
    """d entries of at most d^(-1/2)."""
    return 1.0


def weights_start_at_known_norms(cases: int, seed: int) -> list[CheckResult]:
    """‖w_0‖² for torch's kaiming_normal_ and for its default start: means, and the share of filters with ‖w_0‖² ≥ 1."""

    @cache
    def drawn(channels: int, he: bool) -> np.ndarray:
        """‖w_0‖² of the filters of `cases` layers, (cases, FILTERS)."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed + channels)
            layer = nn.Conv2d(channels, FILTERS, 3, bias=False, dtype=torch.float64)
            found = []
            for _ in range(cases):
                layer.reset_parameters()
                if he:
                    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                found.append((layer.weight.detach() ** 2).sum((1, 2, 3)).numpy())
        return np.array(found)

    means = Comparisons("PSI-L1", "E‖w_0‖² is 2 (He) and 1/3 (torch's default)", 2 * len(CHANNELS))
    results = []
    for channels in CHANNELS:
        d = 9 * channels
        means.equal(drawn(channels, True).mean(1), d * he_variance(d))
        means.equal(drawn(channels, False).mean(1), default_mean(d))
        share = bernstein((drawn(channels, True) >= 1).astype(float).ravel(), 0, 1, FALSE_ALARM)
        off = abs(float(share.estimate) - expected_share(d)) / float(share.half_width)
        note = f"{UNIT} at the false-alarm rate {FALSE_ALARM:g}; all {FILTERS} filters of a layer: "
        note += f"{expected_share(d) ** FILTERS:.2f}"
        law = f"‖w_0‖² ≥ 1 with probability {expected_share(d):.4f} at d = {d} (He)"
        rate = {"false_alarm": FALSE_ALARM}
        results.append(CheckResult("PSI-L1", law, cases * FILTERS, off, 1.0, "float64", "cpu", off <= 1, note, **rate))
        longest = float(drawn(channels, False).max())
        law = f"‖w_0‖² ≤ 1 for torch's default at d = {d}"
        results.append(CheckResult("PSI-L1", law, cases * FILTERS, longest, default_bound(d), "float64", "cpu", True))
    return [means.result(), *results]
