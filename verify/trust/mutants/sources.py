"""Mutants of the optimizers of impl.optim: one change of one of their files, loaded in the place of the real one."""

import warnings
from collections.abc import Iterator
from functools import cache

import torch

from verify.digest import ROOT, digest, digest_of_files, reached
from verify.trust.mutants.battery import grounds, problems
from verify.trust.mutants.mutant import Fate, Mutant, State
from verify.trust.mutants.sources_changes import OPERATORS as CHANGED
from verify.trust.mutants.sources_changes import changes, files
from verify.trust.mutants.sources_equivalent import EQUIVALENT as EQUIVALENT
from verify.trust.mutants.sources_loader import PACKAGE, importers, loaded

FAMILY = "sources"
TITLE = (
    "One change of a file of `impl/optim`, which the laws of the optimizers, of those that the file belongs to, must "
    "notice. Left out: annotations, docstrings, the messages of errors, `strict=` of `zip` and the list of optimizers."
)
OPERATORS = {name: what for name, (_, what) in CHANGED.items()}

FRAME = (
    "verify/trust/mutants/battery.py",
    *(f"verify/trust/mutants/sources_{name}.py" for name in ("loader", "tree")),
    "derivations/schemes/*.py",
    "impl/groups/slices.py",
    "impl/optim/__init__.py",
)
"""What every fate rests on; beside it, the change, the laws, the files of `impl.optim` that import the changed one, and
theirs. Which operators there are, and how, is not among it: what one makes tells."""


def mutants() -> Iterator[Mutant]:
    """All, file by file."""
    for stem in files():
        for label, change in changes(stem).items():
            yield Mutant(FAMILY, stem, change.operator, label)


def judge(mutant: Mutant) -> Fate:
    """Killed by the first law that does not hold."""
    change = changes(mutant.target)[mutant.label]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.set_num_threads(1)
        try:
            with loaded(mutant.target, change.source()) as package:
                found = next(problems(package, importers(mutant.target)), None)
        except Exception as error:  # a file that cannot be imported is noticed by whoever imports it
            found = ("import", f"{type(error).__name__}: {error}")
    if found is None:
        return Fate(State.SURVIVED)
    law, what = found
    return Fate(State.KILLED, law.partition(":")[0], " ".join(what.split())[:200])


@cache
def _frame(stem: str) -> str:
    return digest(
        digest_of_files(path for pattern in FRAME for path in ROOT.glob(pattern)),
        digest_of_files(reached(f"{PACKAGE}.{other}" for other in importers(stem))),
    )


def _print(mutant: Mutant) -> str:
    return changes(mutant.target)[mutant.label].print


def fingerprint(mutant: Mutant) -> str:
    """Of what is changed, of the files that it is changed in, and of all that judges it."""
    laws = grounds(importers(mutant.target))
    return digest(_print(mutant), _frame(mutant.target), *(part for law in laws.items() for part in law))


def lasting(mutant: Mutant, by: str) -> str:
    """That of a kill by the laws of one name, which no other law undoes."""
    laws = grounds(importers(mutant.target))
    return digest(_print(mutant), _frame(mutant.target), by, laws[by]) if by in laws else fingerprint(mutant)
