"""Every claim, what each ε and rounding do to it, in norms or with the reason why in none."""

from collections.abc import Sequence
from typing import Any

from verify.experiments.short import short
from verify.experiments.tables import Table


def every_claim(rows: Sequence[dict[str, Any]]) -> tuple[Table, ...]:
    """From the record of `verify.epsilon_claims`: one row a claim."""
    shown = []
    for row in rows:
        lost = row["rounding"]
        words = (
            (lost, "", "")
            if isinstance(lost, str)
            else (lost["theorem"], *(_pair(lost[dtype]) for dtype in ("float32", "bfloat16")))
        )
        shown.append((row["claim"], _reach(row["layer"]), _reach(row["adam"]), *words))
    caption = (
        "Every claim: by how much it, or the hypothesis that it takes, is off with a layer’s ε = 10⁻⁵ and with Adam’s "
        "ε = 10⁻⁸, and the norms of 1 % and of half; of its theorems the one whose step is the first to be lost to "
        "rounding, and the norms from which on the bound of its rounding is 1 % of the step, and all of it, at the "
        "settings above, other numbers drawn once: orders of magnitude. The bound is that of the tolerances: it "
        "counts every operation, and code may do better."
    )
    head = ("claim", "layer’s ε", "Adam’s ε", "first lost to rounding", "float32: 1 %, all", "bfloat16: 1 %, all")
    return (Table(caption, head, tuple(shown)),)


def _reach(part: str | dict[str, Any]) -> str:
    if isinstance(part, str):
        return part
    limits = ("never" if x is None else f"{x[0]} {short(x[1])}" for x in part["norms"])
    return f"${part['by']}$: {', '.join(limits)}"


def _pair(limits: Sequence[float | str]) -> str:
    words = {"all": "every norm", "none": "no norm"}
    return ", ".join(words[x] if isinstance(x, str) else f"from {short(x)}" for x in limits)
