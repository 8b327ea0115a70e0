"""What audits found, for the columns of a table: a few words for each law that describes; faults, grouped."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

Answer = Mapping[str, Any]
NUMBER = re.compile(r"\d+\.\d+(?:e[+-]?\d+)?|\d+e[+-]?\d+")
NOISE = re.compile(r"\x1b\[[0-9;]*m|(?<=[^.]\.)\.(?!\.)")
"""Colours of a terminal in the message of an error; the second of two full stops."""
MANY = 3
"""Laws in which an optimizer raises the same error before that is one row."""


def formula(answer: Answer) -> str:
    """The schemes that it follows, or how many were tried."""
    found = _finding(answer, "identity")
    if not found or "tried" not in found["values"]:
        return "—"
    followed = found["words"].partition(" (parameters")[0].removeprefix("follows ")
    return followed if found["values"]["followed"] else f"none of {found['values']['tried']:.0f}"


def scale(answer: Answer) -> str:
    """The powers of ρ of its options, as `lr ρ², weight_decay ρ⁻²`."""
    found = _finding(answer, "scale")
    if not found or "p" not in found["values"]:
        return "—"
    if found["verdict"] != "holds":
        return "no powers"
    powers = re.findall(r"(\w+) × ρ\^(-?[\d.]+)", found["words"])
    return ", ".join(f"{name} ρ^{power}" for name, power in powers)


def update(answer: Answer) -> str:
    """How it lies to the sphere."""
    found = _finding(answer, "tangential")
    if not found or not found["values"].get("steps"):
        return "—"
    values = found["values"]
    if values["along the sphere"]:
        return "along the sphere"
    if found["verdict"] == "holds":
        return "tangent"
    if values["tensor excess"] <= 1:
        return "tangent to the tensor's sphere"
    if values["first excess"] <= 1:
        return f"tangent once, then off by {values['later']:.2g}"
    return f"off by {max(values['first'], values['later']):.2g}"


def growth(answer: Answer) -> str:
    """The law of its norm."""
    found = _finding(answer, "norm growth")
    if not found or not found["values"].get("moved"):
        return "—"
    values = found["values"]
    kinds = {0: "kept", 1: "Pythagoras", 2: f"of momentum, β = {values['beta']:.3g}"}
    return kinds.get(int(values["kind"]), f"{values['over Pythagoras']:.2g} Σ‖Δ‖²")


def decay(answer: Answer) -> str:
    """What its weight decay is in effect."""
    found = _finding(answer, "weight decay")
    if not found or "kind" not in found["values"]:
        return "—"
    return ("without effect", "decoupled", "coupled", "in the step")[int(found["values"]["kind"])]


def epsilon(answer: Answer) -> str:
    """The gradient at which ε halves the step."""
    found = _finding(answer, "epsilon")
    return f"{found['values']['gradient']:.2g}" if found and "gradient" in found["values"] else "—"


def rest(answer: Answer) -> str:
    """Norm and angular update at rest."""
    found = _finding(answer, "equilibrium")
    if not found or found["verdict"] != "holds":
        return "—"
    values = found["values"]
    if not found["words"].startswith("norm"):
        return "not at rest" if "angle" in values else "not finite"
    return f"{values['norm']:.3g}, {values['angle']:.2g}"


def faults(found: Sequence[tuple[str, Answer]]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Rows (laws, words, optimizers) of (optimizer, finding): one where only numbers differ, or the error is one."""
    errors: dict[tuple[str, str], list[str]] = {}
    for name, finding in found:
        if finding["verdict"] == "error":
            errors.setdefault((name, finding["words"]), []).append(finding["title"])
    everywhere = {key: titles for key, titles in errors.items() if len(titles) >= MANY}
    rows: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for (name, words), titles in everywhere.items():
        rows.setdefault((f"{len(titles)} laws", words), []).append((name, words))
    for name, finding in found:
        if (name, finding["words"]) not in everywhere:
            rows.setdefault((finding["title"], NUMBER.sub("#", finding["words"])), []).append((name, finding["words"]))
    order = list(dict.fromkeys(title for title, _ in rows))
    return [
        (title, between([words for _, words in said]), tuple(name for name, _ in said))
        for (title, _), said in sorted(rows.items(), key=lambda row: order.index(row[0][0]))
    ]


def between(sentences: Sequence[str]) -> str:
    """Sentences that differ in numbers alone, as one: `0.1 … 0.5` where they are apart."""
    columns = list(zip(*(NUMBER.findall(words) for words in sentences), strict=True))
    numbers = iter(_range(column) for column in columns)
    return NOISE.sub("", NUMBER.sub(lambda _: next(numbers), sentences[0]))


def _range(column: Sequence[str]) -> str:
    low, high = min(column, key=float), max(column, key=float)
    return low if float(low) == float(high) else f"{low} … {high}"


def _finding(answer: Answer, law: str) -> Answer | None:
    return next((finding for finding in answer["findings"] if finding["law"] == law), None)
