"""Negative controls of the checks on the image of PSI-SGD(M); see `motion_controls`."""

from typing import Any

from derivations.schemes import by_name
from derivations.sphere import tangent_projection
from verify.checks import psi_image
from verify.checks.walks import SPACE

first_next, first_growth = psi_image.next_momentum, psi_image.growth_factor


def without_the_decay_in_the_rate(t):
    return t.x / SPACE.norm(t.x) - t.h.lr * t.on_sphere


def unnormalised_rate(t):
    return (1 - t.h.lr * t.h.weight_decay) * (t.x / SPACE.norm(t.x)) - t.h.lr * t.gradient


def with_full_memory(t, after):
    """Momentum as on a sphere whose radius never changed."""
    v, q, _ = psi_image.momentum_seen(t)
    there = psi_image.momentum_seen(after)[0]
    carried = q - SPACE.dot(q, there) / (1 + SPACE.dot(v, there)) * (v + there)
    return t.h.momentum * carried - after.h.lr * after.on_sphere, first_next(t, after)[1]


def without_the_radial_part(t, after):
    along, out = first_next(t, after)
    return along, 0 * out


def split_at_the_wrong_point(t):
    """The buffer's parts at w_{t+1}, over ‖w_{t+1}‖."""
    radius = SPACE.norm(t.following)
    v, m = t.following / radius, t.after["u"] / radius
    return v, tangent_projection(SPACE, m, v), SPACE.dot(m, v)


def pointing_inwards(t):
    v, q, radial = first_seen(t)
    return v, q, -radial


first_seen = psi_image.momentum_seen

PSI_IMAGE_CONTROLS: dict[Any, list[tuple[str, Any, str]]] = {
    psi_image.psi_sgd_is_normalised_descent: [
        ("landing", without_the_decay_in_the_rate, "normalised descent"),
        ("landing", unnormalised_rate, "records the path"),
        ("by_name", lambda name: by_name("sgd-l2"), "normalised descent"),
    ],
    psi_image.psi_sgdm_carries_a_shortened_momentum: [
        ("next_momentum", with_full_memory, "transported"),
        ("next_momentum", without_the_radial_part, "recursion of its own"),
        ("momentum_seen", split_at_the_wrong_point, "step on the sphere"),
        ("momentum_seen", pointing_inwards, "never points inwards"),
    ],
    psi_image.the_mean_square_norm_grows_by_its_factor: [
        ("growth_factor", lambda lr, momentum, decay: first_growth(lr, 0.0, decay), "grows by K"),
        ("growth_factor", lambda lr, momentum, decay: 1 + (lr / (1 - momentum)) ** 2, "grows by K"),
    ],
}
