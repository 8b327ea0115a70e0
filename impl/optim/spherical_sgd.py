"""SphericalSGD: SGD with weight decay, on the unit sphere, at all orders (OD-EXACT)."""

from collections.abc import Callable, Iterable
from typing import Any

import torch

from impl.groups import Invariant, PerRow, Rows, as_rows
from impl.optim._base_method import sgd_step
from impl.optim._batches import check_rows, check_slices, evaluate, with_gradient
from impl.optim._blocks import PER_ROW, Block
from impl.optim._groups import removed_on_error, with_base_lr
from impl.optim._paths import Rule, advance, remaining
from impl.optim._sphere import column, norm, normal, projected
from impl.optim._validation import check_learning_rate, check_momentum, check_weight_decay, chosen_paths


def spherical_sgd_update(x: Rows, gradient: Rows, w: PerRow, *, lr: float, weight_decay: float) -> tuple[Rows, PerRow]:
    """OD-EXACT, with q = 1 - ηλ and w_k = r_k⁴, r_k being the radius that SGD would have:

    η^e_k = η/(q √w_k)
    x_{k+1} = x̂/‖x̂‖,  x̂ = x_k - η^e_k ∇L(x_k)
    w_{k+1} = q⁴ w_k (1 + (η^e_k ‖∇L(x_k)‖)²)²  [= q⁴ w_k + 2q²η² ‖∇L(x_k)‖² + η⁴ ‖∇L(x_k)‖⁴/w_k]
    """
    q = 1 - lr * weight_decay
    effective_learning_rate = lr / (q * w.sqrt())
    x_hat = x - column(effective_learning_rate, x) * gradient
    # The factored form: each rounding is relative to w, and a gradient of 0 leaves q⁴w however small w is.
    w = q**4 * w * (1 + (effective_learning_rate * norm(gradient, w)) ** 2) ** 2
    return projected(x_hat), normal(w, x)


def spherical_sgd_update_(block: Block, *, lr: float, weight_decay: float) -> None:
    """`spherical_sgd_update` in place, in the same order."""
    x, w = block.vector("x"), block.scalars("fourth_power_radius")
    q = 1 - lr * weight_decay
    effective_learning_rate = lr / (q * w.sqrt())
    block.add("x", -effective_learning_rate, "gradient")
    block.project("x")
    w = q**4 * w * (1 + (effective_learning_rate * block.norms("gradient")) ** 2) ** 2
    block.write("x", fourth_power_radius=normal(w, x))


class SphericalSGD(torch.optim.Optimizer):
    """The hypersphere-constrained optimizer equal to SGD + L2 at all orders: `spherical_sgd_update` on every slice.

    Started where torch.optim.SGD(params, lr=lr, weight_decay=weight_decay) starts, and given the same batches, every
    radially-invariant slice has at every step the direction that SGD gives it, whatever the schedule of lr. Slices are
    projected to the unit sphere when their group is added; `fourth_power_radius`, of shape (rows,), starts at r⁴ with r
    the norm before, and stays the fourth power of SGD's norm. Parameters with invariant=None are trained by SGD with
    `base_momentum`, and with `base_lr` and `base_weight_decay` where these are not None, else the same lr and
    weight_decay; `base_lr` becomes the `lr` of their groups, which a scheduler then drives.

    lr ≥ 0 and weight_decay ≥ 0 with lr·weight_decay < 1 at every step: beyond, SGD reverses the weight. invariant: how
    a parameter is cut into slices, see `impl.groups`. foreach, fused, compile: see `impl.optim`. Every option can be
    set for each group. A zero gradient leaves the slice where it is, but lets its radius decay. Raises ValueError for
    an option out of range or a slice that is zero, TypeError for one that is not a number.
    """

    def __init__(
        self,
        params: Iterable[Any],
        *,
        lr: float = 1e-2,
        weight_decay: float = 0.0,
        invariant: Invariant = "channel",
        base_lr: float | None = None,
        base_momentum: float = 0.0,
        base_weight_decay: float | None = None,
        foreach: bool | None = None,
        fused: bool | None = None,
        compile: bool = False,
    ) -> None:
        options = {"lr": lr, "weight_decay": weight_decay, "invariant": invariant} | chosen_paths(
            foreach, fused, compile
        )
        base = {"base_lr": base_lr, "base_momentum": base_momentum, "base_weight_decay": base_weight_decay}
        _check_options(options | base, base_lr)
        super().__init__(params, options | base)

    @torch.no_grad()
    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group, as torch.optim.Optimizer does, and project its slices to the unit sphere."""
        super().add_param_group(with_base_lr(param_group, self.defaults))
        with removed_on_error(self) as group:
            _check_options(group, group.pop("base_lr"))
            check_decay(group)
            starts = {p: r**4 for p, r in check_slices(group).items()}
            for p, start in starts.items():
                check_rows(group, p, "‖x‖⁴", start)
        for p, start in starts.items():
            self.state[p]["fourth_power_radius"] = start.to(p.dtype)
            p.copy_(projected(as_rows(p, group["invariant"])).reshape(p.shape))

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of every parameter that has a gradient; returns the closure's loss."""
        loss = evaluate(closure)
        for group in remaining(self):
            parameters = with_gradient(self, group)
            lr, weight_decay = group["lr"], group["weight_decay"]
            if group["invariant"] is None:
                sgd_step(
                    parameters,
                    self,
                    group,
                    lr=lr,
                    momentum=group["base_momentum"],
                    weight_decay=weight_decay if group["base_weight_decay"] is None else group["base_weight_decay"],
                )
                continue
            check_decay(group)
            rule = Rule(spherical_sgd_update, spherical_sgd_update_, {"fourth_power_radius": PER_ROW})
            advance(self, parameters, group, rule, lr=lr, weight_decay=weight_decay)
        return loss


def check_decay(group: dict[str, Any]) -> None:
    """Raise ValueError where an invariant group has lr·weight_decay ≥ 1; checked at every step, as lr is scheduled."""
    lr, weight_decay = group["lr"], group["weight_decay"]
    if group["invariant"] is not None and lr * weight_decay >= 1:
        raise ValueError(f"lr={lr!r}, weight_decay={weight_decay!r}: required lr·weight_decay < 1; lower one of them")


def _check_options(group: dict[str, Any], base_lr: float | None) -> None:
    if base_lr is not None:
        check_learning_rate("base_lr", base_lr)
    check_learning_rate("lr", group["lr"])
    check_weight_decay("weight_decay", group["weight_decay"])
    check_momentum("base_momentum", group["base_momentum"])
    if group["base_weight_decay"] is not None:
        check_weight_decay("base_weight_decay", group["base_weight_decay"])
