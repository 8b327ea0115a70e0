"""AdaGradG (001 §3.2), AdamG* in 000."""

from collections.abc import Callable, Iterable
from typing import Any

import torch

from impl.groups import Invariant, PerRow, Rows, as_rows
from impl.optim._base_method import sgd_step
from impl.optim._batches import check_rows, check_slices, evaluate, with_gradient
from impl.optim._blocks import PER_ROW, Block
from impl.optim._groups import copied, removed_on_error, with_base_lr
from impl.optim._paths import Rule, advance, remaining
from impl.optim._sphere import column, normal, projected, squared_norm
from impl.optim._validation import check_learning_rate, check_momentum, check_number, check_weight_decay, chosen_paths


def adagrad_g_update(x: Rows, gradient: Rows, v: PerRow, *, lr: float, beta: float) -> tuple[Rows, PerRow]:
    """001 §3.2, v before its own update:

    x̂_{k+1} = x_k - η ∇L(x_k)/√v_k
    x_{k+1} = x̂_{k+1}/‖x̂_{k+1}‖
    v_{k+1} = β v_k + ‖∇L(x_k)‖²
    """
    x_hat = x - column(lr / v.sqrt(), x) * gradient
    return projected(x_hat), normal(beta * v + squared_norm(gradient, v), x)


def adagrad_g_update_(block: Block, *, lr: float, beta: float) -> None:
    """`adagrad_g_update` in place, in the same order."""
    x, v = block.vector("x"), block.scalars("second_moment")
    block.add("x", -lr / v.sqrt(), "gradient")
    block.project("x")
    block.write("x", second_moment=normal(beta * v + block.norms("gradient").square(), x))


def theorem_4(*, lr: float, weight_decay: float) -> dict[str, float]:
    """The options of AdaGradG that match SGD with η = `lr` and the L2 coefficient λ = `weight_decay`, at order 2.

    β = (1-ηλ)⁴,  η_k = (2β)^{-1/2},  v_0 = (2η²β^{1/2})^{-1} (to be multiplied by r_0⁴)      (001 Theorem 4)

    Raises ValueError unless η > 0, λ ≥ 0 and ηλ < 1.
    """
    check_number("lr", lr, excluded=(0.0,), advice="Theorem 4 is about SGD with η > 0")
    check_weight_decay("weight_decay", weight_decay)
    q = 1 - lr * weight_decay
    if q <= 0:
        raise ValueError(
            f"lr={lr!r}, weight_decay={weight_decay!r}: Theorem 4 requires lr·weight_decay < 1; lower one of them"
        )
    return {"lr": 2**-0.5 / q**2, "beta": q**4, "v0": 0.5 / (lr * q) ** 2}


class AdaGradG(torch.optim.Optimizer):
    """SGD's image on the unit sphere at order 2 (001 Theorem 4): `adagrad_g_update` on every radially-invariant slice.

    Slices are projected to the unit sphere when their group is added, and their `second_moment`, of shape (rows,),
    starts at v0·r⁴ with r the norm before. Parameters with invariant=None are trained by SGD with `base_lr`,
    `base_momentum` and `base_weight_decay`; `base_lr` becomes the `lr` of their groups, which a scheduler then drives.

    lr: η > 0, a pure number (1/√2 for Theorem 4). beta: in [0, 1]. v0: > 0, in units of ‖∇L‖² at norm 1 over norm⁴.
    invariant: how a parameter is cut into slices, see `impl.groups`. foreach, fused, compile: see `impl.optim`. Every
    option can be set for each group. A zero gradient leaves the slice where it is, but lets v decay. Raises ValueError
    for an option out of range or a slice that is zero, TypeError for one that is not a number. A learning-rate schedule
    of SGD has no image here: for that see `SphericalSGD`.
    """

    def __init__(
        self,
        params: Iterable[Any],
        *,
        lr: float = 2**-0.5,
        beta: float = 1.0,
        v0: float = 5e3,
        invariant: Invariant = "channel",
        base_lr: float = 1e-2,
        base_momentum: float = 0.0,
        base_weight_decay: float = 0.0,
        foreach: bool | None = None,
        fused: bool | None = None,
        compile: bool = False,
    ) -> None:
        options = {"lr": lr, "beta": beta, "v0": v0, "invariant": invariant} | chosen_paths(foreach, fused, compile)
        base = {"base_lr": base_lr, "base_momentum": base_momentum, "base_weight_decay": base_weight_decay}
        _check_options(options | base, base_lr)
        super().__init__(params, options | base)

    @classmethod
    def matching_sgd(
        cls,
        params: Iterable[Any],
        *,
        lr: float,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        invariant: Invariant = "channel",
        foreach: bool | None = None,
        fused: bool | None = None,
        compile: bool = False,
    ) -> "AdaGradG":
        """The optimizer that 001 Theorem 4 says to be equivalent, at order 2, to SGD with these options.

        `params`, and the options `lr` and `weight_decay` of its groups, are as for torch.optim.SGD, which does train
        the groups with invariant=None. `momentum` is for those groups alone: the theorem is about SGD without momentum.
        """
        groups = copied(params)
        for group in groups:
            sgd = {"lr": group.pop("lr", lr), "weight_decay": group.pop("weight_decay", weight_decay)}
            if group.setdefault("invariant", invariant) is None:
                group |= {"lr": sgd["lr"], "base_weight_decay": sgd["weight_decay"]}
            else:
                group |= theorem_4(**sgd)
        base: dict[str, Any] = {"base_lr": lr, "base_momentum": momentum, "base_weight_decay": weight_decay}
        return cls(groups, **base, **chosen_paths(foreach, fused, compile))

    @torch.no_grad()
    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group, as torch.optim.Optimizer does, and project its slices to the unit sphere."""
        super().add_param_group(with_base_lr(param_group, self.defaults))
        with removed_on_error(self) as group:
            _check_options(group, group.pop("base_lr"))
            starts = {p: group["v0"] * r**4 for p, r in check_slices(group).items()}
            for p, start in starts.items():
                check_rows(group, p, "v0·‖x‖⁴", start)
        for p, start in starts.items():
            self.state[p]["second_moment"] = start.to(p.dtype)
            p.copy_(projected(as_rows(p, group["invariant"])).reshape(p.shape))

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of every parameter that has a gradient; returns the closure's loss."""
        loss = evaluate(closure)
        for group in remaining(self):
            parameters = with_gradient(self, group)
            if group["invariant"] is None:
                sgd_step(
                    parameters,
                    self,
                    group,
                    lr=group["lr"],
                    momentum=group["base_momentum"],
                    weight_decay=group["base_weight_decay"],
                )
                continue
            rule = Rule(adagrad_g_update, adagrad_g_update_, {"second_moment": PER_ROW})
            advance(self, parameters, group, rule, lr=group["lr"], beta=group["beta"])
        return loss


def _check_options(group: dict[str, Any], base_lr: float) -> None:
    check_learning_rate("base_lr", base_lr)
    check_learning_rate("lr", group["lr"])
    check_number("beta", group["beta"], high=1.0, advice="Theorem 4 has beta=(1 - lr * weight_decay)**4")
    check_number("v0", group["v0"], excluded=(0.0,), advice="v is divided by before it is first updated")
    check_momentum("base_momentum", group["base_momentum"])
    check_weight_decay("base_weight_decay", group["base_weight_decay"])
