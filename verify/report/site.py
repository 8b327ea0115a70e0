"""The page of the site: how large the book of these pages is, and what a browser found in it."""

from pathlib import Path

from verify.reading import read_json
from verify.report.render import page
from verify.report.shown import shown
from verify.site.record import COMMAND, RECORD

PAGE = "site.md"


def site_files(reports: Path) -> dict[str, str | bytes]:
    """The page by its name, none where nothing is recorded; RecordError where the record is not what it shows."""
    path = reports / RECORD
    if not path.exists():
        return {}
    record = read_json(path, "a record of the site", COMMAND)
    shown(record, lambda view: page(PAGE, site=view, command=COMMAND), path, COMMAND)
    return {PAGE: page(PAGE, site=record, command=COMMAND)}
