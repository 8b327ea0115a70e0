"""Adam without the deformation (a): 000 §4.2."""

from collections.abc import Callable, Iterable
from typing import Any

import torch

from impl.groups import Invariant, PerRow, Rows
from impl.optim._adam import BUFFERS, check_options, decayed, descend, options, start
from impl.optim._base_method import adam_step
from impl.optim._batches import check_slices, evaluate, with_gradient
from impl.optim._blocks import Block
from impl.optim._groups import own, removed_on_error
from impl.optim._paths import Rule, advance, remaining
from impl.optim._sphere import column, normal, squared_norm
from impl.optim._validation import chosen_paths


def adam_without_a_update(
    x: Rows,
    gradient: Rows,
    m: Rows,
    v: PerRow,
    *,
    k: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
) -> tuple[Rows, Rows, PerRow]:
    """000 (18)–(20) without the transport Γ and the ratios of radii, for k = 0, 1, …:

    m_k = β₁ m_{k-1} + (1-β₁)(∇L(x_k) + λ x_k)
    v_k = β₂ v_{k-1} + (1-β₂) d⁻¹ ‖∇L(x_k) + λ x_k‖²
    x_{k+1} = x_k - η m_k/(1-β₁^{k+1}) / √(v_k/(1-β₂^{k+1}) + ε)
    """
    beta1, beta2 = betas
    g = gradient + weight_decay * x
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * squared_norm(g, v) / x.shape[1]
    m_hat = m / (1 - beta1 ** (k + 1))
    v_hat = v / (1 - beta2 ** (k + 1))
    return x - lr * m_hat / column(normal((v_hat + eps).sqrt(), x), x), m, v


def adam_without_a_update_(
    block: Block, *, k: int, lr: float, betas: tuple[float, float], eps: float, weight_decay: float
) -> None:
    """`adam_without_a_update` in place, in the same order."""
    m, v = block.vector("exp_avg"), block.scalars("exp_avg_sq")
    g = decayed(block, weight_decay)
    m.mul_(betas[0]).add_(block.vector(g), alpha=1 - betas[0])
    descend(block, g, v, k=k, lr=lr, betas=betas, eps=eps)
    block.write("exp_avg")


class AdamWithoutA(torch.optim.Optimizer):
    """Adam w/o (a): `adam_without_a_update` on every radially-invariant slice.

    One second moment a slice, in place of one a coordinate: the division no longer turns the direction of the step.
    Parameters with invariant=None are trained by torch.optim.Adam's update with the same options (eps outside of the
    root there). State of a slice's parameter: `step`, `exp_avg` of its shape, `exp_avg_sq` of shape (rows,).

    lr ≥ 0. betas: each in [0, 1). eps ≥ 0, inside of the root, in units of a squared gradient coordinate; 0/0 reads 0.
    weight_decay ≥ 0, coupled. invariant: how a parameter is cut into slices, see `impl.groups`. foreach, fused,
    compile: see `impl.optim`. Every option can be set for each group. Where m is 0 and weight_decay is 0, a zero
    gradient leaves the slice where it is. Raises ValueError for an option out of range or a slice that is zero,
    TypeError for one that is not a number.
    """

    def __init__(
        self,
        params: Iterable[Any],
        *,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        invariant: Invariant = "channel",
        foreach: bool | None = None,
        fused: bool | None = None,
        compile: bool = False,
    ) -> None:
        rule = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        check_options(rule)
        super().__init__(params, rule | {"invariant": invariant} | chosen_paths(foreach, fused, compile))

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group, as torch.optim.Optimizer does, and check its slices."""
        super().add_param_group(own(param_group))
        with removed_on_error(self) as group:
            check_options(group)
            check_slices(group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of every parameter that has a gradient; returns the closure's loss."""
        loss = evaluate(closure)
        for group in remaining(self):
            parameters = with_gradient(self, group)
            if group["invariant"] is None:
                adam_step(parameters, self, group)
                continue
            start(parameters, self.state, group["invariant"])
            rule = Rule(adam_without_a_update, adam_without_a_update_, BUFFERS, takes=("k",))
            advance(self, parameters, group, rule, **options(group))
        return loss
