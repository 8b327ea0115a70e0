"""What single files of impl.optim must compute where no step shows it: Theorem 4, where to project, the transport."""

import math
from types import ModuleType
from typing import Any

import torch
from torch import nn

from derivations.schemes.adagrad_g import AdaGradG
from verify.trust.mutants.battery_refusals import refused


def theorem_4(package: ModuleType) -> str:
    """001 Theorem 4, in `matching_sgd` and in its groups: as `derivations` has it."""
    make = package.AdaGradG.matching_sgd

    def weight() -> nn.Parameter:
        return nn.Parameter(torch.ones(1, 3, dtype=torch.float64))

    groups: list[dict[str, Any]] = [
        {"params": [weight()]},
        {"params": [weight()], "lr": 0.2, "invariant": "whole"},
        {"params": [weight()], "weight_decay": 0.25},
        {"params": [weight()], "invariant": None},
        {"params": [weight()], "invariant": None, "lr": 0.2, "weight_decay": 0.25},
    ]
    keys = [set(group) for group in groups]
    optimizer = make(groups, lr=0.1, weight_decay=0.5, momentum=0.75, foreach=True)
    if [set(group) for group in groups] != keys:
        return "the groups of the caller are written to"
    for group, (lr, decay) in zip(optimizer.param_groups, ((0.1, 0.5), (0.2, 0.5), (0.1, 0.25)), strict=False):
        expected = vars(AdaGradG.matching_sgd(lr, decay))
        if not all(math.isclose(group[name], value, rel_tol=1e-12) for name, value in expected.items()):
            return f"lr={lr}, weight_decay={decay}: not Theorem 4"
    cuts = [group["invariant"] for group in optimizer.param_groups]
    rest = [(g["lr"], g["base_weight_decay"], g["base_momentum"]) for g in optimizer.param_groups[3:]]
    if cuts != ["channel", "whole", "channel", None, None] or rest != [(0.1, 0.5, 0.75), (0.2, 0.25, 0.75)]:
        return f"groups {cuts}, of which SGD trains {rest}"
    defaults = dict(optimizer.defaults)
    if [defaults[n] for n in ("base_lr", "base_momentum", "base_weight_decay", "foreach")] != [0.1, 0.75, 0.5, True]:
        return f"the defaults are {defaults}"
    plain = make([weight()], lr=0.1)
    if (plain.param_groups[0]["beta"], plain.defaults["base_momentum"], plain.defaults["foreach"]) != (1.0, 0.0, None):
        return "matching_sgd has other defaults"
    if plain.param_groups[0]["invariant"] != "channel" or plain.defaults["base_weight_decay"] != 0.0:
        return "matching_sgd has other defaults"
    if make(iter([weight()]), lr=0.1, invariant="whole").param_groups[0]["invariant"] != "whole":
        return "matching_sgd does not take invariant"
    for options, text in (
        ({"lr": 0.0}, r"lr=0.0: required a finite number in \[0.0, inf\] without 0.0"),
        ({"lr": 2.0, "weight_decay": 0.5}, "lr=2.0, weight_decay=0.5: Theorem 4 requires"),
        ({"lr": 2.0, "weight_decay": 0.75}, "lr=2.0, weight_decay=0.75: Theorem 4 requires"),
        ({"lr": 0.1, "weight_decay": -1.0}, "^weight_decay=-1.0: required"),
    ):
        if found := refused(ValueError, text, make, [weight()], **options):
            return f"{options}: {found}"
    bare = refused(TypeError, r"shape \(1, 3\).*pass \[params\]", make, weight(), lr=0.1)
    return bare or refused(ValueError, "empty parameter list", make, [], lr=0.1)


def rows(*values: list[float]) -> torch.Tensor:
    """A matrix in float64."""
    return torch.tensor(values, dtype=torch.float64)


BY_THE_COSINE: dict[str, tuple[torch.Tensor, list[list[int]]]] = {
    "both slices pass": (rows([0.0, 1.0], [1.0, 0.0]), [[0], [1]]),
    "one slice fails, the layer passes": (rows([1.0, 0.0], [-1.0, -1.0]), [[0, 1]]),
    "one slice fails, and so does the layer": (rows([1.0, 0.0], [1.0, 0.0]), []),
    "the gradient of one slice is zero": (rows([0.0, 0.0], [1.0, 0.0]), [[0], [1]]),
    "all gradients are zero": (rows([0.0, 0.0], [0.0, 0.0]), [[0], [1]]),
    "the inner products are negative": (rows([-1.0, 0.0], [1.0, -2.0]), []),
}
"""Slices (1, 0) and (0, 1) and what passes at δ = 0.1: {what: (gradients, blocks that are projected)}."""

AT_THE_BOUND = ((1.2, False), (math.nextafter(1.2, 2), True), (0.0, False))
"""x = (1, 0, 0, 0), g = (3, 4, 0, 0): cos = 3/5, and the bound is δ/2: {δ: whether it passes}."""

SIGNED = ((0.125, False), (0.1249, True), (0.0, True), (-100.0, True))
"""<x, g> at δ = 1/8, as 003 prints the test."""


def decides(package: ModuleType) -> str:
    """The three ways to decide where to project, at gradients that are worked out by hand."""
    decide = package.sgdp.decide
    x = rows([1.0, 0.0], [0.0, 1.0])
    for what, (g, expected) in BY_THE_COSINE.items():
        found = decide(x.clone(), g.clone(), [2], projection="cosine", delta=0.1, wd_ratio=0.25)
        right = found.decay.tolist() == [0.25 if expected else 1.0] * 2
        right &= found.together.tolist() == [len(expected) == 1] * 2
        scale = {0: 0.0, 1: 0.5**0.5, 2: 1.0}[len(expected)]
        if not (right and torch.allclose(found.radial, scale * x, rtol=1e-15, atol=0)):
            return what
    g = rows([0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0])
    for counts, expected_decay in (([3], [1.0] * 3), ([1, 1, 1], [0.5, 1.0, 0.5])):
        found = decide(torch.eye(3, dtype=torch.float64), g, counts, projection="cosine", delta=0.1, wd_ratio=0.5)
        if found.decay.tolist() != expected_decay:
            return "parameters do not decide for themselves"
    for delta, passes in AT_THE_BOUND:
        at = (rows([1.0, 0.0, 0.0, 0.0]), rows([3.0, 4.0, 0.0, 0.0]), [1])
        if (decide(*at, projection="cosine", delta=delta, wd_ratio=0.5).decay.item() == 0.5) != passes:
            return f"a cosine of 3/5 and delta={delta}"
    for inner, passes in SIGNED:
        at = (rows([0.0, 0.5]), rows([7.0, 2 * inner]), [1])
        if (decide(*at, projection="inner_product", delta=0.125, wd_ratio=0.5).decay.item() == 0.5) != passes:
            return f"an inner product of {inner} at delta=0.125"
    least = decide(torch.ones(1, 2), torch.zeros(1, 2), [1], projection="cosine", delta=1e-60, wd_ratio=0.5)
    if least.decay.item() != 0.5 or least.together.item():
        return "delta=1e-60 is rounded to the type of the weights"
    for slope, decay in ((1e-9, 1.0), (0.0, 0.5)):
        at = (rows([2.0]), rows([slope]), [1])
        if decide(*at, projection="cosine", delta=0.9, wd_ratio=0.5).decay.item() != decay:
            return f"a slice of one number with the gradient {slope}"
    for rule in ("always", "inner_product", "cosine"):
        found = decide(rows([0.0, 0.0]), rows([1.0, 2.0]), [1], projection=rule, delta=0.1, wd_ratio=0.5)
        if found.radial.tolist() != [[0.0, 0.0]]:
            return f"{rule}: a slice of zeros is projected"
    return ""


def bounds_the_decay(package: ModuleType) -> str:
    """SphericalSGD: lr·weight_decay < 1 where slices are invariant, in a group and at every step."""
    words = "lr=2.0, weight_decay=0.5: required lr·weight_decay < 1"
    p, q = nn.Parameter(rows([3.0, 4.0])), nn.Parameter(rows([3.0, 4.0]))
    optimizer = package.SphericalSGD([p], lr=0.5, weight_decay=0.5)
    group: dict[str, Any] = {"params": [q], "lr": 2.0}
    if found := refused(ValueError, words, optimizer.add_param_group, group):
        return found
    if len(optimizer.param_groups) > 1 or not torch.equal(q, rows([3.0, 4.0])):
        return "a group that is refused stays"
    optimizer.add_param_group(group | {"invariant": None})
    optimizer.add_param_group({"params": [nn.Parameter(rows([3.0, 4.0]))], "lr": 1.75})
    p.grad = q.grad = torch.zeros_like(p)
    optimizer.step()
    optimizer.param_groups[2]["lr"] = 2.0
    return refused(ValueError, words, optimizer.step)


def caps(package: ModuleType) -> str:
    """A slice of the very norm of the cap stays, a longer one is normalised, a shorter one stays."""
    p = nn.Parameter(rows([3.0, 4.0], [6.0, 8.0], [0.3, 0.4]))
    optimizer = package.PSISGD([p], lr=1.0, max_norm=5.0)
    p.grad = torch.zeros_like(p)
    optimizer.step()
    return "" if torch.equal(p, rows([3.0, 4.0], [0.6, 0.8], [0.3, 0.4])) else f"a cap of 5 makes {p.tolist()}"


def transports(package: ModuleType) -> str:
    """000 (19): u goes to u', what is orthogonal to both stays, lengths stay; at u' = -u the reflection of u."""
    transport = package.adam_without_ab.transport
    u, w, z = rows([1.0, 0.0, 0.0]), rows([0.6, 0.8, 0.0]), rows([0.0, 0.0, 3.0])
    cases = (
        (u, u, w, w),
        (z, u, w, z),
        (rows([0.0, 1.0, 0.0]), u, w, rows([-0.8, 0.6, 0.0])),
        (u, u, -u, -u),
        (rows([2.0, 3.0, 4.0]), u, -u, rows([-2.0, 3.0, 4.0])),
        (rows([2.0, 3.0, 4.0]), u, u, rows([2.0, 3.0, 4.0])),
    )
    for q, start, end, expected in cases:
        if not torch.allclose(transport(q, start, end), expected, rtol=1e-14, atol=1e-14):
            return f"{q.tolist()} from {start.tolist()} to {end.tolist()}"
    return ""
