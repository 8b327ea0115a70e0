"""Table 1 on single steps: η^e and c⊥ of each row, and what Theorem 4 says of the first rates."""

from collections.abc import Callable

from verify.batched.bounds import Scalar, Vector
from verify.batched.generate import Step, along_the_tangent
from verify.batched.law import Found
from verify.batched.space import SPACE
from verify.batched.verdict import equal, surely_positive

Row = tuple[Scalar, Vector]
"""η^e and c⊥."""


def _sgd(t: Step) -> Row:
    """η/r², ∇L(u)."""
    return t.h.lr / SPACE.dot(t.x, t.x), t.on_sphere


def _sgd_l2(t: Step) -> Row:
    """η/(r²(1-ηλ)), ∇L(u)."""
    return t.h.lr / (SPACE.dot(t.x, t.x) * (1 - t.h.lr * t.h.weight_decay)), t.on_sphere


def _sgd_m(t: Step) -> Row:
    """η/r² (1 - η⟨c, u⟩/r²)⁻¹, c⊥ with c = r m."""
    radius = SPACE.norm(t.x)
    return _split(t, radius * t.after["m"], t.h.lr / (radius * radius))


def _adam(t: Step) -> Row:
    """η/(rν) (1 - η⟨c, u⟩/(rν))⁻¹, c⊥ with ν = r d^{-1/2}‖b‖, c = r a⊘b d^{-1/2}‖b‖."""
    radius, b = SPACE.norm(t.x), divided(t)
    size = SPACE.norm(b) / t.x.value.shape[-1] ** 0.5
    c = radius * (t.after["m"] / (1 - t.h.beta1) / (b / size))
    return _split(t, c, t.h.lr / (radius * (radius * size)))


def divided(t: Step) -> Vector:
    """b_k of an elementwise scheme."""
    b = t.scheme.division(SPACE, t.k, t.x, t.after, t.h)
    if b is None:
        raise LookupError(f"{t.scheme.name} has no division vector; the law is about Adam and its kind")
    return b


def _split(t: Step, c: Vector, rate: Scalar) -> Row:
    u = t.x / SPACE.norm(t.x)
    along = SPACE.dot(c, u)
    return rate / (1 - rate * along), c - along * u


ROWS: dict[str, tuple[str, Callable[[Step], Row]]] = {
    "sgd": ("SP-TAB1-SGD", _sgd),
    "sgd-l2": ("SP-TAB1-SGD-L2", _sgd_l2),
    "sgd-m": ("SP-TAB1-SGDM", _sgd_m),
    "adam": ("SP-TAB1-ADAM", _adam),
}


def central_projection(t: Step) -> Vector:
    """u - u'/⟨u, u'⟩: (8) solved for η^e c⊥, from the points alone."""
    u, following = t.x / SPACE.norm(t.x), t.following / SPACE.norm(t.following)
    return u - following / SPACE.dot(u, following)


def table_1(t: Step) -> Found:
    """η^e c⊥ of the row of Table 1 is u - u'/⟨u, u'⟩."""
    claim, row = ROWS[t.scheme.name]
    t = along_the_tangent(t) if t.scheme.name in ("sgd", "sgd-l2") else t
    rate, direction = row(t)
    yield claim, equal(central_projection(t), rate * direction)


def first_rates(t: Step) -> Found:
    """Theorem 4 at k = 0: SGD's real step has AdaGradG's rate with the printed constants."""
    t = along_the_tangent(t)
    square, q = SPACE.dot(t.x, t.x), 1 - t.h.lr * t.h.weight_decay
    first = surely_positive(q)
    lr, v0 = 1 / SPACE.sqrt(2 * q**4), square * square / (2 * t.h.lr**2 * q**2)
    yield "SP-T4", equal(central_projection(t), lr / SPACE.sqrt(v0) * t.on_sphere, first)


def rate_of_adagrad_g(t: Step) -> Found:
    """(50) is the rate of AdaGradG's real step: η/√(β^k v_0 + Σ β^{k-1-i}‖∇L(u_i)‖²)."""
    t = along_the_tangent(t)
    if t.earlier is None:
        v = t.before["v"]
    else:
        _, gradient = t.earlier
        v = t.h.beta * t.start["v"] + SPACE.dot(gradient, gradient)
    yield "SP-T4-ETA", equal(central_projection(t), t.h.lr / SPACE.sqrt(v) * t.on_sphere)


def radius_dynamics(t: Step) -> Found:
    """(48) on SGD's step: r'² = r² + (η‖∇L(u)‖)²/r²."""
    t = along_the_tangent(t)
    square = SPACE.dot(t.x, t.x)
    moved = t.h.lr * t.h.lr * SPACE.dot(t.on_sphere, t.on_sphere)
    yield "SP-T4-R", equal(SPACE.dot(t.following, t.following), square + moved / square)
