"""False alarms: the whole battery of checks under many seeds on sound code, where every failure is one of the checker.

Two kinds of law are told apart. A bound that is derived holds for every draw: a failure would be a wrong bound. A mean
that is compared with a prediction fails by luck with a stated rate; the rates add up to the budget of a run. That the
stated rates are true is seen from the chances of the deviations that were met: of sound laws, at most a share p has a
chance below p.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from scipy.stats import binom

from verify.atomic import write_text
from verify.checks import CHECKS
from verify.checks.run import CASES, Check, run_checks
from verify.digest import digest
from verify.results import CheckResult
from verify.statistics import FALSE_ALARM
from verify.trust.code import digest_now
from verify.trust.pool import Progress, in_processes

FOLDER = Path("runs") / "alarms"
SEEDS = 200
LEVELS = (1e-2, 1e-3, 1e-4)
"""Chances below which deviations are counted."""

Row = dict[str, Any]


def survey(
    seeds: int = SEEDS,
    cases: int = CASES,
    workers: int = 1,
    folder: Path = FOLDER,
    resume: bool = True,
    again: Sequence[str] = (),
    progress: Progress | None = None,
) -> Row:
    """The record of the battery under the seeds 0, …, seeds - 1. Each seed is kept in `folder` as it ends.

    resume: take over the seeds that the same code has been under already. again: take over the seeds of other code
    too, but for these checks, which were mended since; the record names them.
    """
    if seeds < 1 or cases < 1 or workers < 1:
        raise ValueError(f"seeds={seeds}, cases={cases}, workers={workers}: each must be at least 1")
    if unknown := [name for name in again if name not in {check.name for check in CHECKS}]:
        raise ValueError(f"again={unknown}: no check is called so; they are the functions in verify/checks")
    place, code = folder / str(cases), sources()
    missing = [seed for seed in range(seeds) if not (resume and _kept(place / f"{seed}.json", code, again))]
    pieces = [(seed, cases, place, code, tuple(again)) for seed in missing]
    in_processes(under, pieces, workers, "seeds", seeds, progress)
    kept = [json.loads((place / f"{seed}.json").read_text(encoding="utf-8")) for seed in range(seeds)]
    other = [run["code"] for run in kept if run["code"] != code]
    return summary([run["rows"] for run in kept], cases) | {
        "again": sorted({name for run in kept for name in run["again"]}),
        "checks": sorted({row["check"] for run in kept for row in run["rows"]}),
        "code": {"": other[0] if other else digest_now("alarms")},
    }


def under(seed: int, cases: int, place: Path, code: str, again: Sequence[str] = ()) -> None:
    """Run the battery under one seed and keep what it said; of a seed that was kept, the checks `again` alone."""
    file = place / f"{seed}.json"
    before = _read(file) if again else None
    checks = [check for check in CHECKS if before is None or check.name in again]
    rows = [] if before is None else [row for row in before["rows"] if row["check"] not in again]
    repeated = {} if before is None else before["again"] | dict.fromkeys(again, code)
    of = code if before is None else before["code"]
    write_text(file, json.dumps({"code": of, "again": repeated, "rows": rows + battery(checks, cases, seed)}))


def battery(checks: Sequence[Check], cases: int, seed: int) -> list[Row]:
    """What each law of the checks said."""
    return [_row(check.name, result) for check in checks for result in run_checks([check], cases, seed)]


def summary(runs: Sequence[Sequence[Row]], cases: int) -> Row:
    """The record: a run a seed, in the order of the seeds."""
    rows = [(seed, row) for seed, run in enumerate(runs) for row in run]
    lucky = [(seed, row) for seed, row in rows if row["false_alarm"]]
    judged = [(seed, row) for seed, row in lucky if row["chance"] < 1]
    budget = max(sum(row["false_alarm"] for row in run) for run in runs)
    off = {_key(row) for _, row in judged}
    able = sum(1 for _, row in lucky if _key(row) in off)
    rarest = min(judged, key=lambda pair: pair[1]["chance"], default=None)
    return {
        "seeds": len(runs),
        "cases": cases,
        "laws": max(map(len, runs)),
        "results": len(rows),
        "failures": [
            {"seed": seed} | {k: row[k] for k in ("claim", "law", "worst")} for seed, row in rows if not row["passed"]
        ],
        "lucky": max(sum(1 for row in run if row["false_alarm"]) for run in runs),
        "budget": float(f"{budget:.3g}"),
        "highest_rate": max((row["false_alarm"] for _, row in lucky), default=0.0),
        "campaign": float(f"{sum(row['false_alarm'] for _, row in lucky):.3g}"),
        "judged": len(judged),
        "levels": [_level(judged, able, level) for level in LEVELS],
        "never": len({_key(row) for _, row in lucky} - off),
        "rarest": None if rarest is None else _told(*rarest),
        "closest": _closest(rows),
    }


def sound(record: Mapping[str, Any]) -> bool:
    """No failure, no rate above the allowed one, and no level passed by more deviations than luck explains."""
    return (
        not record["failures"]
        and record["highest_rate"] <= FALSE_ALARM
        and all(level["found"] <= level["at_most"] for level in record["levels"])
    )


def sources() -> str:
    """A fingerprint of the code that a run depends on."""
    return digest(torch.__version__, digest_now("alarms"))


def _row(check: str, result: CheckResult) -> Row:
    ratio = float(result.worst) / float(result.allowed) if result.allowed else float(result.worst)
    return {
        "check": check,
        "claim": result.claim,
        "law": result.law,
        "dtype": result.dtype,
        "passed": result.passed,
        "worst": ratio if ratio < 1e300 else None,
        "false_alarm": result.false_alarm,
        "chance": result.chance,
    }


def _kept(path: Path, code: str, again: Sequence[str]) -> bool:
    run = _read(path)
    return (
        run is not None
        and all(run["again"].get(name) == code for name in again)
        and (bool(again) or run["code"] == code)
    )


def _read(path: Path) -> Row | None:
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return run if isinstance(run, dict) and {"code", "again", "rows"} <= run.keys() else None


def _key(row: Row) -> tuple[str, str, str]:
    return row["check"], row["claim"], row["law"]


def _level(judged: Sequence[tuple[int, Row]], laws: int, level: float) -> Row:
    """How many deviations have a chance below `level`, and how many luck explains, at the rate FALSE_ALARM.

    laws: the results that could have had one. A law whose bound is wider than any deviation that it met says nothing
    about rates, and would only make room for others.
    """
    found = sum(1 for _, row in judged if row["chance"] < level)
    return {
        "chance": level,
        "found": found,
        "expected": float(f"{laws * level:.3g}"),
        "at_most": int(binom.isf(FALSE_ALARM, laws, level)),
    }


def _closest(rows: Sequence[tuple[int, Row]]) -> list[Row]:
    """The laws that no luck decides which came closest to their bound, an entry a law; thresholds among them."""
    worst: dict[tuple[str, str, str], tuple[int, Row]] = {}
    for seed, row in rows:
        key = _key(row)
        if (
            not row["false_alarm"]
            and row["worst"] is not None
            and row["worst"] > worst.get(key, (0, {"worst": -1}))[1]["worst"]
        ):
            worst[key] = (seed, row)
    found = sorted(worst.values(), key=lambda pair: (-pair[1]["worst"], pair[1]["claim"], pair[1]["law"]))
    return [_told(*pair) for pair in found[:10]]


def _told(seed: int, row: Row) -> Row:
    return {
        "seed": seed,
        "claim": row["claim"],
        "law": row["law"],
        "ratio": float(f"{row['worst']:.3g}"),
        "chance": float(f"{row['chance']:.2g}"),
    }
