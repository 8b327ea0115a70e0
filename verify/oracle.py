"""The oracle: a `Scheme` run on numbers, and the effective quantities of its run on the sphere.

Four spaces: `Float64` (numpy, shape (d,)), `Multiprecision` (mpmath, any number of digits), `Exact` (SymPy rationals
and algebraic numbers), `Torch` (batched, shape (..., d), any dtype and device; scalars have shape (..., 1)). The
trajectory of a scheme is the same function on all of them.

>>> from derivations.schemes import by_name
>>> space = Float64()
>>> scheme = by_name("sgd")
>>> run = trajectory(scheme, space, space.vector([3.0, 4.0]), [space.vector([4.0, -3.0])], scheme.numbers(lr=0.1))
>>> effective(run)[0].learning_rate  # η/r² of Table 1
0.004
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from derivations.scheme import Scalar, Scheme, State, Vector
from derivations.sphere import tangent_projection
from verify.spaces import Exact, Float64, Multiprecision, Torch

__all__ = [
    "Effective",
    "Exact",
    "Float64",
    "Multiprecision",
    "Torch",
    "Trajectory",
    "effective",
    "trajectory",
]

Gradients = Sequence[Vector] | Callable[[int, Vector], Vector]
Schedule = SimpleNamespace | Callable[[int], SimpleNamespace]


@dataclass(frozen=True)
class Trajectory:
    """A run: x_0..x_n, the buffers before step 0 and after each step, and each step's gradient, hyper-parameters."""

    scheme: Scheme
    space: Any
    points: tuple[Vector, ...]
    states: tuple[State, ...]
    gradients: tuple[Vector, ...]
    hyperparameters: tuple[SimpleNamespace, ...]


def trajectory(
    scheme: Scheme, space: Any, x0: Vector, gradients: Gradients, h: Schedule, steps: int | None = None
) -> Trajectory:
    """Run `scheme` from `x0` (projected first, for a scheme on the sphere).

    gradients: ∇L(x_0), ∇L(x_1), … or a function (k, x_k) -> ∇L(x_k), which then needs `steps`.
    h: the scheme's hyper-parameters, or a function k -> hyper-parameters (a learning-rate schedule).
    """
    if steps is None:
        if callable(gradients):
            raise ValueError("steps=None with a gradient function: say how many steps to take, e.g. steps=100")
        steps = len(gradients)
    elif not callable(gradients) and steps > len(gradients):
        raise ValueError(f"steps={steps}, but only {len(gradients)} gradients were given; give as many as steps")
    numbers = [
        SimpleNamespace(**{n: space.scalar(v) for n, v in vars(h(k) if callable(h) else h).items()})
        for k in range(max(steps, 1))
    ]
    points, states = [scheme.initial_point(space, x0)], [scheme.initial_state(space, x0, numbers[0])]
    used = []
    for k in range(steps):
        used.append(gradients(k, points[-1]) if callable(gradients) else gradients[k])
        x, state = scheme.step(space, k, points[-1], used[-1], states[-1], numbers[k])
        points.append(x)
        states.append(state)
    return Trajectory(scheme, space, tuple(points), tuple(states), tuple(used), tuple(numbers[:steps]))


@dataclass(frozen=True)
class Effective:
    """One step as seen on the sphere (001 §2.3): r_k, u_k, A_k, c_k, c_k⊥, η^e_k.

    `velocity` is η^e_k c_k⊥, so that u_{k+1} = (u_k - velocity)/√(1 + ‖velocity‖²), (8). For a scheme on the sphere
    r_k = 1; there A_k and c_k are None unless the scheme states its η^e_k, and then c_k = c_k⊥, A_k = η^e_k.
    """

    radius: Scalar
    direction: Vector
    velocity: Vector
    rate: Scalar | None
    c: Vector | None
    c_tangent: Vector | None
    learning_rate: Scalar | None


def effective(run: Trajectory) -> tuple[Effective, ...]:
    """The effective quantities of every step, from Δ_k = x_k - x_{k+1} and b_k: A_k c_k = Δ_k/r_k by 001 (6), (27)."""
    return tuple(_effective(run, k) for k in range(len(run.gradients)))


def _effective(run: Trajectory, k: int) -> Effective:
    space, scheme, x, following, h = run.space, run.scheme, run.points[k], run.points[k + 1], run.hyperparameters[k]
    radius = space.norm(x)
    u = x / radius
    if scheme.on_sphere:
        velocity = u - following / space.dot(u, following)  # (8) solved for η^e c⊥: the central projection
        rate = scheme.effective_learning_rate(space, k, run.states[k], h)
        c = None if rate is None else velocity / rate
        return Effective(radius, u, velocity, rate, c, c, rate)
    b = scheme.division(space, k, x, run.states[k + 1], h)
    size = 1 if b is None else space.norm(b) / space.sqrt(space.scalar(space.dimension(b)))  # d^{-1/2}‖b_k‖
    rate = scheme.learning_rate(k, h) / (radius * radius * size)
    c = (x - following) / (radius * rate)
    learning_rate = rate / (1 - rate * space.dot(c, u))
    c_tangent = tangent_projection(space, c, u)
    return Effective(radius, u, learning_rate * c_tangent, rate, c, c_tangent, learning_rate)
