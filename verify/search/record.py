"""The record of searches: what was compared, how tight bounds are, how far laws were driven; kept as it grows."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from verify.atomic import write_text
from verify.reading import RecordError, read_json
from verify.records import text

RECORD = Path("data") / "search.json"
COMMAND = "orthodrome search --all"
EMPTY: Mapping[str, Any] = {"targets": [], "dropped": [], "bounds": [], "laws": []}


def load(reports: Path) -> dict[str, Any]:
    """What is recorded, empty where nothing is; RecordError where the file is something else."""
    path = reports / RECORD
    if not path.exists():
        return dict(EMPTY)
    record = read_json(path, "a record", COMMAND)
    if not isinstance(record, dict) or set(record) != set(EMPTY):
        raise RecordError(f"{path} is not a record of searches: `{COMMAND}` writes it")
    return record


def keep(reports: Path, part: str, rows: Iterable[Mapping[str, Any]], key: str) -> Path:
    """Put rows in the place of those of the same name, others after them; returns the file."""
    record, path = load(reports), reports / RECORD
    merged = {row[key]: row for row in record[part]} | {row[key]: dict(row) for row in rows}
    write_text(path, text({**record, part: list(merged.values())}))
    return path
