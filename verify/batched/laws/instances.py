"""SGD-M and Adam as instances of the generic scheme (3), (4), (9), a step each; the printed sign of L2; (16), (17)."""

from verify.batched.bounds import Vector
from verify.batched.generate import Step
from verify.batched.law import Found
from verify.batched.laws.norms import two
from verify.batched.space import SPACE
from verify.batched.verdict import differ, equal

ADAM = ("adam", "adam-torch")
MODERATE = 2.0**-10


def _division(t: Step, slope: Vector) -> Vector:
    """b of (9)/(25) from v_{k-1}; ε inside the root as printed, outside for torch's Adam."""
    h, k = t.h, t.k
    v = h.beta2 * t.before["v"] + (1 - h.beta2) * (slope * slope)
    v_hat, ones = v / (1 - h.beta2 ** (k + 1)), SPACE.ones_like(t.x)
    inside = t.scheme.name == "adam"
    root = SPACE.sqrt(v_hat + h.eps * ones) if inside else SPACE.sqrt(v_hat) + h.eps * ones
    return (1 - h.beta1 ** (k + 1)) / (1 - h.beta1) * root


def generic_instance(t: Step) -> Found:
    """x' = x - η a_k⊘b_k by (3), a_k = βa_{k-1} + ∇L(x_k) + λx_k by (4); the buffer is a_k, for Adam (1-β₁)a_k."""
    slope = t.gradient + t.h.weight_decay * t.x
    if t.scheme.name in ADAM:
        rest = 1 - t.h.beta1
        a = t.h.beta1 * (t.before["m"] / rest) + slope
        yield "SP-GEN-ADAM", equal(rest * a, t.stored["m"])
        yield "SP-GEN-ADAM", equal(t.following, t.x - t.h.lr * (a / _division(t, slope)))
    else:
        a = t.h.momentum * t.before["m"] + slope
        yield "SP-GEN-SGD", equal(a, t.stored["m"])
        yield "SP-GEN-SGD", equal(t.following, t.x - t.h.lr * a)


def sign_of_decay(t: Step) -> Found:
    """torch.optim.SGD(weight_decay=λ) steps by x - η(∇L(x) + λx); the printed x - η(∇L(x) - λx) ends elsewhere."""
    real = t.x - t.h.lr * (t.gradient + t.h.weight_decay * t.x)
    printed = t.x - t.h.lr * (t.gradient - t.h.weight_decay * t.x)
    yield "SP-SGD-L2", equal(t.following, real)
    # The directions part by about 2ηλz/(1+z²), which stands clear of rounding where neither is extreme.
    z, product = t.h.lr.value * t.gradient.size / t.x.size, t.h.lr.value * t.h.weight_decay.value
    moving = (z > MODERATE) & (z < 1 / MODERATE) & (product > MODERATE)
    yield "SP-SGD-L2", differ(printed / SPACE.norm(printed), real / SPACE.norm(real), moving)


def where_it_stands(t: Step) -> Found:
    """torch.optim.SGD with momentum is (7) of 003, w' = w - η(βp + ∇f(w)); the slide's ∇f(w_{t-1}) is another rule."""
    carried = t.h.momentum * t.before["m"]
    real = t.x - t.h.lr * (carried + t.gradient)
    yield "AP-MOM", equal(t.following, real)
    before = two(t)
    if before is not None:
        printed = t.x - t.h.lr * (carried + before.gradient)
        # They are η(∇f(w_{t-1}) - ∇f(w_t)) apart, which a weight of 1e5 may round away.
        apart, rounding = t.h.lr * (before.gradient - t.gradient), printed.error + real.error
        yield "AP-MOM", differ(printed, real, SPACE.norm(apart).value > 4 * rounding)


def decomposed_momentum(t: Step) -> Found:
    """r_k a_k = c^{grad} + λr_k² c^{L2} with c^{grad}, c^{L2} of (17), from u_i, r_i and ∇L(u_i)."""
    beta = t.h.beta1 if t.scheme.name in ADAM else t.h.momentum
    radius = SPACE.norm(t.x)
    gradients, decays = radius * t.gradient, t.x / radius
    before = two(t)
    if before is not None:
        # u_1 stands for itself: x_1 is exact as it stands, and so is x_0.
        other = SPACE.norm(before.x)
        gradients = gradients + beta * (radius / other) * (other * Vector(before.gradient.value))
        decays = decays + beta * (other / radius) * (before.x / other)
    momentum = (gradients + t.h.weight_decay * (radius * radius) * decays) / radius
    if t.scheme.name in ADAM:
        momentum = (1 - t.h.beta1) * momentum
    yield "SP-P-RADIAL", equal(momentum, t.after["m"])
