"""What an optimizer of impl.optim must refuse, by which error and in which words: empty where it does."""

import copy
import math
import re
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from verify.trust.mutants.battery_settings import Setting

Make = Callable[..., torch.optim.Optimizer]

INF, NAN = math.inf, math.nan
WORD = "0.1"
TENSOR = torch.tensor(0.1)
NOT_A_NUMBER = ((WORD, TypeError), (TENSOR, TypeError), (None, TypeError))
OUTSIDE = ((-1e-3, ValueError), (NAN, ValueError), (INF, ValueError))

BEYOND: dict[str, tuple[float, ...]] = {"v0": (0.0,), "beta": (1.001,), "clip": (0.0,), "max_norm": (0.0,)}
"""Bounds of their own. `momentum` of SGDP has one too: see `MEMORY`."""
MEMORY = ("SGDP",)
"""The optimizers whose momentum is below 1."""
EDGES: dict[str, tuple[float, ...]] = {
    "beta": (0.0, 1.0),
    "eps": (0.0,),
    "delta": (0.0,),
    "wd_ratio": (0.0,),
    "lr": (0.0,),
}
"""Values that are just within."""
NOT_FLAGS = (0, 1, None, "yes")
OPTIONAL = ("clip", "max_norm", "base_lr", "base_weight_decay")
BETAS: tuple[tuple[Any, type[Exception], str], ...] = (
    (0.9, ValueError, "betas=0.9: required two numbers"),
    ((0.9,), ValueError, "required two numbers"),
    ((0.9, 0.99, 0.999), ValueError, "required two numbers"),
    ((1.0, 0.9), ValueError, r"betas\[0\]=1.0: required a finite number in \[0.0, 1.0\] without 1.0; for example"),
    ((0.9, 1.0), ValueError, r"betas\[1\]=1.0: required"),
    ((-0.1, 0.9), ValueError, r"betas\[0\]=-0.1: required"),
    (("0.9", 0.9), TypeError, r"betas\[0\]='0.9': required a Python number, got str; for example"),
)

PARAMETERS: dict[str, tuple[torch.Tensor, Any, str]] = {
    "a zero slice": (torch.tensor([[1.0, 0.0], [0.0, 0.0]]), "channel", "parameter 0.*slice 1.*norm is 0.0"),
    "a slice with a NaN": (torch.tensor([[1.0, NAN]]), "whole", "slice 0.*norm is nan"),
    "an infinite slice": (torch.tensor([[1.0, INF]]), "channel", "slice 0.*norm is inf"),
    "half precision": (torch.ones(2, 2, dtype=torch.float16), "channel", "float16.*float32 or float64"),
    "an empty parameter": (torch.ones(0, 3), "channel", r"parameter 0 of .*shape \(0, 3\) is empty.*invariant=None"),
    "a scalar": (torch.ones(()), "channel", r"shape \(\) has no filters"),
    "a bias": (torch.ones(3), "channel", r"shape \(3,\) has no filters.*invariant_groups"),
    "groups that do not divide": (torch.ones(4, 2), 3, "invariant=3 must divide the 4 filters"),
    "no groups": (torch.ones(4, 2), 0, "invariant=0.*choose"),
    "a truth value": (torch.ones(4, 2), True, "invariant=True.*choose"),
    "an unknown word": (torch.ones(4, 2), "filter", "invariant='filter'.*choose"),
}


def refused(kind: Any, text: str, call: Callable[..., Any], *args: Any, **options: Any) -> str:
    """Empty where the call raises an error of the kind, whose words match the text."""
    try:
        call(*args, **options)
    except kind as error:
        return "" if re.search(text, str(error), re.DOTALL) else f"the error says {error}"
    return f"accepted where an error is due: {text}"


def weight() -> nn.Parameter:
    return nn.Parameter(torch.ones(2, 2))


def refuses_options(make: Make, setting: Setting) -> str:
    """Numbers out of range and values of another type, in the constructor and in a group, of every kind of group."""
    for name, value in setting.defaults.items():
        bad = _bad_values(make, name, value)
        for wrong, kind in bad:
            shown = "(base_)?lr" if name == "base_lr" else name
            text = rf"(?<![a-z_]){shown}=.*(required|choose).*"
            for invariant in ("channel", None):
                own = {"invariant": invariant, name: wrong}
                if found := refused(kind, text, make, [weight()], **own):
                    return f"{name}={wrong!r}, invariant={invariant}: {found}"
                if found := refused(kind, text, make, [{"params": [weight()], name: value, "lr": 0.1}], **own):
                    return f"{name}={wrong!r} where no group takes it, invariant={invariant}: {found}"
                optimizer = make([weight()])
                before = copy.deepcopy(optimizer.state_dict()["param_groups"])
                if found := refused(kind, text, optimizer.add_param_group, {"params": [weight()]} | own):
                    return f"{name}={wrong!r} in a group, invariant={invariant}: {found}"
                if optimizer.state_dict()["param_groups"] != before:
                    return f"{name}={wrong!r}: a group that is refused stays"
    return ""


def _bad_values(make: Make, name: str, value: Any) -> list[tuple[Any, Any]]:
    if name in ("invariant", "foreach", "fused", "betas"):
        return []
    if isinstance(value, bool):
        return [(wrong, TypeError) for wrong in NOT_FLAGS]
    if isinstance(value, str):
        return [("never", ValueError), (None, ValueError)]
    numbers: list[tuple[Any, Any]] = [*OUTSIDE, *NOT_A_NUMBER[: 2 if name in OPTIONAL else 3]]
    numbers += [(beyond, ValueError) for beyond in BEYOND.get(name, ())]
    return numbers + ([(1.0, ValueError), (1.5, ValueError)] if name == "momentum" and make.__name__ in MEMORY else [])


def accepts_edges(make: Make, setting: Setting) -> str:
    """The least and largest values of an option; an int for a float; a tuple or a list of betas."""
    for name in setting.defaults:
        for value in EDGES.get(name, ()):
            make([weight()], **{name: value})
    for name in ("weight_decay", "base_weight_decay", "momentum", "base_momentum"):
        if name in setting.defaults:
            make([weight()], **{name: 0})
    for name in ("momentum", "base_momentum"):
        if name in setting.defaults and make.__name__ not in MEMORY:
            make([weight()], **{name: 1.5})
    if "betas" in setting.defaults:
        make([weight()], betas=[0.0, 0.5])
    return ""


def refuses_two_paths(make: Make, setting: Setting) -> str:
    """One way to compute a step at most is asked for, in the constructor and in a group; each is a flag."""
    if "fused" not in setting.defaults:
        return ""
    for options in (
        {"foreach": True, "fused": True},
        {"foreach": False, "compile": True},
        {"fused": True, "compile": True},
    ):
        words = ".*".join(f"{name}={value}" for name, value in options.items()) + ": required one"
        add = make([weight()]).add_param_group
        found = refused(ValueError, words, make, [weight()], **options)
        if found := found or refused(ValueError, words, add, {"params": [weight()]} | options):
            return f"{options}: {found}"
    for name in ("foreach", "fused"):
        if found := refused(TypeError, f"{name}=1: required", make, [weight()], **{name: 1}):
            return found
    make([weight()], foreach=False, fused=False)
    make([weight()], fused=True)
    return ""


def refuses_betas(make: Make, setting: Setting) -> str:
    """Two numbers in [0, 1), in a tuple or a list."""
    for betas, kind, text in BETAS if "betas" in setting.defaults else ():
        add, group = make([weight()]).add_param_group, {"params": [weight()], "betas": betas}
        if found := refused(kind, text, make, [weight()], betas=betas) or refused(kind, text, add, group):
            return f"betas={betas}: {found}"
    return ""


def refuses_parameters(make: Make, setting: Setting) -> str:
    """Parameters without slices, or with a slice without a direction; a group refused changes nothing."""
    for what, (data, invariant, text) in PARAMETERS.items():
        if found := refused(ValueError, text, make, [nn.Parameter(data.clone())], invariant=invariant):
            return f"{what}: {found}"
        optimizer = make([weight()])
        before = copy.deepcopy(optimizer.state_dict())
        good, bad = nn.Parameter(torch.full((2, 2), 3.0)), nn.Parameter(data.clone())
        group = {"params": [good, bad] if invariant != 3 else [bad], "invariant": invariant}
        later = text if invariant == 3 else text.replace("parameter 0", "parameter 1")
        if found := refused(ValueError, later, optimizer.add_param_group, group):
            return f"{what}, in a group: {found}"
        if optimizer.state_dict()["param_groups"] != before["param_groups"] or good in optimizer.state:
            return f"{what}: the group stays"
        if not torch.equal(good, torch.full((2, 2), 3.0)):
            return f"{what}: the parameter beside it is moved"
    nobody = {"params": [], "invariant": "filter"}
    if found := refused(ValueError, "invariant='filter'.*choose", make([weight()]).add_param_group, nobody):
        return f"an unknown word for no parameters: {found}"
    words = r"parameter 0 \(fc\.weight\) of shape \(2, 2\), slice 0"
    return refused(ValueError, words, make, [("fc.weight", nn.Parameter(torch.zeros(2, 2)))])


def refuses_extremes(make: Make, setting: Setting) -> str:
    """Norms at the ends of the numbers: the least and largest normal ones are taken, what is beyond is not."""
    limits = torch.finfo(torch.float32)
    for size, taken in ((limits.tiny, True), (limits.tiny / 2, False), (limits.max, True)):
        p = nn.Parameter(torch.tensor([[1.0, 0.0], [size, 0.0]]))
        optimizer, group = make([weight()]), {"params": [weight(), p]}
        if taken and not setting.powers:
            make([p])
            continue
        words = "parameter 1 .*slice 1.*" + ("‖x‖⁴ is" if taken else "norm is")
        if found := refused(ValueError, words, optimizer.add_param_group, group):
            return f"norm {size}: {found}"
    return ""


def refuses_what_is_not_its_own(make: Make, setting: Setting) -> str:
    """A parameter twice; a group without an option, as if its state were of another class; Lion: complex numbers."""
    twice = weight()
    words = r"parameters 0 and 2, of shape \(2, 2\), are one"
    optimizer = make([weight()])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch only warns
        if found := refused(ValueError, words, optimizer.add_param_group, {"params": [twice, weight(), twice]}):
            return found
    if len(optimizer.param_groups) != 1:
        return "a group with a parameter twice stays"
    name = min(setting.defaults.keys() - {"base_lr", "differentiable", "fused", "compile"})
    del optimizer.param_groups[0][name]
    if found := refused(ValueError, rf"has no option '{name}'.*another class", optimizer.step):
        return found
    if make.__name__ == "Lion":
        sign = nn.Parameter(torch.ones(2, dtype=torch.complex64))
        add, group = make([weight()]).add_param_group, {"params": [weight(), sign], "invariant": None}
        return refused(ValueError, "parameter 1 .*complex64.*view_as_real", add, group)
    return ""


def refuses_sparse_gradients(make: Make, setting: Setting) -> str:
    """In every kind of group, and naming the parameter."""
    for invariant in ("channel", None):
        dense, p = weight(), nn.Parameter(torch.ones(3, 2))
        optimizer = make([dense, p], invariant=invariant)
        dense.grad, p.grad = torch.ones(2, 2), torch.ones(3, 2).to_sparse(1)
        if found := refused(ValueError, "parameter 1 .*layout torch.sparse_coo.*SparseAdam", optimizer.step):
            return found
    return ""
