"""Theorem 2: the image of a generic step on the sphere, and the radius dynamics."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.notation import RADIUS, TANGENT, UNIT, A, chain, eta, eta_e, one_step, r, u
from derivations.notation import p as c_perp
from derivations.rules import Identity, Square
from derivations.space import vector
from derivations.statement import equal, less, positive

s = sympy.Symbol(r"{\langle c, u \rangle}", real=True)
c = s * u + c_perp
"""c_k, written as its radial and tangential parts."""

DEFINITION = Hypothesis("effective rate", equal(eta_e, A / (1 - A * s)), meaning="(7)")
H1 = Hypothesis("H1", positive(1 - A * s), meaning="(H1)")

_a, _b, _n = vector("a"), vector("b"), sympy.Symbol("n", real=True)

generic = one_step(
    "the generic step in terms of c",
    (
        RADIUS,
        Hypothesis("division", positive(_n), meaning="n = d^{-1/2}‖b‖ > 0"),
        Hypothesis("A", equal(A, eta / (r**2 * _n)), meaning="(26)"),
    ),
    equal(r * u - eta * (_a / _b), r * (u - A * (r * (_a / (_b / _n))))),
    Identity(),
    r"(27): $x - \eta\, a\oslash b = r\,(u - A c)$ with $c = r\,a\oslash\frac{b}{n}$, $A = \frac{\eta}{r^2 n}$, "
    r"$n=d^{-1/2}\|b\|$.",
)

after = r * (u - A * c)
_stretch = sympy.sqrt(1 + eta_e**2 * c_perp.dot(c_perp))
_squared = Step(
    "squared radius",
    equal(after.dot(after), r**2 * ((1 - A * s) ** 2 + A**2 * c_perp.dot(c_perp))),
    Identity(),
    ("unit", "tangent"),
)
_ratio = Step(
    "radius ratio",
    equal(after.norm() / r, (1 - A * s) * _stretch),
    Square(),
    ("radius", "H1", "squared radius", "effective rate"),
)
image = (u - eta_e * c_perp) / _stretch
_direction = Step(
    "direction",
    equal(after / after.norm(), image),
    Identity(),
    ("radius ratio", "squared radius", "radius", "effective rate", "H1"),
)
_known = (UNIT, TANGENT, RADIUS, DEFINITION)

radius = chain(
    "radius dynamics",
    (*_known, H1),
    (_squared, _ratio),
    r"(10)/(14): $\frac{r_{k+1}}{r_k} = (1 - A\langle c,u\rangle)\sqrt{1+(\eta^e\|c^\perp\|)^2}$.",
)
step = chain(
    "image step",
    (*_known, H1),
    (_squared, _ratio, _direction),
    r"(8): $u_{k+1} = \frac{u_k-\eta^e c^\perp}{\sqrt{1+(\eta^e\|c^\perp\|)^2}}$.",
)

# Without (H1): the radial part of the step overshoots the origin, and every sign is the other one.
BEYOND = Hypothesis("H1 violated", less(1 - A * s, 0), meaning="the step overshoots the origin")
_ratio_beyond = Step(
    "radius ratio",
    equal(after.norm() / r, -(1 - A * s) * _stretch),
    Square(),
    ("radius", "H1 violated", "squared radius", "effective rate"),
)
step_beyond = chain(
    "image step when (H1) fails",
    (*_known, BEYOND),
    (
        _squared,
        _ratio_beyond,
        Step(
            "direction",
            equal(after / after.norm(), -image),
            Identity(),
            ("radius ratio", "squared radius", "radius", "effective rate", "H1 violated"),
        ),
    ),
    r"If $1 - A\langle c,u\rangle < 0$, then $u_{k+1} = -\frac{u_k-\eta^e c^\perp}{\sqrt{1+(\eta^e\|c^\perp\|)^2}}$: "
    r"the antipode of (8).",
)

CLAIMS = (
    Claim(
        id="SP-T2-STEP",
        paper="000, 001",
        where="Theorem 2, (12)/(8)",
        printed=r"u_{k+1}=\frac{u_k-\eta_k^ec_k^\perp}{\sqrt{1+(\eta_k^e\|c_k^\perp\|)^2}},\quad "
        r"c_k=r_ka_k\oslash\frac{b_k}{d^{-1/2}\|b_k\|},\quad \eta_k^e=A_k(1-A_k\langle c_k,u_k\rangle)^{-1},\quad "
        r"\text{under (H1) } 1-A_k\langle c_k,u_k\rangle>0,\ \text{(H2) } \eta_k^e\|c_k^\perp\|<\pi",
        verdict=Verdict.HOLDS,
        finding=r"Exact in every dimension under (H1) alone; (H2) is never used. When (H1) fails the right side is the "
        r"antipode of $u_{k+1}$, so (H1) is not only sufficient but necessary.",
        theorems=(generic, step),
        versions="000 states (H1) and (H2) in the text below Theorem 2; 001 makes them hypotheses of it.",
        notes=("In d = 1, c⊥ = 0 and the statement is u_{k+1} = u_k: the sign of x is kept exactly when (H1) holds.",),
    ),
    Claim(
        id="SP-T2-RADIUS",
        paper="000, 001",
        where="Theorem 2, (14)/(10)",
        printed=r"\frac{r_{k+1}}{r_k}=(1-A_k\langle c_k,u_k\rangle)\sqrt{1+(\eta_k^e\|c_k^\perp\|)^2}\text{ under "
        r"(H1)}",
        verdict=Verdict.HOLDS,
        finding=r"Exact under (H1). When $1-A\langle c,u\rangle<0$ the right side is minus the left; their squares, "
        r"(29), are always equal.",
        theorems=(radius,),
    ),
)
