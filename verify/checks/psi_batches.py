"""PSI-ALG, PSI-L1: the gradients of batches and of samples, with the batch's statistics and with stored ones."""

from functools import cache
from itertools import combinations

import torch
from torch import Tensor, nn

from impl.models.layers import NO_EPS
from verify.checks.precisions import exact_in_torch
from verify.checks.psi_networks import BATCH, HIDDEN, INPUTS, OUTPUTS, WEIGHTS, Case, count, networks, row_norms
from verify.checks.tally import SHARP
from verify.results import CheckResult


def batches(size: int) -> list[list[int]]:
    """All batches of so many of the 8 samples."""
    return [list(members) for members in combinations(range(BATCH), size)]


def mean_gradient(gradients: list[Tensor]) -> Tensor:
    """(12), corrected: the mean of equally likely batches."""
    return torch.stack(gradients).mean(0)


def batch_gradients_are_biased_under_batch_statistics(cases: int, seed: int) -> list[CheckResult]:
    """(12): unbiased with stored statistics, biased with the batch's; with two samples the gradient is 0."""
    fewer = max(cases // 10, 1)
    pairs, triples = batches(2), batches(3)

    @cache
    def errors(dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor, float]:
        stored, two, bias = [], [], []
        for case in networks(fewer, seed, dtype, device):
            fixed = with_stored_statistics(case)
            full = fixed.gradient(case.parameters)
            drawn = [fixed.gradient(case.parameters, members) for members in triples]
            stored += [(mean_gradient([g[n] for g in drawn]) - full[n]).abs().max() for n in full]
            full = case.gradient(case.parameters)
            drawn = [case.gradient(case.parameters, members) for members in triples]
            of_pairs = [case.gradient(case.parameters, members) for members in pairs]
            for n in WEIGHTS:
                two += [(row_norms(case.parameters[n]) * g[n]).abs().max() for g in of_pairs]
                away = torch.linalg.vector_norm(mean_gradient([g[n] for g in drawn]) - full[n])
                bias.append(float(away / torch.linalg.vector_norm(full[n])))
        return torch.stack(stored), torch.stack(two), min(bias)

    number = count(fewer)
    smallest = errors(torch.float64, torch.device("cpu"))[2]
    note = f"{SHARP:g} over the smallest relative bias, which is {smallest:.2f}, of the mean over all batches of 3 of 8"
    law = "biased with the batch's statistics"
    return [
        *exact_in_torch(
            "PSI-ALG", "unbiased with stored statistics", number * len(triples), lambda *where: errors(*where)[0]
        ),
        *exact_in_torch(
            "PSI-ALG", "batches of two have the gradient 0", number * len(pairs), lambda *where: errors(*where)[1]
        ),
        CheckResult(
            "PSI-ALG", law, number, SHARP / max(smallest, 1e-300), 1.0, "float64", "cpu", smallest >= SHARP, note
        ),
    ]


def with_stored_statistics(case: Case) -> Case:
    """The same network in evaluation mode, with the moments 0 and 1 for every neuron."""
    widths = (HIDDEN, OUTPUTS)
    norms = [nn.BatchNorm1d(width, NO_EPS) for width in widths]
    first, second = nn.Linear(INPUTS, HIDDEN, bias=False), nn.Linear(HIDDEN, OUTPUTS, bias=False)
    network = nn.Sequential(first, norms[0], nn.Tanh(), second, norms[1]).eval().to(case.inputs)
    return Case(network, case.parameters, case.inputs, case.labels, case.factors)


def radial_part(w: Tensor, gradient: Tensor) -> Tensor:
    """⟨w, ∇ℓ⟩, of every neuron."""
    return (w * gradient).sum(-1)


def sample_gradients_are_tangent_under_batch_statistics(cases: int, seed: int) -> list[CheckResult]:
    """Lemma 1: w ⊥ ∇ℓ of every single sample, through the statistics of its batch; not with stored ones."""

    def parts(case: Case) -> Tensor:
        leaves = {n: p.detach().requires_grad_() for n, p in case.parameters.items()}
        losses, found = case.losses(leaves), []
        for loss in losses:
            gradients = torch.autograd.grad(loss, [leaves[n] for n in WEIGHTS], retain_graph=True)
            found += [radial_part(leaves[n], g) for n, g in zip(WEIGHTS, gradients, strict=True)]
        return torch.cat(found).detach()

    def errors(dtype: torch.dtype, device: torch.device) -> Tensor:
        return torch.cat([parts(case).abs() for case in networks(cases, seed, dtype, device)])

    cases = max(cases, 200)
    stored = torch.cat([parts(with_stored_statistics(case)).abs() for case in networks(cases, seed)])
    share = float((stored <= 1e-6).double().mean())
    number = len(stored)
    note = f"share of radial parts that are at most 10⁻⁶; the largest is {float(stored.max()):.2f}"
    law = "with stored statistics w is not perpendicular to ∇ℓ"
    return [
        *exact_in_torch("PSI-L1", "w ⊥ ∇ℓ of every sample, with the batch's statistics", number, errors),
        CheckResult("PSI-L1", law, number, share, 0.5, "float64", "cpu", share <= 0.5, note),
    ]
