"""Lemma 3: equal effective rates and directions give equal trajectories on the sphere."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict
from derivations.notation import k, one_step, sequence
from derivations.rules import Induction
from derivations.statement import equal

# One generic coordinate of u_k and c_k⊥ for the two schemes, with the norms of the directions beside them.
_u, _v = sequence("u"), sequence(r"\tilde{u}")
_rate, _rate2 = sequence(r"\eta^{e}"), sequence(r"\tilde{\eta}^{e}")
_c, _c2 = sequence(r"c^{\perp}"), sequence(r"\tilde{c}^{\perp}")
_n, _n2 = sequence(r"\|c^{\perp}\|"), sequence(r"\|\tilde{c}^{\perp}\|")
_sign, _sign2 = sequence(r"\sigma"), sequence(r"\tilde{\sigma}")


def _image(position, rate, direction, length, sign):
    """Theorem 2, with the sign σ of 1 - A⟨c,u⟩ for schemes that may violate (H1)."""
    return equal(
        position(k + 1),
        sign(k) * (position(k) - rate(k) * direction(k)) / sympy.sqrt(1 + (rate(k) * length(k)) ** 2),
    )


HYPOTHESES = (
    Hypothesis(
        "first", _image(_u, _rate, _c, _n, _sign), (k,), "Theorem 2 for the first scheme; σ = ±1 is the sign of η^e"
    ),
    Hypothesis("second", _image(_v, _rate2, _c2, _n2, _sign2), (k,), "Theorem 2 for the second"),
    Hypothesis("start", equal(_u(0), _v(0)), meaning="same start"),
    Hypothesis("rates", equal(_rate2(k), _rate(k)), (k,), "equal effective rates"),
    Hypothesis(
        "signs", equal(_sign2(k), _sign(k)), (k,), "hence equal signs: η^e > 0 exactly when (H1) holds, for η > 0"
    ),
    Hypothesis("directions", equal(_c2(k), _c(k)), (k,), "equal effective directions, in every coordinate"),
    Hypothesis("lengths", equal(_n2(k), _n(k)), (k,), "hence equal lengths"),
)
lemma = one_step(
    "Lemma 3",
    HYPOTHESES,
    equal(_u(k), _v(k)),
    Induction(k),
    r"$u_k=\tilde u_k$ for all $k$, coordinate by coordinate, by induction on (8).",
)

CLAIM = Claim(
    id="SP-L3",
    paper="000, 001",
    where="Lemma 3, (15)/(11)",
    printed=r"u_0=\tilde u_0,\ \forall k:\ \eta^e_k=\tilde\eta^e_k,\ c_k^\perp=\tilde c_k^\perp\ \Rightarrow\ "
    r"\forall k:\ u_k=\tilde u_k",
    verdict=Verdict.HOLDS,
    finding=r"Holds, even for schemes that violate (H1): for $\eta_k>0$ the sign of $\eta^e_k$ is the sign of "
    r"$1-A_k\langle c_k,u_k\rangle$, so equal rates flip together. For a negative $\eta_k$ and a violated (H1) it "
    r"fails: (46) at $\eta\lambda>1$ is such a pair.",
    theorems=(lemma,),
    notes=(
        "It is sufficient, not necessary: only the product η^e c⊥ matters.",
        "The directions c⊥ depend on the batches: “equal” means at equal points on equal batches.",
    ),
)
