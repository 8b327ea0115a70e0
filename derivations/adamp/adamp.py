"""Algorithm 2: AdamP as printed, and what its projection does to the norm and to the direction."""

from types import SimpleNamespace

import sympy

from derivations.adamp.coordinates import exact_points, product
from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import beta1, beta2, eta, k, one_step
from derivations.rules import Arithmetic, Identity, Sign
from derivations.schemes.adamw import AdamW
from derivations.space import AbstractSpace, CoordinateSpace, vector
from derivations.sphere import tangent_projection
from derivations.statement import at_most, equal, less, nonnegative, positive

SPACE = AbstractSpace()


class PrintedAdam(AdamW):
    """Algorithm 2 where its test fails: Adam without bias correction (and without a decay)."""

    def step(self, space, k, x, gradient, state, h):
        m = h.beta1 * state["m"] + (1 - h.beta1) * gradient
        v = h.beta2 * state["v"] + (1 - h.beta2) * (gradient * gradient)
        p = m / (space.sqrt(v) + h.eps * space.ones_like(v))
        return x - h.lr * self.direction(space, p, x), {"m": m, "v": v}

    def direction(self, space, p, x):
        return p


class PrintedAdamP(PrintedAdam):
    """Algorithm 2 where its test fires: Π after the division."""

    def direction(self, space, p, x):
        return tangent_projection(space, p, x / space.norm(x))


w, p = vector("w_t"), vector("p_t")
PLAIN = w - eta * PrintedAdam().direction(SPACE, p, w)
AFTER = w - eta * PrintedAdamP().direction(SPACE, p, w)
length, radial = w.dot(w), w.dot(p)
"""‖w_t‖² and ⟨w_t, p_t⟩; where the latter is positive Adam's step points inward."""
Q = PrintedAdamP().direction(SPACE, p, w).dot(PrintedAdamP().direction(SPACE, p, w))
WEIGHT = Hypothesis("weight", positive(length), meaning="w_t ≠ 0")
RATE = Hypothesis("rate", nonnegative(eta), meaning="η ≥ 0")

norm = one_step(
    "the norm",
    (WEIGHT,),
    equal(AFTER.dot(AFTER), length + eta**2 * Q),
    Identity(),
    r"$\|w_{t+1}\|^2=\|w_t\|^2+\eta^2\|\Pi_{w_t}(p_t)\|^2$, whatever $p_t$: the norm never shrinks.",
)
saved = one_step(
    "what the projection saves, exactly",
    (WEIGHT,),
    equal(PLAIN.dot(PLAIN) - AFTER.dot(AFTER), eta * radial * (eta * radial - 2 * length) / length),
    Identity(),
    r"$\|w_t-\eta p_t\|^2-\|w_{t+1}\|^2=\frac{\eta\langle w_t,p_t\rangle(\eta\langle w_t,p_t\rangle-2\|w_t\|^2)}"
    r"{\|w_t\|^2}$.",
)
circle = one_step(
    "the same great circle",
    (),
    equal(PLAIN, AFTER - eta * radial / length * w),
    Identity(),
    r"$w_t-\eta p_t=w_{t+1}-\frac{\eta\langle w_t,p_t\rangle}{\|w_t\|^2}w_t$: the tangent parts of the two "
    r"steps agree.",
)
_a = sympy.Symbol("a", real=True)
outward = one_step(
    "where Adam's step points outward",
    (
        WEIGHT,
        RATE,
        Hypothesis("outward", equal(radial, -_a), meaning="⟨w_t, p_t⟩ = -a"),
        Hypothesis("a ≥ 0", nonnegative(_a)),
    ),
    at_most(AFTER.dot(AFTER), PLAIN.dot(PLAIN)),
    Sign(2 * eta * _a + eta**2 * _a**2 / length),
    r"$\langle w_t,p_t\rangle\le0$: the projected step grows less, $\|w_{t+1}\|\le\|w_t-\eta p_t\|$.",
)
inward = one_step(
    "where it points inward",
    (
        WEIGHT,
        Hypothesis("rate", positive(eta), meaning="η > 0"),
        Hypothesis("inward", positive(radial), meaning="⟨w_t, p_t⟩ > 0"),
        Hypothesis("not past 0", positive(2 * length - eta * radial), meaning="η⟨w_t, p_t⟩ < 2‖w_t‖²"),
    ),
    less(PLAIN.dot(PLAIN), AFTER.dot(AFTER)),
    Sign(eta * radial * (2 * length - eta * radial) / length),
    r"$0<\eta\langle w_t,p_t\rangle<2\|w_t\|^2$: it grows more, $\|w_{t+1}\|>\|w_t-\eta p_t\|$.",
)

_c, _g, _m, _v = sympy.symbols("x g m v", real=True)
_first, _second = 1 - beta1 ** (k + 1), 1 - beta2 ** (k + 1)
_h = SimpleNamespace(lr=eta, beta1=beta1, beta2=beta2, eps=sympy.Integer(0), weight_decay=sympy.Integer(0))
_printed, _buffers = PrintedAdam().step(CoordinateSpace(), k, _c, _g, {"m": _m, "v": _v}, _h)
_corrected, _ = AdamW().step(CoordinateSpace(), k, _c, _g, {"m": _m, "v": _v}, _h)
uncorrected = one_step(
    "without bias correction",
    (Hypothesis("second moment", positive(_buffers["v"]), meaning="v_t > 0 in this coordinate; β₁, β₂ < 1"),),
    equal((_c - _printed) ** 2 * _second, ((_c - _corrected) * _first) ** 2),
    Identity(),
    r"At $\varepsilon=0$, in every coordinate and from the same buffers (their signs agree), the printed "
    r"step is $\frac{1-\beta_1^{t+1}}"
    r"{\sqrt{1-\beta_2^{t+1}}}$ times the one with bias correction, $t$ from 0.",
)


def ratio(t: int) -> sympy.Expr:
    """That factor at the t-th step, t from 1, at β₁ = 0.9, β₂ = 0.999."""
    return (1 - sympy.Rational(9, 10) ** t) / sympy.sqrt(1 - sympy.Rational(999, 1000) ** t)


first = one_step(
    "the first step",
    (),
    equal(ratio(1), sympy.sqrt(10)),
    Arithmetic(),
    r"At $\beta_1=0.9$, $\beta_2=0.999$ the first step is $\sqrt{10}=3.16$ times as long.",
)
largest = one_step(
    "the largest factor",
    (),
    at_most(max(ratio(t) ** 2 for t in range(1, 101)), ratio(12) ** 2),
    Arithmetic(),
    r"The factor is largest at the twelfth step; after the 100th it is below $(1-0.999^{100})^{-1/2}<3.3$.",
)
sixfold = one_step(
    "at the twelfth step",
    (),
    less(sympy.Rational(656, 100), ratio(12)),
    Arithmetic(),
    r"There it is above $6.56$.",
)


def _inward() -> Witness:
    """w_0 = (2, 1), g_0 = (1, -2) ⟂ w_0, from zero buffers."""
    chosen = {"lr": "1/10", "beta1": "9/10", "beta2": "999/1000", "eps": "1/100000000"}
    _, plain = exact_points(PrintedAdam(), (2, 1), [(1, -2)], {}, **chosen)
    start, ours = exact_points(PrintedAdamP(), (2, 1), [(1, -2)], {}, **chosen)
    return Witness(
        r"The first step from $w_0=(2,1)$ with $g_0=(1,-2)\perp w_0$, $\eta=0.1$, $\beta_1=0.9$, $\beta_2=0.999$, "
        r"$\varepsilon=10^{-8}$: Adam's squared norm falls from $5$ to $4.57$, AdamP's rises to $5.18$.",
        given=(
            less(product(plain, plain), sympy.Rational(457, 100)),
            less(product(start, start), product(ours, ours)),
        ),
        printed=at_most(product(ours, ours), product(plain, plain)),
    )


CLAIM = Claim(
    id="AP-ADAMP",
    paper="003",
    where="Alg. 2",
    printed=r"p_t=\frac{m_t}{\sqrt{v_t}+\varepsilon},\ w_{t+1}=w_t-\eta\,\Pi_{w_t}(p_t):\text{ the norm grows more "
    r"slowly than with Adam, the direction of the update is unchanged}",
    verdict=Verdict.FALSE,
    finding=r"The norm never shrinks under AdamP, $\|w_{t+1}\|^2=\|w_t\|^2+\eta^2\|\Pi_{w_t}(p_t)\|^2$; under Adam it "
    r"can. Divided by coordinate, a tangent gradient is not tangent: from $(2,1)$ with $g=(1,-2)$ Adam's first step "
    r"takes $\|w\|^2$ from $5$ to $4.57$, AdamP's to $5.18$. The projected step grows less than the plain one if "
    r"$\langle w_t,p_t\rangle\le0$ and more if $0<\eta\langle w_t,p_t\rangle<2\|w_t\|^2$; the tangent part, hence the "
    r"great circle, is Adam's. Printed without bias correction, its steps are at first $\sqrt{10}=3.16$ times, at the "
    r"twelfth step $6.57$ times as long as with it ($\beta_1=0.9$, $\beta_2=0.999$).",
    theorems=(norm, saved, circle),
    witnesses=(_inward(),),
    corrected=(outward, inward, uncorrected, first, largest, sixfold),
    corrected_latex=r"\|w_{t+1}\|\le\|w_t-\eta p_t\|\iff\eta\langle w_t,p_t\rangle\notin(0,2\|w_t\|^2)",
    notes=(
        "Π is taken after the division and is the Euclidean projection: the step is tangent to the sphere, but not the "
        "projection in the metric of Adam's division, nor is it along -∇f without momentum (SP-P-DEFORM).",
        "The released code corrects the bias, as the scheme adamp does; its steps obey the same three laws.",
        "On independent tangent gradients, β₂ = 0.9, Adam's step points inward at half of the steps for β₁ = 0, at "
        "about a third of the first six for β₁ from 0.5 to 0.99 and η from 0.001 to 1; with momentum, the longer the "
        "run and the larger η, the more rarely. Toward the diagonal of the plane, from near an axis, Adam's norm falls "
        "to 0.72 of what it was and AdamP's stays.",
        "With momentum the radial part has the outward share of SGDP's sum besides; which sign prevails is not a law.",
    ),
)
