"""Does a zero gradient, before any other and without weight decay, leave the weights? Do numbers stay finite after?

What an optimizer's own formula moves without a gradient is no fault: a pull c·x that shrinks the weights towards 0, a
term that an option switches off, or whatever the scheme says that it is audited beside. It is told, with its size.
"""

from dataclasses import replace

import torch

from derivations.schemes import by_name
from verify.audit.finding import Finding, Law, Setting, Verdict
from verify.audit.laws.examine import Values, defaults, examine, size
from verify.audit.laws.trial import decay, follow, gap, gradients, weights
from verify.audit.subject import bind
from verify.audit.target import Target
from verify.trace import compare

LAW = "zero gradient"
GENERAL = ("lr", "eps", "momentum", "weight_decay")
"""Options that are no term of a formula by themselves."""


def moved_by_nothing(make, step, seed, dtype, shape, options):
    start = weights(shape, seed, dtype)
    nothing, (g,) = torch.zeros(shape, dtype=dtype), gradients(shape, 1, seed, dtype)
    still = decay(make([weights(shape, seed, dtype)]), 0.0)

    def run(pushes, **given):
        return follow(make, step, start, pushes, **{**still, **given})[1]

    begun, p = run([]), run([nothing] * 3)  # some put the weights on the sphere when they are made
    bad = sum(int((~t.isfinite()).sum()) for t in (p, run([nothing, g, nothing, g])))
    far = float("inf") if bad else gap(begun, p)
    off = []
    for name in options if 0 < far < float("inf") else ():
        try:
            off.append(gap(run([], **{name: 0.0}), run([nothing] * 3, **{name: 0.0})) == 0)
        except (ValueError, RuntimeError, ArithmeticError):  # an option that cannot be 0
            off.append(False)
    # a pull along the weights: x is multiplied by 1 - c at each step
    x, rounding = begun.double(), 16 * torch.finfo(dtype).eps
    along = float((p.double() * x).sum() / x.square().sum())
    shrinks = not bad and gap(along * x, p) <= rounding and 0 < along < 1 - rounding
    own = any(off) or shrinks
    return {
        "difference": 0.0 if own else far,
        "not finite": bad,
        "moved": far,
        "option": off.index(True) if any(off) else -1,
        "pull": 1 - along ** (1 / 3) if shrinks else 0.0,
    }


def law(target: Target, setting: Setting) -> Finding:
    known = {n: v for n, v in defaults(target).items() if isinstance(v, float) and v and target.accepts(n)}
    options = tuple(name for name in known if name not in GENERAL and name not in target.kwargs)

    def words(found: Values) -> str:
        if found["not finite"]:
            return f"A zero gradient leaves {found['not finite']:.0f} weights that are not finite."
        if not found["moved"]:
            return "A zero gradient leaves the weights as they are."
        name = options[int(found["option"])] if found["option"] >= 0 else ""
        by = f", by its {name} = {size(known[name])}" if name else ""
        if found["pull"]:
            return f"A zero gradient only shrinks the weights, by {size(found['pull'])} of them a step{by}."
        moves = f"A zero gradient moves the weights by {size(found['moved'])}, relative, in three steps from the start"
        return f"{moves}{by and by + '; with 0 there they stay'}."

    return examine(LAW, target, setting, moved_by_nothing, words, options=options)


def beside(law: Law, name: str) -> Law:
    """This law where a scheme is named, which then says what a zero gradient does; any other law as it is."""

    def function(target: Target, setting: Setting) -> Finding:
        found = law.function(target, setting)
        if found.verdict is not Verdict.DIFFERS or found.values.get("not finite"):
            return found
        scheme = by_name(name)
        for slices in ("channel", "whole"):
            binding = bind(target, scheme, slices, buffers=False)
            cases = (replace(case, gradient="zero") for case, _ in binding.plain())
            if compare(binding.subject, cases).ok:
                words = f"{found.words.removesuffix('.')}, as {name} does."
                return replace(found, verdict=Verdict.HOLDS, words=words, replay=None)
        return found

    return replace(law, function=function) if law.id == LAW else law
