"""The 2D toy of 003: its simulation against another route, its search, its map, its record and its pages."""

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from interruptions import Interruption, interrupt_at

from verify.experiments import toy
from verify.experiments.toy import Config
from verify.experiments.toy_evidence import evidence, tables
from verify.experiments.toy_figures import FIGURES, draw
from verify.experiments.toy_map import GD, MOMENTUM, OURS, Grid, surroundings
from verify.experiments.toy_runs import METHODS, MOMENTA, RULES, end, near_antipode, power, squared_angle, walk
from verify.experiments.toy_search import Search, Variant, search
from verify.experiments.trajectories import write
from verify.recording import summary_path
from verify.report.collect import collect
from verify.report.render import render
from verify.report.training import training
from verify.tolerance import amplification, roundoff

RECORDED = Path(__file__).parents[1] / "reports" / "data" / "toy.json"
OBJECTIVES = {
    "(1 - cos)²": (power(2.0), lambda cosine: (1 - cosine) ** 2),
    "3(1 - cos)": (power(1.0, 3.0), lambda cosine: 3 * (1 - cosine)),
    "θ²/2": (squared_angle(0.5), lambda cosine: cosine.acos() ** 2 / 2),
}


def by_autograd(rule, run, start, lr, loss, steps):
    """The same run on real vectors: gradients by autograd, the rule written out."""
    beta = MOMENTA[run]
    w = torch.tensor([start.real, start.imag], dtype=torch.float64)
    p, last = torch.zeros_like(w), None
    for _ in range(steps):
        w.requires_grad_(True)
        (g,) = torch.autograd.grad(loss(w[0] / w.norm()), w)
        w = w.detach()
        used, last = (g if last is None else last) if rule == "late gradient" else g, g
        p = beta * p + (1 - beta if rule == "dampening" else 1) * used
        q = used + beta * p if rule == "Nesterov" else p
        across = torch.stack([-w[1], w[0]]) / w.norm()
        if METHODS[run] == "ours":
            q = q.dot(across) * across
            if rule == "projected buffer":
                p = p.dot(across) * across
        w = w - lr * q
    return complex(*w.tolist())


@pytest.mark.parametrize("rule", RULES)
@settings(deadline=None, max_examples=6)
@given(
    name=st.sampled_from(sorted(OBJECTIVES)),
    run=st.integers(0, 6),
    angle=st.floats(0.3, 2.8),
    norm=st.floats(0.5, 2.0),
    lr=st.floats(1e-3, 0.05),
)
def test_every_rule_and_objective_moves_as_vectors_do_under_autograd(rule, name, run, angle, norm, lr):
    objective, loss = OBJECTIVES[name]
    start = near_antipode(np.array([angle]), norm)
    *_, points = islice(walk(start, np.array([lr]), objective, rule), 12)

    def followed(x):
        return torch.view_as_real(torch.tensor(by_autograd(rule, run, complex(*x.tolist()), lr, loss, 12)))

    # fewer than a hundred operations a step
    allowed = roundoff(12 * 100) * amplification(followed, torch.tensor([start[0].real, start[0].imag])) * abs(start[0])
    assert abs(points[run, 0] - by_autograd(rule, run, start[0], lr, loss, 12)) <= allowed


def test_the_search_finds_the_setting_from_nothing_and_none_for_the_objective_of_the_text():
    options = Search(population=32, generations=80)
    found = search(Variant("(1 − cos)²"), options, seed=3)
    assert found["residual"] <= 1 and found["parameters"]["rate"] == pytest.approx(0.01, rel=0.01)
    assert search(Variant("s(1 − cos)"), options, seed=3)["residual"] > 10


def test_the_map_names_the_method_with_the_lowest_loss():
    grid = Grid(starts=3, rates=4, low=-2.0, high=0.0, steps=60)
    winners = surroundings("(1 − cos)²", grid)["winners"]["0.95"]
    for i, angle in enumerate(grid.angles):
        for j, rate in enumerate(grid.learning_rates):
            losses = end(np.exp(1j * np.array([angle])), np.array([rate]), power(2.0), 60)[0][:, 0]
            lowest = min((losses[0], GD), (losses[2], MOMENTUM), (losses[5], OURS))[1]
            assert winners[i][j] == lowest


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    return toy.run(Config.tiny(), folder=tmp_path_factory.mktemp("toy"))


def test_an_interrupted_run_resumes_to_the_same_summary(summary, tmp_path):
    for phase, step in (("search", 3), ("map", 1)):
        with pytest.raises(Interruption):
            toy.run(Config.tiny(), folder=tmp_path, progress=interrupt_at(phase, step))
    assert toy.run(Config.tiny(), folder=tmp_path) == summary
    with pytest.raises(ValueError, match="another configuration"):
        toy.run(replace(Config.tiny(), seed=1), folder=tmp_path)


def test_the_recorded_run_keeps_its_laws():
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert all(result.passed for result in evidence(recorded))
    assert max(recorded["setting"]["residuals"]) <= 1 and len(recorded["setting"]["residuals"]) == 14


@pytest.mark.parametrize(
    ("where", "wrong", "note"),
    [
        (("search", 0, "residual"), 1.01, "search: (1 − cos)², as printed"),
        (("search", 3, "residual"), 1.5, "search: s(1 − cos), as printed"),
        (("search", 2, "within", "exponent", 1), 2.02, "search: (1 − cos)^p, as printed"),
        (("search", 2, "within"), None, "search: (1 − cos)^p, as printed"),
        (("surroundings", "(1 − cos)²", "tuned", 4, "mean_loss"), 1e-5, "tuned, (1 − cos)², momentum 0.9"),
        (("surroundings", "1 − cos", "tuned", 6, "steps"), 4.0, "tuned, 1 − cos, momentum 0.99"),
    ],
)
def test_a_wrong_number_in_the_recorded_run_fails_its_law_and_no_other(where, wrong, note):
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    *path, last = where
    part = recorded
    for name in path:
        part = part[name]
    part[last] = wrong
    assert {result.note for result in evidence(recorded) if not result.passed} == {note}


def test_the_page_shows_figures_and_the_fourteen_numbers_beside_ours(tmp_path, summary):
    write(summary, tmp_path / summary_path("toy"))
    found = training(tmp_path)
    page = render(collect((), ()), found.experiments)["003-adamp.md"]
    assert "![toy-paths](figures/toy-paths.svg)" in page
    assert "| GD + momentum | 0.99 | 0.0155 | 0.0155085 | 0.17 | 27.85 | 27.8462 | 0.76 |" in page
    first = tables(summary)[0]
    assert len(first.rows) == 7 and all(len(row) == len(first.head) for row in first.rows)
    assert {f"figures/{figure[0]}.svg" for figure in FIGURES} < set(found.files)
    assert [d.svg for d in draw(summary)] == [found.files[f"figures/{figure[0]}.svg"] for figure in FIGURES]
