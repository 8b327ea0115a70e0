"""L2 regularization as an exponential learning-rate schedule: the first link of Theorem 4."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import eta, k, lam, one_step, q, sequence
from derivations.rules import Identity, Induction
from derivations.schemes.sgd_l2 import SGDL2
from derivations.space import AbstractSpace, CoordinateSpace, Vector, vector
from derivations.statement import equal, less, positive

# One generic coordinate: x̃_k under SGD + L2, ∇L(x̃_k), and ∇L at q^{-k} x̃_k.
_x, _gradient, _scaled = sequence(r"\tilde{x}"), sequence(r"\tilde{g}"), sequence("g")
_h = SGDL2.symbols()
_after, _ = SGDL2().step(CoordinateSpace(), k, _x(k), _gradient(k), {}, _h)

DECAY = Hypothesis("decay", equal(q, 1 - eta * lam), meaning="q = 1 - ηλ")
AHEAD = Hypothesis("H1", positive(q), meaning="ηλ < 1")
_run = Hypothesis("SGD + L2", equal(_x(k + 1), _after), (k,), "x̃ follows SGD + L2")
_lemma = Hypothesis(
    "lemma 1",
    equal(_scaled(k), q**k * _gradient(k)),
    (k,),
    "∇L(q^{-k} x̃_k) = q^k ∇L(x̃_k), by Lemma 1 with ρ = q^{-k} > 0",
)

equivalence = one_step(
    "q⁻ᵏ x̃_k is a trajectory of SGD",
    (_run, _lemma, DECAY, AHEAD),
    equal(q ** (-k - 1) * _x(k + 1), q ** (-k) * _x(k) - eta * q ** (-2 * k - 1) * _scaled(k)),
    Identity(),
    r"If $\tilde x_k$ follows SGD with $(\lambda,\eta)$, then $x_k=q^{-k}\tilde x_k$, which has the same direction, "
    r"follows SGD with "
    r"$\lambda=0$ and $\eta_k=\eta(1-\eta\lambda)^{-2k-1}$; $q=1-\eta\lambda>0$.",
)
_rate = sequence(r"\eta")
schedule = one_step(
    "the schedule",
    (
        Hypothesis("first rate", equal(_rate(0), eta / q), meaning="(47) at k = 0, with r₀ = r̃₀"),
        Hypothesis("ratio", equal(_rate(k + 1), _rate(k) / q**2), (k,), "from (10) for both schemes"),
        AHEAD,
    ),
    equal(_rate(k), eta * q ** (-2 * k - 1)),
    Induction(k),
    r"The paper's route: $\eta_0=\eta q^{-1}$ and $\frac{\eta_{k+1}}{\eta_k}=q^{-2}$ give $\eta_k=\eta q^{-2k-1}$.",
)
_r = sequence("r")
rates = one_step(
    "equal effective rates",
    (AHEAD, Hypothesis("radii", positive(_r(k)), (k,), "r̃_k > 0")),
    equal(eta * q ** (-2 * k - 1) / (q ** (-k) * _r(k)) ** 2, eta / (_r(k) ** 2 * q)),
    Identity(),
    r"(47): $\frac{\eta_k}{r_k^2}=\frac{\eta}{\tilde r_k^2(1-\eta\lambda)}$ with $r_k=q^{-k}\tilde r_k$.",
)


def _overshoot() -> Witness:
    """ηλ = 2: one step of both schemes on the loss x₁/‖x‖ from (3, 4)/5 lands on antipodes."""
    e1, e2 = vector("e_1"), vector("e_2")
    gram = {e1.dot(e1): 1, e2.dot(e2): 1, e1.dot(e2): 0}
    x = sympy.Rational(3, 5) * e1 + sympy.Rational(4, 5) * e2
    gradient = e1 - sympy.Rational(3, 5) * x
    values = {_h.lr: sympy.Integer(1), _h.weight_decay: sympy.Integer(2)}
    decayed, _ = SGDL2().step(AbstractSpace(), 0, x, gradient, {}, _h)
    decayed = decayed.subs(values)
    scheduled = x - (1 - values[_h.lr] * values[_h.weight_decay]) ** -1 * gradient
    return Witness(
        r"$\mathcal L(x)=x_1/\|x\|$, $x_0=(\frac35,\frac45)$, $\eta=1$, $\lambda=2$: SGD with L2 goes to "
        r"$(-\frac{31}{25},-\frac8{25})$, "
        r"SGD with $\eta_0=\eta(1-\eta\lambda)^{-1}=-1$ to $(\frac{31}{25},\frac8{25})$, the antipodal direction.",
        given=(less(1, values[_h.lr] * values[_h.weight_decay]),),
        printed=equal(_direction(decayed, gram), _direction(scheduled, gram)),
    )


def _direction(v: Vector, gram: dict) -> Vector:
    return v / v.norm().subs(gram)


OVERSHOOT = _overshoot()

CLAIM = Claim(
    id="SP-T4-WD",
    paper="001",
    where="(46), (47)",
    printed=r"\text{SGD with }(\lambda,\eta)\text{ is scheme-equivalent to SGD with }\lambda_k=0,\ "
    r"\eta_k=\eta(1-\eta\lambda)^{-2k-1}",
    verdict=Verdict.HYPOTHESIS,
    finding=r"Exact at all orders for $\eta\lambda<1$, which is (H1) and is not stated. For $\eta\lambda>1$ the "
    r"first step already lands "
    r"on the antipode (for an even loss every odd one does, otherwise the trajectories part); at $\eta\lambda=1$ the "
    r"schedule is "
    r"infinite.",
    witnesses=(OVERSHOOT,),
    theorems=(schedule, rates),
    corrected=(equivalence,),
    corrected_latex=r"\text{The same, for }\eta\lambda<1.",
    versions="000's Section 3.2 names the step and refers to its Appendix C.1.4, which is not in the copy at hand.",
    notes=(
        "001 D.2.5 prints the schedule as (1-ηλ)^{-2i-k} η; the proof, and this derivation, give the exponent -2k-1.",
    ),
)
