"""How far a step goes on the sphere: SP-T2-DIST, SP-T2-EXP, OD-EXP, in mpmath."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from derivations.sphere import exponential, tangent_projection
from verify.checks.orders import order_result
from verify.checks.precisions import exact_in_mpmath
from verify.results import CheckResult
from verify.slopes import order_of
from verify.spaces import Multiprecision

LENGTHS = (-9.0, 9.0)
"""log₁₀ of the z = η^e‖c⊥‖ drawn."""


@dataclass(frozen=True)
class Leap:
    """A step x' = x - Δ: u, the velocity η^e c⊥, z its length, and u'."""

    space: Multiprecision
    u: Any
    velocity: Any
    z: Any
    following: Any


def distance(context: Any, z: Any) -> Any:
    """(33)–(35): the distance covered, arctan z."""
    return context.atan(z)


def exponential_factor(context: Any, z: Any) -> Any:
    """What stands for 1 + O(z²) in (5): arctan(z)/z."""
    return context.atan(z) / z


def bounds(context: Any, z: Any) -> tuple[Any, Any, Any, Any, Any]:
    """OD-EXP, for every z > 0: two lower bounds of arctan(z)/z, then three upper ones."""
    root = context.sqrt(1 + z * z)
    return 3 / (1 + 2 * root), 1 - z * z / 3, 2 / (1 + root), (1 + z * z) ** (-context.mpf(1) / 3), context.mpf(1)


def steps_cover_the_arctangent(cases: int, seed: int) -> list[CheckResult]:
    """The angle between u and u', by arccos ⟨u, u'⟩ as in 001 (33), is arctan(η^e‖c⊥‖); it is z - z³/3 + O(z⁵)."""

    def errors(digits: int) -> Iterator[Any]:
        for leap in leaps(-(-cases // 4), seed, digits):
            context, z = leap.space.context, leap.z
            cosine = leap.space.dot(leap.u, leap.following)
            # arccos loses half of the digits near 1: an error ε in the cosine is one of ε/sin in the angle.
            sine = context.sqrt(max(1 - cosine * cosine, context.mpf(10) ** -digits))
            yield abs(context.acos(min(cosine, context.mpf(1))) - distance(context, z)) * sine

    context = Multiprecision(60).context
    power = order_of(context, lambda z: distance(context, z) - z, -12, -9)
    return [
        exact_in_mpmath("SP-T2-DIST", "the distance covered is arctan z", -(-cases // 4), errors),
        order_result("SP-T2-DIST", "the distance is z + O(z³), the constant 1/3", power, 3, 1 / 3),
    ]


def steps_follow_the_exponential_map(cases: int, seed: int) -> list[CheckResult]:
    """u' = Exp_u(-(arctan(z)/z) η^e c⊥), 001 (5) with its factor; and that factor is 1 + O(z²), the constant 1/3."""

    def errors(digits: int) -> Iterator[Any]:
        for leap in leaps(-(-cases // 4), seed, digits):
            factor = exponential_factor(leap.space.context, leap.z)
            yield leap.space.norm(exponential(leap.space, leap.u, -factor * leap.velocity) - leap.following)

    context = Multiprecision(60).context
    power = order_of(context, lambda z: exponential_factor(context, z) - 1, -12, -9)
    law = "u' = Exp_u(-(arctan(z)/z) η^e c⊥)"
    exact = exact_in_mpmath("SP-T2-EXP", law, -(-cases // 4), errors)
    return [
        exact,
        replace(exact, claim="OD-EXP"),
        order_result("SP-T2-EXP", "the factor is 1 + O(z²), the constant 1/3", power, 2, 1 / 3),
    ]


def the_exponential_factor_stays_within_its_bounds(cases: int, seed: int) -> list[CheckResult]:
    """The `bounds` around arctan(z)/z for z in 10⁻¹²..10¹², the angle of a real step, and how close they are."""
    space = Multiprecision(60)
    context = space.context
    generator = np.random.default_rng((seed, 0))
    outside = 0.0
    for power in generator.uniform(-12, 12, size=cases):
        z = context.mpf(10) ** float(power)
        plane = space.vector([1, -z])  # x' = x - Δ with x = (1, 0), Δ = (0, z)
        angle = context.atan2(-plane[1], plane[0])
        low, series, *above = bounds(context, z)
        factor = angle / z
        outside = max(outside, float(max(low, series) - factor), float(factor - min(above)))
    lower = order_of(context, lambda z: exponential_factor(context, z) - bounds(context, z)[0], -6, -4)
    upper = order_of(context, lambda z: exponential_factor(context, z) - bounds(context, z)[2], -6, -4)
    near = order_of(context, lambda z: exponential_factor(context, z) - bounds(context, z)[3], -6, -4)
    law = "arctan(z)/z within its bounds for every z"
    # Bounds that touch the factor to order z² at z → 0 are resolved by 60 digits: no rounding is allowed for.
    return [
        CheckResult("OD-EXP", law, cases, max(outside, 0.0), 0.0, "mpmath, 60 digits", "cpu", outside <= 0),
        order_result("OD-EXP", "the lower bound 3/(1+2√(1+z²)) is off by z⁴/180", lower, 4, 1 / 180),
        order_result("OD-EXP", "the upper bound 2/(1+√(1+z²)) is off by z²/12", upper, 2, 1 / 12),
        order_result("OD-EXP", "the upper bound (1+z²)^{-1/3} is off by z⁴·(2/9-1/5)", near, 4, 2 / 9 - 1 / 5),
    ]


def leaps(cases: int, seed: int, digits: int) -> Iterator[Leap]:
    """Steps with radial and tangent parts drawn apart, in dimensions 2, 3, 8; the same in every precision."""
    space = Multiprecision(digits)
    generator = np.random.default_rng(seed)
    for case in range(cases):
        d = (2, 3, 8)[case % 3]
        x, q = (space.vector(generator.normal(size=d)) for _ in range(2))
        radial = space.scalar(float(generator.uniform(-2, 0.9)))  # A⟨c, u⟩ < 1, which is (H1)
        length = space.scalar(10.0 ** float(generator.uniform(*LENGTHS)))
        radius = space.norm(x)
        u = x / radius
        tangent = tangent_projection(space, q, u)
        after = x - radius * (radial * u + length * tangent / space.norm(tangent))
        velocity = length / (1 - radial) * tangent / space.norm(tangent)
        yield Leap(space, u, velocity, length / (1 - radial), after / space.norm(after))
