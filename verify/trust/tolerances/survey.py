"""The whole table: every optimizer that ships, on each of its paths, in each dtype, on every device that is there."""

import json
from pathlib import Path
from typing import Any

import torch

from verify.atomic import write_text
from verify.digest import ROOT, digest, digest_of_files, reached
from verify.shipped import SUBJECTS
from verify.subject import Subject
from verify.trust.pool import Progress, in_processes
from verify.trust.tolerances.cells import Row, measure
from verify.trust.tolerances.paths import COMPILED, FUSED, missing, ours, paths
from verify.trust.tolerances.summary import summary

FOLDER = Path("runs") / "tolerances"
CASES = 200
DTYPES = (torch.float64, torch.float32, torch.bfloat16)
JUDGES = ("verify.trust.tolerances.cells", "verify.rows")
"""Modules that every cell depends on, with what they import."""
ROWS = {True: ("verify/shipped.py",), False: ("verify/shipped_torch.py", "verify/widened.py")}
"""The files with the rows of our optimizers, and of torch's."""

NATIVE = "impl/native"
"""The folder of the kernels, and of what calls them."""

Key = tuple[int, str, torch.dtype, str]


def survey(
    cases: int = CASES,
    workers: int = 1,
    folder: Path = FOLDER,
    resume: bool = True,
    progress: Progress | None = None,
    only: str | None = None,
    measured: bool = True,
) -> Row:
    """The record. Each cell is kept in `folder` as it ends; resume: take over those whose code is the same.

    only: the optimizers of this scheme. measured: else no cell is, and those that are not kept are counted as left.
    """
    if cases < 1 or workers < 1:
        raise ValueError(f"cases={cases}, workers={workers}: each must be at least 1")
    files = {key: _file(folder / str(cases), key) for key in cells(only)}
    left = [key for key, file in files.items() if not (resume and _kept(file))]
    if measured:
        in_processes(cell, [(key, cases, files[key]) for key in left], workers, "cells", len(files), progress)
        left = []
    found = [json.loads(file.read_text(encoding="utf-8")) for key, file in files.items() if key not in left]
    return summary(found, len(left))


def cells(only: str | None = None) -> list[Key]:
    """Every cell there is, the cheap ones first."""
    chosen = [(number, s) for number, s in enumerate(SUBJECTS) if only in (None, s.scheme.name)]
    keys = [
        (number, path, dtype, device)
        for device in devices()
        for dtype in DTYPES
        for number, subject in chosen
        for path in paths(subject, device)
    ]
    return sorted(keys, key=lambda key: key[1] == COMPILED)


def devices() -> tuple[str, ...]:
    """The CPU, and CUDA where there is a GPU."""
    return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def cell(key: Key, cases: int, file: Path) -> None:
    """Measure one cell and keep what it said."""
    number, path, dtype, device = key
    subject: Subject = SUBJECTS[number]
    write_text(file, json.dumps(measure(subject, path, dtype, device, cases, missing(subject, path, dtype))))


def sources(subject: Subject, path: str = "") -> str:
    """A fingerprint of torch, of what measures, and of the files behind a scheme and its optimizer."""
    optimizer = ours(subject)  # None: of torch
    behind = (*JUDGES, type(subject.scheme).__module__, *([optimizer.__module__] if optimizer else []))
    native = sorted((ROOT / NATIVE).rglob("*.*")) if optimizer and path == FUSED else []
    kernels = [file for file in native if file.suffix in (".py", ".h", ".cpp")]
    files = (*reached(behind), *(ROOT / row for row in ROWS[optimizer is not None]), *kernels)
    return digest(torch.__version__, subject.name, subject.scheme.name, digest_of_files(files))


def _file(place: Path, key: Key) -> Path:
    number, path, dtype, device = key
    about = f"{path}-{str(dtype).removeprefix('torch.')}-{device}".replace(" ", "-")
    return place / f"{sources(SUBJECTS[number], path)}-{about}.json"


def _kept(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
    except (OSError, ValueError):
        return False


def sound(record: Any) -> bool:
    """Something was compared in every total, and no error exceeds its bound but where that is known."""
    return bool(record["totals"]) and not record["faults"] and all(row["decided"] > 0 for row in record["totals"])
