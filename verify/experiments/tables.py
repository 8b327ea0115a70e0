"""A table that an experiment shows on its page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Its caption, its head and its rows, all in words."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
