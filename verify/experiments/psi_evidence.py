"""What a recorded run of `psi` says about PSI-FIG1 and PSI-FIG4: its summary as check results.

A threshold is a number of the law's own wording, or another run's number; where methods are compared over seeds, the
false-alarm rate is stated. Nothing is said where the runs contradict a statement: its verdict does.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from verify.experiments.psi_unbalanced import TORCH_EPS
from verify.results import CheckResult
from verify.statistics import Comparisons

Losses = list[float]
SMALL_RATE = 0.04
"""Below this learning rate torch's ε stops PSI-SGD within the steps of the experiment."""
NAMES = {
    "psi-sgd": "PSI-SGD",
    "psi-sgdm": "PSI-SGDM",
    "sgd-g": "SGD-G without ω and ν",
    "sgd-g-published": "SGD-G",
    "sgd-m": "SGD-M",
    "sgd-m-inside": "SGD-M with momentum on W alone",
    "adam": "Adam",
}
LOWER = {
    "hidden 100": (
        ("psi-sgdm", "sgd-g"),
        ("psi-sgdm", "sgd-g-published"),
        ("psi-sgdm", "sgd-m"),
        ("psi-sgdm", "adam"),
        ("sgd-m-inside", "sgd-m"),
        ("sgd-g", "sgd-m"),
    ),
    "both 100": (("sgd-m", "psi-sgd"), ("sgd-m", "psi-sgdm"), ("sgd-m", "adam")),
    "both 1000": (("sgd-m", "sgd-g"),),
}
"""Setting → (lower, higher): what PSI-FIG4 says of the gradient norms at V, and a run with other seeds confirmed."""
NO_HIGHER = {"hidden 100": (("sgd-m-inside", "psi-sgdm"),)}
"""And pairs of which the first is not more than a quarter above the second."""


def evidence(summary: dict[str, Any]) -> tuple[CheckResult, ...]:
    """One result a law and a run; a number that is null, because training diverged, counts as infinite."""
    return (*_unbalanced(summary), *_ways_out(summary), *_paths(summary), *_convergence(summary))


def _unbalanced(summary: dict[str, Any]) -> Iterator[CheckResult]:
    runs = summary["unbalanced"]
    for eps in ("0", f"{TORCH_EPS:g}"):
        for start in ("layers", "neurons"):
            sgd, psi = runs[f"sgd {start} {eps}"], runs[f"psi-sgd {start} {eps}"]
            note = f"training runs, start {start}, ε = {eps}"
            law = "from there SGD's least loss, at any usual rate, is 10 times PSI-SGD's largest at its best rate"
            yield _result("PSI-FIG1", law, _cases(sgd), 10 * max(_best(psi)), _least(sgd), note)
            law = "from there SGD's least loss, at any usual rate, is 10 times its largest from the balanced start"
            yield _result("PSI-FIG1", law, _cases(sgd), 10 * max(_best(runs[f"sgd balanced {eps}"])), _least(sgd), note)


def _ways_out(summary: dict[str, Any]) -> Iterator[CheckResult]:
    runs = summary["unbalanced"]
    eps = f"{TORCH_EPS:g}"
    sgd, psi, exact = (runs[name] for name in (f"sgd layers {eps}", f"psi-sgd layers {eps}", "psi-sgd layers 0"))
    small = [i for i, rate in enumerate(sgd["rates"]) if rate < SMALL_RATE]
    for entry, which in ((sgd, "SGD"), (exact, "PSI-SGD with ε = 0")):
        worst = max(max(_losses(entry, i)) / min(_losses(psi, i)) for i in small)
        law = f"with torch's ε and a rate below {SMALL_RATE:g} PSI-SGD ends above {which}: ratio of the losses, largest"
        yield _result("PSI-FIG1", law, len(small) * _seeds(psi), worst, 1.0, f"training runs, start layers, ε = {eps}")
    plain, wide = (runs[f"sgd layers 0{name}"] for name in ("", " wide"))
    law = "a rate above 10 exists at which SGD's median training loss is below that of PSI-SGD at its best usual rate"
    medians = [_median(_losses(wide, i)) for i, rate in enumerate(wide["rates"]) if rate > 10]
    yield _result("PSI-FIG1", law, _cases(wide), min(medians), _median(_best(exact)), "training runs, start layers")
    law = "no rate below 10⁻³ brings SGD's loss below the one at its best usual rate: that over the least of them"
    low = min(min(_losses(wide, i)) for i, rate in enumerate(wide["rates"]) if rate < 9e-4)
    yield _result("PSI-FIG1", law, _cases(wide), max(_best(plain)), low, "training runs, start layers")


def _paths(summary: dict[str, Any]) -> Iterator[CheckResult]:
    paths, options = summary["unbalanced"]["paths"], summary["config"]["unbalanced"]
    cases = options["path_steps"] * options["seeds"]
    for method in ("psi-sgd", "psi-sgdm"):
        note = f"training runs, {method}, factors {paths['power']:g} and its inverse"
        law = "from the balanced and the unbalanced start the same directions, bit for bit"
        yield _result("PSI-FIG1", law, cases, paths[f"{method}, float64, power of two"], 0.0, note)
        law = "with an ε the directions of the balanced start with ε/a² in each layer, bit for bit"
        yield _result("PSI-FIG1", law, cases, paths[f"{method}, float64, power of two, shifted ε"], 0.0, note)
        law = "with the same ε unit weights come to be more than .5 apart: that over their largest distance"
        yield _result("PSI-FIG1", law, cases, 0.5 / paths[f"{method}, float64, power of two, ε"], 1.0, note)
        note = f"training runs, {method}, factors {paths['factor']:g} and its inverse"
        law = "from the balanced and the unbalanced start the same directions within 10⁻¹²"
        yield _result("PSI-FIG1", law, cases, paths[f"{method}, float64"], 1e-12, note)


def _convergence(summary: dict[str, Any]) -> Iterator[CheckResult]:
    for setting, pairs in LOWER.items():
        methods = summary["convergence"][setting]
        for lower, higher in pairs:
            law = f"gradient norm at V at the end: {NAMES[lower]} below {NAMES[higher]}, at tuned rates, over seeds"
            yield _below(law, methods, lower, higher, 0.0, setting)
    for setting, pairs in NO_HIGHER.items():
        methods = summary["convergence"][setting]
        for lower, higher in pairs:
            law = f"gradient norm at V at the end: {NAMES[lower]} at most a quarter above {NAMES[higher]}, tuned"
            yield _below(law, methods, lower, higher, -math.log(1.25), setting)


def _below(law: str, methods: dict[str, Any], lower: str, higher: str, margin: float, setting: str) -> CheckResult:
    """The mean of log(higher/lower) over the paired seeds is above the margin."""
    ratios = np.log(_final(methods[higher])) - np.log(_final(methods[lower]))
    comparison = Comparisons("PSI-FIG4", law, 1, f"training runs, {setting}")
    comparison.above(ratios, margin)
    return replace(comparison.result(), dtype="float32")


def _final(entry: dict[str, Any]) -> np.ndarray:
    return np.array([math.nan if value is None else value for value in entry["final"]["sphere"]])


def _best(entry: dict[str, Any]) -> Losses:
    return _losses(entry, entry["best"])


def _losses(entry: dict[str, Any], rate: int) -> Losses:
    return [math.inf if loss is None else loss for loss in entry["loss"][rate]]


def _least(entry: dict[str, Any]) -> float:
    return min(min(_losses(entry, i)) for i in range(len(entry["rates"])))


def _median(losses: Losses) -> float:
    return sorted(losses)[len(losses) // 2]


def _seeds(entry: dict[str, Any]) -> int:
    return len(entry["loss"][0])


def _cases(entry: dict[str, Any]) -> int:
    return len(entry["rates"]) * _seeds(entry)


def _result(claim: str, law: str, cases: int, worst: float, allowed: float, note: str) -> CheckResult:
    return CheckResult(claim, law, cases, worst, allowed, "float64", "cpu", worst <= allowed, note)
