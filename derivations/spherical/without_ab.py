"""Adam without (a) and (b): the momentum is carried along the sphere."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import UNIT, k, one_step, u
from derivations.rules import Identity
from derivations.schemes.adam_without_ab import AdamWithoutAB
from derivations.space import AbstractSpace, Vector, vector
from derivations.sphere import transport
from derivations.statement import equal, positive

SPACE = AbstractSpace()
before = vector("u_{k-1}")
"""u_{k-1}; the present direction u_k is u."""
PAST = Hypothesis("past unit", equal(before.dot(before), 1), meaning="u_{k-1} is a unit vector")
NOT_ANTIPODAL = Hypothesis(
    "not antipodal", positive(1 + u.dot(before)), meaning="u_k ≠ -u_{k-1}, which Theorem 2 gives under (H1)"
)
_q, _p = vector("q"), vector("q'")
_tangent, _radial = vector("T"), sympy.Symbol("rho", real=True)
_g = vector(r"\nabla\mathcal{L}(u_k)")
_beta, _lam, _r = sympy.symbols("beta_1 lambda r", real=True)


def carried(q: Vector) -> Vector:
    """Γ(q), from u_{k-1} to u_k, by the rotation of `derivations.sphere`."""
    return transport(SPACE, q, before, u)


radial = one_step(
    "radial stays radial",
    (PAST, NOT_ANTIPODAL),
    equal(carried(before), u),
    Identity(),
    r"$\Gamma(u_{k-1})=u_k$.",
)
keeps_tangent = one_step(
    "the radial part is carried",
    (UNIT, NOT_ANTIPODAL),
    equal(carried(_q).dot(u), _q.dot(before)),
    Identity(),
    r"$\langle\Gamma(q),u_k\rangle=\langle q,u_{k-1}\rangle$: tangent stays tangent.",
)
isometry = one_step(
    "lengths and angles are kept",
    (UNIT, PAST, NOT_ANTIPODAL),
    equal(carried(_q).dot(carried(_p)), _q.dot(_p)),
    Identity(),
    r"$\langle\Gamma(q),\Gamma(q')\rangle=\langle q,q'\rangle$.",
)


def _tangential(v: Vector) -> Vector:
    return v - v.dot(u) * u


_h = AdamWithoutAB.symbols()
_m, _past_radius = vector("m_{k-1}"), sympy.Symbol("r_{k-1}", real=True)
_, _state = AdamWithoutAB().step(
    SPACE, k, _r * u, _g / _r, {"m": _m, "v": sympy.Symbol("v_{k-1}", real=True), "x": _past_radius * before}, _h
)
RADIUS = Hypothesis("radius", positive(_r), meaning="r_k > 0")
scheme = one_step(
    "the momentum of the scheme",
    (UNIT, PAST, NOT_ANTIPODAL, RADIUS, Hypothesis("past radius", positive(_past_radius), meaning="r_{k-1} > 0")),
    equal(_state["m"], _h.beta1 * carried(_m) + (1 - _h.beta1) * (_g / _r + _h.weight_decay * _r * u)),
    Identity(),
    r"(19) without the ratio of radii, from the scheme, at $x_k=r_ku_k$ after $x_{k-1}=r_{k-1}u_{k-1}$.",
)
_momentum = _beta * carried(_tangent + _radial * before) + (1 - _beta) * (_g / _r + _lam * _r * u)
_past_tangent = Hypothesis("past tangent", equal(_tangent.dot(before), 0), meaning="T is tangent at u_{k-1}")
_lemma = Hypothesis("lemma 1", equal(_g.dot(u), 0), meaning="Lemma 1")
neutral = one_step(
    "the radial history does not turn the momentum",
    (UNIT, PAST, NOT_ANTIPODAL, _past_tangent, _lemma, RADIUS),
    equal(_tangential(_momentum), _beta * carried(_tangent) + (1 - _beta) * (_g / _r)),
    Identity(),
    r"With $m_{k-1}=T+\rho u_{k-1}$ ($\rho$ holds all that L2 ever added), "
    r"$m_k^\perp=\beta_1\Gamma(T)+(1-\beta_1)\nabla\mathcal L(x_k)$: "
    r"neither $\rho$ nor $\lambda$ is in it.",
)


def _tangent_only() -> sympy.Expr:
    """‖P(u_{k-1})^⊥‖² at u_k, from (1, 0) to (3, 4)/5, for the formula of parallel transport of tangent vectors,
    P(q) = q - ⟨u_k, q⟩/(1 + ⟨u_k, u_{k-1}⟩) (u_{k-1} + u_k)."""
    old, new = (sympy.Integer(1), sympy.Integer(0)), (sympy.Rational(3, 5), sympy.Rational(4, 5))
    cosine = sum(a * b for a, b in zip(old, new, strict=True))
    moved = [a - cosine / (1 + cosine) * (a + b) for a, b in zip(old, new, strict=True)]
    inner = sum(a * b for a, b in zip(moved, new, strict=True))
    return sympy.Add(*((m - inner * b) ** 2 for m, b in zip(moved, new, strict=True)))


WITNESS = Witness(
    r"$u_{k-1}=(1,0)$, $u_k=(\frac35,\frac45)$: the formula of parallel transport applied to the radial $u_{k-1}$ "
    r"gives a vector with tangential part of squared length $\frac14$, so that past L2 terms turn the direction.",
    given=(),
    printed=equal(_tangent_only(), 0),
)

CLAIM = Claim(
    id="SP-SRT-AB",
    paper="000",
    where="4.2, (19) with Γ alone",
    printed=r"\text{Adam w/o (ab): }m_k=\beta_1\Gamma_{u_{k-1}}^{u_k}(m_{k-1})+(1-\beta_1)(\nabla\mathcal "
    r"L(x_k)+\lambda x_k)\text{ neutralises (b1), (b2) as well; (c) and the radius scheduling stay}",
    verdict=Verdict.HYPOTHESIS,
    finding=r"True if $\Gamma$ is the rotation that carries $u_{k-1}$ to $u_k$: “canonical transport” is defined on "
    r"tangent vectors "
    r"only, and $m_{k-1}$ is not tangent when $\lambda>0$. But (c) does not stay, it comes: without the transport "
    r"the ratios of "
    r"radii cancel (OD-MOMENTUM), with it $c_{k+1}^\perp=\nabla\mathcal "
    r"L(u_{k+1})+\beta_1\frac{r_{k+1}}{r_k}\Gamma(c_k^\perp)$.",
    witnesses=(WITNESS,),
    theorems=(radial, keeps_tangent, isometry),
    corrected=(scheme, neutral),
    corrected_latex=r"\Gamma(q)=q-\frac{\langle q,u_{k-1}+u_k\rangle}{1+\langle "
    r"u_{k-1},u_k\rangle}(u_{k-1}+u_k)+2\langle q,u_{k-1}\rangle u_k\text{ on all of }\mathbb R^d",
    notes=(
        "The transport is along the trajectory, so it depends on the path and not only on its ends; that is no "
        "radial term.",
    ),
)
