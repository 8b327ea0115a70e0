"""Adam without the deformation (a) and the radial part of the momentum (b): 000 §4.2."""

from collections.abc import Callable, Iterable
from typing import Any

import torch

from impl.groups import Invariant, PerRow, Rows
from impl.optim._adam import BUFFERS, carry, check_options, decayed, descend, options, start
from impl.optim._base_method import adam_step
from impl.optim._batches import check_slices, evaluate, with_gradient
from impl.optim._blocks import ROWS, Block
from impl.optim._groups import own, removed_on_error
from impl.optim._paths import Rule, advance, remaining
from impl.optim._sphere import column, direction, normal, squared_norm, transport
from impl.optim._validation import chosen_paths


def adam_without_ab_update(
    x: Rows,
    gradient: Rows,
    m: Rows,
    v: PerRow,
    previous: Rows,
    *,
    k: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
) -> tuple[Rows, Rows, PerRow, Rows]:
    """000 (18)–(20) without the ratios of radii, for k = 0, 1, …, with `previous` = x_{k-1} (returned: x_k), u = x/‖x‖:

    m_k = β₁ Γ_{u_{k-1}}^{u_k}(m_{k-1}) + (1-β₁)(∇L(x_k) + λ x_k)
    v_k = β₂ v_{k-1} + (1-β₂) d⁻¹ ‖∇L(x_k) + λ x_k‖²
    x_{k+1} = x_k - η m_k/(1-β₁^{k+1}) / √(v_k/(1-β₂^{k+1}) + ε)

    Γ is `impl.optim._sphere.transport`, which says what happens where u_k = -u_{k-1}.
    """
    beta1, beta2 = betas
    g = gradient + weight_decay * x
    m = beta1 * transport(m, direction(previous), direction(x)) + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * squared_norm(g, v) / x.shape[1]
    m_hat = m / (1 - beta1 ** (k + 1))
    v_hat = v / (1 - beta2 ** (k + 1))
    return x - lr * m_hat / column(normal((v_hat + eps).sqrt(), x), x), m, v, x


def adam_without_ab_update_(
    block: Block, *, k: int, lr: float, betas: tuple[float, float], eps: float, weight_decay: float
) -> None:
    """`adam_without_ab_update` in place; Unfit where a norm is extreme or a slice turns by nearly π."""
    m, v, x = block.vector("exp_avg"), block.scalars("exp_avg_sq"), block.vector("x")
    carry(block, betas[0])
    g = decayed(block, weight_decay)
    m.add_(block.vector(g), alpha=1 - betas[0])
    block.vector("previous").copy_(x)
    descend(block, g, v, k=k, lr=lr, betas=betas, eps=eps)
    block.write("exp_avg", "previous")


class AdamWithoutAB(torch.optim.Optimizer):
    """Adam w/o (ab): `adam_without_ab_update` on every radially-invariant slice.

    One second moment a slice, and the momentum is carried along as the slice turns: its gradients stay tangent.
    Parameters with invariant=None are trained by torch.optim.Adam's update with the same options (eps outside of the
    root there). State of a slice's parameter: `step`, `exp_avg` of its shape, `exp_avg_sq` of shape (rows,),
    `previous` (x_{k-1}) of its shape.

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
            start(parameters, self.state, group["invariant"], previous=True)
            buffers = BUFFERS | {"previous": ROWS}
            rule = Rule(adam_without_ab_update, adam_without_ab_update_, buffers, takes=("k",))
            advance(self, parameters, group, rule, **options(group))
        return loss
