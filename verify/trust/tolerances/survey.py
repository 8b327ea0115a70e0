"""The whole table: every optimizer that ships, on each of its paths, in each dtype, on every device that is there."""

import json
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from verify.atomic import write_text
from verify.digest import ROOT, digest, digest_of_files
from verify.shipped import SUBJECTS
from verify.subject import Subject
from verify.trust.tolerances.cells import Row, measure
from verify.trust.tolerances.paths import COMPILED, missing, paths
from verify.trust.tolerances.summary import summary

FOLDER = Path("runs") / "tolerances"
CASES = 200
DTYPES = (torch.float64, torch.float32, torch.bfloat16)
MODULES = ("cases", "matrices", "precision", "rows", "shipped", "shipped_torch", "subject", "tolerance", "trace")
SOURCES = (
    "derivations/scheme.py",
    "derivations/schemes",
    "impl/optim",
    "verify/trust/tolerances/cells.py",
    "verify/trust/tolerances/paths.py",
    "verify/tracked.py",
    "verify/widened.py",
    *(f"verify/{name}.py" for name in MODULES),
)
"""What a cell depends on."""

Progress = Callable[[str, int, int], None]
Key = tuple[int, str, torch.dtype, str]


def survey(
    cases: int = CASES,
    workers: int = 1,
    folder: Path = FOLDER,
    resume: bool = True,
    progress: Progress | None = None,
    only: str | None = None,
) -> Row:
    """The record. Each cell is kept in `folder` as it ends; resume: take over those of the same code.

    only: the optimizers of this scheme.
    """
    if cases < 1 or workers < 1:
        raise ValueError(f"cases={cases}, workers={workers}: each must be at least 1")
    place = folder / f"{sources()}-{cases}"
    keys = cells(only)
    left = [key for key in keys if not (resume and _kept(_file(place, key)))]
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        running = {pool.submit(cell, key, cases, place) for key in left}
        try:
            while running:
                if progress:
                    progress("cells", len(keys) - len(running), len(keys))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
        finally:
            pool.shutdown(wait=not running, cancel_futures=True)
    return summary([json.loads(_file(place, key).read_text(encoding="utf-8")) for key in keys])


def cells(only: str | None = None) -> list[Key]:
    """Every cell there is, the cheap ones first."""
    chosen = [(number, s) for number, s in enumerate(SUBJECTS) if only in (None, s.scheme.name)]
    keys = [
        (number, path, dtype, device)
        for device in devices()
        for dtype in DTYPES
        for number, subject in chosen
        for path in paths(subject)
    ]
    return sorted(keys, key=lambda key: key[1] == COMPILED)


def devices() -> tuple[str, ...]:
    """The CPU, and CUDA where there is a GPU."""
    return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def cell(key: Key, cases: int, place: Path) -> None:
    """Measure one cell and keep what it said."""
    number, path, dtype, device = key
    subject: Subject = SUBJECTS[number]
    write_text(_file(place, key), json.dumps(measure(subject, path, dtype, device, cases, missing(subject, path))))


def sources() -> str:
    """A fingerprint of torch and of the code that a cell depends on."""
    named = [ROOT / name for name in SOURCES]
    files = [file for path in named for file in (path.rglob("*.py") if path.is_dir() else [path]) if file.exists()]
    return digest(torch.__version__, digest_of_files(files))


def _file(place: Path, key: Key) -> Path:
    number, path, dtype, device = key
    return place / f"{number}-{path}-{str(dtype).removeprefix('torch.')}-{device}.json"


def _kept(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
    except (OSError, ValueError):
        return False


def sound(record: Any) -> bool:
    """Something was compared in every total, and no error exceeds its bound but where that is known."""
    return bool(record["totals"]) and not record["faults"] and all(row["decided"] > 0 for row in record["totals"])
