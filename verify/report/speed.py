"""The page of speed, from the records that `orthodrome bench` writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.records import Recorded
from verify.report import speed_goals as goals
from verify.speed import RECORDS

PAGE = "speed.md"
CACHED = 10**6
"""Parameters up to which a network lies in the caches, where memory sets no limit."""

PLAIN, MOMENTUM = "torch SGD, fused", "torch SGD with momentum, fused"
"""Units of rules without a buffer, and with one."""

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Goal:
    """Something asked for. cells: one or more figures, each measured with its range, and whether the goal is met."""

    subject: str
    unit: str
    cells: tuple["Cell | None", ...]
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A figure beside its goal, the largest that meets it; spread: least and largest of the rounds."""

    value: float
    spread: tuple[float, float] | None = None
    goal: float | None = None

    @property
    def met(self) -> bool | None:
        """None where there is no goal."""
        return None if self.goal is None else self.value <= self.goal


def recorded_speed(reports: Path) -> Recorded:
    """What is recorded under `reports`."""
    return RECORDS.all(reports)


def cell(found: Cell | None) -> str:
    """A figure in markdown: bold where its goal is met, in italics where it is missed."""
    if found is None:
        return "—"
    shown = figure(found.value)
    shown = shown if found.met is None else f"**{shown}**" if found.met else f"*{shown}*"
    return shown if found.spread is None else f"{shown} ({figure(found.spread[0])}–{figure(found.spread[1])})"


def figure(value: float) -> str:
    """Three digits, or two decimals of what is near 1, or whole numbers of what is large."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"


def rules(record: Record, path: str) -> list[Goal]:
    """Our optimizers on one path, a cell each shape, in the unit of torch's fused optimizer with the same state.

    A rule without buffers has a second row, in units of SGD with momentum.
    """
    rows = [row for row in record["rows"] if row.get("whose") == "ours" and row["path"] == path]
    found = []
    for rule in dict.fromkeys(row["rule"] for row in rows):
        mine = {row["shape"]: row for row in rows if row["rule"] == rule}
        unit = next((row["unit"] for row in mine.values() if "unit" in row), "")
        lost = dict.fromkeys(row["missing"] for row in mine.values() if "missing" in row)
        found.append(_goal(record, path, rule, unit, [mine.get(key) for key in record["shapes"]], tuple(lost)))
        if unit == PLAIN:
            other = [_rescaled(record, mine.get(key)) for key in record["shapes"]]
            found.append(_goal(record, path, rule, MOMENTUM, other, ()))
    return found


def _goal(
    record: Record, path: str, rule: str, unit: str, rows: Sequence[Record | None], lost: tuple[str, ...]
) -> Goal:
    wanted = goals.OPTIMIZERS.get(path, {})
    cells = tuple(_ratio(row, wanted.get(key)) for key, row in zip(record["shapes"], rows, strict=True))
    missed = [key for key, c in zip(record["shapes"], cells, strict=True) if c is not None and c.met is False]
    words = dict.fromkeys(words for key in missed if (words := goals.why("optimizers", rule, path, key)))
    return Goal(rule, unit, cells, (*words, *lost))


def reasons(found: Iterable[Goal]) -> list[tuple[str, list[str]]]:
    """Every reason once, with the rules of which it is one."""
    by_words: dict[str, dict[str, None]] = {}
    for row in found:
        for words in row.why:
            by_words.setdefault(words, {})[row.subject] = None
    return [(words, list(subjects)) for words, subjects in by_words.items()]


def _rescaled(record: Record, row: Record | None) -> Record | None:
    """A row in units of SGD with momentum; None where that was not measured."""
    if row is None or "missing" in row:
        return None
    units = {r["subject"]: r["ratio"] for r in record["rows"] if r["shape"] == row["shape"] and "ratio" in r}
    if MOMENTUM not in units:
        return None
    by = units[row["unit"]] / units[MOMENTUM]
    return {**row, **{name: by * row[name] for name in ("ratio", "low", "high")}}


def _ratio(row: Record | None, goal: float | None = None) -> Cell | None:
    if row is None or "missing" in row:
        return None
    return Cell(row["ratio"], (row["low"], row["high"]), goal)


@dataclass(frozen=True)
class Beside:
    """A subject on every shape: its time over fused Adam's, and over the least that memory allows."""

    subject: str
    words: int
    adam: tuple[float | None, ...]
    limit: tuple[float | None, ...]


def everyone(record: Record) -> list[Beside]:
    """All subjects, torch's first, then the packages, then ours."""
    names = dict.fromkeys(row["subject"] for row in record["rows"] if "words" in row and "missing" not in row)
    found = []
    for name in names:
        rows = {row["shape"]: row for row in record["rows"] if row["subject"] == name and "missing" not in row}
        adam = tuple(over_adam(record, rows.get(key)) for key in record["shapes"])
        limit = tuple(distance(record, rows.get(key)) for key in record["shapes"] if limited(record, key))
        found.append(Beside(name, next(iter(rows.values()))["words"], adam, limit))
    return found


def limited(record: Record, shape: str) -> bool:
    """Whether the network is too large for the caches."""
    return bool(record["shapes"][shape]["numbers"] > CACHED)


def over_adam(record: Record, row: Record | None) -> float | None:
    """A row in units of fused Adam: its ratio times that of its unit."""
    if row is None:
        return None
    unit = next((r for r in record["rows"] if (r["shape"], r["subject"]) == (row["shape"], row["unit"])), None)
    return None if unit is None else float(row["ratio"] * unit["ratio"])


def distance(record: Record, row: Record | None) -> float | None:
    """A row over the time in which its words are moved at the speed of the memory kernel, measured in the same run."""
    if row is None or (ratio := over_adam(record, row)) is None:
        return None
    stream = next((r for r in record["rows"] if r["shape"] == row["shape"] and "words" not in r), None)
    if stream is None:
        return None
    moved = row["words"] * record["shapes"][row["shape"]]["numbers"]
    return float(ratio / stream["ratio"] * record["stream"]["words"] * record["stream"]["numbers"] / moved)


def noise(rows: Sequence[Record]) -> str:
    """How many blocks were repeated, in words."""
    blocks, repeated, kept = (sum(row.get(key, 0) for row in rows) for key in ("rounds", "repeated", "disturbed"))
    return f"{blocks} blocks, {repeated} more thrown away as disturbed, {kept} disturbed ones kept after the last try"


def trained(record: Record) -> list[tuple[str, Cell, Cell, float | None, float, str]]:
    """(subject, training step, the same from the steps alone, as 004 prints it, milliseconds of the step, why)."""
    unit = next(row for row in record["rows"] if row["subject"] == record["unit"])
    found = []
    for row in record["rows"]:
        name, whole, step = row["subject"], row["whole"], row["step"]
        goal = goals.TRAINING.get(name)
        parts = 1 + (step["ratio"] - 1) * unit["step"]["seconds"] / unit["whole"]["seconds"]
        seen = Cell(whole["ratio"], (whole["low"], whole["high"]), goal)
        missed = goals.why("training", name) if Cell(parts, None, goal).met is False else ""
        found.append((name, seen, Cell(parts, None, goal), goals.PAPERS.get(name), 1e3 * step["seconds"], missed))
    return found


def monitored(record: Record) -> list[tuple[str, str, Cell, Cell, float, str]]:
    """(optimizer, monitor, training step, the same from the steps alone, milliseconds of a logged step, why)."""
    units = {row["optimizer"]: row for row in record["rows"] if row["subject"] == record["unit"]}
    found = []
    for row in record["rows"]:
        name, period, unit = row["optimizer"], row["subject"], units[row["optimizer"]]
        if row is unit:
            continue
        goal, whole = goals.MONITOR.get(period), row["whole"]
        more = (row["step"]["ratio"] - 1) * unit["step"]["seconds"]
        parts = Cell(1 + more / unit["whole"]["seconds"], None, goal)
        missed = goals.why("monitor", name, shape=period) if parts.met is False else ""
        seen = Cell(whole["ratio"], (whole["low"], whole["high"]), goal)
        found.append((name, period, seen, parts, 1e3 * more * int(period.removeprefix("every=")), missed))
    return found


def started(record: Record) -> list[tuple[str, Cell, Cell, str]]:
    """(command, seconds, over the unit, why)."""
    found = []
    for row in record["rows"]:
        name = row["subject"]
        seconds = Cell(row["seconds"], None, goals.START if name.startswith("orthodrome") else None)
        missed = goals.why("start", name) if seconds.met is False else ""
        found.append((name, seconds, Cell(row["ratio"], (row["low"], row["high"])), missed))
    return found


def headings(record: Record, path: str) -> list[str]:
    """The shapes, with the goals of a path."""
    wanted = goals.OPTIMIZERS.get(path, {})
    return [shape["name"] + (f" ≤ {wanted[key]:g}" if key in wanted else "") for key, shape in record["shapes"].items()]


def rate(row: Record, goal: float) -> str:
    """Cases a second in markdown: bold where at least the goal."""
    shown = f"**{row['rate']:,.0f}**" if row["rate"] >= goal else f"*{row['rate']:,.0f}*"
    return f"{shown} ({row['low']:,.0f}–{row['high']:,.0f})"


def compared(record: Record) -> list[tuple[Record, float]]:
    """Each way to check cases, and how much longer one case takes than in the first."""
    first = record["ways"][0]
    return [(row, first["rate"] / row["rate"]) for row in record["ways"]]


def proved(record: Record) -> list[tuple[str, Cell, str]]:
    """(what, seconds, why)."""
    slowest = max(record["claims"], key=lambda row: row["seconds"])
    found = (
        ("all claims, anew", record["cold_seconds"], goals.COLD),
        ("all claims, from the cache", record["cached_seconds"], goals.CACHED),
        (f"the slowest claim, {slowest['id']}", slowest["seconds"], goals.CLAIM),
    )
    cells = [(name, Cell(seconds, None, goal)) for name, seconds, goal in found]
    return [(name, c, "" if c.met else goals.why("proofs", name.partition(",")[0])) for name, c in cells]


def built(record: Record, path: str) -> list[str]:
    """How long the first step of a path took, which builds what is built once, in words."""
    rows = [row for row in record["rows"] if row.get("path") == path and "first" in row]
    slowest = {row["rule"]: max(r["first"] for r in rows if r["rule"] == row["rule"]) for row in rows}
    return [f"{rule} {figure(seconds)} s" for rule, seconds in slowest.items()]
