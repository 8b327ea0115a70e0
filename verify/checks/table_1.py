"""Table 1 and the second moment on the sphere, on real trajectories: SP-TAB1-*, SP-NU."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from derivations.schemes import by_name
from derivations.sphere import tangent_projection
from verify.checks.tally import Tally
from verify.checks.walks import SPACE, Taken, walks
from verify.results import CheckResult
from verify.tolerance import Tracked

Row = tuple[Tracked, Tracked]
"""η^e and c⊥."""


def sgd(t: Taken) -> Row:
    """η/r², ∇L(u)."""
    return t.h.lr / SPACE.dot(t.x, t.x), t.on_sphere


def sgd_l2(t: Taken) -> Row:
    """η/(r²(1-ηλ)), ∇L(u)."""
    return t.h.lr / (SPACE.dot(t.x, t.x) * (1 - t.h.lr * t.h.weight_decay)), t.on_sphere


def sgd_m(t: Taken) -> Row:
    """η/r² (1 - η⟨c, u⟩/r²)⁻¹, c⊥, with c = r m."""
    r = SPACE.norm(t.x)
    return _rate_and_direction(t, r * t.after["m"], t.h.lr / (r * r))


def adam(t: Taken) -> Row:
    """η/(rν) (1 - η⟨c, u⟩/(rν))⁻¹, c⊥, with ν = r d^{-1/2}‖b‖, c = r a⊘b d^{-1/2}‖b‖, a and b of (9)/(24), (25)."""
    r, b = SPACE.norm(t.x), division(t)
    size = root_mean_square(b)
    c = r * (t.after["m"] / (1 - t.h.beta1) / (b / size))
    return _rate_and_direction(t, c, t.h.lr / (r * (r * size)))


def division(t: Taken) -> Tracked:
    """b of (9): (1-β₁^{k+1})/(1-β₁) √(v/(1-β₂^{k+1}) + ε)."""
    v_hat = t.after["v"] / (1 - t.h.beta2 ** (t.k + 1))
    return (1 - t.h.beta1 ** (t.k + 1)) / (1 - t.h.beta1) * SPACE.sqrt(v_hat + t.h.eps)


ROWS: dict[str, tuple[str, Callable[[Taken], Row]]] = {
    "SP-TAB1-SGD": ("sgd", sgd),
    "SP-TAB1-SGD-L2": ("sgd-l2", sgd_l2),
    "SP-TAB1-SGDM": ("sgd-m", sgd_m),
    "SP-TAB1-ADAM": ("adam", adam),
}


def table_1_is_what_the_steps_do(cases: int, seed: int) -> list[CheckResult]:
    """η^e c⊥ of each row of Table 1 against u_k - u_{k+1}/⟨u_k, u_{k+1}⟩, which is (8) solved for it."""
    results = []
    for claim, (name, row) in ROWS.items():
        tally = Tally(claim, f"Table 1, {by_name(name).title}")
        for taken in walks(by_name(name), cases, seed):
            for t in taken:
                with np.errstate(all="ignore"):
                    learning_rate, c_tangent = row(t)
                    tally.equal(central_projection(t), learning_rate * c_tangent)
        results.append(tally.result())
    return results


def second_moment(history: Sequence[Taken]) -> Tracked:
    """(45), ε omitted, with B = (1-β₁^{k+1})/(1-β₁):

    d^{-1/2} B ((1-β₂)/(1-β₂^{k+1}))^{1/2} (Σ_{i≤k} β₂^{k-i} r_k²/r_i² ‖∇L(u_i) + λ r_i² u_i‖²)^{1/2}
    """
    last = history[-1]
    h, k, square = last.h, last.k, SPACE.dot(last.x, last.x)
    total = sum(h.beta2 ** (k - t.k) * (square / SPACE.dot(t.x, t.x)) * _squared_gradient(t) for t in history)
    before = (1 - h.beta1 ** (k + 1)) / (1 - h.beta1) * SPACE.sqrt((1 - h.beta2) / (1 - h.beta2 ** (k + 1)))
    return before * SPACE.sqrt(total) / Tracked(float(SPACE.dimension(last.x))).root()


def the_second_moment_is_the_printed_sum(cases: int, seed: int) -> list[CheckResult]:
    """r_k d^{-1/2}‖b_k‖ of Adam's buffers is (45) at ε = 0; with ε inside the root its square has (B r_k)² ε more.

    B = (1-β₁^{k+1})/(1-β₁). With ε outside, as in torch, it lies between (45) and (45) + B r_k ε.
    """
    omitted = Tally("SP-NU", "ν is (45) at ε = 0")
    inside = Tally("SP-NU", "ν² is (45)² + (B r)² ε with ε inside the root")
    outside = Tally("SP-NU", "(45) ≤ ν ≤ (45) + B r ε with ε outside the root")
    for epsilon, name, tally in ((0.0, "adam", omitted), (None, "adam", inside), (None, "adam-torch", outside)):
        fixed: dict[str, float] = {} if epsilon is None else {"eps": epsilon}
        for taken in walks(by_name(name), cases, seed, fixed=fixed):
            for t in taken:
                with np.errstate(all="ignore"):
                    printed = second_moment(taken[: t.k + 1])
                    r = SPACE.norm(t.x)
                    nu = r * root_mean_square(by_name(name).division(SPACE, t.k, t.x, t.after, t.h))
                    grown = (1 - t.h.beta1 ** (t.k + 1)) / (1 - t.h.beta1) * r
                    if tally is omitted:
                        tally.equal(nu, printed)
                    elif tally is inside:
                        tally.equal(nu * nu, printed * printed + grown * grown * t.h.eps)
                    else:
                        tally.at_most(printed, nu)
                        tally.at_most(nu, printed + grown * t.h.eps)
    return [omitted.result(), inside.result(), outside.result()]


def central_projection(t: Taken) -> Tracked:
    """u_k - u_{k+1}/⟨u_k, u_{k+1}⟩, from the points alone."""
    u, following = t.x / SPACE.norm(t.x), t.following / SPACE.norm(t.following)
    return u - following / SPACE.dot(u, following)


def root_mean_square(b: Any) -> Tracked:
    """d^{-1/2}‖b‖."""
    return SPACE.norm(b) / Tracked(float(SPACE.dimension(b))).root()


def _rate_and_direction(t: Taken, c: Tracked, rate: Tracked) -> Row:
    u = t.x / SPACE.norm(t.x)
    return rate / (1 - rate * SPACE.dot(c, u)), tangent_projection(SPACE, c, u)


def _squared_gradient(t: Taken) -> Tracked:
    u = t.x / SPACE.norm(t.x)
    g = t.on_sphere + t.h.weight_decay * SPACE.dot(t.x, t.x) * u
    return SPACE.dot(g, g)
