"""Theorem 1 and the cap of 004 on networks (1), trained by the optimizers: PSI-T1, PSI-NORM."""

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor

from impl.optim import PSISGD
from verify.checks.precisions import exact_in_torch
from verify.checks.psi_networks import (
    BATCH,
    HIDDEN,
    OUTPUTS,
    WEIGHTS,
    Case,
    Parameters,
    count,
    networks,
    row_norms,
)
from verify.checks.tally import SHARP
from verify.results import CheckResult

NEURONS = HIDDEN + OUTPUTS
STEPS, LR, PENALTY = 4, 0.05, 0.01
SETTINGS: tuple[dict[str, Any], ...] = (
    {"momentum": 0.0},
    {"momentum": 0.9},
    {"momentum": 0.9, "weight_decay": 0.1},
    {"momentum": 0.9, "nesterov": True},
)
"""A network has one of these in turn: PSI-SGD, PSI-SGDM, with decoupled decay, with Nesterov momentum."""
Between = Callable[[Parameters], None]


def train(
    case: Case,
    start: Parameters,
    optimizer: torch.optim.Optimizer,
    leaves: Parameters,
    between: Between = lambda leaves: None,
) -> Parameters:
    """STEPS steps on changing batches of 6 of the 8 samples; `between` is called after each."""
    for k in range(STEPS):
        optimizer.zero_grad()
        members = [(k + j) % BATCH for j in range(6)]
        case.losses(leaves, members).mean().backward()
        optimizer.step()
        with torch.no_grad():
            between(leaves)
    return {n: p.detach() for n, p in leaves.items()}


def run(
    case: Case, start: Parameters, buffers: Parameters, between: Between = lambda leaves: None, **options: Any
) -> Parameters:
    """The end of a PSI-SGD(M) run from (W_0, U_0), g by SGD with the same momentum."""
    leaves = {n: p.clone().requires_grad_() for n, p in start.items()}
    groups = [
        {"params": [leaves[n] for n in WEIGHTS], "invariant": "channel"},
        {"params": [p for n, p in leaves.items() if n not in WEIGHTS], "invariant": None},
    ]
    optimizer = PSISGD(groups, lr=LR, **({"max_norm": None} | options))
    if options["momentum"]:
        for n in WEIGHTS:
            optimizer.state[leaves[n]]["momentum_buffer"] = buffers[n].clone()
    return train(case, start, optimizer, leaves, between)


def first_buffer(case: Case, name: str) -> Tensor:
    """Some U_0, a third as long as W_0."""
    return torch.roll(case.parameters[name], 1, -1) / 3


def rescaled_buffer(case: Case, name: str) -> Tensor:
    """T_a(U_0)."""
    return case.factors[name] * first_buffer(case, name)


def rescaled_starts_have_rescaled_runs(cases: int, seed: int) -> list[CheckResult]:
    """Theorem 1 for impl.optim.PSISGD on networks (1), with Nesterov and decoupled decay; SGD needs the rates a²η."""

    @cache
    def errors(dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        psi, sgd, penalised = [], [], []
        for number, case in enumerate(networks(cases, seed, dtype, device)):
            options = SETTINGS[number % len(SETTINGS)]
            here = run(case, case.parameters, {n: first_buffer(case, n) for n in WEIGHTS}, **options)
            there = run(case, case.rescaled(), {n: rescaled_buffer(case, n) for n in WEIGHTS}, **options)
            psi.append(_apart(here, there, case.factors))
            sgd.append(_sgd(case))
            penalised.append(_penalised(case))
        return torch.stack(psi), torch.stack(sgd), torch.stack(penalised)

    laws = (
        "PSI-SGD(M) commutes with T_a",
        "SGD commutes with T_a at the rates a²η",
        "an L2 term in the loss is off by ηλa(a²-1)‖w‖²w",
    )
    number = NEURONS * count(cases)
    return [
        result
        for i, law in enumerate(laws)
        for result in exact_in_torch("PSI-T1", law, number, lambda *where, i=i: errors(*where)[i])
    ]


def _apart(here: Parameters, there: Parameters, factors: Parameters) -> Tensor:
    """How far T_a of one point is from the other, relative to each weight, and in g."""
    found = [
        row_norms(there[n] / factors[n] - p) / row_norms(p) if n in WEIGHTS else (there[n] - p).abs()
        for n, p in here.items()
    ]
    return torch.stack([f.max().cpu() for f in found]).max()


def rate(a: float) -> float:
    """The rate at which SGD from a·w does what it does from w."""
    return a * a * LR


def _sgd(case: Case) -> Tensor:
    """torch's SGD from W and from W with one a for each layer, which has its own rate."""
    one = {n: f[:1].expand_as(f) for n, f in case.factors.items()}
    ends = []
    for factors in ({n: torch.ones_like(f) for n, f in one.items()}, one):
        start = {n: factors[n] * p if n in WEIGHTS else p for n, p in case.parameters.items()}
        leaves = {n: p.clone().requires_grad_() for n, p in start.items()}
        groups = [{"params": [p], "lr": rate(float(factors[n][0])) if n in WEIGHTS else LR} for n, p in leaves.items()]
        ends.append(train(case, start, torch.optim.SGD(groups, momentum=0.9), leaves))
    return _apart(ends[0], ends[1], one)


def penalty_defect(a: Tensor, w: Tensor) -> Tensor:
    """By how much a step with the penalty λ‖w‖²/2 in the loss, from a·w, differs from a times the one from w."""
    return -LR * PENALTY * a * (a * a - 1) * row_norms(w) ** 2 * w


def _penalised(case: Case) -> Tensor:
    ends = []
    for start in (case.parameters, case.rescaled()):
        leaves = {n: p.clone().requires_grad_() for n, p in start.items()}
        loss = case.losses(leaves).mean() + PENALTY / 2 * sum((leaves[n] ** 2).sum() for n in WEIGHTS)
        loss.backward()
        optimizer = PSISGD([leaves[n] for n in WEIGHTS], lr=LR, max_norm=None)
        optimizer.step()
        ends.append(leaves)
    worst = []
    for n in WEIGHTS:
        a, w, ahead, there = case.factors[n], case.parameters[n], ends[0][n], ends[1][n]
        defect = penalty_defect(a, w)
        # In units of the larger of a·w and the defect, both of which the step adds up.
        worst.append((row_norms(there - a * ahead - defect) / (a * row_norms(w) + row_norms(defect))).max())
    return torch.stack(worst).max().detach().cpu()


CAP = 1.0
"""Of the weights, which start at norms of about 2: it acts in every step."""


def divide_weights_alone(leaves: Parameters) -> None:
    """6.2 as printed: the buffer stays as it is."""
    for n in WEIGHTS:
        norms = row_norms(leaves[n])
        leaves[n] /= torch.where(norms > CAP, norms, torch.ones_like(norms))


def the_cap_needs_the_buffer(cases: int, seed: int) -> list[CheckResult]:
    """6.2: dividing long weights and their buffers by the norm leaves PSI-SGDM its path, the weights alone not."""
    options: dict[str, Any] = {"momentum": 0.9}

    @cache
    def errors(dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor]:
        both, alone = [], []
        for case in networks(cases, seed, dtype, device):
            buffers = {n: first_buffer(case, n) for n in WEIGHTS}
            free = _directions(run(case, case.parameters, buffers, **options))
            capped = run(case, case.parameters, buffers, max_norm=CAP, **options)
            printed = run(case, case.parameters, buffers, divide_weights_alone, **options)
            both.append(_apart(free, _directions(capped), _ones(case)))
            alone.append(_apart(free, _directions(printed), _ones(case)))
        return torch.stack(both), torch.stack(alone)

    number = NEURONS * count(cases)
    smallest = float(errors(torch.float64, torch.device("cpu"))[1].min())
    note = f"{SHARP:g} over the smallest distance of the two paths, which is {smallest:.2f}"
    law = "with the buffer left alone the path is another"
    return [
        *exact_in_torch("PSI-NORM", "weights and buffers divided: the same path", number, lambda *w: errors(*w)[0]),
        CheckResult(
            "PSI-NORM", law, number, SHARP / max(smallest, 1e-300), 1.0, "float64", "cpu", smallest >= SHARP, note
        ),
    ]


def _ones(case: Case) -> Parameters:
    return {n: torch.ones_like(f) for n, f in case.factors.items()}


def _directions(parameters: Parameters) -> Parameters:
    return {n: p / row_norms(p) if n in WEIGHTS else p for n, p in parameters.items()}
