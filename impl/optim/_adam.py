"""What the Adam variants of 000 §4.2 share: their options and their buffers."""

from typing import Any

import torch
from torch import Tensor

from impl.groups import Invariant, PerRow, row_count
from impl.optim._batches import Group
from impl.optim._blocks import PER_ROW, ROWS, Block, Unfit
from impl.optim._sphere import normal
from impl.optim._validation import check_learning_rate, check_number, check_weight_decay

BUFFERS = {"exp_avg": ROWS, "exp_avg_sq": PER_ROW}


def check_options(group: Group) -> None:
    """Raise unless lr, betas, eps and weight_decay are in range."""
    check_learning_rate("lr", group["lr"])
    check_weight_decay("weight_decay", group["weight_decay"])
    check_number("eps", group["eps"], advice="for example eps=1e-8")
    check_betas(group["betas"])


def check_betas(betas: Any) -> None:
    """Raise unless `betas` are two numbers in [0, 1)."""
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise ValueError(f"betas={betas!r}: required two numbers; for example betas=(0.9, 0.999)")
    for i, beta in enumerate(betas):
        check_number(f"betas[{i}]", beta, high=1.0, excluded=(1.0,), advice="for example betas=(0.9, 0.999)")


def options(group: Group) -> dict[str, Any]:
    """The hyper-parameters of the update rules."""
    return {name: group[name] for name in ("lr", "betas", "eps", "weight_decay")}


def start(
    parameters: list[Tensor], states: dict[Tensor, dict[str, Any]], invariant: Invariant, *, previous: bool = False
) -> None:
    """Give every parameter without buffers the ones of m_{-1} = 0, v_{-1} = 0 and, if asked for, x_{-1} = x_0."""
    for p in parameters:
        if states[p]:
            continue
        states[p].update(
            step=torch.tensor(0.0), exp_avg=torch.zeros_like(p), exp_avg_sq=p.new_zeros(row_count(p, invariant))
        )
        if previous:
            states[p]["previous"] = p.clone()


def decayed(block: Block, weight_decay: float) -> str:
    """The name of the vector ∇L(x) + λx."""
    if not weight_decay:
        return "gradient"
    torch.add(block.vector("gradient"), block.vector("x"), alpha=weight_decay, out=block.vector("decayed"))
    return "decayed"


def carry(block: Block, beta: float, rescaled: bool = False) -> PerRow:
    """m ← β Γ(m), from "previous" to "x", in place, and if `rescaled` times ‖previous‖/‖x‖; that ratio, or 1.

    With the unit vectors u and u' of the two, Γ(m) = m - (2<m, u + u'>/‖u + u'‖²) (u + u') + 2<m, u> u'. Unfit
    where a square might be no number, or where ‖u + u'‖² is so small that rounding in it matters.
    """
    block.moderate("previous")
    block.moderate("x")
    before, now = block.norms("previous"), block.norms("x")
    middle = 2 + 2 * block.dot("previous", "x") / (before * now)
    if not (middle > 1).all():
        raise Unfit
    first, second = block.dot("exp_avg", "previous") / before, block.dot("exp_avg", "x") / now
    along = 2 * (first + second) / middle
    ratio = before / now if rescaled else torch.ones_like(now)
    block.times("exp_avg", beta * ratio, out="exp_avg")
    block.add("exp_avg", -beta * ratio * along / before, "previous")
    block.add("exp_avg", beta * ratio * (2 * first - along) / now, "x")
    return ratio


def descend(block: Block, g: str, v: PerRow, *, k: int, lr: float, betas: tuple[float, float], eps: float) -> None:
    """From m_k, β₂-weighted v_{k-1} and the vector `g`: v_k and x_{k+1}, in place and stored.

    v_k = β₂ v_{k-1} + (1-β₂) d⁻¹ ‖g‖²
    x_{k+1} = x_k - η m_k/(1-β₁^{k+1}) / √(v_k/(1-β₂^{k+1}) + ε)
    """
    v = betas[1] * v + (1 - betas[1]) * block.norms(g).square() / block.lengths
    size = normal((v / (1 - betas[1] ** (k + 1)) + eps).sqrt(), block.vector("x"))
    block.add_quotient("x", -lr / (1 - betas[0] ** (k + 1)), "exp_avg", size)
    block.write("x", exp_avg_sq=v)
