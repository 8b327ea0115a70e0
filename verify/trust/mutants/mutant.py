"""A mutant, what became of it, and what a family of mutants is."""

import hashlib
import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parents[3]
"""Where the packages lie."""


class State(StrEnum):
    """What can become of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"  # it computes, or says, the same: with a proof or a reason
    STILLBORN = "stillborn"  # it cannot be built, so that nothing was tried


@dataclass(frozen=True)
class Mutant:
    """One change. `target`: the file or claim; `operator`: the kind of change; `label`: what was changed where.

    The label is unique in its family and the same in every run: it is the key of records and of `EQUIVALENT`.
    """

    family: str
    target: str
    operator: str
    label: str


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: `by` is the check that killed it or the way it was proved equivalent."""

    state: State
    by: str = ""
    note: str = ""


class Family(Protocol):
    """A module that makes mutants and judges one; see the package."""

    FAMILY: str
    TITLE: str
    OPERATORS: Mapping[str, str]
    EQUIVALENT: Mapping[str, str]

    def mutants(self) -> Iterator[Mutant]: ...
    def judge(self, mutant: Mutant) -> Fate: ...
    def fingerprint(self, mutant: Mutant) -> str: ...


def family(module: str) -> Family:
    """The family that is a module, by the module's name."""
    return importlib.import_module(module)  # type: ignore[return-value]


def digest(*parts: str | bytes) -> str:
    """A short hash of texts, for fingerprints."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:16]


def digest_of_files(paths: Iterable[Path]) -> str:
    """A hash of files: their places under the root and their bytes."""
    return digest(
        *(part for p in sorted(set(paths)) for part in (p.resolve().relative_to(ROOT).as_posix(), p.read_bytes()))
    )
