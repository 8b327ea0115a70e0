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
from verify.epsilon_rounding import DTYPES, Loss, has_rate, lost

PRINTED = "numbers of a table or of runs: no norm in it"
ALGEBRA = "no theorem of it assumes anything of a loss: it holds with every ε"
KEPT = "ε stands in its statements: none is assumed to be 0"
UNDIVIDED = "no second moment in its statements: nothing is divided by √v̂ + ε"
SAME = "no rate in its statements, or in one factor: as many digits at every norm"
ALOFT = "a rate in its statements, which are too long for this, or have choices or no numbers: not evaluated"
RIEMANNIAN = "the step is as long as the weight, at every norm: as many digits at each"

LISTED = {
    "SP-T4-ETA": "SP-T4-R",
    "SP-T4-SMALL": "SP-T4-R",
    "SMD-R3": "SMD-T1-FIX",
    "PSI-NORM": "PSI-T1",
    "AP-TOY": "",
    "PSI-P1": "",
    "SMD-L3": "",
}
"""What the rules do not see: a claim that takes another's law without a hypothesis that says so; and claims whose
hypotheses speak of a norm, but of no loss of a network: a toy, a quotient of vectors, a matrix."""
MANY = 40
"""Theorems of a claim that are looked at: a claim that a program derives has one for each scheme."""
_ORTHOGONAL_BY_DEFINITION = ("by its definition", "uncorrelated", "mean 0", "hence", "horizontal", "τ ⟂")
_SECOND = ("v^{-}", "v_{k-1}", "beta_2", r"\oslash", r"\hat{v}")
_NORM_MAPS = ("(41)", "(42)", "(48)", "(66)", "(77)", "(76)", "x* =", "ηL/", "norm", "equilibrium", "‖w", "r⁴", "λη")
"""In the meaning of a hypothesis that is a law of the norm, or what follows from one."""


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
    if any(word in h.meaning for h in facts for word in _NORM_MAPS) and claim.paper in ("002", "003", "004", "ours"):
        return _limits([_by("SMD-T1-FIX" if claim.paper == "002" else "SP-T4-R")])
    return ALGEBRA


def adam(claim: Claim) -> Any:
    """Adam's ε: its own row; ε kept in the statement; a second moment without it; or why none."""
    own = [v for v in VIOLATIONS if claim.id in v.claims and v.eps != LAYER_EPS]
    if own:
        return _limits(own)
    if not _theorems(claim):
        return PRINTED
    names = {name for t in _theorems(claim) for name in t.statement.names}
    if not any(s in n for n in names for s in _SECOND):
        return UNDIVIDED
    return KEPT if any("epsilon" in name for name in names) else _limits([_by("OD-SCALE")])


@cache
def rounding(claim: Claim) -> str | Loss:
    """The theorem whose step rounding takes at the shortest weight; or why none."""
    if not _theorems(claim) or numbers_only(claim):
        return PRINTED
    if claim.paper == "004" and any("PSI" in t.name for t in _theorems(claim)):
        return RIEMANNIAN
    found = [loss for t in _theorems(claim)[:MANY] if (loss := lost(t))]
    if not found:
        return ALOFT if any(has_rate(t) for t in _theorems(claim)) else SAME
    return min(found, key=lambda loss: loss.norms["float32"][1])


def assumes_invariance(h: Hypothesis) -> bool:
    """Lemma 1 in one of its forms: a loss that is the same along a ray, or a gradient orthogonal to its weight."""
    r = h.relation
    if any(word in h.meaning for word in _ORTHOGONAL_BY_DEFINITION):
        return False
    if r.operator == "=" and isinstance(r.left, Value):
        return True
    if r.operator == "=" and r.right == 0 and getattr(r.left, "is_Symbol", False) and inner_names(r.left):
        return True
    return bool(re.search(r"[Ll]emma 1|invarian|\(5\)|\(24\)|⟨w.*, g.*⟩ = 0", f"{h.name} {h.meaning}"))


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
            "rounding": r.rounding
            if isinstance(r.rounding, str)
            else {"theorem": r.rounding.theorem, "power": r.rounding.power}
            | {d: [_digits(x) for x in r.rounding.norms[d]] for d in DTYPES},
        }
        for r in reaches()
    ]


def _plain(part: Any) -> Any:
    if isinstance(part, str):
        return part
    latex, *limits = part
    return {"by": latex, "norms": [None if x is None else [x[0], _digits(x[1])] for x in limits]}


def _digits(x: float) -> float | str:
    """Three digits; what is no finite number in words, for JSON has none."""
    return float(f"{x:.2e}") if 0 < x < float("inf") else "all" if x == 0 else "none"
