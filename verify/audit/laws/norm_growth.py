"""By which law does the norm of a row of weights change, without weight decay?

Of the updates Δ_t, E_t = ‖w_{t+1}‖² - ‖w_t‖² - ‖Δ_t‖² is 0 if each is tangent (Pythagoras; 003, Lemma 2.1), and
E_t = β (E_{t-1} + 2‖Δ_{t-1}‖²) with E_0 = 0 if Δ_t = -η p_t with a heavy-ball buffer p_t (Lemma 2.2).
"""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws import losses
from verify.audit.laws.examine import Values, size
from verify.audit.laws.trial import decay, descend, weights
from verify.audit.target import Target

PRESERVED, PYTHAGORAS, HEAVY_BALL, NONE = 0, 1, 2, 3


def growth_of_the_norm(make, step, seed, dtype, shape, steps, build, drive):
    start = weights(shape, seed, dtype)
    loss = build(shape[-1], seed=seed, batch_shape=shape[:-1], dtype=dtype)
    still = decay(make([weights(shape, seed, dtype)]), 0.0)
    points = [x.double() for x in descend(make, step, start, loss, steps, drive, **still)]
    norms = torch.stack([x.norm(dim=-1) for x in points])
    moves = torch.stack([(b - a).square().sum(-1) for a, b in zip(points, points[1:], strict=False)])
    squares = norms.square()
    excess = squares[1:] - squares[:-1] - moves
    unit = torch.finfo(dtype).eps * (shape[-1] + 32)
    rounding = unit * (squares[:-1] + norms[:-1] * moves.sqrt())
    # some put the weights on the sphere at their first step
    preserved = float(((squares[2:] - squares[1:-1]).abs() / (unit * squares[1:-1])).max())
    pythagoras = float((excess.abs() / rounding).max())
    push = excess[:-1] + 2 * moves[:-1]
    beta = float((push * excess[1:]).sum() / push.square().sum().clamp_min(1e-300))
    first = float((excess[0].abs() / rounding[0]).max())
    misfit = max(first, float(((excess[1:] - beta * push).abs() / (rounding[1:] + rounding[:-1])).max()))
    laws = [preserved, pythagoras, misfit if 0 < beta < 1 else float("inf")]
    kind = next((i for i, value in enumerate(laws) if value <= 1), len(laws))
    total = moves.sum(0).clamp_min(1e-300)
    return {
        "difference": min(laws) if bool(moves.any()) else float("inf"),
        "allowed": 1.0,
        "kind": kind,
        "norm at the end": float(norms[-1].mean()),
        "off 1": float((norms - 1).abs().max()),
        "growth": float((norms[-1] / norms[0]).mean()),
        "growing": float((squares[1:] > squares[:-1]).double().mean()),
        "over Pythagoras": float(((squares[-1] - squares[0]) / total).mean()),
        "off Pythagoras": float((excess.abs() / moves.clamp_min(1e-300)).max()),
        "beta": beta,
        "moved": float(moves.sum()),
    }


def words(found: Values) -> str:
    over, kind = size(found["over Pythagoras"]), found["kind"]
    if not found["moved"]:
        return "It does not move after its first step."
    if kind == PRESERVED:
        where = f"1, to {size(found['off 1'])}" if found["off 1"] < 1e-3 else "what it is"
        return f"The norm of each row is kept at {where}."
    if kind == PYTHAGORAS:
        return "The norm grows by Pythagoras, ‖w⁺‖² = ‖w‖² + ‖Δ‖², at each step."
    if kind == HEAVY_BALL:
        return f"The norm grows by the law of momentum with β = {found['beta']:.4g}: ‖Δ‖² summed, times {over}."
    off = size(found["off Pythagoras"])
    return (
        f"The norm follows neither Pythagoras, off which it is by up to {off} ‖Δ‖² a step, nor the law of momentum: "
        f"‖w‖² changes by {over} times the sum of ‖Δ‖², and grows in {100 * found['growing']:.0f} % of the steps."
    )


def law(target: Target, setting: Setting) -> Finding:
    return losses.examine("norm growth", target, setting, growth_of_the_norm, words, steps=setting.steps)
