"""What an optimizer of impl.optim takes: defaults, groups, parameters in every form. Empty where it does."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from verify.trust.mutants.battery_refusals import refused, weight
from verify.trust.mutants.battery_settings import Options, Setting

Make = Callable[..., torch.optim.Optimizer]


def takes_parameters_in_every_form(make: Make, setting: Setting) -> str:
    """A list and a list of groups are the same, groups of the caller are not written to, a bare tensor is refused."""
    groups: list[dict[str, Any]] = [
        {"params": [weight()], "invariant": "whole"},
        {"params": [weight()], "invariant": None},
    ]
    keys = [dict(group) for group in groups]
    make(groups, **setting.tried[0])
    if [set(group) for group in groups] != [set(group) for group in keys]:
        return "the groups of the caller are written to"
    found: list[torch.Tensor] = []
    for form in ([weight()], [{"params": weight()}], iter([weight()]), [("name", weight())]):
        optimizer = make(form)
        (p,) = optimizer.param_groups[0]["params"]
        p.grad = torch.eye(2)
        optimizer.step()
        found.append(p.detach())
    empty, full = nn.Parameter(torch.empty(0, 2)), weight()
    optimizer = make([empty, full], invariant=None)
    empty.grad, full.grad = torch.empty(0, 2), torch.eye(2)
    optimizer.step()
    if torch.equal(full, weight()):
        return "beside an empty parameter another is not trained"
    if not all(torch.equal(p, found[0]) for p in found):
        return "the form in which parameters come changes a number"
    no_group = refused(TypeError, "must be a dict", optimizer.add_param_group, [weight()])
    return no_group or refused(TypeError, "", make, weight()) or refused(TypeError, "", make, [{"params": [1.0]}])


def has_its_defaults(make: Make, setting: Setting) -> str:
    """Options as printed, and those of a group: `base_lr` becomes the rate of what is not invariant, and is gone."""
    optimizer = make([weight()])
    if optimizer.defaults != setting.defaults:
        return f"the defaults are {optimizer.defaults}"
    expected = {name: value for name, value in setting.defaults.items() if name != "base_lr"}
    for options, rate in _rates(setting):
        group = dict(make([{"params": [weight()]} | options]).param_groups[0])
        del group["params"]
        own = {name: value for name, value in options.items() if name != "base_lr"}
        if group != expected | own | {"lr": rate}:
            return f"a group of {options} has {group}"
    return ""


def _rates(setting: Setting) -> list[tuple[Options, float]]:
    lr, base = setting.defaults["lr"], setting.defaults.get("base_lr")
    rest = lr if base is None else base
    found: list[tuple[Options, float]] = [
        ({}, lr),
        ({"invariant": None}, rest),
        ({"invariant": None, "lr": 0.25}, 0.25),
    ]
    if "base_lr" in setting.defaults:
        found += [({"invariant": None, "base_lr": 0.125}, 0.125), ({"base_lr": 0.125}, lr)]
    return found
