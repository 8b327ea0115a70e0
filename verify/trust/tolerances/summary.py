"""What the cells say together: by dtype and path, by optimizer, and what stands out."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from verify.trust.tolerances.known import KNOWN
from verify.trust.tolerances.paths import COMPILED, PATHS

Row = dict[str, Any]
HALF = 0.5
"""The share of undecided numbers from which a cell is pointed out."""


def summary(cells: Sequence[Mapping[str, Any]], left: int = 0) -> Row:
    """The record of all cells; `left` more are still to be measured."""
    ran = [cell for cell in cells if "not_run" not in cell]
    faulty = [cell for cell in ran if cell["faults"]]
    known = [cell for cell in faulty if any(fault.explains(cell) for fault in KNOWN)]
    sound = [cell for cell in ran if cell not in known]
    kinds = _unique((cell["device"], cell["dtype"]) for cell in cells)
    return {
        "cases": min((cell["steps" if cell["path"] == COMPILED else "cases"] for cell in sound), default=0),
        "left": left,
        "optimizers": len({cell["optimizer"] for cell in cells}),
        "dtypes": _unique(dtype for _, dtype in kinds),
        "devices": _unique(device for device, _ in kinds),
        "paths": [path for path in PATHS if any(cell["path"] == path for cell in cells)],
        "faults": [_fault(cell) for cell in faulty if cell not in known],
        "known": [
            {"what": fault.what, "reference": fault.reference, "cells": [_fault(cell) for cell in explained]}
            for fault in KNOWN
            if (explained := [cell for cell in known if fault.explains(cell)])
        ],
        "not_run": [_named(cell) | {"reason": cell["not_run"]} for cell in cells if "not_run" in cell],
        "totals": [
            _total(rows) | {"device": device, "dtype": dtype, "path": path}
            for device, dtype in kinds
            for path in PATHS
            if (rows := [c for c in sound if (c["device"], c["dtype"], c["path"]) == (device, dtype, path)])
        ],
        "undecided": [_named(cell) | {"share": share} for cell in sound if (share := _share([cell])) > HALF],
        "cells": [dict(cell) for cell in cells],
    }


def _fault(cell: Mapping[str, Any]) -> Row:
    return _named(cell) | {"count": len(cell["faults"]), "of": cell["cases"], "first": cell["faults"][0]}


def _total(rows: Sequence[Mapping[str, Any]]) -> Row:
    """All cells of a dtype and a path."""
    worst = [math.inf if row["worst"] is None else row["worst"] for row in rows]
    at = max(range(len(rows)), key=worst.__getitem__)
    medians = sorted(row["median"] for row in rows if row["median"] is not None)
    seen = sorted(row["sees"]["lr"] for row in rows if row["sees"].get("lr") is not None)
    controls = [row["rejects"] for row in rows if "rejects" in row]
    return {
        "cells": len(rows),
        "runs": sum(row["cases"] for row in rows),
        "steps": sum(row["steps"] for row in rows),
        "decided": sum(row["decided"] for row in rows),
        "share": _share(rows),
        "worst": rows[at]["worst"],
        "where": rows[at]["optimizer"],
        "least_worst": min(worst) if math.isfinite(min(worst)) else None,
        "median": medians[len(medians) // 2] if medians else None,
        "sees": [seen[0], seen[len(seen) // 2], seen[-1]] if seen else None,
        "asked": sum("lr" in row["sees"] for row in rows),
        "blind": _unique(row["optimizer"] for row in rows if row["sees"].get("lr", 0) is None),
        "rejects": [sum(controls), len(controls)] if controls else None,
        "accepts": _unique(row["optimizer"] for row in rows if not row.get("rejects", True)),
    }


def _share(rows: Sequence[Mapping[str, Any]]) -> float:
    """The share of undecided numbers."""
    undecided, decided = (sum(row[name] for row in rows) for name in ("undecided", "decided"))
    return float(f"{undecided / max(undecided + decided, 1):.2g}")


def _named(cell: Mapping[str, Any]) -> Row:
    return {name: cell[name] for name in ("optimizer", "dtype", "device", "path")}


def _unique(values: Any) -> list[Any]:
    return list(dict.fromkeys(values))
