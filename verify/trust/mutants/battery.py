"""What must notice when a line of impl.optim is wrong: laws, until one does not hold; and what each law rests on."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache, partial
from types import ModuleType
from typing import Any

import impl.optim
from verify.digest import digest, digest_of_files, reached
from verify.trust.mutants.battery_problem import Problem
from verify.trust.mutants.battery_rounds import laws_of


def problems(package: ModuleType, files: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """(law, what is wrong) for every law that does not hold, of the optimizers in the files named; of all if none is.

    An error that a law does not expect is a law that does not hold.
    """
    for name, law in laws_of(package, files):
        try:
            found = law()
        except Exception as error:  # a mutant may do anything
            found = f"{type(error).__name__}: {error}"
        if found:
            yield name, found


@cache
def grounds(files: frozenset[str]) -> Mapping[str, str]:
    """{law: digest of all that it rests on but the files of impl.optim}, of the laws that `problems` tries on these.

    Several laws may share a name; what is said of a name is said of all of them.
    """
    found: dict[str, list[str]] = {}
    for name, law in laws_of(impl.optim, files):
        found.setdefault(name.partition(":")[0], []).append(_ground(law))
    return {name: digest(*sorted(parts)) for name, parts in found.items()}


def _ground(law: partial[str]) -> str:
    """Of the files of a law, and of what it is put to."""
    given = [*law.args, *(f"{name}={_words(value)}" for name, value in law.keywords.items())]
    return digest(_files(law.func.__module__), law.func.__qualname__, *map(_words, given))


@cache
def _files(module: str) -> str:
    return digest_of_files(p for p in reached([module]) if p.parent.name != "optim")


def _words(value: Any) -> str:
    """Numbers and words as they are; what has a name, an optimizer, a scheme or a setting, by that: its file tells."""
    if isinstance(value, Problem | str | int | float | tuple | list | dict | None):
        return repr(value)
    return getattr(value, "__name__", None) or getattr(value, "name", None) or type(value).__name__
