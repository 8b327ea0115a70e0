"""Negative controls of the checks on the geometry of 004; see `motion_controls`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from impl.optim import PSISGD
from verify.checks import psi_batches, psi_geometry, psi_norms, psi_training
from verify.checks.psi_networks import WEIGHTS, row_norms

first_networks, first_metric = psi_geometry.networks, psi_geometry.metric
first_printed, first_corrected = psi_geometry.printed_squared_gradient, psi_geometry.squared_gradient
first_parts, first_growth = psi_geometry.radial_parts, psi_norms.sgd_growth
first_batches = psi_batches.batches


def rescaled_in_part(*where):
    """Only the first weight of every neuron is rescaled."""
    for case in first_networks(*where):
        part = {n: torch.ones_like(case.parameters[n]) for n in WEIGHTS}
        for n in WEIGHTS:
            part[n][:, :1] = case.factors[n]
        yield replace(case, factors=part)


def without_bias(leaves, gradients):
    first, second = first_parts(leaves, gradients)
    return first - leaves[1] * gradients[1], second


def as_under_batch_norm(leaves, gradients):
    first, second = first_parts(leaves, gradients)
    return 0 * first, 0 * second


def horizontal_metric(first, second, w):
    return first_metric(first, second, w) - (first * w).sum(-1) * (second * w).sum(-1) / (w * w).sum(-1) ** 2


def exponential(w, xi):
    length = row_norms(xi) / row_norms(w)
    return torch.cos(length) * w + torch.sin(length) * xi / length


def euclidean(parameters, lr, max_norm=None, **options):
    return torch.optim.SGD(parameters, lr=lr, **options)


class LeavesTheBuffer(PSISGD):
    """Divides long weights by their norm, and not their buffers."""

    @torch.no_grad()
    def step(self, closure=None):
        caps = [group["max_norm"] for group in self.param_groups]
        for group in self.param_groups:
            group["max_norm"] = None
        loss = super().step(closure)
        for group, cap in zip(self.param_groups, caps, strict=True):
            group["max_norm"] = cap
            for p in group["params"] if cap is not None and group["invariant"] == "channel" else []:
                p /= torch.where(row_norms(p) > cap, row_norms(p), torch.ones_like(row_norms(p)))
        return loss


PSI_CONTROLS: dict[Callable[[int, int], list], list[tuple[str, Any, str]]] = {
    psi_geometry.networks_do_not_see_the_scale_of_their_neurons: [
        ("networks", rescaled_in_part, "T_a(W)"),
        ("radial_parts", without_bias, "⟨w_1, ∇_1 L⟩ = "),
        ("radial_parts", as_under_batch_norm, "Lemma 1 fails"),
    ],
    psi_geometry.blocks_scale_by_their_factors: [
        ("gradient_factor", lambda a: 1 / a, "∇_i"),
        ("block_factor", lambda row, column: row * row, "Hessian"),
    ],
    psi_geometry.the_manifold_is_the_product_of_spheres: [
        ("metric", lambda first, second, w: (first * second).sum(-1), "on horizontal"),
        ("metric", horizontal_metric, "exceeds"),
        ("riemannian_gradient", lambda w, gradient: row_norms(w) * gradient, "(7)"),
        ("retraction", exponential, "(8)"),
    ],
    psi_geometry.the_gradient_at_w_follows_from_that_at_v: [
        ("squared_gradient", first_printed, "∇_v in the sum"),
        ("printed_squared_gradient", first_corrected, "m + 1"),
        ("lengths", lambda factors: 1 / (1 + factors), "≤"),
    ],
    psi_training.rescaled_starts_have_rescaled_runs: [
        ("rescaled_buffer", psi_training.first_buffer, "PSI-SGD(M)"),
        ("PSISGD", euclidean, "PSI-SGD(M)"),
        ("rate", lambda a: psi_training.LR, "the rates a²η"),
        ("penalty_defect", lambda a, w: 0 * w, "L2 term"),
    ],
    psi_training.the_cap_needs_the_buffer: [
        ("PSISGD", LeavesTheBuffer, "the same path"),
        ("divide_weights_alone", lambda leaves: None, "another"),
    ],
    psi_batches.batch_gradients_are_biased_under_batch_statistics: [
        ("mean_gradient", lambda gradients: torch.stack(gradients).sum(0), "stored"),
        ("batches", lambda size: first_batches(size + 1), "two"),
        ("batches", lambda size: first_batches(8), "biased with"),
    ],
    psi_batches.sample_gradients_are_tangent_under_batch_statistics: [
        ("radial_part", lambda w, gradient: row_norms(gradient)[:, 0], "batch's statistics"),
        ("with_stored_statistics", lambda case: case, "stored"),
    ],
    psi_norms.norms_grow_by_the_gradient: [
        ("sgd_growth", lambda w, gradient: row_norms(w) ** 2 - psi_norms.LR**2 * row_norms(gradient) ** 2, "(18)"),
        ("psi_growth", first_growth, "PSI-SGD"),
        ("first_step", lambda rows: torch.optim.SGD([rows], lr=1e-3), "Adam"),
    ],
    psi_norms.weights_start_at_known_norms: [
        ("he_variance", lambda d: 2 / d**0.5, "E‖w_0‖²"),
        ("default_mean", lambda d: 1.0, "E‖w_0‖²"),
        ("expected_share", lambda d: 0.5, "probability"),
        ("default_bound", lambda d: 0.5, "default at d = 9"),
    ],
}
