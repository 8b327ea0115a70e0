"""SGDP (003 Algorithm 1)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch

from impl.groups import Invariant, Rows
from impl.optim._base_method import sgd_step
from impl.optim._batches import check_slices, evaluate, with_gradient
from impl.optim._blocks import ROWS, Block
from impl.optim._groups import own, removed_on_error
from impl.optim._paths import Rule, advance, remaining
from impl.optim._projection import Projecting, check_projection, choices, decide, projected_out, slide
from impl.optim._sphere import column
from impl.optim._validation import check_flag, check_learning_rate, check_memory, check_weight_decay, chosen_paths


def sgdp_update(
    x: Rows,
    gradient: Rows,
    p: Rows,
    *,
    counts: Sequence[int],
    lr: float,
    momentum: float,
    weight_decay: float,
    nesterov: bool,
    project_buffer: bool,
    **projection: Any,
) -> tuple[Rows, Rows]:
    """003 Algorithm 1, with the decay that the released code adds; ρ is wd_ratio where Π is applied, else 1:

    p_k = β p_{k-1} + ∇L(x_k)
    q_k = p_k, with nesterov ∇L(x_k) + β p_k
    x_{k+1} = (1 - ηλρ/(1-β)) x_k - η Π_{x_k}(q_k)
    """
    out = decide(x, gradient, counts, **projection)
    p = momentum * p + gradient
    q = gradient + momentum * p if nesterov else p
    kept = column(1 - lr * weight_decay / (1 - momentum) * out.decay, x)
    return kept * x - lr * projected_out(q, out), projected_out(p, out) if project_buffer else p


def sgdp_update_(
    block: Block,
    *,
    lr: float,
    momentum: float,
    weight_decay: float,
    wd_ratio: float,
    **_: Any,
) -> None:
    """`sgdp_update` where every slice is projected, without nesterov, in place; Unfit where a norm is extreme.

    s = -η p_k, from torch's fused SGD at the point 0, which makes p_k;  x_{k+1} = (1 - ηλρ/(1-β)) x_k + Π(s)
    """
    norms = block.moderate("x")
    block.vector("step").zero_()
    torch._fused_sgd_(
        block.pieces("step"),
        block.parts["gradient"],
        block.parts["momentum_buffer"],
        weight_decay=0.0,
        momentum=momentum,
        lr=lr,
        dampening=0.0,
        nesterov=False,
        maximize=False,
        is_first_step=False,
    )
    slide(block, norms, 1 - lr * weight_decay / (1 - momentum) * wd_ratio)


class SGDP(torch.optim.Optimizer):
    """SGDP: `sgdp_update` on every radially-invariant slice, momentum without its part along the weight.

    projection: where to project. "always": every slice, as befits groups that are known to be invariant.
    "inner_product": the slices with <x, ∇L> < delta, as 003 prints it; delta is then in units of weight times gradient.
    "cosine": as the released code decides, every slice if |cos(x, ∇L)| < delta/√d for all slices of the parameter,
    else the parameter as one vector if that passes, else nothing. No ε here: a slice is divided by its very norm.
    weight_decay: λ ≥ 0, in the scale of SGD's: decoupled, divided by 1 - momentum, and multiplied by wd_ratio where
    something is projected. project_buffer: keep Π(p) as the buffer, as the released code without nesterov does, where
    Algorithm 1 keeps p. Parameters with invariant=None are trained by torch.optim.SGD's update with the same lr,
    momentum, nesterov and weight_decay (coupled there). State: `momentum_buffer`.

    lr ≥ 0. momentum: in [0, 1). delta ≥ 0. wd_ratio ≥ 0. invariant: how a parameter is cut into slices, see
    `impl.groups`. foreach, fused, compile: see `impl.optim`. Every option can be set for each group. Where the momentum
    and weight_decay are 0, a zero gradient leaves the slice where it is. Raises ValueError for an option out of range
    or a slice that is zero, TypeError for one of another type.
    """

    def __init__(
        self,
        params: Iterable[Any],
        *,
        lr: float = 1e-1,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        projection: Projecting = "always",
        delta: float = 0.1,
        wd_ratio: float = 0.1,
        project_buffer: bool = False,
        invariant: Invariant = "channel",
        foreach: bool | None = None,
        fused: bool | None = None,
        compile: bool = False,
    ) -> None:
        rule = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "nesterov": nesterov}
        where = {"projection": projection, "delta": delta, "wd_ratio": wd_ratio, "project_buffer": project_buffer}
        _check_options(rule | where)
        super().__init__(params, rule | where | {"invariant": invariant} | chosen_paths(foreach, fused, compile))

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
            for p in parameters:
                if not self.state[p]:
                    self.state[p]["momentum_buffer"] = torch.zeros_like(p)
            chosen |= {"project_buffer": group["project_buffer"]} | choices(group)
            plain = group["projection"] == "always" and not (group["nesterov"] or group["project_buffer"])
            rule = Rule(
                sgdp_update,
                sgdp_update_ if plain and group["momentum"] else None,  # the kernel keeps no buffer without momentum
                {"momentum_buffer": ROWS},
                takes=("counts",),
            )
            advance(self, parameters, group, rule, **chosen)
        return loss


def _check_options(group: dict[str, Any]) -> None:
    check_learning_rate("lr", group["lr"])
    check_memory("momentum", group["momentum"])
    check_weight_decay("weight_decay", group["weight_decay"])
    check_projection(group)
    check_flag("project_buffer", group["project_buffer"])
