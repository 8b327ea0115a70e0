"""OD-EPS: the table of what ε takes from the claims, its experiment, its record and its page."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from interruptions import Interruption, interrupt_at

from derivations import CLAIMS
from verify.epsilon import ADAM_EPS, LAYER_EPS, SETTINGS, VIOLATIONS, function, narrow, norms, powers, slope_of
from verify.experiments import epsilon
from verify.experiments.epsilon import Config
from verify.experiments.epsilon_figures import FIGURES
from verify.experiments.epsilon_tables import evidence
from verify.experiments.short import short
from verify.experiments.trajectories import write
from verify.recording import summary_path
from verify.report.collect import collect
from verify.report.render import render
from verify.report.training import training
from verify.tolerance import roundoff

RECORDED = Path(__file__).parents[1] / "reports" / "data" / "epsilon.json"
FINDING = next(claim for claim in CLAIMS if claim.id == "OD-EPS").finding


def about(claim):
    return next(function(v) for v in VIOLATIONS if claim in v.claims)


def test_the_table_names_claims_that_there_are():
    assert {name for v in VIOLATIONS for name in v.claims} <= {claim.id for claim in CLAIMS}


def test_norms_of_one_per_cent_solve_their_equations():
    tangency, adam = about("SP-L1"), about("OD-SCALE")
    side, norm = norms(tangency, 0.01)
    assert side == "below" and norm == pytest.approx((99 * LAYER_EPS) ** 0.5, rel=roundoff(20), abs=0)
    side, norm = norms(adam, 0.01)
    assert side == "above" and norm == pytest.approx(SETTINGS["n"] / (99 * ADAM_EPS), rel=roundoff(20), abs=0)
    assert norms(about("AP-L21"), 0.01) is None  # the growth of the norm: no r makes up for c and G
    growth = next(v for v in VIOLATIONS if "AP-L21" in v.claims)
    for level in (0.01, 0.5):
        steep = replace(growth, size=growth.size * slope_of(level) * (1 + 1e-3))
        assert norms(function(steep), level)[0] == "above"
        assert norms(function(replace(growth, size=growth.size * slope_of(level) * (1 - 1e-3))), level) is None


def test_the_finding_says_what_the_formulas_give():
    rest, printed = about("SMD-T1-FIX"), about("SP-NU")
    found = [norms(about("SP-L1"), 0.01), norms(about("SP-L1"), 0.5), norms(rest, 0.01), norms(rest, 1.0)]
    assert [f"{norm:.2g}" for _, norm in found] == ["0.031", "0.0032", "0.18", "0.056"]
    assert all(f"{norm:.2g}" in FINDING for _, norm in found)
    assert f"{norms(printed, 0.01)[1] / SETTINGS['n']:.1e}" == "1.4e+03" and r"1.4\cdot10^3n" in FINDING


def test_a_decay_below_half_a_unit_does_nothing_and_above_a_unit_it_acts():
    for dtype, row in narrow().items():
        weights = torch.randn(200, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
        weights = weights.to(getattr(torch, dtype))
        for factor, acts in ((0.99, False), (2.01, True)):
            p = torch.nn.Parameter(weights.clone())
            p.grad = torch.zeros_like(p)
            torch.optim.SGD([p], lr=1.0, weight_decay=factor * row["decay"]).step()
            assert bool((p != weights).all()) is acts and bool((p != weights).any()) is acts, dtype


def test_a_decay_far_below_half_a_unit_acts_beside_gradients_as_long_as_the_gaps():
    generator, steps, lr, decay = torch.Generator().manual_seed(0), 50, 0.1, 1e-2
    weights = torch.randn(10_000, generator=generator).to(torch.bfloat16)
    assert lr * decay < narrow()["bfloat16"]["decay"]
    runs = [torch.nn.Parameter(weights.clone()) for _ in range(2)]
    coupled, bare = (torch.optim.SGD([p], lr=lr, weight_decay=rate) for p, rate in zip(runs, (decay, 0.0), strict=True))
    for _ in range(steps):
        gradient = (0.2 * torch.randn(len(weights), generator=generator)).to(torch.bfloat16)
        for p, optimizer in zip(runs, (coupled, bare), strict=True):
            p.grad = gradient.clone()
            optimizer.step()
    w = weights.double()
    shrunk, kept = (float(p.detach().double() @ w / (w @ w)) for p in runs)
    assert shrunk / kept == pytest.approx((1 - lr * decay) ** steps, abs=0.005)


def test_a_small_decay_of_adamw_is_lost_beside_any_gradient_unless_it_is_fused():
    generator = torch.Generator().manual_seed(0)
    weights, *gradients = torch.randn(21, 4096, generator=generator).to(torch.bfloat16)

    def after(decay, fused):
        p = torch.nn.Parameter(weights.clone())
        optimizer = torch.optim.AdamW([p], lr=0.02, weight_decay=decay, betas=(0.0, 0.999), fused=fused)
        for gradient in gradients:
            p.grad = gradient.clone()
            optimizer.step()
        return p.detach()

    assert narrow()["bfloat16"]["decay"] > 0.02 * 0.09
    assert torch.equal(after(0.09, False), after(0.0, False))
    assert not torch.equal(after(0.09, True), after(0.0, True))


def turned(spread, share):
    """The mean of (1 - cos Δ)/(ηλ) of AdamW, β₁ = 0, whose gradients are isotropic up to factors of 1 … 10^spread."""
    generator, size, lr, decay, steps = torch.Generator().manual_seed(0), 16, 1e-2, 1.0, 4000
    start = (lr * size / (decay * (2 - lr * decay))) ** 0.5
    w, v = torch.ones(size, dtype=torch.float64) * start / size**0.5, torch.zeros(size, dtype=torch.float64)
    noise = torch.randn(steps, size, generator=generator, dtype=torch.float64)
    noise *= torch.logspace(-spread / 2, spread / 2, size, dtype=torch.float64)
    found = []
    for k, g in enumerate(noise, 1):
        g = (g - (g @ w) / (w @ w) * w) / w.norm()
        v = 0.999 * v + 0.001 * g * g
        after = (1 - lr * decay) * w - lr * g / ((v / (1 - 0.999**k)).sqrt() + share / start)
        found.append(1 - float(after @ w / (after.norm() * w.norm())))
        w = after
    return sum(found[steps // 2 :]) / (steps // 2 * lr * decay)


def test_the_angle_at_rest_depends_on_an_epsilon_where_the_roots_differ():
    assert turned(0, 0.0) == pytest.approx(1, abs=0.01) and turned(0, 100.0) == pytest.approx(1, abs=0.01)
    assert turned(3, 0.0) > 1.15 and turned(3, 100.0) == pytest.approx(1, abs=0.02)


def test_an_epsilon_has_the_power_of_its_place():
    found = powers()
    assert {"adam-torch", "adamw", "adamp"} <= set(found["1"]) and {"adam", "adadelta"} <= set(found["2"])
    assert "radam" in found["none"]


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    return epsilon.run(Config.tiny(), folder=tmp_path_factory.mktemp("epsilon"))


def test_an_interrupted_run_resumes_to_the_same_summary(summary, tmp_path):
    with pytest.raises(Interruption):
        epsilon.run(Config.tiny(), folder=tmp_path, progress=interrupt_at("adam", 1))
    assert epsilon.run(Config.tiny(), folder=tmp_path) == summary
    with pytest.raises(ValueError, match="another configuration"):
        epsilon.run(replace(Config.tiny(), seed=1), folder=tmp_path)


def test_the_recorded_run_keeps_its_laws():
    found = evidence(json.loads(RECORDED.read_text(encoding="utf-8")))
    assert len(found) > 10 and all(result.passed for result in found)


@pytest.mark.parametrize(
    ("where", "wrong", "law"),
    [
        (("layers", 3, "error", "float64"), 1e-9, "radial part"),
        (("adam", 12, "error", "float64"), 1e-8, "without ε"),
        (("lost", 8, "bfloat16", "sgd", 0), 0.9, "SGD: the coordinates"),
        (("lost", 8, "bfloat16", "adam", 0), 0.5, "Adam: the coordinates"),
        (("lost", 8, "float16", "broken", 0), 0.01, "not finite"),
        (("lost", 8, "float32", "growth", 0), 1e9, "rounding moves"),
    ],
)
def test_a_wrong_number_in_the_recorded_run_fails_its_law_and_no_other(where, wrong, law):
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    *path, last = where
    part = recorded
    for name in path:
        part = part[name]
    part[last] = wrong
    failed = [result.law for result in evidence(recorded) if not result.passed]
    assert len(failed) == 1 and law in failed[0]


def test_the_page_shows_figures_and_tables(tmp_path, summary):
    write(summary, tmp_path / summary_path("epsilon"))
    found = training(tmp_path)
    page = render(collect((), ()), found.experiments)["ours.md"]
    assert "![epsilon-layer](figures/epsilon-layer.svg)" in page
    assert "| below 0.031 | below 0.0032 |" in page
    shown = found.experiments["ours"].tables
    assert len(shown) == 5 and all(len(row) == len(table.head) for table in shown for row in table.rows)
    assert {f"figures/{figure[0]}.svg" for figure in FIGURES} < set(found.files)


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (1e-5, "10⁻⁵"), (0.0018, "0.0018"), (173.2, "173")])
def test_numbers_are_short(value, text):
    assert short(value) == text and not re.search("e[-+]", text)
