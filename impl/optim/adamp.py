"""AdamP (003 Algorithm 2)."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from impl.groups import Invariant, Rows
from impl.optim._adam import check_options, options
from impl.optim._base_method import adam_step
from impl.optim._batches import Group, check_slices, evaluate, with_gradient
from impl.optim._blocks import ROWS, Block, Unfit
from impl.optim._groups import own, removed_on_error
from impl.optim._paths import Rule, advance, remaining
from impl.optim._projection import Projecting, check_projection, choices, decide, projected_out, slide
from impl.optim._sphere import column, normal
from impl.optim._validation import check_flag, chosen_paths


def adamp_update(
    x: Rows,
    gradient: Rows,
    m: Rows,
    v: Rows,
    *,
    k: int,
    counts: Sequence[int],
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    nesterov: bool,
    bias_correction: bool,
    **projection: Any,
) -> tuple[Rows, Rows, Rows]:
    """003 Algorithm 2, with what the released code adds, for k = 0, 1, …; ρ is wd_ratio where Π is applied, else 1:

    m_k = β₁ m_{k-1} + (1-β₁) ∇L(x_k)
    v_k = β₂ v_{k-1} + (1-β₂) ∇L(x_k)²
    p_k = n_k/(1-β₁^{k+1}) ⊘ (√(v_k/(1-β₂^{k+1})) + ε),  n_k = m_k, with nesterov β₁ m_k + (1-β₁) ∇L(x_k)
    x_{k+1} = (1 - ηλρ) x_k - η Π_{x_k}(p_k)

    As printed, without bias_correction, both divisors 1-β^{k+1} are 1.
    """
    out = decide(x, gradient, counts, **projection)
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient.square()
    n = beta1 * m + (1 - beta1) * gradient if nesterov else m
    start1, start2 = (1 - beta1 ** (k + 1), 1 - beta2 ** (k + 1)) if bias_correction else (1.0, 1.0)
    size = normal((v / start2).sqrt() + eps, x)
    p = n / start1 / size
    return column(1 - lr * weight_decay * out.decay, x) * x - lr * projected_out(p, out), m, v


def adamp_update_(
    block: Block,
    *,
    k: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    bias_correction: bool,
    wd_ratio: float,
    **_: Any,
) -> None:
    """`adamp_update` where every slice is projected, without nesterov, in place; Unfit where numbers are extreme.

    s = -η p_k, from torch's fused Adam at the point 0, which makes m_k and v_k;  x_{k+1} = (1 - ηλρ) x_k + Π(s)
    """
    norms, gradient = block.moderate("x"), block.vector("gradient")
    slopes = torch.cat([torch.linalg.vector_norm(band, dim=1) for band in block.bands("gradient")])
    if not slopes.max().item() <= torch.finfo(gradient.dtype).max ** 0.25:
        raise Unfit  # where a square overflows, what is divided by it would look like a slice at rest
    block.vector("step").zero_()
    torch._fused_adam_(
        block.pieces("step"),
        block.parts["gradient"],
        block.parts["exp_avg"],
        block.parts["exp_avg_sq"],
        [],
        [torch.tensor(k + 1.0 if bias_correction else math.inf)] * len(block.counts),
        lr=lr,
        beta1=betas[0],
        beta2=betas[1],
        weight_decay=0.0,
        eps=eps,
        amsgrad=False,
        maximize=False,
    )
    slide(block, norms, 1 - lr * weight_decay * wd_ratio)


class AdamP(torch.optim.Optimizer):
    """AdamP: `adamp_update` on every radially-invariant slice, Adam's step without its part along the weight.

    projection: where to project. "always": every slice, as befits groups that are known to be invariant.
    "inner_product": the slices with <x, ∇L> < delta, as 003 prints it; delta is then in units of weight times gradient.
    "cosine": as the released code decides, every slice if |cos(x, ∇L)| < delta/√d for all slices of the parameter,
    else the parameter as one vector if that passes, else nothing. No ε in the projection: a slice is divided by its
    very norm. weight_decay: λ ≥ 0, decoupled, and multiplied by wd_ratio where something is projected.
    bias_correction: False for Algorithm 2 as printed. Parameters with invariant=None are trained by
    torch.optim.AdamW's update with the same lr, betas, eps and weight_decay. State of a slice's parameter: `step`,
    `exp_avg` and `exp_avg_sq` of its shape.

    lr ≥ 0. betas: each in [0, 1). eps ≥ 0, outside of the root; 0/0 reads 0. delta ≥ 0. wd_ratio ≥ 0. invariant: how a
    parameter is cut into slices, see `impl.groups`. foreach, fused, compile: see `impl.optim`. Every option can be set
    for each group. Where m is 0 and weight_decay is 0, a zero gradient leaves the slice where it is. Raises ValueError
    for an option out of range or a slice that is zero, TypeError for one of another type.
    """

    def __init__(
        self,
        params: Iterable[Any],
        *,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        projection: Projecting = "always",
        delta: float = 0.1,
        wd_ratio: float = 0.1,
        bias_correction: bool = True,
        invariant: Invariant = "channel",
        foreach: bool | None = None,
        fused: bool | None = None,
        compile: bool = False,
    ) -> None:
        rule = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "nesterov": nesterov}
        rule |= {"projection": projection, "delta": delta, "wd_ratio": wd_ratio, "bias_correction": bias_correction}
        _check_options(rule)
        super().__init__(params, rule | {"invariant": invariant} | chosen_paths(foreach, fused, compile))

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
            if group["invariant"] is None:
                adam_step(parameters, self, group, decoupled=True)
                continue
            for p in parameters:
                if not self.state[p]:
                    zeros = {name: torch.zeros_like(p) for name in ("exp_avg", "exp_avg_sq")}
                    self.state[p].update(step=torch.tensor(0.0), **zeros)
            chosen = options(group) | choices(group)
            chosen |= {"nesterov": group["nesterov"], "bias_correction": group["bias_correction"]}
            rule = Rule(
                adamp_update,
                adamp_update_ if _is_plain(group, parameters) else None,
                {"exp_avg": ROWS, "exp_avg_sq": ROWS},
                takes=("k", "counts"),
            )
            advance(self, parameters, group, rule, **chosen)
        return loss


def _is_plain(group: Group, parameters: list[Tensor]) -> bool:
    """Whether `adamp_update_` does what the options say; an ε below the normal numbers guards no division."""
    least = max((torch.finfo(p.dtype).tiny for p in parameters), default=0.0)
    return group["projection"] == "always" and not group["nesterov"] and group["eps"] >= least


def _check_options(group: dict[str, Any]) -> None:
    check_options(group)
    check_projection(group)
    check_flag("bias_correction", group["bias_correction"])
