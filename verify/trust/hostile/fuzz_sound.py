"""What has to be accepted: command lines that mean something, run whole, and the answers that they must give.

A fuzz that sees only refusals would be passed by a command that refuses everything. Each answer is compared with one
that is found otherwise: by hand, in fractions, or by another command on the same store.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from operator import eq
from pathlib import Path
from typing import Any

from verify.batched.counter import CASES

BLOCKS = 2
STORE, OTHER, LOG = "sound.duckdb", "merged.duckdb", "sound.jsonl"
STEPS = 9
CLAIM, LAW = "SP-L1", "tangent-gradient"


@dataclass(frozen=True)
class Sound:
    """A command line, and whether what it prints is right; code: the exit status that is right."""

    path: tuple[str, ...]
    words: tuple[str, ...]
    right: Callable[[Any], bool]
    code: int = 0


@dataclass(frozen=True)
class Tried:
    """What became of one; wrong: empty if its status and its answer are right."""

    path: tuple[str, ...]
    words: tuple[str, ...]
    code: int
    wrong: str


Answered = Callable[[Sequence[str]], tuple[int, str, str]]
"""Arguments → exit status, standard output, what is wrong with how it ended."""


def tried(answered: Answered, only: Sequence[tuple[str, ...]] = ()) -> Iterator[Tried]:
    """All of them, one after the other, in the working directory; `only` the commands named."""
    found: list[Any] = [None]
    for sound in _sound(found):
        if only and sound.path not in only:
            continue
        words = (*sound.words, "--json")
        code, out, wrong = answered((*sound.path, *words))
        found[:] = [_read(out)]
        if not wrong and code != sound.code:
            wrong = f"what is sound ends with {code}, not with {sound.code}"
        if not wrong and not _is(sound.right, found[0]):
            wrong = f"the answer is not right: {out[:100]!r}"
        yield Tried(sound.path, words, code, wrong)


def _read(out: str) -> Any:
    try:
        return json.loads(out)
    except ValueError:
        return None


def _is(right: Callable[[Any], bool], answer: Any) -> bool:
    try:
        return bool(right(answer))
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return False


def _sound(found: list[Any]) -> Iterator[Sound]:
    """found: the answer to the one before."""
    yield from _logs()
    store = ("--store", STORE)
    run = Sound(
        ("campaign", "run"),
        (CLAIM, "--cases", str(BLOCKS * CASES), "--size", "1", "--workers", "0", *store),
        lambda a: a["run"]["new"] == BLOCKS and a["run"]["before"] == 0 and _counted(a["laws"]),
    )
    yield run
    yield replace(run, right=lambda a: a["run"]["new"] == 0 and a["run"]["before"] == BLOCKS and _counted(a["laws"]))
    yield Sound(("campaign", "status"), store, lambda a: _counted(a) and a[0]["today"])
    yield Sound(("campaign", "record"), (*store, "--reports", "reports"), lambda a: _counted(a["campaigns"][0]["laws"]))
    yield Sound(("campaign", "worst"), store, lambda a: _counted(a["laws"]))
    told: dict[str, Any] = next(
        (c for c in (found[0] or {}).get("laws", [{}])[0].get("claims", ()) if c["claim"] == CLAIM), {}
    )
    case = str(told.get("address"))
    yield Sound(("campaign", "replay"), (case,), lambda a: _replayed(a[0], case, told["worst"]))
    block = f"main/{LAW}/sgd/drawn/0/float64/drawn/{case.partition(':')[0]}/{BLOCKS - 1}"
    yield Sound(("campaign", "replay"), (block, *store), lambda a: a[0]["same"] and a[0]["cases"] == CASES)
    yield Sound(("campaign", "replay"), (block.replace("/1", "/7"), *store), lambda a: a is None, 1)
    yield Sound(("cases",), ("replay", case), lambda a: _replayed(a[0], case, told["worst"]))
    merged = (STORE, "--output", OTHER)
    yield Sound(("campaign", "merge"), merged, lambda a: a == {"blocks": BLOCKS, "again": 0})
    yield Sound(("campaign", "export"), ("tables", "--store", OTHER), _exported)
    yield from _others()


def _logs() -> Iterator[Sound]:
    """Logs of a monitor; the last line of the second is cut off, and in the third there is an alarm."""
    records = [
        {"name": "w", "step": step, "radius": 1.0 + step, "angle": 0.1, "effective_learning_rate": 0.1, "slices": 3}
        | {"dimension": 4, "equilibrium_angle": None, "equilibrium_radius": None}
        for step in range(STEPS)
    ]
    lines = [json.dumps(record) for record in records]
    alarm = {"name": "w", "kind": "shrinks", "step": 3, "message": "it shrinks"}
    logs = (lines, [*lines, lines[0][:20]], [*lines, json.dumps({"step": 3, "alarm": alarm})])
    for number, (said, alarms, torn) in enumerate(zip(logs, ([], [], [alarm]), ([], [STEPS + 1], []), strict=True)):
        path = Path(f"{number}-{LOG}")
        path.write_text("\n".join(said) + "\n", encoding="utf-8")
        answer = {"step": STEPS - 1, "parameters": records[-1:], "alarms": alarms, "left_out": torn, "figures": []}
        yield Sound(("watch",), (str(path),), partial(eq, answer), 1 if alarms else 0)


def _counted(laws: Sequence[Any]) -> bool:
    (law,) = laws
    return law["law"] == LAW and (law["cases"], law["failed"], law["blocks"]) == (BLOCKS * CASES, 0, BLOCKS)


def _exported(answer: Any) -> bool:
    """So many rows of blocks as there are; every file that is named is there."""
    whole = all(Path(file).read_bytes()[:4] == Path(file).read_bytes()[-4:] == b"PAR1" for file in answer)
    return whole and answer[str(Path("tables") / "blocks.parquet")] == BLOCKS


def _replayed(case: Any, address: str, worst: float) -> bool:
    """The case that was asked for, its error as recorded; and x - lr·g, in fractions, is where it goes up to the
    roundings of a product and a difference."""
    lr = Fraction(case["hyperparameters"]["lr"])
    unit = Fraction(2) ** -53
    for x, g, y in zip(case["x"], case["gradient"], case["following"], strict=True):
        step, to = lr * Fraction(g), Fraction(x) - lr * Fraction(g)
        if abs(Fraction(y) - to) > unit * (abs(step) + (1 + unit) * abs(to) + abs(step) * unit):
            return False
    return case["address"] == address and worst == max(s["ratio"] for s in case["statements"] if s["claim"] == CLAIM)


def _others() -> Iterator[Sound]:
    """One of each kind of answer."""
    yield Sound(("show",), (CLAIM,), lambda a: (a["verdict"], a["evidence"]) == ("holds", "PROVED"))
    yield Sound(("prove",), (CLAIM,), lambda a: a["evidence"] == "PROVED" and not a["problems"])
    yield Sound(("scale",), ("sgd",), lambda a: a["powers"]["hyperparameters"] == {"lr": "2"})
    # r = ‖w‖² ↦ (1 - ηλ)² r + η²/r rests where r² = 4/7, with the slope 9/16 - 7/16
    half = ("--lr", "0.5", "--weight-decay", "0.5")
    yield Sound(("equilibrium",), ("sgd-l2", *half), lambda a: a["contraction"] == 0.125 and not a["oscillates"])
    yield Sound(("search",), ("PSI-T4", "--budget", "100"), lambda a: _refutes(a[0]["found"]["point"]))


def _refutes(point: Any) -> bool:
    """Not x²y²/(x² + y²)³ ≤ y²/(x² + y²)."""
    x, y = Fraction(point["x"]), Fraction(point["y"])
    return bool(x**2 * y**2 * (x**2 + y**2) > y**2 * (x**2 + y**2) ** 3 and y)
