"""The symbols that the derivations share, and the hypotheses stated in them."""

import sympy

from derivations.claim import Hypothesis, Step, Theorem
from derivations.rules import Rule
from derivations.space import vector
from derivations.statement import Relation, equal, positive

# Scalars are real; nothing more is assumed of them unless a hypothesis says so.
r, eta, lam, A, beta, beta1, beta2, eps, z, t, q = sympy.symbols(
    "r eta lambda A beta beta_1 beta_2 epsilon z t q", real=True
)
eta_e = sympy.Symbol(r"\eta^e", real=True)

# Indices of steps: integers ≥ 0.
k, i = sympy.symbols("k i", integer=True, nonnegative=True)

# u: the direction of x = r u. p: the effective direction c⊥. g: ∇L(u), the gradient on the sphere.
u, p, g = vector("u"), vector(r"c^{\perp}"), vector(r"\nabla\mathcal{L}(u)")

UNIT = Hypothesis("unit", equal(u.dot(u), 1), meaning="u is a unit vector")
TANGENT = Hypothesis("tangent", equal(u.dot(p), 0), meaning="c⊥ is orthogonal to u, by its definition")
LEMMA_1 = Hypothesis("lemma 1", equal(u.dot(g), 0), meaning="Lemma 1: the gradient is tangent")
RADIUS = Hypothesis("radius", positive(r), meaning="x ≠ 0")


def sequence(name: str) -> type[sympy.Function]:
    """A real sequence, e.g. r(k)."""
    return sympy.Function(name, real=True)


def one_step(name: str, hypotheses: tuple[Hypothesis, ...], relation: Relation, rule: Rule, words: str = "") -> Theorem:
    """A theorem proved in a single step that uses all its hypotheses."""
    return Theorem(name, hypotheses, relation, (Step(name, relation, rule, tuple(h.name for h in hypotheses)),), words)


def chain(name: str, hypotheses: tuple[Hypothesis, ...], steps: tuple[Step, ...], words: str = "") -> Theorem:
    """A theorem whose statement is its last step."""
    return Theorem(name, hypotheses, steps[-1].relation, steps, words)
