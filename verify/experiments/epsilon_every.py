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
            (lost, "", "", "")
            if isinstance(lost, str)
            else (lost["theorem"], _power(lost), *(_pair(lost[dtype]) for dtype in ("float32", "bfloat16")))
        )
        shown.append((row["claim"], _reach(row["layer"]), _reach(row["adam"]), *words))
    limits = ("float32: 1 %, all", "bfloat16: 1 %, all")
    head = ("claim", "layer’s ε", "Adam’s ε", "first lost to rounding", "its rate goes as", *limits)
    return (Table(caption(rows), head, tuple(shown)),)


def caption(rows: Sequence[dict[str, Any]]) -> str:
    """What the columns say, and how many rows rest on what."""
    losses = [row["rounding"] for row in rows if not isinstance(row["rounding"], str)]
    derived = sum(loss["by"] == "homogeneity" for loss in losses)
    beyond = sum(loss["range"] for loss in losses)
    draws = max((loss["draws"] for loss in losses), default=0)
    return (
        "Every claim: by how much it, or the hypothesis that it takes, is off with a layer’s ε = 10⁻⁵ and with Adam’s "
        "ε = 10⁻⁸, and the norms of 1 % and of half; of its theorems the one whose step is the first to be lost to "
        "rounding, and the norms from which on the bound of its rounding is 1 % of the step, and all of it, at the "
        f"settings above. The numbers that the settings leave open are drawn {draws} times: the median, and in "
        "brackets the least and the largest where they differ. By which power of r a rate counts is solved for from "
        f"the homogeneity of the statement and its hypotheses in {derived} of the {len(losses)} rows that have one; "
        "the others leave it open, and it is that of the scheme that is named (OD-SCALE). The bound is that of the "
        "tolerances: it counts every operation, and code may do better. *Range*: rounding alone takes nothing, and "
        f"the norm is that where a number leaves the range of float32 ({beyond} rows)."
    )


def _reach(part: str | dict[str, Any]) -> str:
    if isinstance(part, str):
        return part
    limits = ("never" if x is None else f"{x[0]} {short(x[1])}" for x in part["norms"])
    return f"${part['by']}$: {', '.join(limits)}"


def _power(lost: dict[str, Any]) -> str:
    law = "" if lost["by"] == "homogeneity" else f", as {lost['by']}’s"
    return f"r^-{lost['power']}".replace("^-2", "⁻²").replace("^-1", "⁻¹") + law + (", *range*" * lost["range"])


def _pair(limits: Sequence[Sequence[float | str]]) -> str:
    return ", ".join(_drawn(*x) for x in limits)


def _drawn(middle: float | str, least: float | str, largest: float | str) -> str:
    words = {"all": "every norm", "none": "no norm"}
    of, low, high = (words[x] if isinstance(x, str) else short(x) for x in (middle, least, largest))
    spread = "" if least == largest else f" ({low} … {high})"
    return (of if isinstance(middle, str) else f"from {of}") + spread
