"""What a parameter group of an optimizer does, as far as the monitor has to know: its rule, decay and division vector.

An optimizer that is not known has kind None: then there is no η^e by itself, and no prediction of an equilibrium.
One of your own may say its rule itself: an attribute `spherical_rule`, a function from a parameter group to a `Rule`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

Kind = str | None
TORCH = ("SGD", "Adam", "AdamW")
"""The names by which torch's own are known."""
OTHERWISE = ("caution", "fixed_decay", "corrected_weight_decay", "adam_debias")
"""Options by which timm and pytorch_optimizer change the rules of SGDP, AdamP and Lion."""
KINDS = ("sgd", "sgdp", "adam", "adamw", "adamp", "lion", None)


@dataclass(frozen=True)
class Rule:
    """kind: "sgd" (coupled decay), "sgdp", "adam" (coupled), "adamw", "adamp", "lion", or None. decay: λ, as the
    equilibrium has it; None where it is not known. momentum: β, or β₁. divided: whether it divides by a second moment.
    """

    kind: Kind
    lr: float
    decay: float | None
    momentum: float = 0.0
    dampening: float = 0.0
    nesterov: bool = False
    beta2: float = 0.0
    eps: float = 0.0
    divided: bool = False


def rule(optimizer: torch.optim.Optimizer, group: Mapping[str, Any]) -> Rule:
    """The rule of a parameter group, with its present hyper-parameters; TypeError where `spherical_rule` gives none."""
    if (own := getattr(optimizer, "spherical_rule", None)) is not None:
        said = own(group)
        if not (isinstance(said, Rule) and said.kind in KINDS):
            raise TypeError(
                f"{type(optimizer).__name__}.spherical_rule returned {said!r}: return an impl.monitor.Rule "
                f"whose kind is one of {', '.join(map(str, KINDS))}"
            )
        return said
    name, lr = type(optimizer).__name__, float(group["lr"])
    decay = group.get("weight_decay")
    decay = None if decay is None else float(decay)
    unknown = Rule(None, lr, decay)
    if name in TORCH and type(optimizer) is not getattr(torch.optim, name):
        return unknown  # another's of the same name, or torch's with something changed
    if name == "SGD":
        momentum = float(group.get("momentum", 0))
        dampening = float(group.get("dampening", 0)) if momentum else 0.0
        return Rule("sgd", lr, decay, momentum, dampening, bool(group.get("nesterov")))
    if name in ("SGDP", "AdamP") and "wd_ratio" not in group:
        return unknown  # somebody's own, whose decay may be any
    if name in ("SGDP", "AdamP", "Lion") and (
        any(group.get(option) for option in OTHERWISE) or not group.get("weight_decouple", True)
    ):
        return unknown
    if name == "SGDP":
        momentum = float(group["momentum"])
        if group.get("nesterov") or group.get("dampening") or momentum >= 1:
            return unknown
        return Rule("sgdp", lr, _projected(group) / (1 - momentum), momentum)
    if name == "Lion":
        if not {"betas", "weight_decay"} <= set(group) or group.get("decoupled_weight_decay"):
            return unknown  # somebody's own; or lion_pytorch's, whose decay is divided by the first rate
        beta1, beta2 = group["betas"]
        return Rule("lion", lr, decay, float(beta1), beta2=float(beta2))
    if name in ("Adam", "AdamW", "AdamP"):
        beta1, beta2 = (float(beta) for beta in group["betas"])
        decoupled = name == "AdamW" or bool(group.get("decoupled_weight_decay"))
        kind: Kind = "adamp" if name == "AdamP" else "adamw" if decoupled else "adam"
        decay = _projected(group) if name == "AdamP" else decay
        if group.get("amsgrad") or group.get("nesterov") or group.get("bias_correction") is False:
            return Rule(None, lr, decay)
        return Rule(kind, lr, decay, beta1, beta2=beta2, eps=float(group["eps"]), divided=True)
    return unknown


def _projected(group: Mapping[str, Any]) -> float:
    """The decay of SGDP and AdamP where they project."""
    return float(group["weight_decay"]) * float(group["wd_ratio"])


def division(known: Rule, state: Mapping[str, Any], p: Tensor) -> Tensor | None:
    """b_k of a parameter after step k, 001 (25): (1-β₁^{k+1})/(1-β₁) (√(v_k/(1-β₂^{k+1})) + ε); None before any."""
    if not {"exp_avg_sq", "step"} <= set(state):
        return None
    step = state["step"] if isinstance(state["step"], Tensor) else torch.tensor(float(state["step"]))
    step = step.to(device=p.device, dtype=torch.float64)
    start1, start2 = 1 - known.momentum**step, 1 - known.beta2**step
    root = state["exp_avg_sq"].sqrt() / start2.sqrt().to(p.dtype) + known.eps
    return root * (start1 / (1 - known.momentum)).to(p.dtype)
