"""Phenomenon (a): Adam's elementwise division pushes the direction out of the tangent space."""

from types import SimpleNamespace

import sympy

from derivations.claim import Claim, Verdict
from derivations.notation import one_step
from derivations.rules import Arithmetic, Identity
from derivations.schemes.adam import Adam
from derivations.space import CoordinateSpace
from derivations.statement import equal, unequal

SPACE = CoordinateSpace()
ZERO = sympy.Integer(0)
_h = SimpleNamespace(**{**vars(Adam.symbols()), "beta1": ZERO, "eps": ZERO, "weight_decay": ZERO})
_x, _gradient = sympy.symbols("x g", real=True)
_after, _state = Adam().step(SPACE, ZERO, _x, _gradient, {"m": ZERO, "v": ZERO}, _h)

division = one_step(
    "the first division",
    (),
    equal(Adam().division(SPACE, ZERO, _x, _state, _h) ** 2, sympy.Abs(_gradient) ** 2),
    Identity(),
    r"$b_0=|\nabla\mathcal L(x_0)|$ coordinate by coordinate, for $\beta_1=\epsilon=\lambda=0$; so "
    r"$\psi(g)=g\oslash\frac{|g|}{d^{-1/2}\|g\|}=d^{-1/2}\|g\|\,\mathrm{sign}(g)$.",
)


def psi_radial(u: tuple, g: tuple) -> sympy.Expr:
    """⟨ψ(g), u⟩ for ψ(g) = g ⊘ (|g|/(d^{-1/2}‖g‖)), exactly."""
    norm = sympy.sqrt(sum(sympy.Integer(c) ** 2 for c in g))
    scale = norm / sympy.sqrt(len(g))
    return sympy.Add(*(a * c / (abs(sympy.Integer(c)) / scale) for a, c in zip(u, g, strict=True)))


_u = (sympy.Rational(3, 5), sympy.Rational(4, 5))
_diagonal = (1 / sympy.sqrt(2), 1 / sympy.sqrt(2))
leaves = one_step(
    "the direction leaves the tangent space",
    (),
    unequal(psi_radial(_u, (4, -3)) ** 2, 0),
    Arithmetic(),
    r"$u=(\frac35,\frac45)$, $g=(4,-3)\perp u$: $\langle\psi(g),u\rangle^2=\frac12\ne0$.",
)
stays = one_step(
    "but not everywhere",
    (),
    equal(psi_radial(_diagonal, (1, -1)), 0),
    Identity(),
    r"$u=\frac{(1,1)}{\sqrt2}$, $g=(1,-1)$: $\langle\psi(g),u\rangle=0$. The displacement depends on where $u$ is: "
    r"it is not isotropic.",
)
CLAIM = Claim(
    id="SP-P-DEFORM",
    paper="000",
    where="4.1 (a), Fig. 2",
    printed=r"\text{(a) with }\beta_1=0\text{ Adam's direction can leave the tangent space, anisotropically; first "
    r"step }\psi(g)=g\oslash\frac{|g|}{d^{-1/2}\|g\|}",
    verdict=Verdict.HOLDS,
    finding=r"Right: $\psi(g)=d^{-1/2}\|g\|\,\mathrm{sign}(g)$, of the same length as $g$, and not tangent in "
    r"general. It needs all $g_j\ne0$: where a coordinate vanishes, $\psi$ is $\frac00$ and Adam's $\epsilon$ decides.",
    theorems=(division, leaves, stays),
    notes=(
        "How far it can leave: some coordinate of sign(g) disagrees with u (else ⟨g,u⟩ > 0), so the cosine with u is "
        "below √((d-1)/d), "
        "which is approached and not reached. This bound is an argument in words, sampled by a check, not checked by "
        "the kernel.",
        "In the caption of Fig. 2 our copy reads ⊗ where the text has ⊘.",
    ),
)
