"""What a recorded equilibrium experiment says about the claims of 002: its summary as check results.

A threshold is a number of the law's own wording ("within a tenth"), a bound computed from the options, or, where two
runs are compared, the other run's number. Nothing is said where the runs contradict a statement: its verdict does.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from verify.experiments.network_figures import STAGES, scaling_ratio
from verify.results import CheckResult

SIGMAS = 6.0
"""Standard deviations that a mean-reverting path leaves its mean by: 2·10⁻⁹ each time that it forgets its past."""


def evidence(summary: dict[str, Any]) -> tuple[CheckResult, ...]:
    """One result a law and a run; a number that is null, because training diverged, is a failure."""
    parts = (_simulations, _vectors, _networks, _assumptions, _drops, _scaling)
    return tuple(result for part in parts for result in part(summary))


def _simulations(summary: dict[str, Any]) -> Iterator[CheckResult]:
    options, cases = summary["config"]["synthetic"], summary["synthetic"]["cases"]
    beta, steps = options["lr"] * options["weight_decay"], options["steps"]
    level, variance = options["level"], options["noise"] ** 2 / 3
    for method, momentum in (("sgd", 0.0), ("sgdm", options["momentum"])):
        # Relative deviation of x at E L_t = L, to leading order in λη; U(-a, a) has the variance a²/3.
        spread = math.sqrt(beta * variance / (2 * (1 - momentum))) / level
        # The lag of x behind x*_t is 1/(8λη) times the relative change of E L_t a step, 1-α times that with momentum;
        # of a random walk of E L_t the same filter keeps a standard deviation. Both E L_t stay above half the level.
        lag = (1 - momentum) / (8 * beta)
        change = 2 * math.pi * options["waves"][0] / steps * 0.3 / math.sqrt(1 - 0.3**2)
        wandering = options["walk"] / math.sqrt(2 * 4 * beta / (1 - momentum)) / 2
        for case, allowed in (
            ("constant", SIGMAS * spread),
            ("step", SIGMAS * spread),
            ("slow wave", lag * change + 2 * SIGMAS * spread),
            ("random walk", SIGMAS * (wandering + 2 * spread)),
        ):
            law = "the norm is at its theoretical value up to noise and lag, where E L varies slowly or not"
            off = cases[case][method]["off"]
            yield _result("SMD-C1", law, steps // 4, off, allowed, f"simulation of {method}, {case}")
    for case, entry in cases.items():
        law = "w⁴ is L passed through a first-order filter of rate 4λη, also where it varies fast"
        allowed = entry["sgd"]["remainder"]
        yield _result("SMD-C1", law, steps, entry["sgd"]["tracking"], allowed, f"simulation of sgd, {case}")


def _vectors(summary: dict[str, Any]) -> Iterator[CheckResult]:
    options, vectors = summary["config"]["vectors"], summary["vectors"]
    replicas = options["replicas"]
    for method in ("sgd", "sgdm"):
        settled, dropped = vectors[f"{method}: settle"], vectors[f"{method}: none"]
        note = f"random vectors under {method}"
        law = "random gradients: the root mean square angle is arccos(1-λη/(1+α)) within 2 %"
        yield _result("SMD-T3", law, replicas, _off(settled["late_angle"]), 0.02, note)
        law = "new ‖w‖² over the one at the number of steps of Corollary 3.1: .8 at most, too early by far"
        yield _result("SMD-C31", law, replicas, 1 / dropped["norm_at_printed"], 0.8, note)
        law = "steps to within 5 % of the new norm: log((k-1)/.1025)(1-α)/(4λη), within a tenth"
        yield _result("SMD-C31", law, replicas, _off(dropped["steps"] / dropped["law_steps"]), 0.1, note)
        law = "rescaled weights keep their new norm within 5 % from the first step on"
        off = _farthest(vectors[f"{method}: weights"]["first_norm"])
        yield _result("SMD-RESCALE", law, replicas, off, 0.05, note)
    law = "the rescaled buffer makes the angle right within a tenth in the first 5 steps; alone, weights do not"
    with_buffer, alone = (vectors[f"sgdm: {how}"]["first_angle"][:5] for how in ("weights and buffer", "weights"))
    near, far = (abs(math.fsum(angles) / len(angles) - 1) for angles in (with_buffer, alone))
    yield _result("SMD-RESCALE", law, replicas, near, min(0.1, far), "random vectors under sgdm")
    law = "the norm's standard deviation is larger with momentum, at equal η and λ"
    plain, heavy = (vectors[f"{method}: settle"]["late_spread"] for method in ("sgd", "sgdm"))
    yield _result("SMD-R12", law, replicas, plain, heavy, "random vectors, sgd against sgdm")
    for name, entry in vectors.items():
        if name.startswith("rate: "):
            law = "the norm's rate of approach is the slow eigenvalue's, within a tenth"
            off = _off(entry["measured"] / entry["eigenvalue"])
            yield _result("SMD-R2", law, replicas, off, 0.1, f"random vectors, α = {entry['momentum']:g}")


def _networks(summary: dict[str, Any]) -> Iterator[CheckResult]:
    return at_rest(summary, STAGES)


def at_rest(summary: dict[str, Any], names: Iterable[str]) -> Iterator[CheckResult]:
    """Angles and norms of stages that have come to rest, against the prediction."""
    for name in names:
        entry, late = summary["stages"][name], summary["stages"][name]["late"]
        cases, note = _cases(entry), f"training run {name}{_silent(late)}"
        low, middle, high = late["spread"]["angle_rms"]
        law = "the median weight’s root mean square angle is the predicted one within a tenth"
        yield _result("SMD-ARCH", law, cases, _off(middle), 0.1, note)
        law = "nine of ten weights’ root mean square angles are the predicted one within a quarter"
        yield _result("SMD-ARCH", law, cases, _farthest((low, high)), 0.25, note)
        law = "the median weight’s norm is the predicted one, from the measured E h̃, within a tenth"
        claim = "SMD-T2-FIX" if entry["stage"]["momentum"] else "SMD-T1-FIX"
        yield _result(claim, law, cases, _off(late["ratio"][1]), 0.1, note)


def _assumptions(summary: dict[str, Any]) -> Iterator[CheckResult]:
    for name in STAGES:
        entry, late = summary["stages"][name], summary["stages"][name]["late"]
        cases, note = _cases(entry), f"training run {name}"
        if not entry["stage"]["momentum"]:
            continue
        law = "|E⟨v,g⟩| is below a fifth of E‖g‖², for nine of ten weights"
        yield _result("SMD-A5", law, cases, _largest(late["momentum"]), 0.2, note)
        law = "E⟨v,g⟩ moves the norm √(s E h̃) by less than a fifth, for nine of ten weights"
        moved = [abs(math.sqrt(max(1 + c, 0.0)) - 1) if c is not None else None for c in late["correction"]]
        yield _result("SMD-A5", law, cases, _largest(moved), 0.2, note)
        law = "h̃ is negative now and then, for 95 of 100 weights: no l > 0 is below it, as assumption 6 asks"
        yield _result("SMD-T2", law, cases, late["adjusted_least"][2], 0.0, note)


def _drops(summary: dict[str, Any]) -> Iterator[CheckResult]:
    stages = summary["stages"]
    for network in ("bn", "wn"):
        rescaled, dropped = (stages[f"{network}-sgdm-{how}"] for how in ("rescaled", "dropped"))
        law = "rescaled weights turn by angles nearer to the predicted one than others do (mean of |log ratio|)"
        near, far = (_distance(entry, rescaled["steps"]) for entry in (rescaled, dropped))
        note = f"training run {network}-sgdm, rate divided by 10"
        yield _result("SMD-RESCALE", law, _cases(rescaled), near, far, note)


def _scaling(summary: dict[str, Any]) -> Iterator[CheckResult]:
    for method in ("sgd", "sgdm"):
        small, large = (summary["stages"][f"bn-{method}{suffix}"] for suffix in ("-small", ""))
        yield accumulated(small, large, "four", scaling_ratio(summary, method), f"training runs bn-{method}")


def accumulated(small: dict[str, Any], large: dict[str, Any], count: str, expected: float, note: str) -> CheckResult:
    """The angle of so many small steps over that of a large one, against `expected`."""
    pairs = zip(small["late"]["accumulated"], large["late"]["step_angle"], strict=True)
    ratios = sorted(a / b for a, b in pairs if a is not None and b)
    middle = ratios[len(ratios) // 2] if ratios else None
    law = f"{count} small steps’ angle over one large step’s is that of uncorrelated gradients, within a fifth"
    off = None if middle is None else _off(middle / expected)
    return _result("SMD-LSP", law, _cases(small), off, 0.2, f"{note}, median filter")


def _silent(late: dict[str, Any]) -> str:
    """The weights that are left out: where no gradient comes, no equilibrium is."""
    return f"; without a gradient, and left out: {late['silent']:.0%}" if late["silent"] else ""


def _cases(entry: dict[str, Any]) -> int:
    return entry["weights"] * (entry["steps"] // 2)


def _off(ratio: float | None) -> float | None:
    return None if ratio is None else abs(ratio - 1)


def _farthest(ratios: Any) -> float | None:
    return None if None in ratios else max(abs(ratio - 1) for ratio in ratios)


def _largest(values: Any) -> float | None:
    return None if None in values else max(map(abs, values))


def _distance(entry: dict[str, Any], steps: int) -> float | None:
    """The mean of |log(angle/predicted)| of the median weight, over the bins of the first `steps` steps."""
    middles = [triple[1] for triple, end in zip(entry["angle"], entry["step"], strict=True) if end <= steps]
    if not all(middles):
        return None
    return math.fsum(abs(math.log(middle)) for middle in middles) / len(middles)


def _result(claim: str, law: str, cases: int, worst: float | None, allowed: float | None, note: str) -> CheckResult:
    if worst is None or allowed is None:
        worst, allowed = math.inf, 0.0
    dtype = "float32" if note.startswith("training") else "float64"
    return CheckResult(claim, law, cases, worst, allowed, dtype, "cpu", worst <= allowed, note)
