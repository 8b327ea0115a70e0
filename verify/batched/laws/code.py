"""An optimizer beside its scheme, a step each: in float64, and in the dtypes of `verify.batched.short`."""

from verify.batched.generate import Step
from verify.batched.law import CODE, Found
from verify.batched.space import SPACE
from verify.batched.verdict import equal


def beside_the_scheme(t: Step) -> Found:
    """The weight and the buffers after an optimizer's step are its scheme's, from the same numbers, up to rounding."""
    following, after = t.scheme.step(SPACE, t.k, t.x, t.gradient, t.before, t.h)
    yield CODE, equal(t.following, following)
    for name, value in t.stored.items():
        yield CODE, equal(value, after[name])
