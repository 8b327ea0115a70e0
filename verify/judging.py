"""A file of claims judged, as plain data: what a process of its own answers, and what is kept of it."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from derivations.verdict import Evidence, Verdict
from verify.report.view import ClaimView, DroppedView, HypothesisView, StepView, TheoremView, WitnessView

DROPPED = "dropped"
"""The module of what happens without a hypothesis, which holds no claims."""


def judged(module: str) -> list[dict[str, Any]]:
    """The claims of a module, or what is dropped, proved now. Imports what it needs: here SymPy begins."""
    import derivations
    from derivations.proof import judge
    from verify.report.collect import dropped, told

    found: list[Any]
    if module == DROPPED:
        from derivations.dropped import DROPPED as ITEMS

        found = list(dropped(ITEMS))
    else:
        found = [told(judge(claim)) for claim in derivations.claims_of(module)]
    return json.loads(json.dumps([asdict(item) for item in found]))


def serve() -> None:
    """A process that proves: the name of a module a line comes in, its claims as JSON a line go out."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(judged(line.strip())) + "\n")
        sys.stdout.flush()


def holds(found: list[dict[str, Any]]) -> bool:
    """Whether nothing in it is open."""
    return all(not claim.get("problems") and not _reasons(claim) for claim in found)


def _reasons(found: Mapping[str, Any]) -> list[str]:
    proofs = [*found["theorems"], *found.get("corrected", ())]
    return [t["reason"] for t in proofs if t["reason"]] + ["" for w in found["witnesses"] if not w["ok"]]


def claim(found: Mapping[str, Any]) -> ClaimView:
    """The view that `judged` wrote. Raises KeyError, TypeError or ValueError where it is none."""
    return ClaimView(
        **_tuples(found)
        | {
            "verdict": Verdict(found["verdict"]),
            "evidence": Evidence(found["evidence"]),
            "theorems": tuple(map(_theorem, found["theorems"])),
            "corrected": tuple(map(_theorem, found["corrected"])),
            "witnesses": tuple(map(_witness, found["witnesses"])),
        }
    )


def dropped(found: Mapping[str, Any]) -> DroppedView:
    """The same of a hypothesis that is dropped."""
    shown = {
        "theorems": tuple(map(_theorem, found["theorems"])),
        "witnesses": tuple(map(_witness, found["witnesses"])),
    }
    return DroppedView(**_tuples(found) | shown)


def _theorem(found: Mapping[str, Any]) -> TheoremView:
    return TheoremView(
        **_tuples(found)
        | {
            "evidence": Evidence(found["evidence"]),
            "hypotheses": tuple(HypothesisView(**_tuples(h)) for h in found["hypotheses"]),
            "steps": tuple(StepView(**_tuples(s) | {"evidence": Evidence(s["evidence"])}) for s in found["steps"]),
        }
    )


def _witness(found: Mapping[str, Any]) -> WitnessView:
    return WitnessView(**_tuples(found))


def _tuples(found: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has lists only."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
