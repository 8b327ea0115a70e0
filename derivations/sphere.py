"""The geometry of the unit sphere that update rules need, over the `Space` protocol."""

from derivations.scheme import Scalar, Space, Vector


def direction(space: Space, x: Vector) -> Vector:
    """u = x/‖x‖, for x ≠ 0."""
    return x / space.norm(x)


def tangent_projection(space: Space, q: Vector, u: Vector) -> Vector:
    """q⊥ = q - <q, u> u, the part of q tangent to the sphere at the unit vector u (001 §2.1)."""
    return q - space.dot(q, u) * u


def exponential(space: Space, u: Vector, velocity: Vector) -> Vector:
    """Exp_u(p) = cos‖p‖ u + sin‖p‖ p/‖p‖ for a unit vector u and p ≠ 0 tangent at u (001 D.2.1)."""
    length = space.norm(velocity)
    return space.cos(length) * u + space.sin(length) * (velocity / length)


def transport(space: Space, q: Vector, start: Vector, end: Vector) -> Vector:
    """Γ_start^end(q) of 000 (19): the rotation that carries the unit vector `start` to `end` along the great circle.

    Γ(q) = q - <q, u+u'>/(1+<u, u'>) (u+u') + 2<q, u> u'

    On vectors tangent at u this is the parallel transport of the sphere; being a rotation of the whole space it carries
    the radial direction u to u' as well, which the momentum of (19) needs, since λx is radial. Undefined at u' = -u.
    """
    middle = start + end
    bend: Scalar = space.dot(q, middle) / (1 + space.dot(start, end))
    return q - bend * middle + 2 * space.dot(q, start) * end
