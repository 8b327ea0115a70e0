"""PSI-GD, PSI-SGD and PSI-SGDM (004 (9)–(11), Algorithm 1)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch

from impl.groups import Invariant, Rows
from impl.optim._base_method import sgd_step
from impl.optim._batches import check_slices, evaluate, with_gradient
from impl.optim._blocks import ROWS, Block
from impl.optim._groups import own, removed_on_error
from impl.optim._paths import Rule, advance, remaining
from impl.optim._sphere import column, norm, or_nan, wide_type
from impl.optim._validation import (
    check_flag,
    check_learning_rate,
    check_momentum,
    check_number,
    check_weight_decay,
    chosen_paths,
)


def psi_sgd_update(
    x: Rows,
    gradient: Rows,
    u: Rows | None = None,
    *,
    lr: float,
    momentum: float,
    weight_decay: float,
    nesterov: bool,
    max_norm: float | None,
) -> tuple[Rows, Rows]:
    """004 (11), with ρ the momentum; with ρ = 0 (10), without u, and on the full batch (9):

    u_{k+1} = ρ u_k - η ‖x_k‖² ∇L(x_k)
    x_{k+1} = (1 - ηλ) x_k + u_{k+1}, with nesterov (1 - ηλ) x_k + ρ u_{k+1} - η ‖x_k‖² ∇L(x_k)

    then, where ‖x_{k+1}‖ > max_norm, both are divided by ‖x_{k+1}‖ (004 §6.2, Theorem 1 with a = 1/‖x_{k+1}‖).
    """
    like = x.new_zeros(0, dtype=wide_type(x))
    # ‖x‖ twice, around the gradient: ‖x‖² may be no float32 number where ‖x‖ and ‖x‖∇L(x) = ∇L(x/‖x‖) are.
    size = norm(x, like)
    taken = column(lr * size, x) * (column(size, x) * gradient)
    u = -taken if u is None else momentum * u - taken
    x = (1 - lr * weight_decay) * x + (momentum * u - taken if nesterov else u)
    if max_norm is not None:
        size = norm(x, like)
        divisor = column(torch.where(size <= max_norm, 1.0, or_nan(size, x)), x)
        x, u = x / divisor, u / divisor
    return x, u


def psi_sgd_update_(
    block: Block, *, lr: float, momentum: float, weight_decay: float, nesterov: bool, max_norm: float | None
) -> None:
    """`psi_sgd_update` in place: with -η‖x_k‖²∇L(x_k) for its gradient and 1 for its rate, it is SGD."""
    size = block.norms("x")
    block.times("gradient", size, out="taken")
    block.times("taken", -lr * size, out="taken")
    if weight_decay:
        torch._foreach_mul_(block.parts["x"], 1 - lr * weight_decay)
    torch._fused_sgd_(
        block.parts["x"],
        block.pieces("taken"),
        block.parts["momentum_buffer"] if momentum else [],
        weight_decay=0.0,
        momentum=momentum,
        lr=-1.0,
        dampening=0.0,
        nesterov=nesterov and momentum > 0,
        maximize=False,
        is_first_step=False,
    )
    if max_norm is not None:
        _cap_(block, max_norm, ["x", "momentum_buffer"] if momentum else ["x"])


def _cap_(block: Block, max_norm: float, names: Sequence[str]) -> None:
    """Divide the slices beyond max_norm, and what goes with them, by their norm."""
    block.gathered.clear()
    x = block.vector("x")
    # In single precision first: twice a norm that is not near the cap is beyond no rounding.
    # A NaN is the largest of all, as Python's max would not have it: its slice must not hide those beside it.
    largest = torch.stack([torch.linalg.vector_norm(band, dim=1).max() for band in block.bands("x")]).max().item()
    if 2 * largest <= max_norm:
        return
    size = block.norms("x")
    divisors = torch.where(size <= max_norm, 1.0, or_nan(size, x))
    for name in names:
        block.divide(name, divisors)
    block.write(*names)


class PSISGD(torch.optim.Optimizer):
    """PSI-SGD, with momentum PSI-SGDM: `psi_sgd_update` on every radially-invariant slice.

    Scaled starts, x_0 and the buffer by the same a > 0, have scaled trajectories (Theorem 1), up to where max_norm
    divides: whatever norm the weights start from, they go the same way on the sphere. weight_decay: λ ≥ 0, decoupled;
    004 has none, and coupled, ‖x‖²(∇L(x) + λx), it would grow by a³ where Theorem 1 needs a. max_norm: slices longer
    than that are normalised, and their buffer with them; None: never. Parameters with invariant=None are trained by
    torch.optim.SGD's update with the same lr, momentum, nesterov and weight_decay (coupled there); a group of theirs
    can have its own. State: `momentum_buffer` where momentum is not 0; unlike SGD's it contains the learning rate.

    lr ≥ 0, a pure number: the step in units of ‖x‖ per unit of the gradient at norm 1. momentum ≥ 0. max_norm > 0.
    invariant: how a parameter is cut into slices, see `impl.groups`. foreach, fused, compile: see `impl.optim`. Every
    option can be set for each group. Where the buffer and weight_decay are 0, a zero gradient leaves the slice where it
    is, unless max_norm divides it. Raises ValueError for an option out of range or a slice that is zero, TypeError for
    one of another type.
    """

    def __init__(
        self,
        params: Iterable[Any],
        *,
        lr: float = 1e-1,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        max_norm: float | None = 1e4,
        invariant: Invariant = "channel",
        foreach: bool | None = None,
        fused: bool | None = None,
        compile: bool = False,
    ) -> None:
        rule = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "nesterov": nesterov}
        options = rule | {"max_norm": max_norm, "invariant": invariant} | chosen_paths(foreach, fused, compile)
        _check_options(options)
        super().__init__(params, options)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group, as torch.optim.Optimizer does, and check its slices."""
        super().add_param_group(own(param_group))
        with removed_on_error(self) as group:
            _check_options(group)
            check_slices(group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of every parameter that has a gradient; returns the closure's loss."""
        loss = evaluate(closure)
        for group in remaining(self):
            parameters = with_gradient(self, group)
            chosen = {name: group[name] for name in ("lr", "momentum", "weight_decay", "nesterov")}
            if group["invariant"] is None:
                sgd_step(parameters, self, group, **chosen)
                continue
            if group["momentum"]:
                for p in parameters:
                    if "momentum_buffer" not in self.state[p]:
                        self.state[p]["momentum_buffer"] = torch.zeros_like(p)
            rule = Rule(psi_sgd_update, psi_sgd_update_, {"momentum_buffer": ROWS} if group["momentum"] else {})
            advance(self, parameters, group, rule, max_norm=group["max_norm"], **chosen)
        return loss


def _check_options(group: dict[str, Any]) -> None:
    check_learning_rate("lr", group["lr"])
    check_momentum("momentum", group["momentum"])
    check_weight_decay("weight_decay", group["weight_decay"])
    check_flag("nesterov", group["nesterov"])
    if group["max_norm"] is not None:
        check_number("max_norm", group["max_norm"], excluded=(0.0,), advice="for example max_norm=1e4, or None")
