"""Formulas with one thing wrong, which the batched laws must reject: a place in a law, and what is put there."""

import dataclasses
import inspect
import sys
import textwrap
from types import SimpleNamespace

from verify.batched import Law, by_name
from verify.subject import Subject

MUTANTS: dict[str, tuple[str, str, str]] = {
    "tangent-gradient:scale": ("tangent_gradient", "* Scalar(rho)", "/ Scalar(rho)"),
    "tangent-gradient:tangency": ("tangent_gradient", "SPACE.dot(here, x), t", "SPACE.dot(here, x + here), t"),
    "two-neurons:factor": ("two_neurons", "off[i]) * Scalar(factor)", "off[i]) * Scalar(factors[0])"),
    "two-neurons:place": ("two_neurons", "Scalar(pair.value(*far)", "Scalar(pair.value(*far[::-1])"),
    "image-step:sign": ("image", "seen.u - seen.velocity", "seen.u + seen.velocity"),
    "image-step:exponent": ("image", "SPACE.sqrt(1 + seen.square)", "(1 + seen.square)"),
    "image-step:radius": ("radius_ratio", "1 + seen.square", "1 - seen.square"),
    "image-step-code:sign": ("image", "seen.u - seen.velocity", "seen.u + seen.velocity"),
    "reversed-step:pole": ("reversed_step", "-image(seen)", "image(seen)"),
    "right-angle:length": ("right_angle", "(1 + seen.square)", "(2 + seen.square)"),
    "distance:angle": ("arctangent", "torch.atan(z.value)", "z.value"),
    "distance:bound": ("distance", "z * cube", "z * cube * cube"),
    "table-1:rate": ("table_1", "rate * direction", "rate * rate * direction"),
    "first-rates:constant": ("first_rates", "2 * t.h.lr**2 * q**2", "t.h.lr**2 * q**2"),
    "adagrad-g-rate:memory": ("rate_of_adagrad_g", "t.h.beta * t", "t"),
    "radius-dynamics:power": ("radius_dynamics", "moved / square", "moved / (square * square)"),
    "generic-instance:rate": ("generic_instance", "t.h.lr * (a", "t.h.lr * t.h.lr * (a"),
    "generic-instance:memory": ("generic_instance", "a = t.h.momentum * t", "a = t"),
    "sign-of-decay:sign": ("sign_of_decay", "t.gradient + t.h", "t.gradient - t.h"),
    "decomposed-momentum:radius": ("decomposed_momentum", "(radius / other)", "(other / radius)"),
    "where-it-stands:memory": ("where_it_stands", "t.h.momentum * t", "t"),
    "second-moment:power": ("second_moment", "start * start * ((1", "start * ((1"),
    "second-moment-without-epsilon:memory": ("second_moment", "h.beta2 * square", "square"),
    "deformed-gradient:size": ("deformed_gradient", "t.gradient) / d**0.5", "t.gradient) / d"),
    "no-explicit-decay:sign": ("no_explicit_decay", "1 - t.h.lr * t", "1 + t.h.lr * t"),
    "other-radius:radial": ("other_radius", "1 / (1 + radial)", "1 / (1 - radial)"),
    "exponential-schedule:power": ("exponential_schedule", "2 * t.k + 1", "2 * t.k + 2"),
    "all-orders:power": ("all_orders", '{"w": square * square}', '{"w": square}'),
    "normalised-descent:rate": ("normalised_descent", "- t.h.lr * t.on_sphere", "- t.h.lr * t.gradient"),
    "transported-momentum:memory": ("transported_momentum", "kept * carried", "carried"),
    "plain-growth:square": ("plain_growth", "t.h.lr * t.h.lr", "t.h.lr"),
    "decayed-map:square": ("decayed_map", "q * q * SPACE", "q * SPACE"),
    "momentum-map:factor": ("momentum_map", "2 * a * k * inner", "a * k * inner"),
    "remembered-growth:factor": ("remembered_growth", "2 * lr * lr * share", "lr * lr * share"),
    "chord:product": ("chord", "(before * after)", "(before * before)"),
    "projected-step:inward": ("projected_step", "inward / square", "inward"),
    "derived-row:rate": ("derived_row", "rate / (1 - rate * along)", "rate / (1 + rate * along)"),
    "scaled-step:power": ("scaled_step", "j * at", "2 * j"),
    "beside-the-scheme:sign": ("beside_the_scheme", "t.gradient, t.before", "-t.gradient, t.before"),
    "scaled-weight:power": ("twice_the_norm", "t.gradient / factor", "t.gradient * factor"),
}
"""law:what → (function of the law's module, its text, what stands there instead)."""


def mutant(name: str, monkeypatch) -> Law:  # type: ignore[no-untyped-def]
    """The law with the mutated function in the place of its own, for the length of a test."""
    function, old, new = MUTANTS[name]
    law = by_name(name.partition(":")[0])
    module = sys.modules[law.check.__module__]
    changed = _changed(getattr(module, function), old, new)
    monkeypatch.setattr(module, function, changed)
    return dataclasses.replace(law, check=changed) if law.check.__name__ == function else law


def broken(name: str) -> Law:
    """A law whose check is of a step with twice the rate."""
    law = by_name(name)

    def check(t):  # type: ignore[no-untyped-def]
        return law.check(dataclasses.replace(t, following=t.following + t.gradient))

    return dataclasses.replace(law, check=check)


def forgetful(subject: Subject, term: str) -> Subject:
    """An optimizer that has lost a term: its hyper-parameter is 0 to it, and not to its scheme."""

    def make(groups, h, **options):  # type: ignore[no-untyped-def]
        return subject.make(groups, SimpleNamespace(**(vars(h) | {term: 0.0})), **options)

    return dataclasses.replace(subject, make=make)


def _changed(function, old: str, new: str):  # type: ignore[no-untyped-def]
    source = textwrap.dedent(inspect.getsource(function))
    if old not in source:
        raise LookupError(f"{function.__name__} has no {old!r}: the mutant no longer fits its law")
    namespace = function.__globals__
    found: dict = {}
    exec(compile(source.replace(old, new), inspect.getfile(function), "exec"), namespace, found)  # noqa: S102
    return found[function.__name__]
