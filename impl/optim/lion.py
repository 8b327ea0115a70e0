"""Lion (Chen et al. 2023, Algorithm 2)."""

from collections.abc import Callable, Iterable
from typing import Any

import torch

from impl.groups import Invariant, Rows
from impl.optim._adam import check_betas
from impl.optim._batches import Group, batches, check_slices, describe, evaluate, with_gradient
from impl.optim._groups import own, removed_on_error
from impl.optim._validation import check_learning_rate, check_weight_decay


def lion_update(
    x: Rows, gradient: Rows, m: Rows, *, lr: float, betas: tuple[float, float], weight_decay: float
) -> tuple[Rows, Rows]:
    """Chen et al. 2023, Algorithm 2, with the decay outside of the sign:

    c_k = β₁ m_{k-1} + (1-β₁) ∇L(x_k)
    m_k = β₂ m_{k-1} + (1-β₂) ∇L(x_k)
    x_{k+1} = (1 - ηλ) x_k - η sign(c_k),  sign(0) = 0
    """
    beta1, beta2 = betas
    c = beta1 * m + (1 - beta1) * gradient
    m = beta2 * m + (1 - beta2) * gradient
    # 0·c is NaN where c is NaN or infinite: torch has sign(NaN) = 0, and the coordinate would look at rest.
    return (1 - lr * weight_decay) * x - lr * (c.sign() + 0 * c), m


class Lion(torch.optim.Optimizer):
    """Lion: `lion_update` on every parameter.

    The rule works on each coordinate alone, so that `invariant` changes no number: it says which slices are radially
    invariant, and those are checked to have a direction. State of a parameter: `exp_avg` of its shape.

    lr ≥ 0, the size of a step in every coordinate. betas: each in [0, 1), of the interpolation and of the momentum.
    weight_decay ≥ 0, decoupled. invariant: how a parameter is cut into slices, see `impl.groups`. foreach: parameters
    updated together; None: only on accelerators. Every option can be set for each group. Raises ValueError for an
    option out of range or a slice that is zero, TypeError for one that is not a number.
    """

    def __init__(
        self,
        params: Iterable[Any],
        *,
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        invariant: Invariant = "channel",
        foreach: bool | None = None,
    ) -> None:
        rule = {"lr": lr, "betas": betas, "weight_decay": weight_decay}
        _check_options(rule)
        super().__init__(params, rule | {"invariant": invariant, "foreach": foreach})

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group, as torch.optim.Optimizer does, and check its slices."""
        super().add_param_group(own(param_group))
        with removed_on_error(self) as group:
            _check_options(group)
            check_slices(group)
            _check_real(group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of every parameter that has a gradient; returns the closure's loss."""
        loss = evaluate(closure)
        for group in self.param_groups:
            parameters = [p for p in with_gradient(self, group) if p.numel()]
            for p in parameters:
                if not self.state[p]:
                    self.state[p]["exp_avg"] = torch.zeros_like(p)
            rule = {name: group[name] for name in ("lr", "betas", "weight_decay")}
            # Without slices a parameter is one row: the rule does not look across coordinates.
            cut = group["invariant"] or "whole"
            for batch in batches(parameters, self.state, group | {"invariant": cut}):
                x, m = lion_update(batch.points, batch.gradients, batch.rows("exp_avg"), **rule)
                batch.write(x, exp_avg=m)
        return loss


def _check_options(group: dict[str, Any]) -> None:
    check_learning_rate("lr", group["lr"])
    check_weight_decay("weight_decay", group["weight_decay"])
    check_betas(group["betas"])


def _check_real(group: Group) -> None:
    """Raise ValueError for a complex parameter: it has no sign."""
    for p in group["params"]:
        if p.is_complex():
            raise ValueError(
                f"{describe(group, p)} is {p.dtype}, which has no sign: real numbers are required; "
                "give it as torch.view_as_real"
            )
