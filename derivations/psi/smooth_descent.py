"""How far one step lowers a PSI loss: the part that the rates of 004, Theorems 2 to 5, have in common.

Blocks w_0, …, w_{n-1}: the PSI weights and, as one block more, g. c(i,j)² + c(j,i)² is the constant L_ij = L_ji ≥ 0 of
(13): every symmetric nonnegative matrix is of this form. So the sum of row i is L̃_i, for g too: L^gg + Σ_i L_i^vg.
"""

from types import SimpleNamespace

import sympy

from derivations.claim import Hypothesis, Step
from derivations.notation import chain, eta, one_step, sequence
from derivations.rules import Identity, Induction, Sign
from derivations.schemes.psi_sgd import PSISGD
from derivations.schemes.sgd import SGD
from derivations.space import AbstractSpace, vector
from derivations.statement import at_most, equal, nonnegative, positive

n, i, j = sympy.symbols("n i j", integer=True, nonnegative=True)
rho, s, q, sigma = sympy.symbols("rho s q sigma", real=True)
v, w = vector("v"), vector("w")
slope, gradient = vector(r"\nabla_v\mathcal{L}"), vector(r"\nabla_w\mathcal{L}")
_space = AbstractSpace()

UNIT = Hypothesis("unit", equal(v.dot(v), 1), meaning="v = w/‖w‖")
TANGENT = Hypothesis("tangent", equal(v.dot(slope), 0), meaning="Lemma 1; for (12) too, sample by sample")
TANGENT_AT_W = Hypothesis("tangent", equal(w.dot(gradient), 0), meaning="Lemma 1; for (12) too, sample by sample")


def moved(scheme, x, descent, rate):
    """One step of a scheme without decay."""
    return scheme.step(_space, sympy.Integer(0), x, descent, {}, SimpleNamespace(lr=rate, weight_decay=0))[0]


on_the_sphere = one_step(
    "a PSI step is a step from the sphere",
    (UNIT,),
    equal(moved(PSISGD(), rho * v, slope / rho, eta), rho * (v - eta * slope)),
    Identity(),
    r"By (5) $\nabla_w\mathcal L=\nabla_v\mathcal L/\|w\|$, so that (9), (10) give $\|w\|(v-\eta\nabla_v\mathcal L)$: "
    r"the next $V$ is that of plain (stochastic) GD started from $V$.",
)
psi_segment = one_step(
    "it never comes closer to 0",
    (UNIT, TANGENT),
    at_most(1, (v - s * eta * slope).dot(v - s * eta * slope)),
    Sign((s * eta) ** 2 * slope.dot(slope)),
    r"$\|v-s\eta\nabla_v\mathcal L\|^2=1+s^2\eta^2\|\nabla_v\mathcal L\|^2\ge1$ for every $s$.",
)
OUTSIDE = Hypothesis("outside", nonnegative(w.dot(w) - 1), meaning="‖w‖ ≥ 1")
sgd_segment = one_step(
    "nor does a step of (S)GD",
    (OUTSIDE, TANGENT_AT_W),
    at_most(1, moved(SGD(), w, gradient, s * eta).dot(moved(SGD(), w, gradient, s * eta))),
    Sign((w.dot(w) - 1) + (s * eta) ** 2 * gradient.dot(gradient)),
    r"$\|w-s\eta\nabla_w\mathcal L\|\ge1$ for every $s$, if $\|w\|\ge1$: (20), (21) do not leave $\|w\|\ge1$.",
)

# One block of the Hessian, applied to the step: h = ⟨ξ_i, ∇²_ij ξ_j⟩ at a point of the segment, H the same at its V.
ri, rj, zi, zj, h, H, bound = sympy.symbols("r_i r_j z_i z_j h H L_{ij}", real=True)
block = chain(
    "a block of the Hessian on the segment",
    (
        Hypothesis("(24)", equal(ri * rj * h, H), meaning="(24) with a = 1/‖w‖; r = 1 for g"),
        Hypothesis("(13)", nonnegative(bound * zi * zj - H), meaning="⟨ξ_i, ∇²_ij ξ_j⟩ ≤ L_ij z_i z_j at V, z = ‖ξ‖"),
        Hypothesis("L", nonnegative(bound), meaning="L_ij ≥ 0"),
        Hypothesis("lengths i", nonnegative(zi), meaning="z_i ≥ 0"),
        Hypothesis("lengths j", nonnegative(zj), meaning="z_j ≥ 0"),
        Hypothesis("r_i > 0", positive(ri), meaning="r_i = ‖w_i‖ there, w_i ≠ 0"),
        Hypothesis("r_j > 0", positive(rj), meaning="r_j = ‖w_j‖ there, w_j ≠ 0"),
        Hypothesis("r_i ≥ 1", nonnegative(ri**2 - 1), meaning="‖w_i‖² ≥ 1 on the segment"),
        Hypothesis("r_j ≥ 1", nonnegative(rj**2 - 1), meaning="‖w_j‖² ≥ 1 on the segment"),
    ),
    (
        Step("solved", equal(h, H / (ri * rj)), Identity(), ("(24)", "r_i > 0", "r_j > 0")),
        Step(
            "(24), (13)",
            nonnegative(bound * zi * zj - h),
            Sign(
                (bound * zi * zj - H) / (ri * rj)
                + bound * zi * zj * ((ri**2 - 1) * rj**2 + (rj**2 - 1)) / (ri * rj * (ri * rj + 1))
            ),
            ("solved", "(13)", "L", "lengths i", "lengths j", "r_i ≥ 1", "r_j ≥ 1", "r_i > 0", "r_j > 0"),
        ),
        Step(
            "mean",
            at_most(h, bound * (zi**2 + zj**2) / 2),
            Sign((bound * zi * zj - h) + bound * (zi - zj) ** 2 / 2),
            ("(24), (13)", "L"),
        ),
    ),
    r"$\langle\xi_i,\nabla^2_{ij}\mathcal L\,\xi_j\rangle\le\frac{L_{ij}}2(\|\xi_i\|^2+\|\xi_j\|^2)$ wherever "
    r"$\|w_i\|,\|w_j\|\ge1$.",
)

z = sequence("z")
c, p = (sympy.Function(name, real=True) for name in "cp")


def constant(a, b):
    """L_ab."""
    return c(a, b) ** 2 + c(b, a) ** 2


def row(a):
    """L̃_a."""
    return sympy.Sum(constant(a, j), (j, 0, n - 1))


def _entry(a, b):
    """A block's share of the quadratic form: `block`, with the difference of its two sides written as p²."""
    return constant(a, b) * (z(a) ** 2 + z(b) ** 2) / 2 - p(a, b) ** 2


def form(size):
    """Σ_i (L̃_i z_i² - Σ_j h_ij)."""
    rows = sympy.Sum(constant(i, j), (j, 0, size - 1))
    return sympy.Sum(z(i) ** 2 * rows - sympy.Sum(_entry(i, j), (j, 0, size - 1)), (i, 0, size - 1))


_added = sympy.Sum(p(i, n) ** 2, (i, 0, n - 1)) + sympy.Sum(p(n, i) ** 2, (i, 0, n - 1)) + p(n, n) ** 2
_rows = Step("rows", nonnegative(form(n)), Induction(n, Sign(), Sign(form(n) + _added)))
rows = chain(
    "the quadratic form by its row sums",
    (),
    (_rows,),
    r"$\sum_{ij}\langle\xi_i,\nabla^2_{ij}\mathcal L\,\xi_j\rangle\le\sum_i\tilde L_i\|\xi_i\|^2$ for any number of "
    r"blocks, $\tilde L_i=\sum_jL_{ij}$.",
)
before, after = sympy.symbols(r"\ell \ell^+", real=True)
_moved = sympy.Sum(row(i) * z(i) ** 2, (i, 0, n - 1))
_quadratic = sympy.Sum(_entry(i, j), (j, 0, n - 1), (i, 0, n - 1))
TAYLOR = Hypothesis(
    "Taylor",
    equal(after, before - _moved + _quadratic / 2),
    meaning="Taylor's formula with Lagrange's remainder on the segment: ⟨∇_i, ξ_i⟩ = -L̃_i z_i², z_i = ‖∇_i‖/L̃_i",
)
descent = chain(
    "one step lowers the loss",
    (TAYLOR,),
    (_rows, Step("descent", at_most(2 * after, 2 * before - _moved), Sign(form(n)), ("Taylor", "rows"))),
    r"With $\eta_i=1/\tilde L_i$: $\mathcal L^+\le\mathcal L-\frac12\sum_i\frac{\|\nabla_i\mathcal L\|^2}{\tilde "
    r"L_i}$, for any number of blocks.",
)

# a = ‖∇_i‖²/L̃_i, L̃_i = L̃ - b.
a, b, u = sequence("a"), sequence("b"), sequence("u")
largest = sympy.Symbol(r"\tilde{L}", real=True)
gradient_norm = one_step(
    "the gradient by the largest constant",
    (
        Hypothesis("shares", nonnegative(a(i)), (i,), "a_i = ‖∇_i‖²/L̃_i ≥ 0"),
        Hypothesis("largest", nonnegative(b(i)), (i,), "b_i = L̃ - L̃_i ≥ 0"),
    ),
    at_most(sympy.Sum((largest - b(i)) * a(i), (i, 0, n - 1)), largest * sympy.Sum(a(i), (i, 0, n - 1))),
    Induction(
        n,
        Sign(),
        Sign(
            largest * sympy.Sum(a(i), (i, 0, n - 1)) - sympy.Sum((largest - b(i)) * a(i), (i, 0, n - 1)) + b(n) * a(n)
        ),
    ),
    r"$\|\nabla\mathcal L\|^2=\sum_i\tilde L_ia_i\le\tilde L\sum_ia_i$, $a_i=\frac{\|\nabla_i\mathcal L\|^2}{\tilde "
    r"L_i}$.",
)
