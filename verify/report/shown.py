"""Records that can be shown: the page of each is made once by itself, so that a record of another shape is named."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import jinja2

from verify.reading import NOT_THAT, RecordError
from verify.records import Recorded, Records
from verify.report.render import page
from verify.report.trust import PAGE
from verify.trust.record import RECORDS

V = TypeVar("V")


def shown(view: V | None, show: Callable[[V], object], file: Path, command: str) -> V | None:
    """The view of a record; RecordError, with its file and the command that writes it, where no page can be made."""
    try:
        if view is not None:
            show(view)
    except (*NOT_THAT, jinja2.TemplateError) as error:
        raise RecordError(f"{file} is not what its page shows ({error!r}): `{command}` writes it") from error
    return view


def each_shown(found: Recorded, show: Callable[[Recorded], object], records: Records, reports: Path) -> Recorded:
    """What is recorded; RecordError names the first section that cannot be shown."""
    for section, record in found.sections:
        alone = None if record is None else Recorded(((section, record),))
        shown(alone, show, records.path(reports, section.name), section.command)
    return found


def trust_shown(trust: Recorded, reports: Path) -> Recorded:
    """The page of trust."""
    return each_shown(trust, lambda view: page(PAGE, trust=view), RECORDS, reports)
