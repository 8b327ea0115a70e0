"""Table 1: effective learning rates and directions, read off the schemes by running them.

A scheme is run for one step on abstract vectors, from x = r u. Whatever the scheme, the direction moves by the tangent
of the angle, -x'⊥/⟨x', u⟩; that must be the table's η^e times its c⊥.
"""

from dataclasses import dataclass
from types import SimpleNamespace

import sympy

from derivations.claim import Claim, Hypothesis, Step, Theorem, Verdict
from derivations.notation import LEMMA_1, RADIUS, UNIT, chain, g, k, r, u
from derivations.rules import Identity, Induction, Sign
from derivations.scheme import Scheme
from derivations.schemes.adam import Adam
from derivations.schemes.sgd import SGD
from derivations.schemes.sgd_l2 import SGDL2
from derivations.schemes.sgd_m import SGDM
from derivations.space import AbstractSpace, Vector, vector
from derivations.statement import equal, less, nonnegative, positive

SPACE = AbstractSpace()
X = r * u


@dataclass(frozen=True)
class Run:
    """One step of a scheme from x = r u and arbitrary buffers: hyper-parameters, next point, next buffers, and b_k."""

    h: SimpleNamespace
    after: Vector
    state: dict
    division: Vector | None


def run(scheme: Scheme, gradient: Vector) -> Run:
    h = scheme.symbols()
    before = {name: vector(name + "_{k-1}") for name in scheme.initial_state(SPACE, X, h)}
    after, state = scheme.step(SPACE, k, X, gradient, before, h)
    return Run(h, after, state, scheme.division(SPACE, k, X, state, h))


def regularised(h: SimpleNamespace) -> Vector:
    """A gradient for which ∇L(x) + λx is one named vector: what only enters as that sum need not be taken apart."""
    return vector(r"\nabla_\lambda") - h.weight_decay * X


def tangential(v: Vector) -> Vector:
    """v⊥ = v - ⟨v, u⟩ u."""
    return v - v.dot(u) * u


def _row(title, result: Run, shrink: sympy.Expr, row: Vector, given, extra, uses, words: str) -> Theorem:
    """⟨x', u⟩ = r·shrink, whence -x'⊥/⟨x', u⟩ = row."""
    radial = Step("radial part", equal(result.after.dot(u), r * shrink), Identity(), ("unit", *uses))
    last = Step(
        "row",
        equal(-tangential(result.after) / result.after.dot(u), row),
        Identity(),
        ("radial part", "radius", *(n for n in ("H1",) if any(h.name == n for h in given)), *extra_uses(uses)),
    )
    return chain(title, given, (*extra, radial, last), words)


def extra_uses(uses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(n for n in uses if n not in ("radius", "lemma 1", "forgetting"))


def _without_momentum(
    scheme: Scheme, rate: sympy.Expr, shrink: sympy.Expr, words: str, *hypotheses: Hypothesis
) -> Theorem:
    """SGD and SGD + L2: the direction is ∇L(u) itself, tangent by Lemma 1."""
    given = (UNIT, LEMMA_1, RADIUS, *hypotheses)
    return _row(scheme.title, run(scheme, g / r), shrink, rate * g, given, (), ("lemma 1", "radius"), words)


def _with_momentum(title, result: Run, factor, c: Vector, hypotheses, extra, uses, words: str) -> Theorem:
    """SGD-M and Adam: x' = r(u - A c), hence η^e = A/(1 - A⟨c,u⟩)."""
    shrink = 1 - factor * c.dot(u)
    given = (UNIT, RADIUS, *hypotheses, Hypothesis("H1", positive(shrink), meaning="(H1)"))
    return _row(title, result, shrink, factor / shrink * tangential(c), given, extra, uses, words)


_sgd = SGD.symbols()
sgd = _without_momentum(
    SGD(), _sgd.lr / r**2, sympy.Integer(1), r"$\eta^e=\frac{\eta}{r^2}$, $c^\perp=\nabla\mathcal L(u)$."
)

_l2 = SGDL2.symbols()
_decays = Hypothesis("H1", positive(1 - _l2.lr * _l2.weight_decay), meaning="ηλ < 1, which is (H1) for SGD with L2")
sgd_l2 = _without_momentum(
    SGDL2(),
    _l2.lr / (r**2 * (1 - _l2.lr * _l2.weight_decay)),
    1 - _l2.lr * _l2.weight_decay,
    r"$\eta^e=\frac{\eta}{r^2(1-\eta\lambda)}$, $c^\perp=\nabla\mathcal L(u)$.",
    _decays,
)


def _sgd_m() -> Theorem:
    result = run(SGDM(), regularised(SGDM.symbols()))
    (m,) = result.state.values()
    return _with_momentum(
        "SGD-M",
        result,
        result.h.lr / r**2,
        r * m,
        (),
        (),
        ("radius",),
        r"$\eta^e=\frac{\eta}{r^2}\left(1-\frac{\eta\langle c,u\rangle}{r^2}\right)^{-1}$, direction $c^\perp$, with "
        r"$c = r\,a$.",
    )


def _adam() -> Theorem:
    result = run(Adam(), regularised(Adam.symbols()))
    h, b = result.h, result.division
    nu = sympy.Symbol("nu", real=True)
    c = (nu / r) * r * ((result.state["m"] / (1 - h.beta1)) / b)
    return _with_momentum(
        "Adam",
        result,
        h.lr / (r * nu),
        c,
        (Hypothesis("second moment", positive(nu), meaning="ν = r d^{-1/2}‖b‖ > 0, that is b ≠ 0"), *MOMENTUM),
        (BIAS_CORRECTION,),
        ("radius", "second moment", "bias correction"),
        r"$\eta^e=\frac{\eta}{r\nu}\left(1-\frac{\eta\langle c,u\rangle}{r\nu}\right)^{-1}$, direction $c^\perp$, with "
        r"$c = r\,a\oslash\frac{b}{d^{-1/2}\|b\|} = \nu\, a\oslash b$ and $\nu = r\,d^{-1/2}\|b\|$.",
    )


_h = Adam.symbols()
MOMENTUM = (
    Hypothesis("momentum", nonnegative(_h.beta1), meaning="β₁ ≥ 0"),
    Hypothesis("forgetting", less(_h.beta1, 1), meaning="β₁ < 1"),
)
BIAS_CORRECTION = Step(
    "bias correction",
    positive(1 - _h.beta1 ** (k + 1)),
    Induction(k, Sign(), Sign((1 - _h.beta1) + _h.beta1 * (1 - _h.beta1 ** (k + 1)))),
    ("momentum", "forgetting"),
)


def _adam_parts() -> Theorem:
    """(6) and (7) of Adam itself: its step is -A c r, with c made of its own a_k and division b_k."""
    result = run(Adam(), regularised(Adam.symbols()))
    n, a_k = sympy.Symbol("n", real=True), sympy.Symbol("A", real=True)
    c = r * ((result.state["m"] / (1 - result.h.beta1)) / (result.division / n))
    return chain(
        "Adam's A and c",
        (
            RADIUS,
            *MOMENTUM,
            Hypothesis("division", positive(n), meaning="n = d^{-1/2}‖b‖ > 0"),
            Hypothesis("A", equal(a_k, result.h.lr / (r**2 * n)), meaning="(26); A = η/(rν) with ν = r n"),
        ),
        (
            BIAS_CORRECTION,
            Step(
                "step",
                equal(X - result.after, r * a_k * c),
                Identity(),
                ("radius", "division", "A", BIAS_CORRECTION.name),
            ),
        ),
        r"(27) for Adam: $x_k-x_{k+1}=r_kA_kc_k$ with $c_k=r_ka_k\oslash\frac{b_k}{d^{-1/2}\|b_k\|}$ from its own "
        r"$m_k$ and $b_k$.",
    )


sgd_m, adam, adam_parts = _sgd_m(), _adam(), _adam_parts()


def _claim(identifier: str, scheme: str, printed: str, finding: str, *theorems: Theorem) -> Claim:
    return Claim(
        id=identifier,
        paper="000, 001",
        where=f"Table 1, {scheme}",
        printed=printed,
        verdict=Verdict.HOLDS,
        finding=finding,
        theorems=theorems,
    )


CLAIMS = (
    _claim(
        "SP-TAB1-SGD",
        "SGD",
        r"\eta^e=\frac{\eta}{r^2},\qquad c^\perp=\nabla\mathcal L(u)",
        r"Exact, for every $\eta$: without decay the step never meets (H1).",
        sgd,
    ),
    _claim(
        "SP-TAB1-SGD-L2",
        "SGD + L2",
        r"\eta^e=\frac{\eta}{r^2(1-\eta\lambda)},\qquad c^\perp=\nabla\mathcal L(u)",
        r"Exact under (H1), which here reads $\eta\lambda<1$; at $\eta\lambda=1$ the rate is infinite, beyond it the "
        r"direction flips.",
        sgd_l2,
    ),
    _claim(
        "SP-TAB1-SGDM",
        "SGD-M; 001 (7)",
        r"\eta^e=\frac{\eta}{r^2}\left(1-\frac{\eta\langle c,u\rangle}{r^2}\right)^{-1},\qquad c^\perp",
        "Exact under (H1), whatever is in the momentum buffer.",
        sgd_m,
    ),
    _claim(
        "SP-TAB1-ADAM",
        "Adam; (13)/(9)",
        r"\eta^e=\frac{\eta}{r\nu}\left(1-\frac{\eta\langle c,u\rangle}{r\nu}\right)^{-1},\qquad c^\perp,\qquad "
        r"\nu=rd^{-1/2}\|b\|",
        r"Exact under (H1) and $b\ne0$. Only the product $\eta^ec^\perp$ moves $u$, and $\nu$ cancels in it, so the "
        r"split "
        r"between “rate” and “direction” is a convention. Proved with $\epsilon$ inside the root, sampled with "
        r"torch's.",
        adam,
        adam_parts,
    ),
)
