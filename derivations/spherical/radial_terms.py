"""Phenomenon (b): the momentum on the sphere as past gradients and past points, for all k."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict
from derivations.notation import beta, i, k, lam, one_step, sequence
from derivations.rules import Induction
from derivations.statement import equal, positive

# One generic coordinate of a_k, u_k and ∇L(u_k); r_k the radius.
a, u, g, r = sequence("a"), sequence("u"), sequence(r"\nabla"), sequence("r")


def _new(index):
    """∇L(x) + λx at a step, by Lemma 1: ∇L(u)/r + λ r u."""
    return g(index) / r(index) + lam * r(index) * u(index)


c_grad = g(k) + sympy.Sum(beta ** (k - i) * r(k) / r(i) * g(i), (i, 0, k - 1))
c_l2 = u(k) + sympy.Sum(beta ** (k - i) * r(i) / r(k) * u(i), (i, 0, k - 1))

decomposition = one_step(
    "the decomposition of the momentum",
    (
        Hypothesis("momentum", equal(a(k + 1), beta * a(k) + _new(k + 1)), (k,), "(4)"),
        Hypothesis("start", equal(a(0), _new(0)), meaning="a_{-1} = 0"),
        Hypothesis("radii", positive(r(k)), (k,), "r > 0"),
        Hypothesis("memory", positive(beta), meaning="β > 0; for β = 0 both sums are empty"),
    ),
    equal(a(k), (c_grad + lam * r(k) ** 2 * c_l2) / r(k)),
    Induction(k),
    r"$r_ka_k=c_k^{\mathrm{grad}}+\lambda r_k^2c_k^{L_2}$ in every coordinate, for all $k$; dividing by "
    r"$\frac{b_k}{d^{-1/2}\|b_k\|}$ gives (16).",
)

CLAIM = Claim(
    id="SP-P-RADIAL",
    paper="000",
    where="4.1 (b), (16), (17)",
    printed=r"c_k=(c_k^{\mathrm{grad}}+\lambda r_k^2c_k^{L_2})\oslash\frac{b_k}{d^{-1/2}\|b_k\|},\quad "
    r"c_k^{\mathrm{grad}}=\nabla\mathcal L(u_k)+\sum_{i<k}\beta^{k-i}\frac{r_k}{r_i}\nabla\mathcal L(u_i),\quad "
    r"c_k^{L_2}=u_k+\sum_{i<k}\beta^{k-i}\frac{r_i}{r_k}u_i",
    verdict=Verdict.HOLDS,
    finding=r"Exact for all $k$ and every division $b_k$. The text's gloss that $u_k$ “does not contribute” to "
    r"$c_k^\perp$ needs an isotropic $b_k$: $u_k\oslash b_k$ is not radial.",
    theorems=(decomposition,),
    notes=("000's Appendix D.1, with the authors' derivation, is not in the copy at hand.",),
)
