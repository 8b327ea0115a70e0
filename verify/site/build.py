"""Markdown to HTML: MkDocs with the Material theme, in a folder that is put in place when it is whole."""

import logging
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from verify.site.book import Book, book
from verify.site.errors import FormulaError, SiteError
from verify.site.formulas import all_made, of_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

EPOCH = "0"
"""The date of everything that a builder would date, unless SOURCE_DATE_EPOCH says another: the site has none."""

WAY = 3
"""So many claims, the first of the first paper, are gone through by keys."""

MISSING = "the site needs MkDocs and what goes with it: pip install 'orthodrome[site]'"


@dataclass(frozen=True)
class Built:
    """A site on disk. pages: HTML files. bytes: of all files. seconds: what the making took.

    formulas: HTML file → how many its source has; way: some pages that follow one another in the book.
    """

    directory: Path
    pages: int
    files: int
    bytes: int
    seconds: float
    formulas: Mapping[str, int]
    way: tuple[str, ...]


def build(root: Path, reports: Path, site: Path) -> Built:
    """Make the site in `site`, which is replaced. SiteError, naming the page, where something does not fit."""
    begun = perf_counter()
    made = book(root, reports)
    formulas = of_pages(made.pages)
    with tempfile.TemporaryDirectory(prefix="orthodrome-site-") as folder:
        sources, target = Path(folder) / "pages", Path(folder) / "site"
        _lay_out(made, sources)
        with _epoch():
            _mkdocs(root.resolve(), sources, target, made)
        all_made(target, formulas)
        if site.exists():
            shutil.rmtree(site)
        site.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(target, site)
    found = [path for path in site.rglob("*") if path.is_file()]
    pages = sum(path.suffix == ".html" for path in found)
    way = tuple(claim.path.replace(".md", ".html") for claim in made.claims[:WAY])
    return Built(site, pages, len(found), sum(p.stat().st_size for p in found), perf_counter() - begun, formulas, way)


def _lay_out(made: Book, sources: Path) -> None:
    for path, text in made.pages.items():
        (sources / path).parent.mkdir(parents=True, exist_ok=True)
        (sources / path).write_text(text, encoding="utf-8")
    for path, file in made.files.items():
        (sources / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, sources / path)
    with as_file(files("verify.site") / "assets") as assets:
        shutil.copytree(assets, sources / "assets")


def _mkdocs(root: Path, sources: Path, target: Path, made: Book) -> None:
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    try:
        from mkdocs.commands.build import build as make
        from mkdocs.config import load_config
        from mkdocs.exceptions import MkDocsException
    except ImportError as error:
        raise SiteError(f"{error.name} is not installed; {MISSING}") from error
    warnings = _Warnings()
    logging.getLogger("mkdocs").addHandler(warnings)
    try:
        with as_file(files("verify.site") / "mkdocs.yml") as config:
            settings: dict[str, Any] = {"docs_dir": str(sources), "site_dir": str(target), "nav": made.nav}
            loaded = load_config(str(config), **settings)
            loaded.plugins["mkdocstrings"].config.handlers["python"]["paths"] = [str(root)]
            make(loaded)
    except FormulaError as error:
        pages = ", ".join(sorted(page for page, text in made.pages.items() if error.latex in text))
        raise SiteError(f"{pages or 'a docstring'}: {error}") from error
    except MkDocsException as error:
        raise SiteError("\n".join([str(error), *warnings.lines])) from error
    finally:
        logging.getLogger("mkdocs").removeHandler(warnings)


class _Warnings(logging.Handler):
    """What MkDocs complains about; in strict mode it ends with their number only."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _epoch() -> "Iterator[None]":
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ.setdefault("SOURCE_DATE_EPOCH", EPOCH)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
