"""The tables of the experiment on 004: the ends of the runs of Figure 1 and of Figure 4."""

import math
from typing import Any

from verify.experiments.psi_figures import LABELS
from verify.experiments.tables import Table

WORDS = {
    "balanced": "balanced",
    "layers": "10⁴, 10⁻⁴ by layer",
    "neurons": "10⁴, 10⁻⁴ within layers",
    "wide": "37 rates from 10⁻¹⁰ to 10⁸",
    "decay": "λη = .01, three times the steps",
    "float32": "float32",
}


def tables(summary: dict[str, Any]) -> tuple[Table, ...]:
    """Losses from unbalanced weights; gradient norms of the toy."""
    return (_unbalanced(summary), _convergence(summary))


def _unbalanced(summary: dict[str, Any]) -> Table:
    rows = []
    for name, entry in summary["unbalanced"].items():
        if name == "paths":
            continue
        method, start, eps, *special = name.split()
        best = entry["best"]
        rows.append(
            (
                LABELS[method][0],
                ", ".join([WORDS[start], *(WORDS[word] for word in special)]),
                "10⁻⁵" if float(eps) else "0",
                f"{entry['rates'][best]:.2g}",
                f"{_mean(entry['loss'][best]):.2g}",
                f"{_mean(entry['accuracy'][best]):.3f}",
                ", ".join(f"{norm:.2g}" for norm in entry["norms"]),
            )
        )
    options = summary["config"]["unbalanced"]
    return Table(
        f"Figure 1 on digits: the training loss after {options['steps']} steps at the best of the learning rates, mean "
        f"of {options['seeds']} seeds, and the median norms of the two layers’ weights at its end. 9 rates from 10⁻³ "
        "to 10 unless said otherwise; balanced weights have norm 1.",
        ("method", "start", "BN’s ε", "best rate", "loss", "accuracy", "norms at the end"),
        tuple(rows),
    )


def _convergence(summary: dict[str, Any]) -> Table:
    settings = summary["convergence"]
    rows = []
    for method in summary["config"]["convergence"]["methods"]:
        row = [LABELS[method][0]]
        for methods in settings.values():
            entry = methods[method]
            final = entry["final"]
            row += [f"{entry['rates'][entry['best']]:.2g}"]
            row += [" / ".join(f"{_geometric(final[name]):.3f}" for name in ("sphere", "weights"))]
        rows.append(tuple(row))
    head = ["method"]
    for name in settings:
        place, size = name.split()
        bn = "BN on W₂x" if place == "hidden" else "BN on both"
        head += [f"{bn}, {size} samples: rate", "norm at V / at W"]
    options = summary["config"]["convergence"]
    return Table(
        f"Figure 4: the gradient norm on all the data at the end, at V (and g) and at W (and g), geometric mean over "
        f"{options['seeds']} seeds at the best of {options['candidates']} rates: least norm at V on the worst of "
        f"{options['tuning']} other seeds, all of them with a loss below {options['collapse']:g}.",
        tuple(head),
        tuple(rows),
    )


def _mean(values: list[float | None]) -> float:
    return math.fsum(math.nan if value is None else value for value in values) / len(values)


def _geometric(values: list[float | None]) -> float:
    return math.exp(_mean([math.log(value) if value else None for value in values]))
