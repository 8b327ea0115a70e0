"""Reading what `impl.monitor.JSONL` wrote: a line a record or an alarm, some lines possibly cut off."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]


class LogError(ValueError):
    """A file that is no log of the monitor; the message says which line, and what writes one."""


@dataclass(frozen=True)
class Log:
    """series: the records of each parameter by rising step, in the order in which they first appear. A step that was
    logged twice, by a run that resumed, counts as logged last. alarms: likewise, by step. left_out: the numbers of
    lines that are no JSON: where a run was killed, or is writing just now."""

    series: Mapping[str, tuple[Record, ...]]
    alarms: tuple[Mapping[str, Any], ...]
    left_out: tuple[int, ...] = ()

    @property
    def steps(self) -> int:
        """The last step that was logged, None of them: -1."""
        return max((records[-1]["step"] for records in self.series.values()), default=-1)


def read(path: Path) -> Log:
    """The log at `path`. Raises LogError when it cannot be read or is something else."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise LogError(
            f"{path} cannot be read ({error}); SphericalMonitor(…, sinks=[JSONL(path)]) writes it"
        ) from error
    records: dict[str, dict[int, Record]] = {}
    alarms: dict[tuple[int, str, str], Mapping[str, Any]] = {}
    left_out = list[int]()
    for number, line in enumerate(lines, 1):
        try:
            found = json.loads(line)
        except ValueError:  # not even text, where a letter of several bytes was cut
            left_out += [number] if line else []
            continue
        try:
            if "alarm" in found:
                alarm = found["alarm"]
                alarms[int(found["step"]), alarm["name"], alarm["kind"]] = alarm
            else:
                check(found)
                records.setdefault(found["name"], {})[found["step"]] = found
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LogError(f"{path}, line {number}, is no record of the monitor ({error})") from error
    if not records:
        raise LogError(f"{path} holds no record; SphericalMonitor(…, sinks=[JSONL(path)]) writes them")
    series = {name: tuple(steps[k] for k in sorted(steps)) for name, steps in records.items()}
    return Log(series, tuple(alarms[key] for key in sorted(alarms)), tuple(left_out))


def check(record: Record) -> None:
    """Raise ValueError unless a record has what the table and the figures need."""
    if not isinstance(record["step"], int) or not isinstance(record["name"], str):
        raise ValueError("step is no whole number, or name no text")
    if not isinstance(record["slices"], int) or not isinstance(record["dimension"], int):
        raise ValueError("slices or dimension is no whole number")
    for quantity in ("radius", "angle", "effective_learning_rate", "equilibrium_angle", "equilibrium_radius"):
        value = record[quantity]
        if value is not None and not isinstance(value, int | float):
            raise ValueError(f"{quantity}={value!r} is no number")
