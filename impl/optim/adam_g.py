"""Adam-G (Cho & Lee 2017)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch

from impl.groups import Invariant, PerRow, Rows
from impl.optim._adam import BUFFERS, check_betas, start
from impl.optim._base_method import sgd_step
from impl.optim._batches import evaluate, with_gradient
from impl.optim._blocks import Block
from impl.optim._groups import removed_on_error, with_base_lr
from impl.optim._neurons import base_options, check_group, exponential, project, tangent, tangent_gradient, turn
from impl.optim._paths import Rule, advance, remaining
from impl.optim._sphere import column, normal, squared_norm
from impl.optim._validation import check_learning_rate, check_number, chosen_paths


def adam_g_update(
    y: Rows,
    gradient: Rows,
    m: Rows,
    v: PerRow,
    *,
    k: int,
    counts: Sequence[int],
    lr: float,
    betas: tuple[float, float],
    eps: float,
    orthogonality: float,
    clip: float | None,
) -> tuple[Rows, Rows, PerRow]:
    """Cho & Lee 2017, with h of `tangent_gradient`, for k = 0, 1, …:

    m' = β₁ m + (1-β₁) h
    v' = β₂ v + (1-β₂) ‖h‖²
    d = -η √(1-β₂^{k+1})/(1-β₁^{k+1}) m'/√(v' + ε)
    y⁺ = Exp_y(d)
    m⁺ = m' - <d̂, m'>(y sin‖d‖ + d̂ (1 - cos‖d‖)), m' carried along the step; d̂ = d/‖d‖, or 0 where d is 0
    """
    beta1, beta2 = betas
    h = tangent_gradient(y, gradient, counts, orthogonality=orthogonality, clip=clip)
    m = beta1 * m + (1 - beta1) * h
    v = beta2 * v + (1 - beta2) * squared_norm(h, v)
    correction = (1 - beta2 ** (k + 1)) ** 0.5 / (1 - beta1 ** (k + 1))
    d = -lr * correction * m / column(normal((v + eps).sqrt(), y), y)
    length = torch.linalg.vector_norm(d, dim=1, keepdim=True)
    unit = d / length.clamp_min(torch.finfo(d.dtype).tiny)
    turned = y * length.sin() + unit * (1 - length.cos())
    return exponential(y, d, length), m - (unit * m).sum(1, keepdim=True) * turned, v


def adam_g_update_(
    block: Block,
    *,
    k: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    orthogonality: float,
    clip: float | None,
) -> None:
    """`adam_g_update` in place; d stands in the scratch "step"."""
    beta1, beta2 = betas
    m, v, d = block.vector("exp_avg"), block.scalars("exp_avg_sq"), block.vector("step")
    kept = tangent(block, orthogonality=orthogonality, clip=clip)
    m.mul_(beta1)
    block.add("exp_avg", (1 - beta1) * kept, "tangent")
    v = beta2 * v + (1 - beta2) * (kept * block.norms("tangent")).square()
    correction = (1 - beta2 ** (k + 1)) ** 0.5 / (1 - beta1 ** (k + 1))
    block.times("exp_avg", 1 / normal((v + eps).sqrt(), d), out="step")
    d.mul_(-lr * correction)
    length = block.norms("step")
    over = length.clamp_min(torch.finfo(d.dtype).tiny)
    along = block.dot("step", "exp_avg") / over
    block.add("exp_avg", -along * length.sin(), "x")
    block.add("exp_avg", -along * (1 - length.cos()) / over, "step")
    turn(block, "step", length)
    block.write("x", "exp_avg", exp_avg_sq=v)


class AdamG(torch.optim.Optimizer):
    """Adam-G: `adam_g_update` on every radially-invariant slice, along great circles of the unit sphere.

    Slices are projected to the unit sphere when their group is added. orthogonality: ω ≥ 0, the weight of the term that
    pulls the slices of one parameter apart, 2ω(YYᵀY - Y); a single slice does not feel it. clip: ν > 0, the longest
    tangent gradient that is let through; None: any. Parameters with invariant=None are trained by SGD with `base_lr`,
    `base_momentum` and `base_weight_decay`; `base_lr` becomes the `lr` of their groups, which a scheduler then drives.
    State of a slice's parameter: `step`, `exp_avg` of its shape, `exp_avg_sq` of shape (rows,).

    lr ≥ 0. betas: each in [0, 1). eps ≥ 0, inside of the root; 0/0 reads 0. invariant: how a parameter is cut into
    slices, see `impl.groups`. foreach, fused, compile: see `impl.optim`. Every option can be set for each group. Where
    m and ω are 0, a zero gradient leaves the slice where it is. Raises ValueError for an option out of range or a slice
    that is zero, TypeError for one that is not a number.
    """

    def __init__(
        self,
        params: Iterable[Any],
        *,
        lr: float = 0.05,
        betas: tuple[float, float] = (0.9, 0.99),
        eps: float = 1e-8,
        orthogonality: float = 0.1,
        clip: float | None = 0.1,
        invariant: Invariant = "channel",
        base_lr: float = 1e-2,
        base_momentum: float = 0.9,
        base_weight_decay: float = 0.0,
        foreach: bool | None = None,
        fused: bool | None = None,
        compile: bool = False,
    ) -> None:
        rule = {"lr": lr, "betas": betas, "eps": eps, "orthogonality": orthogonality, "clip": clip}
        base = {"base_lr": base_lr, "base_momentum": base_momentum, "base_weight_decay": base_weight_decay}
        _check_options(rule | base, base_lr)
        super().__init__(params, rule | base | {"invariant": invariant} | chosen_paths(foreach, fused, compile))

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group, as torch.optim.Optimizer does, and project its slices to the unit sphere."""
        super().add_param_group(with_base_lr(param_group, self.defaults))
        with removed_on_error(self) as group:
            _check_options(group, group.pop("base_lr"))
            project(group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of every parameter that has a gradient; returns the closure's loss."""
        loss = evaluate(closure)
        for group in remaining(self):
            parameters = with_gradient(self, group)
            if group["invariant"] is None:
                sgd_step(parameters, self, group, **base_options(group))
                continue
            start(parameters, self.state, group["invariant"])
            chosen = {name: group[name] for name in ("lr", "betas", "eps", "orthogonality", "clip")}
            takes, whole = ("k", "counts"), group["orthogonality"] > 0
            rule = Rule(adam_g_update, adam_g_update_, BUFFERS, takes=takes, whole=whole)
            advance(self, parameters, group, rule, **chosen)
        return loss


def _check_options(group: dict[str, Any], base_lr: float) -> None:
    check_learning_rate("base_lr", base_lr)
    check_number("eps", group["eps"], advice="for example eps=1e-8")
    check_betas(group["betas"])
    check_group(group)
