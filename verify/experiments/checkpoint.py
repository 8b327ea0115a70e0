"""Phases of an experiment that survive an interruption: state on disk, replaced in one step, tied to its options."""

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from verify.atomic import write_bytes


class Stateful(Protocol):
    def state_dict(self) -> Any: ...
    def load_state_dict(self, state_dict: Any, /) -> Any: ...


HEAD = b"orthodrome checkpoint 1\n"
"""The first bytes of a checkpoint; 32 of SHA-256 follow, and what torch.save wrote."""

Records = dict[str, list[Any]]
Progress = Callable[[str, int, int], None]
"""progress(phase, steps done, steps in all)"""


@dataclass(frozen=True)
class Phase:
    """A named loop of `steps` steps over objects with a state, which records a dict of values at some of its steps."""

    name: str
    steps: int
    stateful: Mapping[str, Stateful]
    advance: Callable[[int], Mapping[str, Any] | None]


def run_phase(phase: Phase, folder: Path, fingerprint: str, every: int, progress: Progress | None = None) -> Records:
    """Run a phase, from its checkpoint in `folder` if there is one, to its end; return its records, a list a name.

    A checkpoint is written every `every` steps and at the end. Raises ValueError when the one found belongs to
    another configuration, that is to another `fingerprint`.
    """
    path = folder / f"{phase.name}.pt"
    done, records = 0, Records()
    if path.exists():
        saved = load(path, fingerprint)
        done, records = saved["done"], saved["records"]
        for name, thing in phase.stateful.items():
            thing.load_state_dict(saved["state"][name])
    for step in range(done, phase.steps):
        for name, value in (phase.advance(step) or {}).items():
            records.setdefault(name, []).append(value)
        done = step + 1
        if done % every == 0 or done == phase.steps:
            state = {name: thing.state_dict() for name, thing in phase.stateful.items()}
            save(path, {"fingerprint": fingerprint, "done": done, "records": records, "state": state})
        if progress:
            progress(phase.name, done, phase.steps)
    return records


def save(path: Path, content: dict[str, Any]) -> None:
    """torch.save after a checksum of it, to a file that is replaced in one step."""
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_bytes(path, HEAD + hashlib.sha256(buffer.getvalue()).digest() + buffer.getvalue())


def begin(folder: str | Path, resume: bool, workers: int = 1) -> Path:
    """The folder of a run's checkpoints, without any where it does not resume. Raises ValueError for workers < 1."""
    if workers < 1:
        raise ValueError(f"workers={workers}: at least 1 process has to do the work")
    folder = Path(folder)
    if not resume:
        clear(folder)
    return folder


def clear(folder: Path) -> None:
    """Remove the checkpoints in a folder, for a run that starts anew."""
    for path in folder.glob("*.pt"):
        path.unlink()


def load(path: Path, fingerprint: str) -> dict[str, Any]:
    """Read what `save` wrote; ValueError when one bit of it is another, or when it belongs to another configuration."""
    way_out = "delete it, or choose another folder"
    try:
        content = torch.load(io.BytesIO(whole(path.read_bytes())), map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(f"{path} is not a readable checkpoint ({error}): {way_out}") from error
    if not isinstance(content, dict) or content.get("fingerprint") != fingerprint:
        raise ValueError(f"{path} is the checkpoint of another configuration: {way_out}")
    return content


def whole(content: bytes) -> bytes:
    """What the checksum stands before: torch.load itself does not see every flipped bit."""
    start = len(HEAD) + hashlib.sha256().digest_size
    if not content.startswith(HEAD):
        raise ValueError("it does not begin as one")
    if hashlib.sha256(content[start:]).digest() != content[len(HEAD) : start]:
        raise ValueError("its checksum is not that of its content")
    return content[start:]
