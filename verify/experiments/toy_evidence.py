"""What the recorded search and map of the toy say about AP-TOY: its summary as check results, and as tables."""

from collections.abc import Iterator
from typing import Any

from derivations.adamp.toy import LEARNING_RATE, PRINTED, START, STEPS
from verify.experiments.tables import Table
from verify.experiments.toy_runs import METHODS, RULES
from verify.results import CheckResult

CLAIM = "AP-TOY"
LABELS = {"GD": "GD", "momentum": "GD + momentum", "ours": "GD + momentum + projection"}
FITTING = {"(1 − cos)²", "s(1 − cos)²", "(1 − cos)^p"}


def evidence(summary: dict[str, Any]) -> tuple[CheckResult, ...]:
    """Which objectives and rules give the fourteen numbers, which do not; what tuned learning rates give."""
    return (*_search(summary), *_tuned(summary))


def _search(summary: dict[str, Any]) -> Iterator[CheckResult]:
    evaluations = _evaluations(summary)
    for entry in summary["search"]:
        note = f"search: {_name(entry)}"
        if entry["objective"] in FITTING and entry["rule"] == "as printed":
            law = "a setting gives all fourteen numbers: largest residual, in half units of the last digit"
            yield _result(law, evaluations, entry["residual"], 1.0, note)
        else:
            law = "no setting found gives all fourteen numbers: one over the largest residual of the best"
            yield _result(law, evaluations, 1 / entry["residual"], 0.5, note)
        if entry["objective"] == "(1 − cos)^p":
            law = "the exponents that give all fourteen numbers are 2 within a hundredth"
            off = max(abs(p - 2) for p in entry["within"]["exponent"]) if entry["within"] else None
            yield _result(law, evaluations, off, 0.01, note)


def _tuned(summary: dict[str, Any]) -> Iterator[CheckResult]:
    grid = summary["config"]["grid"]
    cases = grid["starts"] * grid["rates"]
    gd, *others = summary["surroundings"]["(1 − cos)²"]["tuned"]
    for heavy, ours in zip(others[:3], others[3:], strict=True):
        note = f"tuned, (1 − cos)², momentum {heavy['momentum']:g}"
        law = "at tuned rates GD ends below momentum: mean loss of GD over that of momentum"
        yield _result(law, cases, gd["mean_loss"] / heavy["mean_loss"], 1.0, note)
        law = "at tuned rates projection ends below GD: its mean loss over that of GD"
        yield _result(law, cases, ours["mean_loss"] / gd["mean_loss"], 1.0, note)
    gd, *others = summary["surroundings"]["1 − cos"]["tuned"]
    for heavy, ours in zip(others[:3], others[3:], strict=True):
        note = f"tuned, 1 − cos, momentum {heavy['momentum']:g}"
        law = "on 1 − cos GD arrives first at tuned rates: its steps over those of projection"
        yield _result(law, cases, gd["steps"] / ours["steps"], 1.0, note)
        law = "on 1 − cos projection arrives before momentum at tuned rates: its steps over those of momentum"
        yield _result(law, cases, ours["steps"] / heavy["steps"], 1.0, note)


def tables(summary: dict[str, Any]) -> tuple[Table, ...]:
    """The fourteen numbers beside ours, the variants that were searched, the tuned rates."""
    return (_fourteen(summary), _variants(summary), _rates(summary))


def _fourteen(summary: dict[str, Any]) -> Table:
    found = summary["setting"]
    losses, norms = found["residuals"][:7], found["residuals"][7:]
    rows = tuple(
        (
            LABELS[run.method],
            f"{float(run.momentum):g}" if run.momentum else "",
            f"{float(run.loss):.4f}",
            f"{loss:.7f}",
            f"{off_loss:.2f}",
            f"{float(run.norm):.2f}",
            f"{norm:.4f}",
            f"{off_norm:.2f}",
        )
        for run, loss, norm, off_loss, off_norm in zip(
            PRINTED, found["losses"], found["norms"], losses, norms, strict=True
        )
    )
    point = ", ".join(f"{float(value):g}" for value in START)
    return Table(
        f"The fourteen printed numbers at iteration {STEPS} beside what (1 − cos)² gives from "
        f"$w=({point})$, $w^*=(1, 0)$, learning rate {float(LEARNING_RATE):g}. Residual: the difference in half units "
        "of the last printed digit; at most 1 rounds to the printed number.",
        ("method", "momentum", "loss, printed", "here", "residual", "norm, printed", "here", "residual"),
        rows,
    )


def _variants(summary: dict[str, Any]) -> Table:
    def parameters(entry: dict[str, Any]) -> str:
        return ", ".join(f"{name} {value:.4g}" for name, value in entry["parameters"].items())

    rows = tuple(
        (entry["objective"], RULES[entry["rule"]], str(entry["steps"]), parameters(entry), f"{entry['residual']:.3g}")
        for entry in summary["search"]
    )
    return Table(
        f"What was searched over, {_evaluations(summary)} settings each: learning rate, angle of the start to $-w^*$, "
        "its norm, and the scale s or the exponent p. The largest of the fourteen residuals at the best setting.",
        ("objective", "rule", "steps", "best setting", "largest residual"),
        rows,
    )


def _rates(summary: dict[str, Any]) -> Table:
    around, grid = summary["surroundings"], summary["config"]["grid"]
    rows = []
    for i, method in enumerate(METHODS):
        row = [LABELS[method], f"{float(PRINTED[i].momentum):g}" if PRINTED[i].momentum else ""]
        for name in around:
            best = around[name]["tuned"][i]
            row += [f"{best['mean_loss']:.2g}", f"{best['steps']:.0f}"]
        rows.append(tuple(row))
    head = ("method", "momentum", *(f"{kind}, {name}" for name in around for kind in ("mean loss", "mean steps")))
    return Table(
        f"Tuned with equal budget: {grid['rates']} learning rates from 10^{grid['low']:g} to 10^{grid['high']:g}, one "
        f"for all of {grid['starts']} starts on the unit circle; the least mean loss after {grid['steps']} steps (a "
        f"loss below {grid['floor']:g} counts as that), and the least mean number of steps to 1 − cos = "
        f"{grid['reached']:g}, where a run that does not arrive counts {grid['steps']}.",
        head,
        tuple(rows),
    )


def _evaluations(summary: dict[str, Any]) -> int:
    options = summary["config"]["search"]
    return options["population"] * (options["first"] + options["generations"])


def _name(entry: dict[str, Any]) -> str:
    steps = "" if entry["steps"] == STEPS else f", {entry['steps']} steps"
    return f"{entry['objective']}, {entry['rule']}{steps}"


def _result(law: str, cases: int, worst: float | None, allowed: float, note: str) -> CheckResult:
    ok = worst is not None and worst <= allowed
    return CheckResult(CLAIM, law, cases, float("inf") if worst is None else worst, allowed, "float64", "cpu", ok, note)
