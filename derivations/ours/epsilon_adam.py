"""Adam's ε: in every coordinate between Adam without ε and SGD with momentum; and what the norm at rest makes of it."""

from types import SimpleNamespace

import sympy

from derivations.claim import Hypothesis, Step
from derivations.notation import chain, eps, eta, k, lam, one_step, r
from derivations.rules import Identity, Sign
from derivations.schemes.adam import Adam
from derivations.schemes.adam_torch import AdamTorch
from derivations.schemes.adamw import AdamW
from derivations.space import DIMENSION, AbstractSpace, CoordinateSpace, vector
from derivations.statement import equal, less, positive

share, root = sympy.symbols("kappa n", real=True)
OFFSET = Hypothesis("epsilon", positive(eps), meaning="ε > 0")
RADIUS = Hypothesis("radius", positive(r), meaning="r = ‖w‖ > 0")
ROOT = Hypothesis("second moment", positive(root), meaning="n = √v̂ at norm 1; at r it is n/r (no L2 in the gradient)")


def _moved(scheme: Adam) -> tuple[sympy.Expr, sympy.Expr, sympy.Expr, sympy.Expr]:
    """The step of one coordinate with ε and with ε = 0, and its two moments, bias corrected."""
    space, h = CoordinateSpace(), scheme.symbols()
    x, gradient, m, v = sympy.symbols("x g m^{-} v^{-}", real=True)
    without = SimpleNamespace(**(vars(h) | {"eps": sympy.Integer(0)}))
    (after, new), (bare, _) = (scheme.step(space, k, x, gradient, {"m": m, "v": v}, o) for o in (h, without))
    return after - x, bare - x, new["m"] / (1 - h.beta1 ** (k + 1)), new["v"] / (1 - h.beta2 ** (k + 1))


_h = Adam.symbols()
_step, _bare, _first, _second = _moved(AdamTorch())
_given = (
    Hypothesis("second moment", positive(_second), meaning="v̂ > 0 in this coordinate"),
    Hypothesis("bias", positive(1 - _h.beta1 ** (k + 1)), meaning="β₁ < 1"),
    Hypothesis("memory", positive(1 - _h.beta2 ** (k + 1)), meaning="β₂ < 1"),
    OFFSET,
)
_share = eps / (sympy.sqrt(_second) + eps)
as_adam = one_step(
    "torch's Adam as Adam",
    _given,
    equal(_step, (1 - _share) * _bare),
    Identity(),
    r"In each coordinate the step is $1-\kappa$ times that at $\epsilon=0$, "
    r"$\kappa=\frac\epsilon{\sqrt{\hat v}+\epsilon}$.",
)
as_sgd = one_step(
    "torch's Adam as SGD-M",
    _given,
    equal(_step, _share * (-eta / eps) * _first),
    Identity(),
    r"And it is $\kappa$ times the step of SGD-M, bias corrected, at the rate $\frac\eta\epsilon$.",
)
_step_inside, _bare_inside, _, _second_inside = _moved(Adam())
inside = one_step(
    "printed Adam, ε inside the root",
    _given,
    equal(_step_inside, sympy.sqrt(_second_inside) / sympy.sqrt(_second_inside + eps) * _bare_inside),
    Identity(),
    r"000 (7): the step is $\sqrt{1-\kappa}$ times that at $\epsilon=0$, $\kappa=\frac\epsilon{\hat v+\epsilon}$.",
)

by_radius = one_step(
    "κ by the norm",
    (RADIUS, ROOT, OFFSET),
    equal(eps / (root / r + eps), r * eps / (root + r * eps)),
    Identity(),
    r"A run at the norm $r$ with $\epsilon$ is a run at norm 1 with $r\epsilon$, $\frac\eta r$, and $r^2\lambda$ for "
    r"L2 in the gradient (OD-SCALE): "
    r"$\kappa=\frac{r\epsilon}{n+r\epsilon}$, $n=\sqrt{\hat v}$ at norm 1.",
)
inside_by_radius = one_step(
    "κ by the norm, ε inside the root",
    (RADIUS, OFFSET),
    equal(eps / ((root / r) ** 2 + eps), r**2 * eps / (root**2 + r**2 * eps)),
    Identity(),
    r"Inside the root it is a run with $r^2\epsilon$: $\kappa=\frac{r^2\epsilon}{n^2+r^2\epsilon}$.",
)
LAW = Hypothesis("κ", equal(share, r * eps / (root + r * eps)), meaning="κ by the norm")
small = chain(
    "κ of Adam from above",
    (LAW, RADIUS, ROOT, OFFSET),
    (
        Step(
            "above",
            less(share, r * eps / root),
            Sign(r**2 * eps**2 / (root * (root + r * eps))),
            (LAW.name, "radius", "second moment", "epsilon"),
        ),
    ),
    r"$\kappa<\frac{r\epsilon}n$: Adam, where $r\epsilon\ll n$.",
)
large = chain(
    "κ of Adam from below",
    (LAW, RADIUS, ROOT, OFFSET),
    (
        Step(
            "below",
            less(1 - root / (r * eps), share),
            Sign(root**2 / (r * eps * (root + r * eps))),
            (LAW.name, "radius", "second moment", "epsilon"),
        ),
    ),
    r"$\kappa>1-\frac n{r\epsilon}$: SGD-M at the rate $\frac\eta\epsilon$, where $r\epsilon\gg n$.",
)


class Isotropic(AdamW):
    """AdamW where √v̂ is n/r in every coordinate."""

    def denominator(self, space, k, state, h):
        return (root / r + h.eps) * space.ones_like(state["v"])


_w, _g = vector("w"), vector("g")
_numbers = SimpleNamespace(**(vars(AdamW.symbols()) | {"beta1": sympy.Integer(0)}))
_after, _ = Isotropic().step(AbstractSpace(), k, _w, _g, {"m": 0 * _g, "v": 0 * _g}, _numbers)
_norm = Hypothesis("norm", equal(_w.dot(_w), r**2), meaning="‖w‖ = r")
_tangent = Hypothesis("lemma 1", equal(_w.dot(_g), 0), meaning="Lemma 1")
angle_at_rest = one_step(
    "the angle at rest",
    (_tangent, RADIUS, ROOT, OFFSET),
    equal(_after.dot(_w), (1 - eta * lam) * _w.dot(_w)),
    Identity(),
    r"AdamW without momentum, $\sqrt{\hat v}$ the same in every coordinate: at equal norms "
    r"$\cos\Delta=1-\eta\lambda$, whatever $\epsilon$. Otherwise $\langle w,g\oslash(\sqrt{\hat v}+\epsilon)\rangle$ "
    r"is not 0, and the angle depends on $\epsilon$.",
)
norm_at_rest = one_step(
    "the norm at rest with Adam's ε",
    (
        _tangent,
        _norm,
        RADIUS,
        ROOT,
        OFFSET,
        Hypothesis("length", equal(_g.dot(_g), DIMENSION * root**2 / r**2), meaning="‖g‖² = dn²/r²"),
        Hypothesis("rest", equal(_after.dot(_after), _w.dot(_w)), meaning="in the mean"),
    ),
    equal(eta * lam * (2 - eta * lam) * r**2, eta**2 * DIMENSION * (1 - r * eps / (root + r * eps)) ** 2),
    Identity(),
    r"$r_*=(1-\kappa)r_0$, where $r_0^2=\frac{\eta d}{\lambda(2-\eta\lambda)}$ is its value at $\epsilon=0$: the norm "
    r"gives way, the angle does not, as long as $\sqrt{\hat v}$ is the same in every coordinate.",
)
THEOREMS = (
    as_adam,
    as_sgd,
    inside,
    by_radius,
    inside_by_radius,
    small,
    large,
    norm_at_rest,
    angle_at_rest,
)
