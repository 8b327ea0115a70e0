"""What a numeric check returns, and where and how results are recorded. Light: it imports no law."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from verify.atomic import write_text
from verify.reading import NOT_THAT, read_json
from verify.reading import RecordError as RecordError  # for those that know it from here


@dataclass(frozen=True)
class CheckResult:
    """The worst of `cases` cases of one law, in one dtype on one device.

    worst: the largest error met; allowed: the error that the arithmetic may make there (see `verify.tolerance`), or the
    threshold of the statement, in the same unit. `ok` is what the check decided. `passed` is what counts.
    false_alarm: the probability that the law is true and yet fails by luck, 0 for one that no luck decides.
    chance: how probable a deviation at least as large is when the law is true; not recorded.
    """

    claim: str
    law: str
    cases: int
    worst: float
    allowed: float
    dtype: str
    device: str
    ok: bool
    note: str = ""
    false_alarm: float = 0.0
    chance: float = 1.0

    @property
    def passed(self) -> bool:
        """Fails closed: no cases, a NaN, no bound, or an error beyond it is a failure whatever `ok` says."""
        bounded = math.isfinite(self.allowed) and self.worst <= self.allowed
        return bool(self.ok and self.cases > 0 and bounded)  # a check may hand over numpy numbers


RECORD = Path("data") / "checks.json"
"""The results of the last run of the checks, under the directory of the pages."""

TRAINING = Path("data") / "training.json"
"""What the recorded training runs say."""

SAMPLED = Path("data") / "sampled.json"
"""What the recorded campaigns say, of laws whose code has not changed since."""


def recorded(reports: Path) -> tuple[CheckResult, ...]:
    """The results that the pages under `reports` show; none where nothing was recorded."""
    return load(reports / RECORD) + load(reports / TRAINING) + load(reports / SAMPLED)


def about(results: Iterable[CheckResult], claim: str) -> tuple[CheckResult, ...]:
    """The results that speak about a claim."""
    return tuple(result for result in results if result.claim == claim)


def rounded_up(value: float, digits: int = 1) -> float:
    """The smallest number ≥ value with so many significant digits: an upper bound that is the same on every machine."""
    if value == 0 or not math.isfinite(value):
        return value
    exact = Decimal(repr(float(value)))  # its shortest decimal, so that 1e-15 stays 1e-15
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), rounding=ROUND_CEILING))


def dump(results: Iterable[CheckResult]) -> str:
    """Results as JSON, sorted, errors rounded up: the same text on every machine that finds the same."""
    rows = [plain(result) for result in results]
    rows.sort(key=lambda row: (row["claim"], row["law"], row["dtype"], row["device"], row["note"]))
    return json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def parse(text: str) -> tuple[CheckResult, ...]:
    """The results that `dump` wrote."""
    return tuple(map(_result, json.loads(text)))


def save(results: Iterable[CheckResult], path: Path) -> bool:
    """Store results; returns whether the file changed."""
    return write_text(path, dump(results))


def load(path: Path) -> tuple[CheckResult, ...]:
    """Stored results; none where there is no file. ValueError where the file is not what `save` writes."""
    if not path.exists():
        return ()
    what, command = "a list of check results", "orthodrome report"
    rows = read_json(path, what, command)
    try:
        return tuple(map(_result, rows))
    except NOT_THAT as error:
        raise RecordError(f"{path} is not {what} ({error!r}): `{command}` writes it") from error


def plain(result: CheckResult) -> dict:
    """A result for JSON: errors rounded up, `null` where one is not finite, `ok` as it counts."""
    allowed = rounded_up(float(result.allowed), 2)
    worst = rounded_up(float(result.worst))
    if result.passed and worst > allowed:
        worst = rounded_up(float(result.worst), 2)
    numbers = {
        name: value if math.isfinite(value) else None for name, value in (("worst", worst), ("allowed", allowed))
    }
    row = asdict(result) | numbers | {"ok": result.passed, "cases": int(result.cases)}
    del row["chance"]  # a number of the day, like the draw
    return row


def _result(row: dict) -> CheckResult:
    result = CheckResult(**(row | _numbers(row)))
    for name, kind in (("cases", int), ("ok", bool), *((n, str) for n in ("claim", "law", "dtype", "device", "note"))):
        if type(getattr(result, name)) is not kind:
            raise TypeError(f"{name}={getattr(result, name)!r}: required is {kind.__name__}")
    return result


def _numbers(row: dict) -> dict:
    return {name: math.inf if row[name] is None else float(row[name]) for name in ("worst", "allowed")}
