"""OD-PSI on numbers: the image of PSI-SGD and PSI-SGDM on the sphere, and how their norms grow."""

from itertools import product

import mpmath
import numpy as np

from derivations.schemes import by_name
from verify.checks.tally import Tally
from verify.checks.walks import SPACE, Numbers, Taken, surely_positive, tracked, walks
from verify.precision import DOUBLE, DOUBLE_UNIT
from verify.results import CheckResult
from verify.tolerance import Tracked

STEPS = 8
"""Steps of the enumerated runs: 2^STEPS of them."""
SETTINGS = ((0.1, 0.9, 0.0), (0.5, 0.5, 0.1), (0.02, 0.0, 0.01), (0.1, 0.99, 0.0))
"""η, β, λ of the enumerated runs; ‖∇L(v)‖ = 1."""


def landing(t: Taken) -> Tracked:
    """(1-ηλ) v - η ∇L(v), before it is normalised."""
    return (1 - t.h.lr * t.h.weight_decay) * (t.x / SPACE.norm(t.x)) - t.h.lr * t.on_sphere


def momentum_seen(t: Taken) -> tuple[Tracked, Tracked, Tracked]:
    """v_t, and the buffer after the step over ‖w_t‖, split: its tangent part q_t and its radial part ρ_t."""
    radius = SPACE.norm(t.x)
    v, m = t.x / radius, t.after["u"] / radius
    radial = SPACE.dot(m, v)
    return v, m - radial * v, radial


def next_momentum(t: Taken, after: Taken) -> tuple[Tracked, Tracked]:
    """q_{t+1} and ρ_{t+1} by the recursion on the sphere, from those of step t.

    Parallel transport by its formula for tangent vectors; the growth from q and ρ, not from the norms.
    """
    (v, q, radial), (there, *_) = momentum_seen(t), momentum_seen(after)
    s = 1 - t.h.lr * t.h.weight_decay
    growth = (s + radial) * (s + radial) + SPACE.dot(q, q)
    carried = q - SPACE.dot(q, there) / (1 + SPACE.dot(v, there)) * (v + there)
    along = t.h.momentum * s / growth * carried - after.h.lr * after.on_sphere
    return along, t.h.momentum * (1 - s * (s + radial) / growth)


def psi_sgd_is_normalised_descent(cases: int, seed: int) -> list[CheckResult]:
    """v' = ((1-ηλ)v - η∇L(v))/‖·‖ and r'/r = ‖·‖ for PSI-SGD, whatever the norm of the weight."""
    path, radius = Tally("OD-PSI", "PSI-SGD is normalised descent"), Tally("OD-PSI", "PSI-SGD's norm records the path")
    for taken in walks(by_name("psi-sgd"), cases, seed):
        for t in taken:
            with np.errstate(all="ignore"):
                expected = landing(t)
                length, after = SPACE.norm(expected), SPACE.norm(t.following)
                path.equal(t.following / after, expected / length, surely_positive(length), scale=1.0)
                radius.equal(after / SPACE.norm(t.x), length)
    return [path.result(), radius.result()]


def psi_sgdm_carries_a_shortened_momentum(cases: int, seed: int) -> list[CheckResult]:
    """q' = β(1-ηλ)/κ² Γ(q) - η∇L(v'), ρ' = β(1 - (1-ηλ)(1-ηλ+ρ)/κ²) ≥ 0 for PSI-SGDM, and where it lands."""
    step = Tally("OD-PSI", "PSI-SGDM's step on the sphere")
    memory = Tally("OD-PSI", "PSI-SGDM's momentum is transported and shortened")
    radial = Tally("OD-PSI", "its radial part has a recursion of its own")
    outward = Tally("OD-PSI", "its radial part never points inwards")
    for taken in walks(by_name("psi-sgdm"), cases, seed):
        for t, after in zip(taken, taken[1:], strict=False):
            with np.errstate(all="ignore"):
                v, q, rho = momentum_seen(t)
                moved = (1 - t.h.lr * t.h.weight_decay + rho) * v + q
                length = SPACE.norm(moved)
                step.equal(t.following / SPACE.norm(t.following), moved / length, surely_positive(length), scale=1.0)
                (_, along, out), (expected, expected_out) = momentum_seen(after), next_momentum(t, after)
                scale = SPACE.norm(along).value + abs(out.value)
                memory.equal(along, expected, scale=scale)
                radial.equal(out, expected_out, scale=scale + 1)
                outward.at_most(Tracked(np.zeros_like(out.value)), out, scale=scale + 1)
    return [tally.result() for tally in (step, memory, radial, outward)]


def growth_factor(lr: float, momentum: float, weight_decay: float) -> float:
    """K: the largest root of (K-s²)(K-βs)(K-β²) = η²K(K+βs), s = 1-ηλ, for ‖∇L(v)‖ = 1."""
    with mpmath.workdps(40):
        eta, beta = mpmath.mpf(lr), mpmath.mpf(momentum)
        s = 1 - eta * mpmath.mpf(weight_decay)
        a, b, c = s**2, beta * s, beta**2
        cubic = [1, -(a + b + c) - eta**2, a * b + b * c + a * c - eta**2 * beta * s, -a * b * c]
        return float(max(mpmath.re(root) for root in mpmath.polyroots(cubic, maxsteps=200, extraprec=200)))


def the_mean_square_norm_grows_by_its_factor(cases: int, seed: int) -> list[CheckResult]:
    """E‖w_t‖² = K^t‖w_0‖² from a start in the ratios that reproduce themselves, every run of random signs enumerated.

    In the plane, ∇L(v) = ±v^⊥ with equal chance at each step.
    """
    tally = Tally("OD-PSI", "PSI-SGDM's mean square norm grows by K", note=f"2^{STEPS} runs of equal chance each")
    scheme = by_name("psi-sgdm")
    signs = np.array(list(product((-1.0, 1.0), repeat=STEPS)))
    for lr, momentum, weight_decay in SETTINGS:
        s, growth = 1 - lr * weight_decay, growth_factor(lr, momentum, weight_decay)
        across = lr * lr / (growth - momentum**2)
        along = across * growth / (growth - momentum * s)
        h = Numbers(**{n: tracked(v) for n, v in (("lr", lr), ("momentum", momentum), ("weight_decay", weight_decay))})
        x = SPACE.vector(np.tile([1.0, 0.0], (len(signs), 1)))
        state = {"u": SPACE.vector(np.tile([along, max(across - along**2, 0.0) ** 0.5], (len(signs), 1)))}
        for k in range(STEPS):
            square = SPACE.dot(x, x)
            turned = SPACE.vector(np.stack([-signs[:, k], signs[:, k]], 1)) * _swapped(x)
            x, state = scheme.step(SPACE, k, x, turned / square, state, h)
            squares = SPACE.dot(x, x)
            total = Tracked(squares.value.T, squares.error.T, squares.precision).sum()
            tally.equal(total / len(signs), Tracked(growth, growth * DOUBLE_UNIT, DOUBLE) ** (k + 1))
    return [tally.result()]


def _swapped(x: Tracked) -> Tracked:
    return Tracked(x.value[:, ::-1], x.error[:, ::-1], x.precision)
