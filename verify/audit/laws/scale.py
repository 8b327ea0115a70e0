"""OD-SCALE: with which powers of ρ do lr and weight decay give, from weights ρ x_0, the same run on the sphere?

The powers are estimated from first steps, rounded to halves, and then tested by a run from ρ x_0 with ρ = 2^j, where
multiplication is exact: the directions must be the same numbers. Other options stay as they are; where that leaves
another run, one of them at a time (ε first) is given a power too.
"""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws import losses
from verify.audit.laws.examine import Values, defaults, not_applicable, size
from verify.audit.laws.trial import descend, weights
from verify.audit.target import Target

POWERS = (4, -6)
"""The j of ρ = 2^j: even, for half-integer powers of ρ."""


def directions(points):
    """Each row of each point over its norm."""
    return [x / x.norm(dim=-1, keepdim=True) for x in points]


def apart(first, second):
    """The largest difference of two lists of tensors; infinite where a number is missing."""
    far = max(float((a - b).abs().max()) for a, b in zip(first, second, strict=True))
    return far if far == far else float("inf")


def powers_of_scale(make, step, seed, dtype, shape, steps, build, drive, decayed, others, powers):
    start = weights(shape, seed, dtype).detach()
    loss = build(shape[-1], seed=seed, batch_shape=shape[:-1], dtype=dtype)
    options = make([weights(shape, seed, dtype)]).defaults
    lr = options["lr"]

    def run(radius, count, rate, decay, begin=start, **options):
        decay = {"weight_decay": decay} if decayed else {}
        return descend(make, step, radius * begin, loss, count, drive, lr=rate, **decay, **options)

    def short(radius, rate, decay, option):
        try:
            return directions(run(radius, 3, rate, decay, **option))
        except (ValueError, RuntimeError):  # more decay than it takes
            return []

    def law(other, s):
        """lr → ρ^p lr and weight decay → ρ^q weight decay, estimated where option `other` goes with ρ^s."""

        def option(radius):
            return {other: options[other] * radius**s} if s else {}

        rho, small = 16.0, lr / 1024

        def turn(radius):
            # a little decay, for some adapt only where there is any
            before, after = directions(run(radius, 1, small, 1e-9, **option(radius)))
            return float((after - before).norm())

        p = float(torch.tensor(turn(1.0) / max(turn(rho), 1e-300)).log2()) / 4
        if not abs(p) <= 8:
            return None
        p = round(2 * p) / 2
        if s:  # where it is not the same run with hardly any decay, no power of the decay mends it
            same, scaled = (short(radius, lr * radius**p, 1e-9, option(radius)) for radius in (1.0, rho))
            if not (same and scaled) or apart(same, scaled) > 1e-6:
                return None
        if not decayed:
            return p, 0.0

        # decay is not linear where it is as large as the gradient: the power is the one that fits best, not a slope
        fits, plain = [], {d: short(1.0, lr, d, option(1.0)) for d in (0.01, 0.1 / lr)}
        for q in sorted((k / 2 for k in range(-8, 9)), key=abs):
            far = 0.0
            for decay, same in plain.items():
                scaled = short(rho, lr * rho**p, decay * rho**q, option(rho)) if same else []
                far += apart(same, scaled) if scaled else 2.0 if same else 0.0
            fits.append((far, q))
            if not far:
                break
        return p, min(fits, key=lambda fit: fit[0])[1]

    def distance(p, q, other, s):
        worst = 0.0
        plain = directions(run(1.0, steps, lr, 0.1))
        for j in powers:
            rho = 2.0**j
            option = {other: options[other] * rho**s} if s else {}
            scaled = directions(run(rho, steps, lr * rho**p, 0.1 * rho**q, **option))
            worst = max(worst, apart(plain, scaled))
        return worst

    found = []
    for other, s in [("", 0), *((name, s) for name in others for s in (-1, -2, -4, 1, 2))]:
        try:
            estimated = law(other, s)
            far = distance(*estimated, other, s) if estimated else float("inf")
        except (ValueError, RuntimeError, OverflowError):  # options that it refuses
            continue
        if estimated:
            found.append((far, *estimated, s, others.index(other) if s else -1))
        if not far:
            break
    if not found:
        return {"difference": float("inf"), "p": float("nan")}
    # what rounding allows: the change of the directions by relative changes of 1e-7 of the start
    shaken = [start * (1 + 1e-7 * weights(shape, 1000 + k, dtype)) for k in range(3)]
    plain = directions(run(1.0, steps, lr, 0.1))
    worst = max(apart(plain, directions(run(1.0, steps, lr, 0.1, begin=x.detach()))) for x in shaken)
    allowed = 1.5 * torch.finfo(dtype).eps * (2 * steps + 64 * worst / 1e-7)
    far, p, q, s, other = min(found) if min(found)[0] <= allowed else found[0]
    return {
        "difference": far, "allowed": allowed, "p": p, "q": q, "s": s, "other": other, "kept": found[0][0],
        "kept p": found[0][1],
    }  # fmt: skip


def law(target: Target, setting: Setting) -> Finding:
    known = defaults(target)
    if not target.accepts("lr") or not isinstance(known.get("lr"), float):
        return not_applicable("scale", "It takes no lr that is a number.")
    names = [n for n, v in known.items() if isinstance(v, float) and v and n not in ("lr", "weight_decay")]
    others = tuple(sorted((n for n in names if target.accepts(n)), key=lambda n: n != "eps"))
    decayed = target.accepts("weight_decay") and "weight_decay" in known

    def words(found: Values) -> str:
        if found["p"] != found["p"]:
            return "No power of ρ was found: the angle of the first step does not tell one."
        law = f"lr × ρ^{found['p']:g}" + (f", weight_decay × ρ^{found['q']:g}" if decayed else "")
        law += f", {others[int(found['other'])]} × ρ^{found['s']:g}" if found["s"] else ""
        kept = f"; with {others[int(found['other'])]} kept it differs by {size(found['kept'])}" if found["s"] else ""
        if found["difference"] <= found["allowed"]:
            how = "bit for bit" if not found["difference"] else f"to {size(found['difference'])}"
            return f"From ρ x_0 with {law} the run on the sphere is the same, {how} for ρ = 2^4 and 2^-6{kept}."
        return (
            f"No powers of ρ give the same run from ρ x_0: with {law}, estimated from first steps, it is "
            f"{size(found['difference'])} away on the sphere after {setting.steps} steps."
        )

    given = {"steps": setting.steps, "decayed": decayed, "others": others, "powers": POWERS}
    return losses.examine("scale", target, setting, powers_of_scale, words, parts=(directions, apart), **given)
