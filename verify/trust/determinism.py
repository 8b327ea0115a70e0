"""Whether `orthodrome report` writes the same bytes elsewhere: other hash seeds, locale, time zone, directory, threads.

Each run is a process of its own on one copy of the sources, made first, so that nothing that changes meanwhile counts.
Its directory of pages begins with the recorded inputs alone; all that it holds afterwards is compared with the first's.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verify.atomic import write_text
from verify.kept import VARIABLE as CACHE
from verify.results import RECORD, TRAINING

Progress = Callable[[str, int, int], None]
Digests = Mapping[str, str]

PACKAGES = ("derivations", "impl", "verify")
FOLDER = Path("runs") / "bytes"
CASES = 1000
"""What `orthodrome report` draws where it is not told."""
HOME = Path(__file__).resolve().parents[2]
LOCALE = "tr_TR.UTF-8"
"""Commas for decimal points, and i without I: the locale that breaks programs."""
PROGRAM = "import locale; locale.setlocale(locale.LC_ALL, ''); from verify.cli import main; main()"
"""With the locale in force, which a plain Python program leaves alone."""
LEFT = ("LC_", "LANG", "PYTHON", "TZ", "COLUMNS", "TERM", "SYMPY_", "OMP_", "MKL_", "LOCPATH")
"""Variables of these kinds come from the environment of the run, not from ours."""


@dataclass(frozen=True)
class Environment:
    """Where a run takes place. `elsewhere`: another working directory; `umask`: of the process."""

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)
    elsewhere: bool = False
    umask: int = 0o022

    @property
    def words(self) -> str:
        """The settings for a reader."""
        settings = [f"{name}={value}" for name, value in self.variables.items()]
        settings += [f"umask {self.umask:03o}"] if self.umask != 0o022 else []
        return ", ".join(settings + (["another working directory"] if self.elsewhere else []))


FIRST = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC", "OMP_NUM_THREADS": "1"}
ENVIRONMENTS = (
    Environment("the first", FIRST),
    Environment("the same, another hash seed", FIRST | {"PYTHONHASHSEED": "4242"}),
    Environment(
        "another locale, time zone, directory, terminal",
        {"PYTHONHASHSEED": "7", "LC_ALL": LOCALE, "TZ": "Pacific/Kiritimati", "COLUMNS": "40", "TERM": "dumb"},
        elsewhere=True,
        umask=0o077,
    ),
    Environment(
        "ASCII, two threads, assertions off",
        {"PYTHONHASHSEED": "99", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONOPTIMIZE": "1"}
        | {"TZ": "America/St_Johns", "OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"},
        elsewhere=True,
    ),
    Environment("SymPy without FLINT", FIRST | {"PYTHONHASHSEED": "1", "SYMPY_GROUND_TYPES": "python"}),
)


def copy_sources(target: Path) -> None:
    """The three packages as they are now."""
    for package in PACKAGES:
        shutil.copytree(HOME / package, target / package, ignore=shutil.ignore_patterns("__pycache__"))


def copy_inputs(reports: Path, target: Path) -> None:
    """What is recorded by other commands, and what the report itself writes not: it has to make it anew."""
    for file in sorted((reports / "data").rglob("*.json")):
        name = file.relative_to(reports)
        if name not in (RECORD, TRAINING):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / name)


def digests(folder: Path) -> dict[str, str]:
    """File name → digest of its bytes, of all files below a folder."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def differing(a: Digests, b: Digests) -> list[str]:
    """The names of what is not the same in both: other bytes, or in one only."""
    return sorted(name for name in {*a, *b} if a.get(name) != b.get(name))


def variables(environment: Environment, home: Path, locales: Path) -> dict[str, str]:
    """The variables of a run: ours without those that are its own, and the path to the copied sources."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(LEFT)}
    found = {"LOCPATH": str(locales)} if (locales / LOCALE).exists() else {}
    return ours | found | dict(environment.variables) | {"PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1"}


def make_locale(locales: Path) -> str:
    """Compile LOCALE where the system can; the locale that is then in force ("C" where it is not there)."""
    locales.mkdir(parents=True, exist_ok=True)
    program = shutil.which("localedef")
    if program:
        name, _, charset = LOCALE.partition(".")
        subprocess.run([program, "-i", name, "-f", charset, str(locales / LOCALE)], capture_output=True, check=False)
    asked = "import locale; print(locale.setlocale(locale.LC_ALL, ''))"
    environment = os.environ | {"LC_ALL": LOCALE}
    if (locales / LOCALE).exists():
        environment["LOCPATH"] = str(locales)
    found = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=False)
    return LOCALE if found.returncode == 0 and LOCALE in found.stdout else "C"


def run(
    environment: Environment, home: Path, reports: Path, locales: Path, program: Sequence[str] = ()
) -> tuple[int, str]:
    """One process in an environment: its exit status, and its last words where it failed.

    It keeps its judgements to itself: what another run has proved would have no other bytes.
    """
    command = [sys.executable, "-c", PROGRAM, *(program or ("report", "--reports", str(reports)))]
    with tempfile.TemporaryDirectory() as other:
        done = subprocess.run(
            command,
            cwd=other if environment.elsewhere else home,
            env=variables(environment, home, locales) | {CACHE: str(Path(other) / "cache")},
            umask=environment.umask,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    return done.returncode, "" if done.returncode == 0 else (done.stderr or done.stdout).strip().rpartition("\n")[2]


def compare(
    reports: Path,
    environments: Sequence[Environment] = ENVIRONMENTS,
    cases: int | None = None,
    folder: Path = FOLDER,
    resume: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The record: every environment, how its run ended, how many files it left, and which are not the first's.

    The copied sources and what each run left are kept in `folder` until the last is done, so that a survey that was
    interrupted goes on, with the sources that it began with.
    """
    folder = folder.absolute()
    if not resume:
        shutil.rmtree(folder, ignore_errors=True)
    home, locales, done = folder / "sources", folder / "locales", folder / f"done-{cases or 'default'}.json"
    if not (folder / "copied").exists():
        shutil.rmtree(folder, ignore_errors=True)
        copy_sources(home)
        copy_inputs(reports, folder / "inputs")
        (folder / "copied").touch()
    rows: list[dict[str, Any]] = json.loads(done.read_text(encoding="utf-8")) if done.exists() else []
    locale = make_locale(locales)
    for number, environment in enumerate(environments):
        if progress:
            progress(environment.name, number, len(environments))
        if number < len(rows):
            continue
        pages = folder / f"pages-{number}"
        shutil.rmtree(pages, ignore_errors=True)
        copy_inputs(folder / "inputs", pages)
        options = ["--cases", str(cases)] if cases else []
        status, words = run(environment, home, pages, locales, ("report", "--reports", str(pages), *options))
        size = sum(file.stat().st_size for file in pages.rglob("*") if file.is_file())
        rows.append({"status": status, "words": words, "bytes": size, "digests": digests(pages)})
        write_text(done, json.dumps(rows))
    shutil.rmtree(folder, ignore_errors=True)
    return summary(environments, rows, cases, locale)


def summary(
    environments: Sequence[Environment], rows: Sequence[Mapping[str, Any]], cases: int | None, locale: str
) -> dict[str, Any]:
    """The record of finished runs."""
    first = rows[0]["digests"]
    runs = [
        {"name": environment.name, "settings": environment.words, "status": row["status"], "words": row["words"]}
        | {"files": len(row["digests"]), "differing": differing(first, row["digests"])}
        for environment, row in zip(environments, rows, strict=True)
    ]
    return {"locale": locale, "cases": cases or CASES, "files": len(first), "bytes": rows[0]["bytes"], "runs": runs}


def ok(record: Mapping[str, Any]) -> bool:
    """Whether at least two runs ended well and left the same bytes."""
    rows = record["runs"]
    return len(rows) > 1 and record["files"] > 0 and all(r["status"] == 0 and not r["differing"] for r in rows)
