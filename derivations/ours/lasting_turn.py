"""OD-TURN: SGDP with L2 regularization keeps turning when there is no gradient at all."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict
from derivations.notation import beta, eta, lam, one_step
from derivations.rules import Identity
from derivations.schemes.sgdp_l2 import SGDPL2
from derivations.space import AbstractSpace, Vector, vector
from derivations.statement import equal, positive, unequal

x = sympy.Symbol("x", real=True)
growth = 1 + beta * eta * lam - (1 - beta) ** 2
"""‖w_{t+1}‖²/‖w_t‖² = 1/cos²Δ."""
along = (1 - beta) / (beta * eta)
"""⟨p, w⟩/‖w‖² before a step."""
across = (growth - 1) / (eta * beta) ** 2
"""‖Π_w p‖²/‖w‖² before a step."""


def _turn():
    w, p = vector("w"), vector("p")
    k = sympy.Symbol("k", integer=True, nonnegative=True)
    after, state = SGDPL2().step(AbstractSpace(), k, w, Vector(()), {"p": p}, SGDPL2.symbols())
    buffer = state["p"]
    given = (
        Hypothesis("weight", positive(x), meaning="x = ‖w_t‖² > 0"),
        Hypothesis("length", equal(w.dot(w), x), meaning="x = ‖w_t‖²"),
        Hypothesis("along", equal(p.dot(w), along * x), meaning="the buffer's part along w_t"),
        Hypothesis("buffer", equal(p.dot(p), (across + along**2) * x), meaning="and across it"),
        Hypothesis("momentum", unequal(beta, 0), meaning="β ≠ 0"),
        Hypothesis("rate", unequal(eta, 0), meaning="η ≠ 0"),
    )
    names = [vector(f"e_{i}") for i in range(4)]

    def together(values) -> Vector:
        return Vector.combine((n.names[0], v) for n, v in zip(names, values, strict=True))

    left = (after.dot(after), after.dot(w), buffer.dot(after), buffer.dot(buffer))
    right = (growth * x, x, along * growth * x, (across + along**2) * growth * x)
    return one_step(
        "the turn that keeps itself up",
        given,
        equal(together(left), together(right)),
        Identity(),
        r"With $g_t=0$, $\frac{\langle p,w\rangle}{\|w\|^2}=\frac{1-\beta}{\beta\eta}$ and "
        r"$\frac{\|\Pi_wp\|^2}{\|w\|^2}=\frac{\beta\eta\lambda-(1-\beta)^2}{\eta^2\beta^2}$ reproduce themselves, "
        r"while "
        r"$\|w_{t+1}\|^2=\left(1+\beta\eta\lambda-(1-\beta)^2\right)\|w_t\|^2$ and $\langle "
        r"w_{t+1},w_t\rangle=\|w_t\|^2$.",
    )


CLAIM = Claim(
    id="OD-TURN",
    paper="ours",
    where="SGDP with L2 regularization",
    printed=r"\text{where }\beta\eta\lambda>(1-\beta)^2\text{ SGDP with }\lambda w\text{ in its momentum turns "
    r"without any "
    r"gradient, by }\Delta=\arccos\left(\left(1+\beta\eta\lambda-(1-\beta)^2\right)^{-1/2}\right)\text{ a step for "
    r"ever, and }\|w\|"
    r"\text{ grows by }1/\cos\Delta\text{ a step}",
    verdict=Verdict.HOLDS,
    finding=r"The projection takes out this step's $\lambda w_t$, not what the buffer keeps of $w_{t-1}$, which is "
    r"no longer "
    r"radial: the decay turns the weight, and the projected turn makes it grow exponentially. Below $\beta\eta\lambda="
    r"(1-\beta)^2$, which at $\beta=0.9$ is $\eta\lambda=0.011$, there is no such turn, and the norm grows with the "
    r"gradients only.",
    theorems=(_turn(),),
    notes=(
        "That other starts are drawn to this turn is seen in simulations, not proved: the check of OD-EQUIL measures "
        "the angle to 4·10⁻⁶.",
    ),
)
