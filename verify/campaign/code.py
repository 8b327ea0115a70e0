"""Which code a law's cases follow from, as one short hash: rows of other code are never added to rows of this one."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from verify.campaign.behind import behind
from verify.digest import ROOT, digest, digest_of_files

JUDGES = (
    "verify.campaign.settings",
    "verify.campaign.sketch",
    "verify.batched.judging",
    "verify.batched.verdict",
)
"""Modules that every block of a batched law runs through, with what they import."""

ROWS = (
    "verify/campaign/work.py",
    "verify/batched/lists.py",
    "verify/shipped.py",
    "verify/shipped_torch.py",
    "verify/widened.py",
)
"""Files that say what is looked at. Their imports are every law and optimizer: those of a law are found from it."""


def files(law: str) -> tuple[Path, ...]:
    """The files that a law's verdicts follow from, sorted.

    Every scheme is among them, and the law's optimizers, with what they have from packages such as `impl.groups`.
    """
    from verify.batched.lists import by_name

    found = by_name(law)
    schemes = (f"derivations.schemes.{file.stem}" for file in sorted((ROOT / "derivations" / "schemes").glob("*.py")))
    names = (*JUDGES, found.check.__module__, *schemes, *_optimizers(found.subjects))
    return tuple(sorted({*behind(names), *(ROOT / row for row in ROWS)}))


def _optimizers(subjects: Iterable[str]) -> Iterator[str]:
    """The modules of those of them that are optimizers of ours."""
    import impl.optim

    for subject in subjects:
        ours = getattr(impl.optim, subject.partition(" ")[0], None)
        if isinstance(ours, type):
            yield ours.__module__


@cache
def sources(law: str) -> str:
    """A hash of the files of a law: the same wherever they are."""
    return digest_of_files(files(law))


@cache
def version(law: str) -> str:
    """The code of a law, and the libraries that do its arithmetic: what a row is counted under."""
    import numpy
    import torch

    return digest(sources(law), torch.__version__.partition("+")[0], numpy.__version__)
