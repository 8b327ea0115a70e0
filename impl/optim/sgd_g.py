"""SGD-G (Cho & Lee 2017)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch

from impl.groups import Invariant, Rows
from impl.optim._base_method import sgd_step
from impl.optim._batches import evaluate, with_gradient
from impl.optim._blocks import ROWS, Block
from impl.optim._groups import removed_on_error, with_base_lr
from impl.optim._neurons import base_options, check_group, exponential, project, tangent, tangent_gradient, turn
from impl.optim._paths import Rule, advance, remaining
from impl.optim._validation import check_learning_rate, check_momentum, chosen_paths


def sgd_g_update(
    y: Rows,
    gradient: Rows,
    m: Rows,
    *,
    counts: Sequence[int],
    lr: float,
    momentum: float,
    orthogonality: float,
    clip: float | None,
) -> tuple[Rows, Rows]:
    """Cho & Lee 2017, with h of `tangent_gradient` and ρ the momentum:

    d = ρ m - η h
    y⁺ = Exp_y(d)
    m⁺ = d cos‖d‖ - y ‖d‖ sin‖d‖, d carried along the step
    """
    h = tangent_gradient(y, gradient, counts, orthogonality=orthogonality, clip=clip)
    d = momentum * m - lr * h
    length = torch.linalg.vector_norm(d, dim=1, keepdim=True)
    return exponential(y, d, length), d * length.cos() - y * (length * length.sin())


def sgd_g_update_(block: Block, *, lr: float, momentum: float, orthogonality: float, clip: float | None) -> None:
    """`sgd_g_update` in place; d stands in the scratch "step"."""
    m, d = block.vector("momentum_buffer"), block.vector("step")
    kept = tangent(block, orthogonality=orthogonality, clip=clip)
    torch.mul(m, momentum, out=d)
    block.add("step", -lr * kept, "tangent")
    length = block.norms("step")
    block.times("step", length.cos(), out="momentum_buffer")
    block.add("momentum_buffer", -length * length.sin(), "x")
    turn(block, "step", length)
    block.write("x", "momentum_buffer")


class SGDG(torch.optim.Optimizer):
    """SGD-G: `sgd_g_update` on every radially-invariant slice, along great circles of the unit sphere.

    Slices are projected to the unit sphere when their group is added. orthogonality: ω ≥ 0, the weight of the term that
    pulls the slices of one parameter apart, 2ω(YYᵀY - Y); a single slice does not feel it. clip: ν > 0, the longest
    tangent gradient that is let through; None: any. Parameters with invariant=None are trained by SGD with `base_lr`,
    `base_momentum` and `base_weight_decay`; `base_lr` becomes the `lr` of their groups, which a scheduler then drives.
    State: `momentum_buffer`, which contains the learning rate.

    lr ≥ 0. momentum ≥ 0. invariant: how a parameter is cut into slices, see `impl.groups`. foreach, fused, compile: see
    `impl.optim`. Every option can be set for each group. Where m and ω are 0, a zero gradient leaves the slice where it
    is. Raises ValueError for an option out of range or a slice that is zero, TypeError for one that is not a number.
    """

    def __init__(
        self,
        params: Iterable[Any],
        *,
        lr: float = 0.2,
        momentum: float = 0.9,
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
        rule = {"lr": lr, "momentum": momentum, "orthogonality": orthogonality, "clip": clip}
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
            for p in parameters:
                if not self.state[p]:
                    self.state[p]["momentum_buffer"] = torch.zeros_like(p)
            chosen = {name: group[name] for name in ("lr", "momentum", "orthogonality", "clip")}
            buffers, whole = {"momentum_buffer": ROWS}, group["orthogonality"] > 0
            rule = Rule(sgd_g_update, sgd_g_update_, buffers, takes=("counts",), whole=whole)
            advance(self, parameters, group, rule, **chosen)
        return loss


def _check_options(group: dict[str, Any], base_lr: float) -> None:
    check_learning_rate("base_lr", base_lr)
    check_momentum("momentum", group["momentum"])
    check_group(group)
