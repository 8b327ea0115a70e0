"""The geometry of 004 on networks, by autograd: invariance, blocks, metric, retraction, (17).

PSI-DEF, PSI-E5, PSI-E24, PSI-P2, PSI-P3, PSI-E17.
"""

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor, nn
from torch.autograd.functional import hessian, jvp

from verify.checks.precisions import exact_in_torch
from verify.checks.psi_networks import HIDDEN, OUTPUTS, WEIGHTS, Case, Parameters, count, networks, row_norms
from verify.results import CheckResult

NEURONS = HIDDEN + OUTPUTS


def _worst(errors: list[Tensor]) -> Tensor:
    return torch.stack([e.detach().abs().max().cpu() for e in errors])


def networks_do_not_see_the_scale_of_their_neurons(cases: int, seed: int) -> list[CheckResult]:
    """L(T_a W, g) = L(W, g) for networks (1), every neuron with an a of its own; ReLU networks have another law."""

    def errors(dtype: torch.dtype, device: torch.device) -> Tensor:
        drawn = networks(cases, seed, dtype, device)
        return _worst([case.losses(case.rescaled()) - case.losses(case.parameters) for case in drawn])

    law = "the loss of a network (1) is that of T_a(W)"
    return [
        *exact_in_torch("PSI-DEF", law, NEURONS * count(cases), errors),
        *_relu_networks(cases, seed),
    ]


def radial_parts(leaves: Sequence[Tensor], gradients: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Of every hidden ReLU unit ⟨w_1, ∇_{w_1}L⟩, its bias included, and ⟨w_2, ∇_{w_2}L⟩, which must be equal."""
    weight, bias, outgoing = leaves
    first = (weight * gradients[0]).sum(1) + bias * gradients[1]
    return first, (outgoing * gradients[2]).sum(0)


def _relu_networks(cases: int, seed: int) -> list[CheckResult]:
    """w_2 relu(w_1 x + b): the two radial parts agree, and are not 0."""
    units, cases = 16, max(cases, 200)

    def drawn(dtype: torch.dtype, device: torch.device):
        for number in range(-(-cases // units)):
            generator = torch.Generator().manual_seed(seed + number)
            shapes = ((units, 6), (units,), (3, units), (8, 6))
            normal = [torch.randn(*s, generator=generator, dtype=torch.float64).to(device, dtype) for s in shapes]
            *leaves, inputs = (p.requires_grad_() for p in normal)
            hidden = nn.functional.relu(inputs @ leaves[0].T + leaves[1])
            loss = torch.logsumexp(hidden @ leaves[2].T, -1).mean()
            yield radial_parts(leaves, torch.autograd.grad(loss, leaves))

    def errors(dtype: torch.dtype, device: torch.device) -> Tensor:
        return _worst([first - second for first, second in drawn(dtype, device)])

    law = "⟨w_1, ∇_1 L⟩ = ⟨w_2, ∇_2 L⟩ for the units of ReLU networks"
    first = torch.cat([part for part, _ in drawn(torch.float64, torch.device("cpu"))]).detach().abs()
    share = float((first > 1e-6).double().mean())
    radial = "Lemma 1 fails for most units of ReLU networks"
    note = f"share of units with |⟨w_1, ∇_1 L⟩| ≤ 10⁻⁶; the largest is {float(first.max()):.2f}"
    found = CheckResult("PSI-DEF", radial, len(first), 1 - share, 0.5, "float64", "cpu", share > 0.5, note)
    return [*exact_in_torch("PSI-DEF", law, units * -(-cases // units), errors), found]


def block_factor(of_row: Tensor, of_column: Tensor) -> Tensor:
    """(24): a_i a_j; the factor of g is 1."""
    return of_row * of_column


def gradient_factor(a: Tensor) -> Tensor:
    """(5)."""
    return a


def blocks_scale_by_their_factors(cases: int, seed: int) -> list[CheckResult]:
    """(5) and (24) on networks (1): gradient and Hessian at W from those at T_a(W), block by block, g included."""

    def first(dtype: torch.dtype, device: torch.device) -> Tensor:
        found = []
        for case in networks(cases, seed, dtype, device):
            here, there = case.gradient(case.parameters), case.gradient(case.rescaled())
            for n, p in case.parameters.items():
                a = case.factors[n] if n in WEIGHTS else torch.ones_like(p)
                found.append((here[n] - gradient_factor(a) * there[n]) * (row_norms(p) if n in WEIGHTS else 1))
        return _worst(found)

    fewer = max(cases // 40, 1)

    def second(dtype: torch.dtype, device: torch.device) -> Tensor:
        found = []
        for case in networks(fewer, seed, dtype, device):
            factors = torch.cat([_factors(case, n).flatten() for n in case.parameters])
            here, there = (_hessian(case, p) for p in (case.parameters, case.rescaled()))
            found.append((here - block_factor(factors[:, None], factors[None, :]) * there) / here.abs().max())
        return _worst(found)

    return [
        *exact_in_torch("PSI-E5", "∇_i L(W) = a_i ∇_i L(T_a W) in networks (1)", NEURONS * count(cases), first),
        *exact_in_torch("PSI-E24", "Hessian blocks scale by a_i a_j", NEURONS**2 * count(fewer), second),
    ]


def _factors(case: Case, name: str) -> Tensor:
    like = torch.ones_like(case.parameters[name])
    return case.factors[name] * like if name in WEIGHTS else like


def _hessian(case: Case, parameters: Parameters) -> Tensor:
    shapes = {n: p.shape for n, p in parameters.items()}

    def loss(flat: Tensor) -> Tensor:
        parts = flat.split([s.numel() for s in shapes.values()])
        return case.losses({n: part.view(s) for (n, s), part in zip(shapes.items(), parts, strict=True)}).mean()

    flat = torch.cat([p.flatten() for p in parameters.values()])
    return hessian(loss, flat)


def normalised(w: Tensor) -> Tensor:
    return w / row_norms(w)


def metric(first: Tensor, second: Tensor, w: Tensor) -> Tensor:
    """A summand of (6)."""
    return (first * second).sum(-1) / (w * w).sum(-1)


def riemannian_gradient(w: Tensor, gradient: Tensor) -> Tensor:
    """(7)."""
    return (w * w).sum(-1, keepdim=True) * gradient


def retraction(w: Tensor, xi: Tensor) -> Tensor:
    """(8)."""
    return w + xi


def the_manifold_is_the_product_of_spheres(cases: int, seed: int) -> list[CheckResult]:
    """(6) is the spheres' metric on horizontal vectors and no other, (7) their gradient, (8) covers arctan‖ξ‖/‖w‖."""

    @cache
    def errors(dtype: torch.dtype, device: torch.device) -> tuple[Tensor, ...]:
        found = []
        for case in networks(cases, seed, dtype, device):
            gradient, after = case.gradient(case.rescaled()), case.rescaled()
            on_spheres = {n: normalised(p) if n in WEIGHTS else p for n, p in after.items()}
            there = case.gradient(on_spheres)
            for name in WEIGHTS:
                w, v = after[name], on_spheres[name]
                xi = row_norms(w) * torch.roll(case.parameters[name], 1, -1)  # as long as w, and of another direction
                horizontal = xi - (xi * v).sum(-1, keepdim=True) * v
                velocity, slanted = (jvp(normalised, w, x)[1] for x in (horizontal, xi))
                landed = normalised(retraction(w, horizontal))
                along = (landed * v).sum(-1, keepdim=True)
                turned = torch.atan2(row_norms(landed - along * v), along)
                vertical = (xi * w).sum(-1) ** 2 / row_norms(w)[:, 0] ** 4
                found.append(
                    (
                        metric(horizontal, horizontal, w) - (velocity * velocity).sum(-1),
                        metric(xi, xi, w) - (slanted * slanted).sum(-1) - vertical,
                        jvp(normalised, w, riemannian_gradient(w, gradient[name]))[1] - there[name],
                        turned - torch.atan(row_norms(horizontal) / row_norms(w)),
                    )
                )
        return tuple(_worst([parts[i] for parts in found]) for i in range(4))

    laws = (
        ("PSI-P2", "(6) is the spheres' metric on horizontal vectors"),
        ("PSI-P2", "(6) exceeds it by ⟨ξ, w⟩²/‖w‖⁴ on others"),
        ("PSI-P2", "(7) is the gradient on the spheres"),
        ("PSI-P3", "(8) covers arctan(‖ξ‖/‖w‖) for horizontal ξ"),
    )
    number = NEURONS * count(cases)
    return [
        result
        for i, (claim, law) in enumerate(laws)
        for result in exact_in_torch(claim, law, number, lambda *where, i=i: errors(*where)[i])
    ]


def squared_gradient(blocks: Tensor, of_g: Tensor, squares: Tensor) -> Tensor:
    """(17), corrected: Σ‖∇_{v_i}L‖²/‖w_i‖² + ‖∇_g L‖²."""
    return (blocks / squares).sum() + of_g


def printed_squared_gradient(blocks: Tensor, of_g: Tensor, squares: Tensor) -> Tensor:
    """(17) as printed, with ∇_{v_i, g} within the sum."""
    return ((blocks + of_g) / squares).sum() + of_g


def lengths(factors: Tensor) -> Tensor:
    """Norms above 1."""
    return 1 + factors


def the_gradient_at_w_follows_from_that_at_v(cases: int, seed: int) -> list[CheckResult]:
    """(17) with ∇_{v_i} in the sum is exact on networks (1), and ≤ for ‖w_i‖ ≥ 1; as printed g counts m + 1 times."""
    cases = max(cases, 200)  # one number a network: of a few, all can be exact in float32, which is to judge

    @cache
    def errors(dtype: torch.dtype, device: torch.device) -> tuple[Tensor, ...]:
        corrected, printed, excess = [], [], []
        for case in networks(cases, seed, dtype, device):
            rescaled = case.rescaled()
            at_v = {n: normalised(p) if n in WEIGHTS else p for n, p in rescaled.items()}
            longer = {n: lengths(case.factors[n]) * p if n in WEIGHTS else p for n, p in at_v.items()}
            there = case.gradient(at_v)
            blocks = torch.cat([(there[n] ** 2).sum(-1) for n in WEIGHTS])
            of_g = torch.stack([(there[n] ** 2).sum() for n in there if n not in WEIGHTS]).sum()
            squares = torch.cat([(rescaled[n] ** 2).sum(-1) for n in WEIGHTS])
            corrected.append(squared_gradient(blocks, of_g, squares) / _square(case.gradient(rescaled)) - 1)
            total = printed_squared_gradient(blocks, of_g, torch.ones_like(squares))
            printed.append((total - _square(there)) / of_g - NEURONS)
            excess.append(torch.clamp(_square(case.gradient(longer)) / _square(there) - 1, min=0.0))
        return _worst(corrected), _worst(printed), _worst(excess)

    laws = (
        "(17) with ∇_v in the sum",
        "(17) as printed counts ∇_g m + 1 times at ‖w_i‖ = 1",
        "‖∇L(W)‖ ≤ ‖∇L(V)‖ where every ‖w_i‖ ≥ 1",
    )
    number = NEURONS * count(cases)
    return [
        result
        for i, law in enumerate(laws)
        for result in exact_in_torch("PSI-E17", law, number, lambda *where, i=i: errors(*where)[i])
    ]


def _square(gradient: Parameters) -> Tensor:
    return torch.stack([(g**2).sum() for g in gradient.values()]).sum()
