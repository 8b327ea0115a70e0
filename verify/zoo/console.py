"""What `orthodrome groups` loads and shows."""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from torch import nn

from impl.groups import Discovery, find_groups
from verify.report.groups import GroupsView


def discovered(target: str, seed: int) -> Discovery:
    """`find_groups` on what `module:function` returns. ValueError when it cannot be loaded or returns otherwise."""
    module, _, name = target.partition(":")
    if not module or not name:
        raise ValueError(f"{target!r}: write module:function, for example my_models:small")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        made = getattr(importlib.import_module(module), name)()
    except Exception as error:  # code of someone else
        raise ValueError(f"{target!r} cannot be called ({type(error).__name__}: {error})") from error
    if not (isinstance(made, tuple) and len(made) == 2 and isinstance(made[0], nn.Module)):
        raise ValueError(f"{target!r} returned {type(made).__name__}: return (model, sample), the sample a batch")
    return find_groups(*made, seed=seed)


def show(record: Mapping[str, Any], path: Path) -> None:
    """The table of the zoo, and both error rates."""
    table = Table(box=None, pad_edge=False)
    for heading in ("architecture", "slices", "extra", "missing", "in eval", "extra", "missing", "violation"):
        table.add_column(heading, justify="left" if heading == "architecture" else "right")
    for row in record["rows"]:
        counts = [str(row[f"{what}{mode}"]) for mode in ("", "_eval") for what in ("slices", "extra", "missing")]
        table.add_row(row["name"], *counts, "–" if row["violation"] is None else f"{row['violation']:.1e}")
    out = Console(soft_wrap=True, highlight=False)
    out.print(table)
    total, view = record["totals"], GroupsView(record)
    out.print(
        f"\nfind_groups: {total['slices']} slices in training, {total['missing']} missing, {total['extra']} extra; "
        f"{total['slices_eval']} in evaluation, {total['missing_eval']} missing, {total['extra_eval']} extra"
    )
    out.print(
        f"AdamP's rule, each step: projects {100 * view.false:.1f} % of what is not invariant (by luck alone "
        f"{100 * view.by_luck:.1f} %), leaves {100 * view.missed:.1f} % of what is, "
        f"and takes a direction that is not invariant in {100 * view.wrong_view:.1f} %"
    )
    out.print(f"wrote {path}")
