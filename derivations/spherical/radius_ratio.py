"""Phenomenon (c): the same points on the sphere with other radii have another direction."""

import sympy

from derivations.claim import Claim, Verdict
from derivations.notation import UNIT, beta, one_step, u
from derivations.rules import Arithmetic, Identity
from derivations.space import vector
from derivations.statement import equal, unequal

_now, _past = vector(r"\nabla\mathcal{L}(u_1)"), vector(r"\nabla\mathcal{L}(u_0)")
_s, _t = sympy.symbols("s t", real=True)
"""Two values of the ratio r_1/r_0."""


def _direction(ratio):
    """c_1 of (17) for k = 1, λ = 0, b = 1."""
    return _now + beta * ratio * _past


def _tangential(v):
    return v - v.dot(u) * u


_gap = _tangential(_direction(_s)) - _tangential(_direction(_t))
difference = one_step(
    "the difference of the directions",
    (UNIT,),
    equal(_gap.dot(_gap), beta**2 * (_s - _t) ** 2 * (_past.dot(_past) - _past.dot(u) ** 2)),
    Identity(),
    r"For $k=1$ and ratios $s,t$ of the radii: $\|c^\perp-\tilde c^\perp\|^2=\beta^2(s-t)^2\|\nabla\mathcal "
    r"L(u_0)^\perp\|^2$, with $\perp$ at $u_1$.",
)
_orthonormal = {u.dot(u): 1, _past.dot(_past): 1, _past.dot(u): 0, _now.dot(u): 0}
exists = one_step(
    "two histories",
    (),
    unequal(_gap.dot(_gap).subs({beta: sympy.Rational(1, 2), _s: 2, _t: 1} | _orthonormal), 0),
    Arithmetic(),
    r"$\beta=\frac12$, ratios 2 and 1, $\nabla\mathcal L(u_0)$ a unit vector orthogonal to $u_0$ and $u_1$: the "
    r"directions differ, by $\frac12\nabla\mathcal L(u_0)$.",
)

CLAIM = Claim(
    id="SP-P-RATIO",
    paper="000",
    where="4.1 (c)",
    printed=r"\text{(c) the same }(u_i)_{i\le k}\text{ with different radii }(r_i)_{i\le k}\text{ can have different "
    r"}c_k^\perp",
    verdict=Verdict.HOLDS,
    finding=r"For $k=1$ the difference is exactly $\beta\,\left|\frac{r_1}{r_0}-\frac{\tilde r_1}{\tilde "
    r"r_0}\right|\,\|\nabla\mathcal L(u_0)^\perp\|$; it needs $\beta\ne0$ (or an elementwise $b_k$ with memory). "
    r"Radii that differ by a common factor give the same direction when $\lambda=0$.",
    theorems=(difference, exists),
)
