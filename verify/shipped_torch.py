"""torch.optim as shipped, each with the scheme that it is to follow. LBFGS and SparseAdam have none."""

import math
from types import SimpleNamespace
from typing import Any

import torch

from derivations.schemes import by_name
from verify import widened
from verify.rows import LOOPS, MOMENTS, Arguments, adam, always, as_matrix, maker, same, with_momentum
from verify.trace import Optimizer, Subject

PATHS = tuple({**path, "maximize": maximize} for maximize in (False, True) for path in LOOPS)
FUSED = (*PATHS, {"fused": True}, {"fused": True, "maximize": True})


def _nesterov(h: SimpleNamespace) -> dict[str, Any]:
    return vars(h) | {"nesterov": h.momentum > 0}  # torch refuses it without momentum, where it is SGD


def _rmsprop(h: SimpleNamespace) -> dict[str, Any]:
    return {{"beta": "alpha", "beta2": "alpha"}.get(name, name): value for name, value in vars(h).items()}


def _adadelta(h: SimpleNamespace) -> dict[str, Any]:
    return {"lr": h.lr, "rho": h.beta, "eps": h.eps, "weight_decay": h.weight_decay}


def _rprop(h: SimpleNamespace) -> dict[str, Any]:
    return {"lr": h.lr, "etas": (h.etaminus, h.etaplus), "step_sizes": (h.smallest, h.largest)}


def _adafactor(h: SimpleNamespace) -> dict[str, Any]:
    return {
        "lr": h.lr,
        "beta2_decay": -h.decay,
        "eps": (h.eps1, h.eps2),
        "d": h.clip,
        "weight_decay": h.weight_decay,
    }


def _flat(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (math.prod(shape),)


def _row(scheme: str, optimizer: type[Optimizer], arguments: Arguments, words: str = "", **rest: Any) -> Subject:
    fixed = {name: rest.pop(name) for name in FLAGS if name in rest}
    name = f"torch.optim.{rest.pop('called', optimizer.__name__)}" + (f" ({words})" if words else "")
    return Subject(name, by_name(scheme), maker(optimizer, arguments, **fixed), **{"options": PATHS, **rest})


FLAGS = ("amsgrad", "decoupled_weight_decay", "centered", "nesterov", "adjust_lr_fn")
IF_MOMENTUM = with_momentum("m")
ADAM: dict[str, Any] = {"buffers": always(**MOMENTS), "counter": "step"}
AMSGRAD: dict[str, Any] = {
    "buffers": always(**MOMENTS, largest="max_exp_avg_sq"),
    "counter": "step",
    "amsgrad": True,
    "options": FUSED,
}
NADAM: dict[str, Any] = {"buffers": always(**MOMENTS, mu="mu_product"), "counter": "step"}
MUON: dict[str, Any] = {
    "called": "Muon, not rounded",  # to bfloat16: a row about the code, not about the class as it is
    "buffers": always(m="momentum_buffer"),
    "options": ({},),  # it has neither foreach nor maximize
    "shaped": as_matrix,
}
optim = torch.optim

SHIPPED: tuple[Subject, ...] = (
    _row("sgd", optim.SGD, same, buffers=always(), options=FUSED),
    _row("sgd-l2", optim.SGD, same, "weight_decay", buffers=always(), options=FUSED),
    _row("sgd-m", optim.SGD, same, "momentum", buffers=IF_MOMENTUM, options=FUSED),
    # Without weight decay its foreach path adds the momentum into p.grad itself (torch 2.13).
    _row(
        "sgd-nesterov",
        optim.SGD,
        _nesterov,
        "nesterov",
        buffers=IF_MOMENTUM,
        options=FUSED,
        spends_gradient=("foreach",),
    ),
    _row("sgd-dampened", optim.SGD, same, "dampening", buffers=IF_MOMENTUM, options=FUSED),
    _row(
        "asgd",
        optim.ASGD,
        same,
        buffers=always(rate="eta", weight="mu", average="ax"),
        counter="step",
    ),
    _row("adam-torch", optim.Adam, adam, **ADAM, options=FUSED),
    _row("adam-amsgrad", optim.Adam, adam, "amsgrad", **AMSGRAD),
    _row("adamw", optim.AdamW, adam, **ADAM, options=FUSED),
    _row("adamw-amsgrad", optim.AdamW, adam, "amsgrad", **AMSGRAD),
    _row("nadam", optim.NAdam, adam, **NADAM),
    _row("nadamw", optim.NAdam, adam, "decoupled_weight_decay", decoupled_weight_decay=True, **NADAM),
    _row("radam", optim.RAdam, adam, **ADAM),
    _row("radamw", optim.RAdam, adam, "decoupled_weight_decay", decoupled_weight_decay=True, **ADAM),
    _row("adamax", optim.Adamax, adam, buffers=always(m="exp_avg", norm="exp_inf"), counter="step"),
    _row("rmsprop", optim.RMSprop, _rmsprop, buffers=always(v="square_avg"), counter="step"),
    _row(
        "rmsprop-centered",
        optim.RMSprop,
        _rmsprop,
        "centered",
        buffers=always(v="square_avg", mean="grad_avg"),
        counter="step",
        centered=True,
    ),
    _row(
        "rmsprop-momentum",
        optim.RMSprop,
        _rmsprop,
        "momentum",
        buffers=with_momentum("m", v="square_avg"),
        counter="step",
    ),
    _row(
        "rmsprop-centered-momentum",
        optim.RMSprop,
        _rmsprop,
        "centered, momentum",
        buffers=with_momentum("m", v="square_avg", mean="grad_avg"),
        counter="step",
        centered=True,
    ),
    _row("adagrad", optim.Adagrad, same, buffers=always(sum="sum"), counter="step", options=FUSED),
    _row(
        "adadelta",
        optim.Adadelta,
        _adadelta,
        buffers=always(v="square_avg", moves="acc_delta"),
        counter="step",
    ),
    _row("adafactor", optim.Adafactor, _adafactor, "1-d", buffers=always(v="variance"), counter="step", shaped=_flat),
    _row(
        "adafactor-matrix",
        optim.Adafactor,
        _adafactor,
        "matrix",
        buffers=always(R="row_var", C="col_var"),
        counter="step",
        shaped=as_matrix,
    ),
    _row("muon", widened.Muon, same, **MUON),
    _row("muon-plain", widened.Muon, same, "match_rms_adamw", nesterov=False, adjust_lr_fn="match_rms_adamw", **MUON),
    _row("rprop", optim.Rprop, _rprop, buffers=always(before="prev", size="step_size"), counter="step"),
)
