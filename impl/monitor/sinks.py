"""Where the monitor writes: JSON lines, TensorBoard, Weights & Biases. A sink is any function of that shape."""

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from impl.monitor.alarms import Alarm

Record = dict[str, Any]
Sink = Callable[[int, Sequence[Record], Sequence[Alarm]], None]
"""Takes the step, a record a parameter, and the alarms raised at it."""


class JSONL:
    """A line of JSON a record, appended at once, so that a run that dies leaves all of it: `orthodrome watch PATH`.

    A run that resumes appends to the same file, on a line of its own also where the one before was killed in the
    middle of one; of two lines about one step and parameter the later one counts.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            return  # a process that logs nothing leaves no file
        with self.path.open("a+b") as file:
            if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
                file.write(b"\n")

    def __call__(self, step: int, records: Sequence[Record], alarms: Sequence[Alarm]) -> None:
        lines = [json.dumps(plain(record), ensure_ascii=False) for record in records]
        lines += [json.dumps({"step": step, "alarm": asdict(alarm)}, ensure_ascii=False) for alarm in alarms]
        with self.path.open("a", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))


class TensorBoard:
    """A scalar for each quantity of each parameter, `quantity/parameter`, and the alarms as text."""

    def __init__(self, folder: str | Path | None = None, *, writer: Any = None) -> None:
        self.writer = _writer(folder) if writer is None else writer

    def __call__(self, step: int, records: Sequence[Record], alarms: Sequence[Alarm]) -> None:
        for key, value in scalars(records):
            self.writer.add_scalar(key, value, step)
        for alarm in alarms:
            self.writer.add_text(f"alarm/{alarm.name}", alarm.message, step)


class WeightsAndBiases:
    """The same scalars, in the run given or the one that `wandb.init` has started."""

    def __init__(self, run: Any = None) -> None:
        self.run = _wandb_run() if run is None else run

    def __call__(self, step: int, records: Sequence[Record], alarms: Sequence[Alarm]) -> None:
        values: dict[str, Any] = dict(scalars(records))
        self.run.log(values | {f"alarm/{alarm.name}": alarm.message for alarm in alarms}, step=step)


def scalars(records: Sequence[Record]) -> list[tuple[str, float]]:
    """(quantity/parameter, value) of every finite float."""
    return [
        (f"{quantity}/{record['name']}", value)
        for record in records
        for quantity, value in record.items()
        if isinstance(value, float) and math.isfinite(value)
    ]


def plain(record: Mapping[str, Any]) -> Record:
    """A record with None for what JSON has not."""
    return {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in record.items()}


def _writer(folder: str | Path | None) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ImportError("TensorBoard is not installed: pip install tensorboard, or give writer=…") from error
    return SummaryWriter(folder)  # type: ignore[no-untyped-call]


def _wandb_run() -> Any:
    try:
        import wandb
    except ImportError as error:
        raise ImportError("Weights & Biases is not installed: pip install wandb, or give run=…") from error
    if wandb.run is None:
        raise ValueError("run=None: no Weights & Biases run is active; call wandb.init first, or give the run")
    return wandb.run
