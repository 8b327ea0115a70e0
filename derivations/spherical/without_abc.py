"""Adam without (a), (b) and (c): the momentum of the sphere; and AdamG, which gives up the radius."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict
from derivations.notation import UNIT, eta, k, one_step, r, u
from derivations.rules import Identity
from derivations.schemes.adam_without_abc import AdamWithoutABC
from derivations.space import DIMENSION, vector
from derivations.spherical.without_ab import NOT_ANTIPODAL, PAST, SPACE, WITNESS, before, carried
from derivations.statement import equal, positive

_h = AdamWithoutABC.symbols()
_old, _v = sympy.symbols("r_{k-1} v_{k-1}", real=True)
_m, _g = vector("m_{k-1}"), vector(r"\nabla\mathcal{L}(u_k)")
RADIUS = Hypothesis("radius", positive(r), meaning="r_k > 0")
PAST_RADIUS = Hypothesis("past radius", positive(_old), meaning="r_{k-1} > 0")

# One step of the scheme at x_k = r_k u_k, from x_{k-1} = r_{k-1} u_{k-1}, with ∇L(x_k) = ∇L(u_k)/r_k by Lemma 1.
_, _state = AdamWithoutABC().step(SPACE, k, r * u, _g / r, {"m": _m, "v": _v, "x": _old * before}, _h)
_on_sphere = _g + _h.weight_decay * r**2 * u
momentum = one_step(
    "the momentum on the sphere",
    (UNIT, PAST, RADIUS, PAST_RADIUS, NOT_ANTIPODAL),
    equal(r * _state["m"], _h.beta1 * carried(_old * _m) + (1 - _h.beta1) * _on_sphere),
    Identity(),
    r"(19) times $r_k$, from the scheme: $M_k=r_km_k$ obeys $M_k=\beta_1\Gamma(M_{k-1})+(1-\beta_1)(\nabla\mathcal "
    r"L(u_k)+\lambda r_k^2u_k)$. "
    r"No radius is left but in the radial term.",
)
second = one_step(
    "the second moment on the sphere",
    (UNIT, PAST, RADIUS),
    equal(
        r**2 * _state["v"],
        _h.beta2 * (_old**2 * _v) + (1 - _h.beta2) * _on_sphere.dot(_on_sphere) / DIMENSION,
    ),
    Identity(),
    r"(20) times $r_k^2$: $V_k=r_k^2v_k$ obeys $V_k=\beta_2V_{k-1}+(1-\beta_2)d^{-1}\|\nabla\mathcal L(u_k)+\lambda "
    r"r_k^2u_k\|^2$.",
)
_M, _V = vector("M"), sympy.Symbol("V", real=True)
scheduling = one_step(
    "the radius still sets the rate",
    (RADIUS, Hypothesis("second moment", positive(_V), meaning="V > 0")),
    equal(eta * (_M / r) / sympy.sqrt(_V / r**2) / r, eta / r / sympy.sqrt(_V) * _M),
    Identity(),
    r"With $\epsilon=0$ the relative step is $\frac{x_k-x_{k+1}}{r_k}=\frac{\eta}{r_k}\frac{\hat M_k}{\sqrt{\hat "
    r"V_k}}$: proportional to $\frac1{r_k}$.",
)
_angle, _unit = sympy.Symbol("theta", real=True), vector("e")
_moved = sympy.cos(_angle) * u + sympy.sin(_angle) * _unit
constrained = one_step(
    "the exponential map stays on the sphere",
    (
        UNIT,
        Hypothesis("direction", equal(_unit.dot(_unit), 1), meaning="e = d/‖d‖"),
        Hypothesis("tangent", equal(_unit.dot(u), 0), meaning="the momentum is tangent"),
    ),
    equal(_moved.dot(_moved), 1),
    Identity(),
    r"$\|\mathrm{Exp}_u(\theta e)\|=\|\cos\theta\,u+\sin\theta\,e\|=1$: AdamG has $r_k=1$ for all $k$, so no radius "
    r"schedules it.",
)

CLAIM = Claim(
    id="SP-SRT-ABC",
    paper="000",
    where="4.2, (18)–(20); 4.1 on AdamG",
    printed=r"\text{Adam w/o (abc), (18)–(20), neutralises (a), (b), (c) and keeps the radius scheduling; AdamG "
    r"neutralises all but loses it}",
    verdict=Verdict.HYPOTHESIS,
    finding=r"With $\Gamma$ the rotation (see SP-SRT-AB), $r_km_k$ and $r_k^2v_k$ obey recursions on the sphere: "
    r"directions forget the radii, as they do without any transport (OD-MOMENTUM), and the rate keeps its "
    r"$\frac1{r_k}$. For $\lambda>0$ the radius re-enters $v_k$ and the radial part of $r_km_k$ through $\lambda "
    r"r_k^2$, in the rate only; $\epsilon>0$ does the same. AdamG has $r=1$.",
    witnesses=(WITNESS,),
    theorems=(second, scheduling, constrained),
    corrected=(momentum,),
    corrected_latex=r"\text{The same, with }\Gamma\text{ the rotation of }\mathbb R^d\text{ that carries "
    r"}u_{k-1}\text{ to }u_k.",
)
