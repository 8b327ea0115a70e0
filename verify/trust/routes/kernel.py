"""Every claim judged again without python-flint: SymPy's own polynomials, and mpmath's intervals for Arb's balls.

The process has `intervals.stand_in` for the module `flint`, and SYMPY_GROUND_TYPES=python, so that SymPy computes with
Python's integers and its own polynomial arithmetic, where it otherwise calls FLINT. What uses an interval is counted.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

Progress = Callable[[str, int, int], None]

PROGRAM = "from verify.trust.routes.kernel import answer; answer()"


def answer() -> None:
    """The process without FLINT: a line of JSON for each claim, on standard output."""
    from verify.trust.routes.intervals import Context, stand_in

    if "flint" in sys.modules:
        raise RuntimeError("python-flint is loaded already: this route must begin without it")
    sys.modules["flint"] = stand_in()
    import sympy.external.gmpy

    if sympy.external.gmpy.GROUND_TYPES != "python":
        raise RuntimeError(f"SymPy computes with {sympy.external.gmpy.GROUND_TYPES}: set SYMPY_GROUND_TYPES=python")
    from derivations import CLAIMS
    from derivations.proof import judge, prove, replay

    for claim in CLAIMS:
        intervals = {"theorems": 0, "witnesses": 0}
        parts: list[tuple[str, Callable[[], Any]]] = [
            *(("theorems", partial(prove, theorem)) for theorem in (*claim.theorems, *claim.corrected)),
            *(("witnesses", partial(replay, witness)) for witness in claim.witnesses),
        ]
        for kind, judged in parts:
            before = Context.made
            judged()
            intervals[kind] += Context.made > before
        sys.stdout.write(json.dumps([claim.id, _found(judge(claim)), intervals]) + "\n")
        sys.stdout.flush()


def _found(judgement: Any) -> dict[str, Any]:
    """What has to be the same: the verdict, the evidence, that of every theorem, and every witness."""
    return {
        "verdict": judgement.verdict.value,
        "evidence": judgement.evidence.value,
        "theorems": [proof.evidence.value for proof in judgement.proofs],
        "witnesses": [witness.ok for witness in judgement.witnesses],
    }


def compare(progress: Progress | None = None) -> dict[str, Any]:
    """Every claim in both ways. Raises RuntimeError where the process without FLINT fails."""
    from derivations import CLAIMS
    from derivations.proof import judge

    environment = os.environ | {"SYMPY_GROUND_TYPES": "python"}
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True)
    different, totals = [], {"theorems": 0, "witnesses": 0}
    asked = dict.fromkeys(totals, 0)
    lines = process.stdout or ()
    seen = 0
    for line in lines:
        identifier, found, intervals = json.loads(line)
        claim = CLAIMS[seen]
        if progress:
            progress(identifier, seen, len(CLAIMS))
        seen += 1
        if claim.id != identifier or _found(judge(claim)) != found:
            different.append(identifier)
        for kind in totals:
            totals[kind] += len(found[kind])
            asked[kind] += intervals[kind]
    if process.wait() != 0 or seen != len(CLAIMS):
        raise RuntimeError(f"the process without python-flint ended with {process.returncode} after {seen} claims")
    return {"claims": seen, **totals, "different": different, "intervals": asked}


def ok(record: Mapping[str, Any]) -> bool:
    """Whether every claim earned the same."""
    return record["claims"] > 0 and not record["different"]
