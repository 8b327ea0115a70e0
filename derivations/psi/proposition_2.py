"""Proposition 2: the metric of the PSI manifold is that of a product of unit spheres, on horizontal vectors."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import one_step
from derivations.psi.proposition_1 import WEIGHT, w
from derivations.psi.rescaled_gradients import a
from derivations.rules import Identity
from derivations.space import Vector, vector
from derivations.statement import equal

xi, zeta, gradient = vector(r"\xi_1"), vector(r"\xi_2"), vector(r"\nabla_{w_i}\mathcal{L}(W)")
HORIZONTAL = Hypothesis("horizontal", equal(w.dot(xi), 0), meaning="⟨ξ₁, w_i⟩ = 0")
LEMMA_1 = Hypothesis("lemma 1", equal(w.dot(gradient), 0), meaning="Lemma 1")
c = sympy.Symbol("c", real=True)


def metric(first: Vector, second: Vector, at: Vector) -> sympy.Expr:
    """A summand of (6)."""
    return first.dot(second) / at.dot(at)


def on_sphere(tangent: Vector, at: Vector) -> Vector:
    """The derivative of w ↦ w/‖w‖ along a vector: how the point of the quotient moves."""
    return (tangent - tangent.dot(at) / at.dot(at) * at) / at.norm()


invariant = one_step(
    "the metric does not see the scale",
    (WEIGHT,),
    equal(metric(a * xi, a * zeta, a * w), metric(xi, zeta, w)),
    Identity(),
    r"$\frac{\langle a\xi_1,a\xi_2\rangle}{\|aw\|^2}=\frac{\langle\xi_1,\xi_2\rangle}{\|w\|^2}$.",
)
_riemannian = w.dot(w) * gradient
represents = one_step(
    "(7) is the gradient",
    (),
    equal(metric(_riemannian, xi, w), gradient.dot(xi)),
    Identity(),
    r"$\langle\|w\|^2\nabla_w\mathcal L,\xi\rangle_W=\langle\nabla_w\mathcal L,\xi\rangle=D\mathcal L(W)[\xi]$ for "
    r"every $\xi$.",
)
horizontal = one_step(
    "and horizontal",
    (LEMMA_1,),
    equal(_riemannian.dot(w), 0),
    Identity(),
    r"$\langle\|w\|^2\nabla_w\mathcal L,w\rangle=0$.",
)
equivariant = one_step(
    "the gradient goes along with the scale",
    (),
    equal((a * w).dot(a * w) * (gradient / a), a * _riemannian),
    Identity(),
    r"With (5): $\|aw\|^2\nabla_{aw}\mathcal L(T_aW)=a\,\|w\|^2\nabla_w\mathcal L(W)$, the same tangent vector of the "
    r"quotient.",
)
isometric = one_step(
    "the sphere's metric on horizontal vectors",
    (WEIGHT, HORIZONTAL),
    equal(on_sphere(xi, w).dot(on_sphere(zeta, w)), metric(xi, zeta, w)),
    Identity(),
    r"If $\langle\xi_1,w\rangle=0$, (6) is the inner product of the velocities with which $\frac w{\|w\|}$ moves on "
    r"the "
    r"unit sphere.",
)
excess = one_step(
    "what (6) adds otherwise",
    (WEIGHT,),
    equal(metric(xi, zeta, w) - on_sphere(xi, w).dot(on_sphere(zeta, w)), xi.dot(w) * zeta.dot(w) / w.dot(w) ** 2),
    Identity(),
    r"Of any two vectors (6) exceeds it by $\frac{\langle\xi_1,w\rangle\langle\xi_2,w\rangle}{\|w\|^4}$.",
)
vertical = one_step(
    "rescaling moves nothing",
    (),
    equal(on_sphere(c * w, w), Vector(())),
    Identity(),
    r"$\xi=cw$ is the tangent vector 0 of the quotient, for every $c$.",
)

e1, e2 = vector("e_1"), vector("e_2")
_gram = {e1.dot(e1): 1, e2.dot(e2): 1, e1.dot(e2): 0}


def _at_e1(expression: sympy.Expr) -> sympy.Expr:
    return expression.subs(_gram)


TWO_LENGTHS = Witness(
    r"At $w=e_1$ the vectors $e_2$ and $e_2+e_1$ move the class of $w$ alike, being apart by a multiple of $w$; (6) "
    r"gives them the squared lengths 1 and 2.",
    given=(equal(on_sphere(e2 + e1, e1).map(_at_e1), on_sphere(e2, e1).map(_at_e1)),),
    printed=equal(_at_e1(metric(e2 + e1, e2 + e1, e1)), _at_e1(metric(e2, e2, e1))),
)

CLAIM = Claim(
    id="PSI-P2",
    paper="004",
    where="Prop. 2, (6), (7)",
    printed=r"\langle\Xi_1,\Xi_2\rangle_W=\sum_{i=1}^m\frac{\langle\xi_1^{(i)},\xi_2^{(i)}\rangle}{\|w^{(i)}\|^2}\ "
    r"\text{is a Riemannian metric on the PSI manifold};\quad\mathrm{grad}_{w^{(i)}}\mathcal L(W,g)=\|w^{(i)}\|^2"
    r"\nabla_{w^{(i)}}\mathcal L(W,g)",
    verdict=Verdict.HYPOTHESIS,
    finding=r"(6) is well defined on the quotient for horizontal vectors, $\langle\xi^{(i)},w^{(i)}\rangle=0$, which "
    r"is "
    r"not said: for others it depends on which of the vectors that stand for one tangent vector is taken, and gives "
    r"$\xi=w$, which is 0 in the quotient, the length 1. On horizontal vectors it is the metric of the product of unit "
    r"spheres, so that the PSI manifold is, as a Riemannian manifold, the oblique manifold of the works that the paper "
    r"compares with. (7) is exact, and horizontal by Lemma 1.",
    theorems=(invariant, represents, horizontal, equivariant),
    witnesses=(TWO_LENGTHS,),
    corrected=(isometric, excess, vertical),
    corrected_latex=r"\text{the same for }\langle\xi_k^{(i)},w^{(i)}\rangle=0;\quad\text{of any vectors: }\sum_i\frac{"
    r"\langle\xi_1^{(i)},\xi_2^{(i)}\rangle}{\|w^{(i)}\|^2}-\frac{\langle\xi_1^{(i)},w^{(i)}\rangle\langle\xi_2^{(i)},"
    r"w^{(i)}\rangle}{\|w^{(i)}\|^4}",
    notes=(
        "Shown block by block; the sums over i are sums of equal terms. w_i ≠ 0, as in PSI-P1.",
        "Appendices A and B.1, which may say “horizontal”, are not in the copy at hand.",
    ),
)
