"""The command that makes the book of all pages, looks at it in a browser, and shows it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, REPORTS, Json, Reports, print_json

if TYPE_CHECKING:
    from verify.site.build import Built

SITE = Path("site")


def site(
    output: Annotated[Path, typer.Option("--output", metavar="DIR", help="Where the site goes.")] = SITE,
    test: Annotated[
        bool, typer.Option("--test", help="Look at every page in Chromium: formulas, links, contrast, phone, keys.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="With --test: axe on every page, not on some of each kind; load times.")
    ] = False,
    record: Annotated[
        bool, typer.Option("--record", help="With --test: write what was measured, for the pages; implies --whole.")
    ] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Show it on this machine until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="For --serve; 0: one that is free.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Browsers that share the pages of --test.")] = 2,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Make a static site from the pages of reports/ and docs/; with --test, look at every page in a browser."""
    from verify import console
    from verify.site.browser import NoBrowser
    from verify.site.build import build
    from verify.site.errors import SiteError
    from verify.site.record import measured, save

    if (record or whole) and not test:
        raise typer.BadParameter(f"--{'record' if record else 'whole'} is about what --test does: give both")
    if output.exists() and not _replaceable(output):
        raise typer.BadParameter(f"--output {str(output)!r} holds something that is not this site: choose another")
    try:
        with console.progress() as progress:
            built = build(Path(), reports, output)
            result = measured(built, workers, whole or record, progress) if test else None
    except (SiteError, NoBrowser) as error:
        typer.echo(f"orthodrome: {error}", err=True)
        raise typer.Exit(FAILS) from None
    if result is not None and record:
        save(result, reports)
    if as_json:
        print_json({"directory": str(output), **_size(built), **({} if result is None else {"test": result.object})})
    else:
        typer.echo(f"wrote {output}: {built.pages} pages, {built.bytes / 1e6:.1f} MB, in {built.seconds:.0f} s")
        for line in () if result is None else result.lines:
            typer.echo(line)
    if serve:
        _serve(output, port)
    raise typer.Exit(HOLDS if result is None or result.ok else FAILS)


def _replaceable(output: Path) -> bool:
    """Whether what is there is a site that was made before, by a file that no other has; or an empty folder."""
    return output.is_dir() and ((output / "assets" / "orthodrome.css").is_file() or not any(output.iterdir()))


def _size(built: "Built") -> dict[str, float]:
    return {"pages": built.pages, "files": built.files, "bytes": built.bytes, "seconds": built.seconds}


def _serve(site: Path, port: int) -> None:
    from verify.site.serve import address, server

    try:
        listening = server(site, port)
    except OSError as error:
        raise typer.BadParameter(f"--port {port}: {error.strerror}; --port 0 takes one that is free") from error
    typer.echo(f"{address(listening)} until Ctrl-C")
    try:
        listening.serve_forever()
    except KeyboardInterrupt:
        listening.server_close()
