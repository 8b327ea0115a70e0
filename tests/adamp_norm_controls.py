"""Negative controls of the checks on the norm laws of 003: what is put in the place of which law or optimizer.

Check → the name that its law is written under, what is put there instead, part of the name of the law that fails.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from verify.checks import adamp_growth, adamp_norms, adamp_slides
from verify.tolerance import Tracked

first_memory, first_walks, first_slack = adamp_norms.memory, adamp_norms.walks, adamp_growth.slack
first_remembered, first_used = adamp_norms.remembered, adamp_norms.used
first_race = adamp_growth.race


def one_power_less(rule, rates, t, k):
    return first_memory(rule, rates, t, k) / (rule.momentum or 1)


def forgets_to_shrink(rule, rates, t, k):
    return first_memory(replace(rule, decoupled=False), rates, t, k)


def with_another_momentum(rule, *rest):
    """torch runs with a smaller β than the law is told."""
    for walk in first_walks(replace(rule, momentum=0.9 * rule.momentum), *rest):
        yield replace(walk, rule=rule)


def plain_buffer(walk):
    return walk.p


def not_invariant(d, **_):
    return lambda x: (x * x).sum(-1)


def without_change_of_norm(moved: Tracked, x: Tracked, following: Tracked) -> Tracked:
    return moved / (x * following)


ADAMP_NORM_CONTROLS: dict[Callable[[int, int], list], list[tuple[str, Any, str]]] = {
    adamp_norms.norms_grow_by_the_lemmas: [
        ("memory", lambda rule, rates, t, k: 0.0, "grows by (8)"),
        ("memory", one_power_less, "Nesterov"),
        ("memory", forgets_to_shrink, "SGDW"),
        ("cross_rate", lambda rates, t, k: rates[t] ** 2, "η_tη_k under a schedule"),
        ("decayed", lambda rule, walk, t, k: np.zeros(walk.w.shape[1]), "with L2"),
        ("remembered", lambda rule, walk, t: -first_remembered(rule, walk, t), "from a buffer"),
        ("used", plain_buffer, "Nesterov"),
        ("used", lambda walk: (1 + 1e-9) * first_used(walk), "grows by (6)"),
        ("walks", with_another_momentum, "dampened"),
    ],
    adamp_norms.nesterov_grows_unless_it_is_warmed_up_from_zero: [
        ("inward", lambda rule: 2 * rule.momentum * (1 + rule.momentum), "½β(1+β)"),
        ("warm_up", lambda: (0.25, 1.0, 1.0), "warm-up from 0"),
    ],
    adamp_slides.torch_takes_the_gradient_where_it_stands: [
        ("rule", adamp_slides.printed_rule, "moves by (7)"),
        ("printed_rule", adamp_slides.rule, "another one"),
    ],
    adamp_slides.the_gradient_knows_the_norm: [
        ("gradient_at", lambda scale, gradient: gradient, "∇f(w)/c"),
        ("LOSSES", {"square": not_invariant}, "f(cw) = f(w)"),
        ("LOSSES", {"square": not_invariant}, "⟨w, ∇f(w)⟩"),
    ],
    adamp_slides.directions_turn_by_the_effective_step: [
        ("chord", without_change_of_norm, "‖Δw‖²"),
        ("printed_chord", lambda z: z**2 / (1 + z**2), "¾z⁴"),
        ("share", lambda scale: scale, "a quarter"),
    ],
    adamp_growth.momentum_grows_between_two_multiples: [
        ("slack", lambda walk, sign: np.zeros(walk.w.shape[1]), "and squares"),
        ("slack", lambda walk, sign: 0.999 * first_slack(walk, sign), "less squares"),
        ("resting_point", lambda walk: walk.w[-1], "and squares"),
        ("least", lambda beta: 1.0, "and squares"),
        ("most", adamp_growth.matched, "less squares"),
    ],
    adamp_growth.both_ends_are_approached: [
        ("alternating", adamp_growth.persistent, "alternate"),
        ("persistent", adamp_growth.uniform_direction, "persist"),
        ("matched", lambda beta: 1 / (1 - beta**2), "unrelated"),
        ("uniform_direction", adamp_growth.alternating, "unrelated"),
    ],
    adamp_growth.momentum_is_not_always_ahead: [
        ("race", lambda lr, *rest: first_race(lr / 3, *rest), "with η = 1.5"),
        ("race", lambda lr, *rest: first_race(lr / 3, *rest), "with η = 2 "),
        ("persistent_factor", lambda beta: 1 / (1 - beta), "(1+β)/(1-β)"),
    ],
}
