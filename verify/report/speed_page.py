"""The page of speed as text: its records, its figures, and what its templates ask for."""

from collections.abc import Sequence
from typing import Any

from verify.experiments.drawing import Drawing
from verify.report import speed, speed_goals
from verify.report.render import page
from verify.report.speed import PAGE, SpeedView
from verify.speed import DRIFT, FOREIGN, TRIES

PATHS = {
    "automatic": "the default",
    "native": "the optional kernel",
    "compiled": "torch.compile",
    "plain": "the readable reference",
}
"""Of our optimizers, in the order of the page."""

HELPERS = ("cell", "distance", "everyone", "figure", "headings", "limited", "noise", "rules", "started", "trained")


def speed_page(view: SpeedView, drawings: Sequence[Drawing] = ()) -> str:
    """The page; an error of any kind where a record is not what `orthodrome bench` writes."""
    helpers: dict[str, Any] = {name: getattr(speed, name) for name in HELPERS}
    return page(
        PAGE,
        speed=view,
        drawings=drawings,
        goals=speed_goals,
        paths=tuple(PATHS.items()),
        drift=DRIFT - 1,
        foreign=FOREIGN,
        tries=TRIES,
        machine=_machine(view),
        **helpers,
    )


def _machine(view: SpeedView) -> str:
    """The versions that were measured, in brackets; nothing where there are no records."""
    found = [record["machine"] for _, record in view.sections if record is not None and "machine" in record]
    said = dict.fromkeys(f"torch {m['torch']}, Python {m['python']}" for m in found)
    return f" ({'; '.join(said)})" if said else ""
