"""Of which code a record of trust is: digests of the sources that it vouches for, part by part."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from verify.digest import ROOT, digest_of_files, reached

HERE = "verify/trust"
PROOFS, RULES, OPTIMIZERS = "derivations/**/*.py", "derivations/schemes/*.py", "impl/optim/*.py"
KERNELS = "impl/native/kernels/*"
TREATED = (OPTIMIZERS, KERNELS)
SOURCES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "mutants": {
        "schemes": (f"{HERE}/mutants/schemes*.py", RULES),
        "derivations": (f"{HERE}/mutants/derivations*.py", PROOFS),
        "sources": (f"{HERE}/mutants/sources*.py", f"{HERE}/mutants/battery*.py", RULES, *TREATED),
    },
    "survivors": {"": (f"{HERE}/mutants/sources*.py", f"{HERE}/mutants/battery*.py", RULES, *TREATED)},
    "alarms": {"": ("verify/checks/*.py", "verify/statistics.py", PROOFS, *TREATED)},
    "tolerances": {"": (f"{HERE}/tolerances/*.py", "verify/shipped*.py", RULES, *TREATED)},
    "hostile": {
        "optimizers": (*(f"{HERE}/hostile/{name}.py" for name in ("optimizers", "structures", "inputs")), *TREATED),
        "endurance": (f"{HERE}/hostile/endurance.py", *TREATED),
        "files": (f"{HERE}/hostile/files.py", f"{HERE}/hostile/loaders*.py"),
        "ends": (f"{HERE}/hostile/kill*.py", f"{HERE}/hostile/child*.py"),
        "fuzz": (f"{HERE}/hostile/fuzz*.py", "verify/commands/*.py", "verify/cli.py"),
    },
    "properties": {
        "": (*(f"tests/test_trust_{name}.py" for name in ("algebra", "programs", "kernel")), "tests/conftest.py")
    },
    "routes": {
        **{name: (f"{HERE}/routes/{name}.py", PROOFS) for name in ("points", "kernel", "smt", "oracle")},
        "sphere": (f"{HERE}/routes/sphere.py", OPTIMIZERS),
    },
    "bytes": {"": ("derivations/**/*.py", "impl/**/*.py", "verify/**/*.py", "verify/report/templates/**/*.md")},
}
"""{record: {part: files}}, a record of one part under the name ""; with each module goes all that it imports."""
THIS, OTHER, UNKNOWN = "this", "other", "unknown"


@cache
def digest_now(name: str, part: str = "") -> str:
    """The digest of the sources of a part of a record, as they are."""
    files = [path for pattern in SOURCES[name][part] for path in ROOT.glob(pattern) if path.is_file()]
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files if path.suffix == ".py"]
    return digest_of_files([*files, *reached(modules)])


def stamped(
    name: str, record: Mapping[str, Any], before: Mapping[str, Any] | None, parts: tuple[str, ...] | None
) -> dict[str, Any]:
    """The record with the digests of its parts: those measured now (None: all) of the code as it is, others as before.

    A record that says itself of which code it is is left as it is, as is one whose sources are not listed.
    """
    if name not in SOURCES or (parts is None and "code" in record):
        return dict(record)
    measured = SOURCES[name] if parts is None else parts
    known = (before or {}).get("code", {}) if parts is not None else {}
    code = known | {part: digest_now(name, part) for part in measured if part in SOURCES[name]}
    return {**record, "code": {part: code[part] for part in SOURCES[name] if part in code}}


def standing(name: str, record: Mapping[str, Any]) -> dict[str, list[str]]:
    """{this, other or unknown: the parts of a record that are of such code}."""
    found: dict[str, list[str]] = {}
    for part in _recorded(name, record):
        code = record.get("code", {}).get(part)
        kind = UNKNOWN if code is None else THIS if code == digest_now(name, part) else OTHER
        found.setdefault(kind, []).append(part)
    return found


def _recorded(name: str, record: Mapping[str, Any]) -> Iterator[str]:
    """The parts that a record has."""
    has = {""}
    if name == "mutants":
        has = {family["name"] for family in record["families"]}
    elif name == "hostile":
        has = {part for part, rows in record["parts"].items() if rows}
    elif name == "routes":
        has = set(record)
    yield from (part for part in SOURCES.get(name, ()) if part in has)
