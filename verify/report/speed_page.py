"""The page of speed as text: its records, its figures, and what its templates ask for."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verify.records import Recorded
from verify.report import speed, speed_goals
from verify.report.render import page
from verify.report.shown import each_shown
from verify.report.speed import PAGE, recorded_speed
from verify.speed import DRIFT, FOREIGN, RECORDS, TRIES

if TYPE_CHECKING:
    from verify.experiments.drawing import Drawing

PATHS = {
    "automatic": "the default",
    "native": "the optional kernel",
    "compiled": "torch.compile",
    "plain": "the readable reference",
}
"""Of our optimizers, in the order of the page."""

HELPERS = (
    speed.built,
    speed.cell,
    speed.compared,
    speed.everyone,
    speed.figure,
    speed.headings,
    speed.limited,
    speed.monitored,
    speed.noise,
    speed.proved,
    speed.rate,
    speed.reasons,
    speed.rules,
    speed.started,
    speed.trained,
)
"""What the templates call, by their own names."""


def speed_files(reports: Path) -> dict[str, str | bytes]:
    """The page and its figures, by name; RecordError names the first record that cannot be shown."""
    return _drawn(each_shown(recorded_speed(reports), _drawn, RECORDS, reports))


def _drawn(view: Recorded) -> dict[str, str | bytes]:
    if all(record is None for _, record in view.sections):
        return {PAGE: speed_page(view)}
    from verify.report.speed_figures import draw  # matplotlib, which is not needed where nothing is recorded

    drawings = draw(view)
    return {PAGE: speed_page(view, drawings), **{f"figures/{d.name}.svg": d.svg for d in drawings}}


def speed_page(view: Recorded, drawings: "Sequence[Drawing]" = ()) -> str:
    """The page; an error of any kind where a record is not what `orthodrome bench` writes."""
    helpers: dict[str, Any] = {helper.__name__: helper for helper in HELPERS}
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


def _machine(view: Recorded) -> str:
    """The versions that were measured, in brackets; nothing where there are no records."""
    found = [record["machine"] for _, record in view.sections if record is not None and "machine" in record]
    said = dict.fromkeys(f"torch {m['torch']}, Python {m['python']}" for m in found)
    return f" ({'; '.join(said)})" if said else ""
