"""OD-PSI: what PSI-SGD and PSI-SGDM do on the sphere, and to the radius."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.notation import LEMMA_1, RADIUS, UNIT, beta, chain, eta, g, k, lam, one_step, r, u
from derivations.rules import Identity, Sign, Square
from derivations.schemes.psi_sgd import PSISGD
from derivations.schemes.psi_sgdm import PSISGDM
from derivations.space import AbstractSpace, Vector, vector
from derivations.sphere import tangent_projection, transport
from derivations.statement import at_most, equal, positive, unequal

SPACE = AbstractSpace()
s = 1 - eta * lam

# PSI-SGD from w = r v, where ∇L(w) = ∇L(v)/r. In the notation that the derivations share, v is called u.
_moved, _ = PSISGD().step(SPACE, k, r * u, g / r, {}, PSISGD.symbols())
_landing = s * u - eta * g
_stretch = s**2 + eta**2 * g.dot(g)
AWAY = Hypothesis("moves on", positive(_stretch), meaning="w_{t+1} ≠ 0: ηλ ≠ 1 or ∇L(v) ≠ 0")
_squared = Step("squared radius", equal(_moved.dot(_moved), r**2 * _stretch), Identity(), ("unit", "lemma 1"))
_length = Step("new radius", equal(_moved.norm(), r * sympy.sqrt(_stretch)), Square(), ("squared radius", "radius"))
radius = chain(
    "the radius of PSI-SGD",
    (UNIT, LEMMA_1),
    (_squared,),
    r"$\|w_{t+1}\|^2=\|w_t\|^2\left((1-\eta\lambda)^2+\eta^2\|\nabla\mathcal L(v_t)\|^2\right)$. "
    r"In the formulas below $v_t$ is written $u$.",
)
image = chain(
    "PSI-SGD on the sphere",
    (UNIT, LEMMA_1, RADIUS, AWAY),
    (
        _squared,
        _length,
        Step(
            "it moves on", positive(_moved.dot(_moved)), Sign(r**2 * _stretch), ("squared radius", "radius", "moves on")
        ),
        Step(
            "direction",
            equal(_moved / _moved.norm(), _landing / sympy.sqrt(_stretch)),
            Identity(),
            ("unit", "new radius", "moves on", "it moves on"),
        ),
    ),
    r"$v_{t+1}=\frac{(1-\eta\lambda)v_t-\eta\nabla\mathcal L(v_t)}{\|\cdot\|}$: gradient descent on the unit "
    r"sphere with "
    r"the rate $\frac\eta{1-\eta\lambda}$ if $\eta\lambda<1$, normalised after each step. No radius is in it. "
    r"In the formulas below $v_t$ is written $u$.",
)

# PSI-SGDM: the step w' = s w + b with the buffer b = r'v' - s r v, then the next buffer, where ∇L(w') = ∇L(v')/r'.
now, after = vector("v_t"), vector("v_{t+1}")
_next = sympy.Symbol("r_{t+1}", real=True)
_g_now, _g = vector(r"\nabla\mathcal{L}(v_t)"), vector(r"\nabla\mathcal{L}(v_{t+1})")
_here = Hypothesis("unit", equal(now.dot(now), 1), meaning="v_t is a unit vector")
_there = Hypothesis("next unit", equal(after.dot(after), 1), meaning="v_{t+1} is a unit vector")
_tangent_now = Hypothesis("lemma 1", equal(_g_now.dot(now), 0), meaning="Lemma 1 at v_t")
_tangent = Hypothesis("lemma 1", equal(_g.dot(after), 0), meaning="Lemma 1 at v_{t+1}")
_radius = Hypothesis("radius", positive(r), meaning="r_t > 0")
_further = Hypothesis("next radius", positive(_next), meaning="r_{t+1} > 0")
_apart = Hypothesis("not antipodal", positive(1 + after.dot(now)), meaning="v_{t+1} ≠ -v_t")
_buffer = _next * after - s * r * now
_state = PSISGDM().step(SPACE, k, _next * after, _g / _next, {"u": _buffer}, PSISGDM.symbols())[1]["u"]
_kappa = _next / r
_q = tangent_projection(SPACE, _buffer / r, now)
_rho = _buffer.dot(now) / r

_m = vector("m_t")
_turned, _ = PSISGDM().step(SPACE, k, r * now, _g_now / r, {"u": r * _m}, PSISGDM.symbols())
_outward = beta * _m.dot(now)
_across = beta * tangent_projection(SPACE, _m, now) - eta * _g_now
turn = one_step(
    "one step of PSI-SGDM",
    (_here,),
    equal(_turned, r * ((s + _outward) * now + _across)),
    Identity(),
    r"With $u_t=\|w_t\|m_t$, $q_t=\beta\Pi_{v_t}(m_t)-\eta\nabla\mathcal L(v_t)$, $\rho_t=\beta\langle "
    r"m_t,v_t\rangle$: "
    r"$w_{t+1}=\|w_t\|\left((1-\eta\lambda+\rho_t)v_t+q_t\right)$. No radius is in the brackets.",
)
stretch = one_step(
    "the radius of PSI-SGDM",
    (_here, _tangent_now),
    equal(_turned.dot(_turned), r**2 * ((s + _outward) ** 2 + _across.dot(_across))),
    Identity(),
    r"$\kappa_t^2:=\frac{\|w_{t+1}\|^2}{\|w_t\|^2}=(1-\eta\lambda+\rho_t)^2+\|q_t\|^2$.",
)
carried = one_step(
    "the momentum of PSI-SGDM on the sphere",
    (_here, _there, _radius, _further, _tangent, _apart),
    equal(
        tangent_projection(SPACE, _state / _next, after),
        beta * s / _kappa**2 * transport(SPACE, _q, now, after) - eta * _g,
    ),
    Identity(),
    r"$q_{t+1}=\frac{\beta(1-\eta\lambda)}{\kappa_t^2}\Gamma_{v_t}^{v_{t+1}}(q_t)-\eta\nabla\mathcal L(v_{t+1})$: "
    r"momentum, parallel "
    r"transported, its memory $\beta$ shortened by the growth of the squared norm.",
)
outward = one_step(
    "the radial part of PSI-SGDM's momentum",
    (_here, _there, _radius, _further, _tangent),
    equal((_state / _next).dot(after), beta * (1 - s * (s + _rho) / _kappa**2)),
    Identity(),
    r"$\rho_{t+1}=\beta\left(1-\frac{(1-\eta\lambda)(1-\eta\lambda+\rho_t)}{\kappa_t^2}\right)$.",
)

_here_rho, _there_rho, _ratio = sympy.symbols(r"rho_t \rho_{t+1} kappa_t", real=True)
_size = sympy.Symbol(r"Q_t", real=True)
_recursion = (
    Hypothesis("decay", positive(s), meaning="ηλ < 1"),
    Hypothesis("memory", positive(beta), meaning="β > 0"),
    Hypothesis("outward", at_most(0, _here_rho), meaning="ρ_t ≥ 0; ρ_0 = 0 without an initial buffer"),
    Hypothesis("length", at_most(0, _size), meaning="Q_t = ‖q_t‖² ≥ 0"),
    Hypothesis("ratio", positive(_ratio), meaning="κ_t > 0"),
    Hypothesis("growth", equal(_ratio**2, (s + _here_rho) ** 2 + _size), meaning="κ_t² as above"),
    Hypothesis(
        "recursion", equal(_there_rho, beta * (1 - s * (s + _here_rho) / _ratio**2)), meaning="ρ_{t+1} as above"
    ),
)
bounds = chain(
    "the radial part never points inwards",
    _recursion,
    (
        Step(
            "from below",
            at_most(0, _there_rho),
            Sign(beta * (_here_rho * (s + _here_rho) + _size) / _ratio**2),
            ("decay", "memory", "outward", "length", "growth", "recursion", "ratio"),
        ),
    ),
    r"If $\rho_t\ge0$ then $\rho_{t+1}\ge0$, and so $1-\eta\lambda+\rho_t>0$ always: (H1) holds by itself.",
)

# The mean square, for gradients of mean 0 and mean square L on the sphere, given the past: everything is linear in
# (‖w‖², ⟨u, w⟩, ‖u‖²), so that a ray of these three that keeps its direction grows by one factor K for ever.
_x, _K, _L = sympy.symbols("x K L", real=True)
_w, _u, _noise = vector("w"), vector("u"), vector(r"\nabla\mathcal{L}(w)")


def _mean_square():
    across = eta**2 * _L / (_K - beta**2)
    along = across * _K / (_K - beta * s)
    moved, state = PSISGDM().step(SPACE, k, _w, _noise, {"u": _u}, PSISGDM.symbols())
    buffer = state["u"]
    given = (
        Hypothesis("weight", positive(_x), meaning="x = ‖w_t‖² > 0"),
        Hypothesis("length", equal(_w.dot(_w), _x), meaning="x = ‖w_t‖²"),
        Hypothesis("along", equal(_u.dot(_w), along * _x), meaning="the buffer's part along w_t"),
        Hypothesis("buffer", equal(_u.dot(_u), across * _x), meaning="and its length"),
        Hypothesis("lemma 1", equal(_noise.dot(_w), 0), meaning="Lemma 1"),
        Hypothesis("size", equal(_noise.dot(_noise), _L / _x), meaning="‖∇L(v)‖² = L in the mean, given the past"),
        Hypothesis("uncorrelated", equal(_noise.dot(_u), 0), meaning="of mean 0, given the past"),
        Hypothesis("not β²", unequal(_K - beta**2, 0)),
        Hypothesis("not β(1-ηλ)", unequal(_K - beta * s, 0)),
        Hypothesis(
            "growth",
            equal((_K - s**2) * (_K - beta * s) * (_K - beta**2), eta**2 * _L * _K * (_K + beta * s)),
            meaning="K is a root of this cubic",
        ),
    )
    names = [vector(f"e_{i}") for i in range(3)]

    def together(*values) -> Vector:
        return Vector.combine((n.names[0], v) for n, v in zip(names, values, strict=True))

    return one_step(
        "how fast the norm of PSI-SGDM grows",
        given,
        equal(
            together(moved.dot(moved), buffer.dot(moved), buffer.dot(buffer)),
            together(_K * _x, along * _K * _x, across * _K * _x),
        ),
        Identity(),
        r"For uncorrelated gradients with $E\|\nabla\mathcal L(v)\|^2=L$, $E\|w\|^2$ grows by the factor $K$ a "
        r"step, with "
        r"$(K-s^2)(K-\beta s)(K-\beta^2)=\eta^2LK(K+\beta s)$, $s=1-\eta\lambda$; $\beta=0$: $K=s^2+\eta^2L$.",
    )


CLAIM = Claim(
    id="OD-PSI",
    paper="ours",
    where="004 (10), (11) on the sphere",
    printed=r"\text{the exact image of PSI-SGD and PSI-SGDM on the sphere, radius dynamics included}",
    verdict=Verdict.HOLDS,
    finding=r"For $\eta\lambda<1$ PSI-SGD is gradient descent on the unit sphere at the constant rate "
    r"$\frac\eta{1-\eta\lambda}$, normalised after each step; the norm only records the path, "
    r"$\frac{r_{t+1}^2}{r_t^2}=(1-\eta\lambda)^2+\eta^2\|\nabla\mathcal L(v_t)\|^2$. PSI-SGDM is not momentum on the "
    r"sphere at rate $\eta$: without decay its steps are shorter by $1+\rho_t$, where $\rho_t\ge0$ is what the buffer "
    r"holds of earlier positions, and its memory is $\frac\beta{\kappa_t^2}$ instead of $\beta$. Noise makes the norm "
    r"grow exponentially: at $\eta=0.1$, $L=1$, $\lambda=0$ it takes 1852 steps to multiply its mean square by $10^8$ "
    r"without momentum, and 102 with $\beta=0.9$ from an empty buffer ($K=1.01$ and $1.208$).",
    notes=(
        "No equilibrium: with decay λ the norm grows or shrinks exponentially, except at one λ, while the "
        "direction does "
        "not see it; for PSI-SGD λ does nothing but change the rate to η/(1-ηλ). The angle is arctan(η‖∇L(v)‖/(1-ηλ)) "
        "from the first step on: a rate has to be chosen for it, where SGD with decay finds √(2ηλ) by itself.",
        "ηλ ≥ 1: the formula holds, but the step starts from -v_t, or from 0 at ηλ = 1, and is no descent from v_t.",
        "It is the metric-projection retraction on the product of unit spheres: what is new against projecting the "
        "weights back after each SGD step is the bookkeeping of the norm, not the path.",
        "The mean square is not the typical norm: E log‖w‖ grows more slowly. It is exact for gradients that are "
        "uncorrelated with the past and have a mean square L on the sphere; real ones are neither.",
        "The quantities in the words of the two theorems on momentum are those of the step from w_t: v_{t+1} ≠ "
        "-v_t and "
        "w_{t+1} ≠ 0 are assumed where the transport is used.",
    ),
    theorems=(image, radius, turn, stretch, carried, outward, bounds, _mean_square()),
)
