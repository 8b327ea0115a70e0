"""ε and rounding in words: which claim is off by how much at which norm, what was measured, and the laws judged."""

import math
from collections.abc import Iterator
from typing import Any

import torch

from verify.epsilon import SETTINGS, VIOLATIONS, function, narrow, norms, powers, slope_of
from verify.experiments.epsilon_every import every_claim
from verify.experiments.epsilon_layers import EPS
from verify.experiments.short import short
from verify.experiments.tables import Table
from verify.results import CheckResult

CLAIM = "OD-EPS"
SHOWN = (1e-3, 1e-1, 1.0, 1e3)


def tables(summary: dict[str, Any]) -> tuple[Table, ...]:
    """Claims by norm, every claim, schemes by the power of their ε, dtypes, ResNet20, AdamW at rest."""
    every = every_claim(summary["claims"]) if "claims" in summary else ()
    return (_claims(), *every, _powers(), _dtypes(), _network(summary), _rest(summary))


def evidence(summary: dict[str, Any]) -> tuple[CheckResult, ...]:
    """The laws on what was measured: exact ones told by two dtypes, bounds by counting."""
    return (*_exact(summary), *_bounded(summary))


def _claims() -> Table:
    rows = []
    for violation in VIOLATIONS:
        size = function(violation)
        limits = (norms(size, 0.01), norms(size, 0.5))
        rows.append(
            (
                ", ".join(violation.claims),
                violation.what,
                f"${violation.latex}$",
                *(short(size(r)) for r in SHOWN),
                *("never" if limit is None else f"{limit[0]} {short(limit[1])}" for limit in limits),
            )
        )
    given = ", ".join(f"{short(SETTINGS[n])} for {w}" for n, w in (("n", "n"), ("eta", "η"), ("lambda", "λ")))
    return Table(
        "What ε takes from each statement that assumed 0, by the norm r of the weight; κ = ε/(r²s² + ε). Layer: "
        f"ε = 10⁻⁵; Adam: ε = 10⁻⁸, no L2 in its gradient. The numbers, at every r: 1 for s, γ, c = γ∂L/∂γ and "
        f"G = r²‖∇L‖², {given}. Never: at no norm with these numbers; the growth of ‖w‖² is off by 1 % at long weights "
        f"from c/G = {short(slope_of(0.01))} on, and by half from {short(slope_of(0.5))} on. What training makes of it "
        "stands below.",
        ("claims", "what is off", "by", *(f"r = {short(r)}" for r in SHOWN), "by 1 %: r", "by half: r"),
        tuple(rows),
    )


def _powers() -> Table:
    words = {"2": "r²ε", "1": "rε", "-1": "ε/r", "0": "ε", "none": "no law"}
    return Table(
        "An optimizer’s ε at the norm r is, at norm 1 (OD-SCALE read backwards):",
        ("at norm 1", "schemes"),
        tuple((words[power], ", ".join(schemes)) for power, schemes in sorted(powers().items())),
    )


def _dtypes() -> Table:
    rows = [
        (dtype, short(row["growth"]), short(row["sgd"]), short(row["adam"]), short(row["decay"]), short(row["moment"]))
        for dtype, row in narrow().items()
    ]
    return Table(
        "Where rounding to nearest takes over, weights and buffers in the dtype: the norm from which on the growth of "
        "‖w‖² (AP-L21, SMD-E13, PSI-L1) may be lost, η = 0.1 and G = 1; from which on a coordinate with "
        "|∇ᵢL(u)| = |uᵢ| stands still under SGD, and one of r/√576 under Adam with steps of η = 10⁻³ (the "
        "first; later ones may be longer); the ηλ below which a decay rounded on its own does nothing at any norm; "
        "the norm from which on Adam’s first v is 0, n = 10⁻², β₂ = 0.999.",
        ("dtype", "growth lost from r", "SGD still from r", "Adam still from r", "no decay below ηλ", "v = 0 from r"),
        tuple(rows),
    )


def _network(summary: dict[str, Any]) -> Table:
    found = summary["training"]
    names = {
        "r": "norm r",
        "s": "s",
        "n": "n, of one gradient",
        "tangency": "κ: Lemma 1",
        "growth": "share of ε in the growth of ‖w‖²",
        "decay": "radial part over the decay",
    }
    rows = [
        (words, *(", ".join(short(v) for v in look[name]) for look in found["looks"])) for name, words in names.items()
    ]
    filters = found["looks"][0]["filters"]
    return Table(
        f"ResNet20 of width {summary['config']['width']} on digits, BN’s ε = {short(EPS)}, SGD with η = "
        f"{short(found['lr'])} and λ = {short(found['weight_decay'])} on all parameters, batches of "
        f"{summary['config']['batch_size']}: least, median and largest of {filters} filters.",
        ("", *(f"step {look['step']}" for look in found["looks"])),
        tuple(rows),
    )


def _rest(summary: dict[str, Any]) -> Table:
    rows = [
        (short(e["share"]), f"{e['norm']:.3f}", f"{e['expected']:.3f}", f"{e['cosine']:.3f}") for e in summary["rest"]
    ]
    return Table(
        "AdamW without momentum on random tangent gradients, alike in all of 64 coordinates, ηλ = 0.01: means over "
        f"the last half of {summary['config']['rest_steps']} steps. The mean-field law leaves out what √v̂ fluctuates.",
        ("r₀ε/n", "‖w‖/r₀", "by the law", "(1 − cos Δ)/(ηλ)"),
        tuple(rows),
    )


def _exact(summary: dict[str, Any]) -> Iterator[CheckResult]:
    ratio = (torch.finfo(torch.float64).eps / torch.finfo(torch.float32).eps) ** 0.5
    laws = {
        "layers": "ResNet20: the radial part of every filter's gradient is κγ∂L/∂γ",
        "adam": "torch.optim.Adam: each coordinate's step is 1-κ times that without ε",
    }
    for part, law in laws.items():
        errors = [entry["error"] for entry in summary[part]]
        coarse, fine = (max(e[d] for e in errors if e[d] is not None) for d in ("float32", "float64"))
        note = "worst of all norms, judged by float32"
        yield CheckResult(CLAIM, law, len(errors), fine, coarse * ratio, "float64", "cpu", fine <= coarse * ratio, note)


def _bounded(summary: dict[str, Any]) -> Iterator[CheckResult]:
    """Shares are of 1024 coordinates: a hundredth of one coordinate stands for the digits that a record keeps."""
    slack = 1e-5
    for dtype in ("bfloat16", "float16", "float32", "float64"):
        entries = [e[dtype] for e in summary["lost"] if dtype in e]
        for name, words in (("sgd", "SGD"), ("adam", "Adam")):
            found = [e[name] for e in entries if name == "sgd" or not e["broken"][1]]
            off = max((max(low - moved, moved - high) for moved, low, high in found), default=-math.inf)
            law = f"{words}: the coordinates that move are as many as those whose steps are above u|w| … u|w|/2"
            if found:
                yield CheckResult(CLAIM, law, len(found), max(off, 0.0), slack, dtype, "cpu", off <= slack, BEYOND)
        off = max(abs(a - b) for a, b in (e["broken"] for e in entries))
        law = "Adam without ε: the coordinates that are not finite are as many as those whose first v rounds to 0"
        yield CheckResult(CLAIM, law, len(entries), off, slack, dtype, "cpu", off <= slack, BEYOND)
        if dtype != "float64":  # float64 is what the others are measured in
            worst = max(off / bound for off, bound in (e["growth"] for e in entries))
            law = "rounding moves ‖w‖² by at most (2u + u²)‖w‖²"
            yield CheckResult(CLAIM, law, len(entries), worst, 1.0, dtype, "cpu", worst <= 1, "share of the bound")


BEYOND = "share of the coordinates, beyond"
