"""A mutant, what became of it, and what a family of mutants is."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """What can become of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"  # it computes, or says, the same: with a proof or a reason
    ANOTHER = "another"  # it is true, and says something else: a checker that looks for truth has nothing to notice
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
    """What became of a mutant: `by` is the check that killed it, the way it was proved equivalent, or what else it
    is that is true: another theorem, or another step of the same one."""

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
