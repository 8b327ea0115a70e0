"""A weight in p binary digits, rounded to nearest: when a step is lost, and what rounding does to the norm.

u = 2^{-p}. Between P = 2^e and 2P the numbers are 2uP apart, below P half as far: a change by less than uP (inwards
from P itself by less than uP/2) rounds back to where it was. Of normal numbers, and of one rounding of the exact sum.
"""

import sympy

from derivations.claim import Hypothesis, Step
from derivations.notation import chain, eta, r
from derivations.rules import Positivity, Sign
from derivations.space import vector
from derivations.statement import at_most, less, positive

u, P, w, delta, share, a, M = sympy.symbols("u P w delta q a M", real=True)
UNIT = Hypothesis("unit roundoff", positive(u), meaning="u > 0: 2⁻⁸ in bfloat16, 2⁻¹¹ in float16, 2⁻²⁴ in float32")
FLOOR = Hypothesis("binade", at_most(P, w), meaning="P ≤ w, P a power of 2, a normal number")
CEILING = Hypothesis("next binade", less(w, 2 * P), meaning="w < 2P")

stays = chain(
    "a change that is lost",
    (UNIT, CEILING, Hypothesis("small", less(delta, u * w / 2), meaning="δ < uw/2")),
    (
        Step(
            "less than half a gap",
            less(delta, u * P),
            Sign(u * w / 2 - delta + u * (2 * P - w) / 2),
            ("unit roundoff", "next binade", "small"),
        ),
    ),
    r"A change by less than $\frac u2|w|$ is less than half of the gap: $w$ stays. (At $w=P$ the gap below is "
    r"$uP=u|w|$, and the bound is half of it again.)",
)
moves = chain(
    "a change that is not lost",
    (UNIT, FLOOR, Hypothesis("large", less(u * w, delta), meaning="δ > uw")),
    (
        Step(
            "more than half a gap",
            less(u * P, delta),
            Sign(delta - u * w + u * (w - P)),
            ("unit roundoff", "binade", "large"),
        ),
    ),
    r"A change by more than $u|w|$ is more than half of the gap: $w$ moves.",
)

SGD_NORM, ADAM_NORM = 2 * eta * share / u, 2 * eta * M / (u * a)
"""r² from which on SGD stands still, r from which on Adam does."""

_radius = Hypothesis("radius", positive(r), meaning="r = ‖x‖ > 0")
_entry = Hypothesis("entry", positive(a), meaning="a = |x_i|/r > 0")
sgd_stands = chain(
    "where SGD stands still",
    (UNIT, _radius, _entry, Hypothesis("far", less(SGD_NORM, r**2), meaning="r² > 2ηq/u")),
    (
        Step(
            "lost",
            less(eta * share * a / r, u * (r * a) / 2),
            Sign(u * a / (2 * r) * (r**2 - SGD_NORM)),
            ("unit roundoff", "radius", "entry", "far"),
        ),
    ),
    r"$q=\left|\frac{\nabla_i\mathcal L(x/r)}{x_i/r}\right|$: for $r^2>\frac{2\eta q}u$ SGD's step of this "
    r"coordinate is lost.",
)
adam_stands = chain(
    "where Adam stands still",
    (UNIT, _entry, Hypothesis("far", less(ADAM_NORM, r), meaning="r > 2ηM/(ua)")),
    (
        Step(
            "lost",
            less(eta * M, u * (r * a) / 2),
            Sign(u * a / 2 * (r - ADAM_NORM)),
            ("unit roundoff", "entry", "far"),
        ),
    ),
    r"Steps of at most $\eta M$ in a coordinate are lost for $r>\frac{2\eta M}{ua}$, $a=\frac{|x_i|}r$. A decay by "
    r"$\eta\lambda x_i$ that is rounded on its own (AdamW's, unless fused; L2 where the gradient is 0) is lost at "
    r"every norm if $\eta\lambda<\frac u2$.",
)

_w, _e = vector("w"), vector("e")
SQUARE = _w.dot(_w)
_rounded = _w + _e
norm = chain(
    "the norm of a rounded weight",
    (UNIT, Hypothesis("rounding", at_most(_e.dot(_e), u**2 * _w.dot(_w)), meaning="‖e‖ ≤ u‖w‖")),
    (
        Step("a square", at_most(0, (u * _w - _e).dot(u * _w - _e)), Positivity(u * _w - _e)),
        Step(
            "bound",
            at_most(_rounded.dot(_rounded), (1 + u) ** 2 * _w.dot(_w)),
            Sign((u * _w - _e).dot(u * _w - _e) / u + (1 / u + 1) * (u**2 * _w.dot(_w) - _e.dot(_e))),
            ("unit roundoff", "rounding", "a square"),
        ),
    ),
    r"Rounding lengthens $\|w\|^2$ by at most $(2u+u^2)\|w\|^2$: the growth $\eta^2\frac G{r^2}$ of a step of SGD can "
    r"be lost in it from $r^4=\frac{\eta^2G}{2u+u^2}$ on.",
)
shorter = chain(
    "the norm of a rounded weight from below",
    (
        UNIT,
        Hypothesis("digits", less(u, 1), meaning="u < 1"),
        Hypothesis("rounding", at_most(_e.dot(_e), u**2 * _w.dot(_w)), meaning="‖e‖ ≤ u‖w‖"),
    ),
    (
        Step("a square", at_most(0, (u * _w + _e).dot(u * _w + _e)), Positivity(u * _w + _e)),
        Step(
            "bound",
            at_most((1 - u) ** 2 * _w.dot(_w), _rounded.dot(_rounded)),
            Sign((u * _w + _e).dot(u * _w + _e) / u + (1 - u) / u * (u**2 * _w.dot(_w) - _e.dot(_e))),
            ("unit roundoff", "digits", "rounding", "a square"),
        ),
    ),
    r"And it shortens $\|w\|^2$ by at most $(2u-u^2)\|w\|^2$.",
)
THEOREMS = (stays, moves, sgd_stands, adam_stands, norm, shorter)
