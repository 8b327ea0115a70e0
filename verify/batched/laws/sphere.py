"""How far a step goes on the sphere: SP-T2-DIST, SP-T2-EXP, OD-EXP."""

import math

import torch

from verify.batched.bounds import SECOND, UNIT, Scalar
from verify.batched.generate import Step
from verify.batched.law import Found
from verify.batched.laws.generic import see
from verify.batched.space import SPACE
from verify.batched.verdict import at_most, equal, surely_positive


def arctangent(z: Scalar) -> Scalar:
    """arctan of z ≥ 0; its derivative is at most 1/(1 + (z - e)²) over z ± e."""
    value = torch.atan(z.value)
    return Scalar(value, z.error / (1 + (z.value - z.error).clamp(min=0) ** 2) + UNIT * value)


def angle(cosine: Scalar, sine: Scalar) -> Scalar:
    """The angle in [0, π] of (cos, sin) of length about 1: it moves by no more than they do together."""
    value = torch.atan2(sine.value, cosine.value)
    return Scalar(value, (sine.error + cosine.error) * SECOND + UNIT * value)


def distance(t: Step) -> Found:
    """The distance is θ = arctan z, z = η^e‖c⊥‖; u' = Exp_u(-(θ/z) η^e c⊥); θ/z lies between its bounds."""
    seen = see(t)
    first, z = surely_positive(seen.shrink), SPACE.sqrt(seen.square)
    cosine = SPACE.dot(seen.following, seen.u)
    turned, theta = angle(cosine, SPACE.norm(seen.following - cosine * seen.u)), arctangent(z)
    moving = first & (z.value > 0)
    yield "SP-T2-DIST", equal(turned, theta, first)
    reached = SPACE.cos(theta) * seen.u - (SPACE.sin(theta) / z) * seen.velocity
    yield "SP-T2-EXP", equal(seen.following, reached, moving, scale=1.0)
    yield "OD-EXP", equal(seen.following, reached, moving, scale=1.0)
    root, power = SPACE.sqrt(1 + seen.square), 1 + seen.square
    inverse = power.value ** (-1 / 3)  # off by a third of the relative error of 1 + z², by -1/3's own, and by one unit
    cube = Scalar(inverse, inverse * (power.error / power.value + UNIT * (1 + power.value.log())))
    yield "OD-EXP", at_most(3 * z / (1 + 2 * root), turned, moving)
    yield "OD-EXP", at_most(z - z * seen.square / 3, turned, moving)
    yield "OD-EXP", at_most(turned, z * cube, moving)
    yield "OD-EXP", at_most(turned, 2 * z / (1 + root), moving)


def right_angle(t: Step) -> Found:
    """No step turns by a right angle, however large z: ⟨u', u⟩√(1+z²) = 1 under (H1), for z ≥ π too."""
    seen = see(t)
    first = surely_positive(seen.shrink)
    long = first & surely_positive(SPACE.sqrt(seen.square) - math.pi)
    yield "SP-T2-H", equal(SPACE.dot(seen.following, seen.u) * SPACE.sqrt(1 + seen.square), Scalar(1.0), long)
