"""The routes by name, run and recorded one at a time: a route that is not run keeps what was recorded of it."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from verify.trust import record

Progress = Callable[[str, int, int], None]

ROUTES = ("points", "kernel", "smt", "oracle", "sphere")
"""Modules of this package, each with `compare` and `ok`."""


def survey(reports: Path, names: Sequence[str] = (), progress: Progress | None = None) -> dict[str, Any]:
    """Run the routes named, all by default; each is recorded when it is done. Returns the whole record."""
    unknown = sorted(set(names) - set(ROUTES))
    if unknown:
        raise ValueError(f"no route is called {', '.join(unknown)}: choose among {', '.join(ROUTES)}")
    found = record.load(reports, "routes") or {}
    for name in ROUTES:
        if name in names or not names:
            result = import_module(f"verify.trust.routes.{name}").compare(progress)
            found = {key: result if key == name else found[key] for key in ROUTES if key == name or key in found}
            record.save(reports, "routes", found, (name,))
    return found


def verdicts(found: Mapping[str, Any]) -> dict[str, bool | None]:
    """Of each recorded route whether it agrees; None where it could not be run."""
    return {name: import_module(f"verify.trust.routes.{name}").ok(found[name]) for name in ROUTES if name in found}
