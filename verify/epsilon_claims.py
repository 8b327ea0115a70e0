"""What a layer's ε, Adam's ε and rounding do to every claim: norms, or the reason why there are none, by rules.

The rules read the claims: the hypotheses of their theorems, the symbols of their statements, the claims that they
name. Only what no rule can see is listed here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import derivations
from derivations.claim import Claim, Hypothesis, Theorem
from derivations.space import Value, inner_names
from verify.epsilon import LAYER_EPS, VIOLATIONS, Violation, function, norms
from verify.epsilon_powers import power
from verify.epsilon_rounding import DTYPES, Loss, Spread, decays_only, first_lost, has_rate

PRINTED = "numbers of a table or of runs: no norm in it"
ALGEBRA = "no theorem of it assumes anything of a loss: it holds with every ε"
KEPT = "ε stands in its statements: none is assumed to be 0"
UNDIVIDED = "no second moment in its statements: nothing is divided by √v̂ + ε"
SAME = "no rate in its statements, or in one factor: as many digits at every norm"
ALOFT = "a rate in its statements, which are too long for this, or have choices or no numbers: not evaluated"
RIEMANNIAN = "its rate goes with r⁰: the step grows as the weight does, as many digits at every norm"
DIVIDED = "its division is by any vector, √v̂ + ε among them"
DECAYED = "its rate counts in ηλ only, which no norm changes: as many digits at every norm"
STEADY = "no gradient in it: weight and buffer scale together, as many digits at every norm"

LISTED = {
    "SP-T4-ETA": "SP-T4-R",
    "SP-T4-SMALL": "SP-T4-R",
    "SP-P-RADIAL": "PSI-E5",
    "OD-SCALE": "PSI-E5",
    "SMD-E88": "SMD-T1-FIX",
    "SMD-R2": "SMD-T1-FIX",
    "SMD-R3": "SMD-T1-FIX",
    "SMD-R5": "SMD-T1-FIX",
    "SMD-R12": "SMD-T1-FIX",
    "PSI-NORM": "PSI-T1",
    "AP-TOY": "",
    "PSI-P1": "",
    "SMD-L3": "",
}
"""What the rules do not see. A claim that takes another's law without a hypothesis that says so: by the word of its
proof (004), by a momentum of gradients ∇L(u_i)/r_i (000 (17)) or a gradient over ρ (OD-SCALE), which is Lemma 1's
second half, or by statements about the map of the norm in closed form. And claims whose hypotheses speak of a norm,
but of no loss of a network: a toy, a quotient of vectors, a matrix."""
ANY_DIVISION = ("SP-T2-STEP",)
WITHOUT_GRADIENT = ("OD-TURN",)
MANY = 40
"""Theorems of a claim that are looked at: a claim that a program derives has one for each scheme."""
_ORTHOGONAL_BY_DEFINITION = ("by its definition", "uncorrelated", "mean 0", "hence", "horizontal", "τ ⟂", "momentum is")
_ON_SPHERE = r"\nabla\mathcal{L}(u"
_SECOND = ("v^{-}", "v_{k-1}", "beta_2", r"\oslash", r"\hat{v}")
_NORM_MAPS = ("(41)", "(42)", "(48)", "(66)", "(77)", "(76)", "x* =", "ηL/", "norm", "equilibrium", "‖w", "r⁴", "λη")
"""In the meaning of an equation that is a law of the norm, or what follows from one."""


@dataclass(frozen=True)
class Reach:
    """A claim: what is off with a layer's ε, and with Adam's, in norms or in words; and its theorems' losses."""

    claim: str
    layer: str | tuple[str, tuple[str, float] | None, tuple[str, float] | None]
    adam: str | tuple[str, tuple[str, float] | None, tuple[str, float] | None]
    rounding: str | Loss


def reaches(claims: Sequence[Claim] = derivations.CLAIMS) -> tuple[Reach, ...]:
    """Of every claim, in their order."""
    return tuple(Reach(c.id, layer(c), adam(c), rounding(c)) for c in claims)


def layer(claim: Claim) -> Any:
    """The layer's ε: its own row; Lemma 1 as a hypothesis; a law of the norm as one; or why none."""
    own = [v for v in VIOLATIONS if claim.id in v.claims and v.eps == LAYER_EPS]
    if own:
        return _limits(own)
    if (listed := LISTED.get(claim.id)) is not None:
        return _limits([_by(listed)]) if listed else ALGEBRA
    if not _theorems(claim) or numbers_only(claim):
        return PRINTED
    facts = _facts(claim)
    if any(assumes_invariance(h) for h in facts):
        return _limits([_by("SP-L1")])
    if any(assumes_homogeneity(t) for t in _theorems(claim)):
        return _limits([_by("PSI-E5")])
    if any(assumes_a_norm(h) for h in facts):
        return _limits([_by("SMD-T1-FIX" if claim.paper == "002" else "SP-T4-R")])
    return ALGEBRA


def adam(claim: Claim) -> Any:
    """Adam's ε: its own row; ε kept in the statement; a second moment without it; or why none."""
    own = [v for v in VIOLATIONS if claim.id in v.claims and v.eps != LAYER_EPS]
    if own:
        return _limits(own)
    if not _theorems(claim):
        return PRINTED
    if claim.id in ANY_DIVISION:
        return DIVIDED
    names = {name for t in _theorems(claim) for name in t.statement.names}
    if not any(s in n for n in names for s in _SECOND):
        return UNDIVIDED
    return KEPT if any("epsilon" in name for name in names) else _limits([_by("OD-SCALE")])


@cache
def rounding(claim: Claim) -> str | Loss:
    """The theorem whose step rounding takes at the shortest weight; or why none."""
    if not _theorems(claim) or numbers_only(claim):
        return PRINTED
    if claim.id in WITHOUT_GRADIENT:
        return STEADY
    rated = [(t, power(t, claim.id)) for t in _theorems(claim)[:MANY] if has_rate(t)]
    if found := first_lost(rated):
        return found
    if any(p.value == 0 for _, p in rated):
        return RIEMANNIAN
    if rated and all(decays_only(t) for t, _ in rated):
        return DECAYED
    return ALOFT if rated else SAME


def assumes_invariance(h: Hypothesis) -> bool:
    """Lemma 1 in one of its forms: a loss that is the same along a ray, or a gradient orthogonal to its weight."""
    r, said = h.relation, f"{h.name} {h.meaning}"
    if any(word in said for word in _ORTHOGONAL_BY_DEFINITION):
        return False
    if r.operator == "=" and isinstance(r.left, Value):
        return True
    if r.operator == "=" and r.right == 0 and getattr(r.left, "is_Symbol", False) and inner_names(r.left):
        return True
    return bool(re.search(r"[Ll]emma 1|invarian|\(5\)|\(24\)|⟨w.*, g.*⟩ = 0", said))


def assumes_homogeneity(theorem: Theorem) -> bool:
    """Lemma 1's second half, built into a relation: the gradient at the norm r is written as ∇L(u)/r."""
    relations = (theorem.statement, *(h.relation for h in theorem.hypotheses))
    names = {name for r in relations for name in r.names}
    return "r" in names and any(_ON_SPHERE in name for name in names)


def assumes_a_norm(h: Hypothesis) -> bool:
    """An equation that is a law of the norm: no sign, no bound, and no mere name of ‖w‖²."""
    sides = (h.relation.left, h.relation.right)
    named = all(getattr(side, "is_Symbol", False) for side in sides)
    return h.relation.operator == "=" and not named and any(word in h.meaning for word in _NORM_MAPS)


def numbers_only(claim: Claim) -> bool:
    """Whether its statements are about printed numbers: errors e of a table, or nothing that varies."""
    return all(name.startswith("e_") for t in _theorems(claim) for name in t.statement.names)


def _theorems(claim: Claim) -> tuple[Theorem, ...]:
    return (*claim.theorems, *claim.corrected)


def _facts(claim: Claim) -> list[Hypothesis]:
    return [h for t in _theorems(claim) for h in t.hypotheses]


def _by(claim: str) -> Violation:
    return next(v for v in VIOLATIONS if claim in v.claims)


def _limits(found: Sequence[Violation]) -> Any:
    """What is off, and the norms of 1 % and of half, for the violation that is first to reach 1 %."""
    shown = [(v.latex, norms(function(v), 0.01), norms(function(v), 0.5)) for v in found]
    return next((row for row in shown if row[1] is not None), shown[0])


def record() -> list[dict[str, Any]]:
    """Of every claim, for the summary: plain data."""
    return [
        {
            "claim": r.claim,
            "layer": _plain(r.layer),
            "adam": _plain(r.adam),
            "rounding": r.rounding if isinstance(r.rounding, str) else _lost(r.rounding),
        }
        for r in reaches()
    ]


def _lost(loss: Loss) -> dict[str, Any]:
    """Norms as [median, least, largest] of the draws, for 1 % and for all."""
    said = {"theorem": loss.theorem, "power": str(loss.power.value), "by": loss.power.by, "draws": loss.draws}
    return said | {"range": loss.beyond} | {d: [_drawn(x) for x in loss.norms[d]] for d in DTYPES}


def _drawn(x: Spread) -> list[float | str]:
    return [_digits(x.middle), _digits(x.least), _digits(x.largest)]


def _plain(part: Any) -> Any:
    if isinstance(part, str):
        return part
    latex, *limits = part
    return {"by": latex, "norms": [None if x is None else [x[0], _digits(x[1])] for x in limits]}


def _digits(x: float) -> float | str:
    """Three digits; what is no finite number in words, for JSON has none."""
    return float(f"{x:.2e}") if 0 < x < float("inf") else "all" if x == 0 else "none"
