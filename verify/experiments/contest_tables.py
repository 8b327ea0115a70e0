"""The tables of a comparison: what the runs gave, what is foretold and whether it is seen, what the search chose."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from verify.experiments.contest_methods import METHODS
from verify.experiments.contest_orders import FORETOLD, LEVEL, MEASURES, Seen, seen
from verify.experiments.tables import Table

NETWORKS = {"resnet20": "ResNet20", "vgg": "VGG-like, 6 convolutions", "vgg16": "VGG16"}


def tables(summary: dict[str, Any]) -> tuple[Table, ...]:
    """All of a comparison; the search only where there was one."""
    searched = len(summary["config"]["entrants"][0]["candidates"]) > 1
    return (_results(summary), _orders(summary), *([_search(summary)] if searched else []))


def _results(summary: dict[str, Any]) -> Table:
    config = summary["config"]
    measures = list(dict.fromkeys(order.measure for order in FORETOLD[config["name"]]))
    rows = []
    for network, of in summary["runs"].items():
        for method, entry in of.items():
            cells = [_mean_and_deviation(MEASURES[m][1](entry), 100 if m == "accuracy" else 1) for m in measures]
            rows.append((NETWORKS[network], METHODS[method][0], *cells))
    return Table(
        f"Mean ± standard deviation over {config['seeds']} seeds, {config['epochs']} epochs. Accuracy in per cent of "
        f"{summary['data']['test']} test images: one image is {100 / summary['data']['test']:.2g}.",
        ("network", "method", *(MEASURES[m][0] for m in measures)),
        tuple(rows),
    )


def _orders(summary: dict[str, Any]) -> Table:
    config = summary["config"]
    blocks = config["seeds"] * len(config["architectures"])
    found = seen(summary)
    ends = _at_ends(summary)
    rows = tuple(
        (
            MEASURES[s.order.measure][0].partition(",")[0],
            _said(s),
            s.order.where,
            *map(_p, _both(s)),
            s.words,
            ", ".join(METHODS[method][0] for method in s.order.methods if method in ends) or "–",
        )
        for s in found
    )
    return Table(
        f"What the paper foretells, lowest first, and p-values over {blocks} blocks of one network and one seed each: "
        "Page’s trend test for an order, Fisher’s test of signs and sizes for a pair, both exact, one-sided, for the "
        f"order and for its opposite, each multiplied as Holm asks for {len(found)} tests. Seen: at most {_p(LEVEL)}, "
        f"so that methods which are alike show anything foretold in at most {float(100 * LEVEL):g} % of such "
        f"comparisons, and anything opposite in as many. The least that {blocks} pairs can show is "
        f"2^-{blocks} = {_p(2.0**-blocks)} before that.",
        ("of", "foretold", "where", "p", "p of the opposite", "", "rate at an edge of the search"),
        rows,
    )


def _at_ends(summary: dict[str, Any]) -> set[str]:
    """Methods whose rate, on some network, was the least or the largest tried: their best may not have been found."""
    ends = set()
    for of in summary["runs"].values():
        for method, entry in of.items():
            settings = [tried["setting"] for tried in entry["search"]]
            if settings and any("rate" in edge for edge in _edges(settings, settings[entry["chosen"]])):
                ends.add(method)
    return ends


def _search(summary: dict[str, Any]) -> Table:
    config = summary["config"]
    rows = []
    for network, of in summary["runs"].items():
        for method, entry in of.items():
            settings = [tried["setting"] for tried in entry["search"]]
            chosen = entry["search"][entry["chosen"]]
            rows.append(
                (
                    NETWORKS[network],
                    METHODS[method][0],
                    _range([setting["lr"] for setting in settings]),
                    _range([setting["weight_decay"] for setting in settings]),
                    f"{chosen['setting']['lr']:.3g}, {chosen['setting']['weight_decay']:.3g}",
                    ", ".join(_edges(settings, chosen["setting"])) or "–",
                    _mean_and_deviation(chosen["accuracy"], 100),
                )
            )
    budget, each = len(config["entrants"][0]["candidates"]), config["searches"]
    return Table(
        f"The search: {budget} settings of each method, {each} training{'s' if each > 1 else ''} of each, on "
        f"{summary['data']['train']} of the training images; chosen by the accuracy on the other "
        f"{summary['data']['validation']}, of equal ones by the loss. Where the best is at the edge of what was tried, "
        "a better one may lie outside.",
        ("network", "method", "rates", "decays", "chosen: rate, decay", "at the edge", "accuracy there, %"),
        tuple(rows),
    )


def _said(s: Seen) -> str:
    groups = [", ".join(METHODS[method][0] for method in group) for group in s.order.groups]
    return " < ".join(f"({group})" if ", " in group else group for group in groups)


def _both(s: Seen) -> tuple[float, float]:
    return float(s.foretold), float(s.opposite)


def _p(value: Any) -> str:
    return f"{float(value):.2g}"


def _range(values: Sequence[float]) -> str:
    distinct = sorted(set(values))
    if len(distinct) <= 3:
        return ", ".join(f"{value:g}" for value in distinct)
    return f"{len(distinct)} from {distinct[0]:.3g} to {distinct[-1]:.3g}"


def _edges(settings: Sequence[dict[str, float]], chosen: dict[str, float]) -> Iterator[str]:
    for name, words in (("lr", "rate"), ("weight_decay", "decay")):
        values = {setting[name] for setting in settings}
        if len(values) > 1 and chosen[name] in (min(values), max(values)):
            yield f"{'least' if chosen[name] == min(values) else 'largest'} {words}"


def _mean_and_deviation(values: Sequence[float | None], unit: float) -> str:
    known = [unit * value for value in values if value is not None]
    if len(known) < len(values):
        return f"{len(values) - len(known)} of {len(values)} diverged"
    mean = math.fsum(known) / len(known)
    if len(known) == 1:
        return f"{mean:.4g}"
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in known) / (len(known) - 1))
    decimals = 2 if unit == 100 else 4
    return f"{mean:.{decimals}f} ± {deviation:.{decimals}f}"
