"""The page of trust, from the records that the commands under `orthodrome trust` write."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verify.records import Recorded
from verify.report.view import ClaimView
from verify.trust.code import OTHER, THIS, UNKNOWN, standing
from verify.trust.record import RECORDS

if TYPE_CHECKING:
    from derivations.claim import Claim  # imports SymPy

PAGE = "trust.md"


def recorded_trust(reports: Path) -> Recorded:
    """What is recorded under `reports`."""
    return RECORDS.all(reports)


def headline(name: str, record: Mapping[str, Any]) -> str:
    """What a section found, in a line, and whether of other code than this."""
    doubtful = sorted(set(standing(name, record)) - {THIS})
    told = " and ".join(f"of {kind} code" for kind in doubtful)
    return _HEADLINES[name](record) + (f" (*{told}*)" if told else "")


def code(name: str, record: Mapping[str, Any]) -> str:
    """Of which code a record is, in a sentence: of this, of other, or of what nobody wrote down."""
    meaning = {
        THIS: "the sources that it rests on are as they were",
        OTHER: "the sources that it rests on have changed since",
        UNKNOWN: "it was recorded without a digest of its sources",
    }
    found = standing(name, record)
    parts = {kind: ", ".join(part for part in found[kind] if part) for kind in meaning if kind in found}
    return " ".join(
        f"Of {kind} code{f' ({parts[kind]})' if len(parts) > 1 else ''}: {meaning[kind]}." for kind in parts
    )


def _mutants(record: Mapping[str, Any]) -> str:
    made, killed, equivalent, another, survived = (
        sum(family.get(count, 0) for family in record["families"])
        for count in ("mutants", "killed", "equivalent", "another", "survived")
    )
    told = f"{equivalent} equivalent, {another} true, but another statement, {survived} survived"
    return f"{made} mutants: {killed} killed, {told}"


def _survivors(record: Mapping[str, Any]) -> str:
    fates = Counter(row["fate"] for row in record["survivors"])
    told = (
        f"{fates['killed']} killed now",
        f"{fates['equivalent']} equivalent",
        f"the line of {fates['gone']} is gone",
    )
    return f"{len(record['survivors'])} that once survived: {', '.join(told)}"


def _properties(record: Mapping[str, Any]) -> str:
    drawn = ", ".join(f"{examples(record, name)} under {name}" for name in record["profiles"])
    return f"{len(record['laws'])} laws; programs and expressions drawn for all of them, by profile: {drawn}"


def examples(record: Mapping[str, Any], profile: str) -> int:
    """How many examples all the laws draw under a profile."""
    return sum(law["examples"] or record["profiles"][profile] for law in record["laws"])


def ran(record: Mapping[str, Any], profile: str) -> str:
    """What the last run under a profile gave, in words."""
    row = next((row for row in record.get("runs", ()) if row["profile"] == profile), None)
    if row is None:
        return "*no run of these laws is recorded*"
    tests, failed = row["passed"] + len(row["failed"]), row["failed"]
    outcome = f"all {tests} tests passed" if not failed else f"{len(failed)} of {tests} failed: {', '.join(failed)}"
    now = row["code"] == record.get("code", {}).get("")
    return f"{outcome} (seed {row['seed']}{'' if now else ', of other code'})"


def _alarms(record: Mapping[str, Any]) -> str:
    return f"{record['results']} results under {record['seeds']} seeds: {len(record['failures'])} failures"


def _tolerances(record: Mapping[str, Any]) -> str:
    worst = max(row["worst"] for row in record["totals"] if row["worst"] is not None)
    faults = len(record["faults"])
    found = f"{faults or 'no'} fault{'s' * (faults > 1)}"
    return f"largest error {worst:.2g} of the allowed one; {found} but known ones of torch"


def _hostile(record: Mapping[str, Any]) -> str:
    parts = {name: rows for name, rows in record["parts"].items() if rows}
    tried = {
        name: sum(row.get("tried", row.get("trials", row.get("times", 1))) for row in rows)
        for name, rows in parts.items()
    }
    faults = sum(row.get("FAULT", 0) for row in parts.get("optimizers", ()))
    faults += sum(row["tried"] - row["error"] - row["same"] - row["other"] for row in parts.get("files", ()))
    faults += sum(row["tried"] - sum(row["ends"]) for row in parts.get("fuzz", ()))
    faults += sum(row["outcome"] == "FAULT" for name in ("endurance", "ends") for row in parts.get(name, ()))
    of = ", ".join(f"{tried[name]} {words}" for name, words in _TRIED.items() if name in tried)
    return f"{sum(tried.values())} trials ({of}): {faults} faults"


_TRIED = {
    "optimizers": "of inputs",
    "endurance": "long runs",
    "files": "of damaged files",
    "ends": "runs ended",
    "fuzz": "command lines and texts",
}


def _routes(record: Mapping[str, Any]) -> str:
    said = []
    if points := record.get("points"):
        said.append(f"{points['relations']} relations at {points['points']} points: {len(points['false'])} false")
    if kernel := record.get("kernel"):
        said.append(f"{kernel['claims']} claims without python-flint: {len(kernel['different'])} judged otherwise")
    return "; ".join(said) or "see there"


def _bytes(record: Mapping[str, Any]) -> str:
    different = sum(bool(run["differing"]) or run["status"] != 0 for run in record["runs"])
    told = "the same bytes in all" if not different else f"other bytes in {different} of them"
    return f"{record['files']} files written in {len(record['runs'])} environments: {told}"


_HEADLINES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "mutants": _mutants,
    "survivors": _survivors,
    "properties": _properties,
    "alarms": _alarms,
    "tolerances": _tolerances,
    "hostile": _hostile,
    "routes": _routes,
    "bytes": _bytes,
}


def unalarmed(record: Mapping[str, Any]) -> list[str]:
    """The checks that were not run under the seeds, as they did not exist."""
    from verify.checks import CHECKS

    return sorted({check.name for check in CHECKS} - set(record["checks"]))


def unmutated(family: Mapping[str, Any], claims: Sequence["Claim"] = ()) -> dict[str, Any]:
    """Of the claims (all), those that no mutant of the family changes.

    unproved: there is nothing in them to be changed; left: there is, and it was left out.
    """
    if not claims:
        from derivations import CLAIMS

        claims = CLAIMS
    others = [claim for claim in claims if claim.id not in family["targets"]]
    proved = {claim.id for claim in others if claim.theorems or claim.corrected or claim.witnesses}
    return {
        "claims": len(claims),
        "unproved": [claim.id for claim in others if claim.id not in proved],
        "left": [claim.id for claim in others if claim.id in proved],
    }


@dataclass(frozen=True)
class Ratio:
    """The numeric laws of a claim in one dtype on one device. worst: the largest error over the allowed one."""

    claim: str
    dtype: str
    device: str
    laws: int
    cases: int
    worst: float


def ratios(claims: Sequence[ClaimView]) -> tuple[Ratio, ...]:
    """Observed over allowed errors by claim, dtype and device, from the recorded checks."""
    found = []
    for claim in claims:
        kinds = sorted({(check.dtype, check.device) for check in claim.checks})
        for dtype, device in kinds:
            checks = [check for check in claim.checks if (check.dtype, check.device) == (dtype, device)]
            worst = max(check.worst / check.allowed if check.allowed else check.worst for check in checks)
            found.append(Ratio(claim.id, dtype, device, len(checks), sum(check.cases for check in checks), worst))
    return tuple(found)
