"""OD-MOMENTUM on real runs: the effective direction under a scalar division is a transported momentum."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from derivations.schemes import by_name
from verify.oracle import Multiprecision, effective, trajectory
from verify.results import CheckResult

DIGITS, STEPS, DIMENSIONS = 60, 6, (2, 3, 8)
ALLOWED = 10.0 ** (-DIGITS // 2)
"""Half of the digits are left to the conditioning of a short run: drawn hyper-parameters lose a few, not thirty."""

FACTORS = {
    "sgd-m": ("OD-MOMENTUM", lambda h, radii: h.momentum),
    "adam-without-a": ("SP-SRT-A", lambda h, radii: h.beta1),
    "adam-without-abc": ("SP-SRT-ABC", lambda h, radii: h.beta1),
    "adam-without-ab": ("SP-SRT-AB", lambda h, radii: h.beta1 * radii[1] / radii[0]),
}
"""c_{k+1}⊥ = ∇L(u_{k+1}) + factor · Γ(c_k⊥); the claim that each row is evidence for."""

ELEMENTWISE = ("adam", "adam-torch", "adamw")


def momentum_is_transported(cases: int, seed: int) -> list[CheckResult]:
    """OD-MOMENTUM: under a scalar division c⊥ obeys ∇L(u) + β Γ(c⊥), for any λ and radii; w/o (ab) adds r_{k+1}/r_k."""
    results = []
    runs = max(len(DIMENSIONS), cases // 50)
    for name, (claim, factor) in FACTORS.items():
        worst = max(_deviation(name, factor, seed + i, DIMENSIONS[i % len(DIMENSIONS)]) for i in range(runs))
        law = "c⊥ is a momentum transported along the run"
        results.append(_result(claim, law, runs, worst, ALLOWED, worst <= ALLOWED, "relative"))
    return results


def elementwise_division_breaks_the_transport(cases: int, seed: int) -> list[CheckResult]:
    """The same recursion fails for Adam and AdamW: there (b) and (c) act."""
    runs = max(len(DIMENSIONS), cases // 50)
    results = []
    for name in ELEMENTWISE:
        least = min(
            _deviation(name, lambda h, radii: h.beta1, seed + i, DIMENSIONS[i % len(DIMENSIONS)]) for i in range(runs)
        )
        note = f"{name}; the bound over the smallest deviation"
        law = "an elementwise division is no transported momentum"
        results.append(_result("OD-MOMENTUM", law, runs, ALLOWED / least, 1.0, least > ALLOWED, note))
    return results


def _deviation(name: str, factor: Any, seed: int, d: int) -> float:
    """The largest relative deviation of c_{k+1}⊥ from ∇L(u_{k+1}) + factor · Γ(c_k⊥) over a drawn run."""
    generator = np.random.default_rng((seed, d))
    space, scheme = Multiprecision(DIGITS), by_name(name)
    drawn = {
        "lr": 10 ** generator.uniform(-2, 0),
        "weight_decay": 10 ** generator.uniform(-2, -0.5),
        "momentum": generator.uniform(0.1, 0.95),
        "beta1": generator.uniform(0.1, 0.95),
        "beta2": generator.uniform(0.1, 0.95),
        "eps": 1e-3,
    }
    h = SimpleNamespace(**{n: drawn.get(n, p.default) for n, p in scheme.hyperparameters.items()})
    on_sphere: list[Any] = []

    def gradient(k: int, x: Any) -> Any:
        u = x / space.norm(x)
        target = space.vector(generator.normal(size=d).tolist())
        on_sphere.append(target - space.dot(target, u) * u)
        return on_sphere[-1] / space.norm(x)

    start = space.vector(generator.normal(size=d).tolist())
    seen: Any = effective(trajectory(scheme, space, start, gradient, h, steps=STEPS))
    worst = 0.0
    for k in range(STEPS - 1):
        old, new = seen[k], seen[k + 1]
        # Parallel transport of a tangent vector, by its own formula: not the rotation that the schemes use.
        both = 1 + space.dot(old.direction, new.direction)
        carried = old.c_tangent - space.dot(old.c_tangent, new.direction) / both * (old.direction + new.direction)
        expected = on_sphere[k + 1] + factor(h, (old.radius, new.radius)) * carried
        worst = max(worst, float(space.norm(new.c_tangent - expected) / space.norm(expected)))
    return worst


def _result(claim: str, law: str, cases: int, worst: float, allowed: float, ok: bool, note: str) -> CheckResult:
    return CheckResult(claim, law, cases, worst, allowed, f"mpmath, {DIGITS} digits", "cpu", ok, note)
