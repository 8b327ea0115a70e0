"""The experiment on 004: its networks against torch's, its stack against single runs, its checkpoints and its laws."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from interruptions import Interruption, interrupt_at
from torch import nn

from impl.data import Dataset
from impl.optim import PSISGD
from verify.experiments import psi, psi_convergence, psi_unbalanced
from verify.experiments.psi import Config
from verify.experiments.psi_convergence import Convergence
from verify.experiments.psi_evidence import evidence
from verify.experiments.psi_figures import FIGURES, LABELS, draw
from verify.experiments.psi_stack import METHODS, Stack, batch_norm
from verify.experiments.psi_tables import tables
from verify.experiments.psi_unbalanced import Unbalanced
from verify.experiments.trajectories import write
from verify.recording import record, summary_path
from verify.report.collect import collect
from verify.report.render import render
from verify.report.training import training
from verify.tolerance import roundoff

TINY = Config.tiny()
RECORDED = Path(__file__).parents[1] / "reports" / "data" / "psi.json"
FACTOR = 2.0**13


def small_data():
    generator = torch.Generator().manual_seed(0)
    images, labels = torch.randn(90, 1, 4, 4, generator=generator), torch.arange(90) % 4
    return Dataset("noise", 4, images[:80], labels[:80], images[80:], labels[80:])


@pytest.fixture(autouse=True)
def quick_data(monkeypatch):
    monkeypatch.setattr(psi, "digits", small_data)


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psi, "digits", small_data)
        return psi.run(TINY, folder=tmp_path_factory.mktemp("psi"))


@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_batch_normalisation_is_that_of_torch(eps):
    generator = torch.Generator().manual_seed(0)
    z, (gamma, beta) = torch.randn(7, 3, generator=generator), torch.randn(2, 3, generator=generator)
    expected = nn.functional.batch_norm(z, None, None, gamma, beta, training=True, eps=eps)
    # what is divided by σ, and then multiplied and moved, cancels at most to its own size
    size = gamma.abs().max() * z.abs().max() / z.std(0, correction=0).min() + beta.abs().max()
    torch.testing.assert_close(
        batch_norm(z, gamma, beta, eps), expected, rtol=0, atol=roundoff(4 * 7 + 8, torch.float32) * size.item()
    )
    assert (batch_norm(z, gamma, beta, eps + 0.1) - expected).abs().max() > 1e-2


def test_the_networks_of_a_stack_train_as_a_module_of_torch_does_alone():
    """The second seed and rate of a stack against nn.Sequential with PSISGD: network, loss, batches, optimizer."""
    data, o = small_data(), Unbalanced(hidden=3, batch_size=20, steps=5, seeds=2)
    start = psi_unbalanced._start(o, data, 0, "neurons", 8.0, torch.float64)
    stack = Stack("psi-sgd", start, psi_unbalanced.INVARIANT, [0.1, 0.2])
    batches = psi_unbalanced._batches(o, data, 0)
    module = nn.Sequential(
        nn.Linear(16, 3, bias=False), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4)
    ).double()
    with torch.no_grad():
        module[0].weight.copy_(start["first"][1])
        module[3].weight.copy_(start["second"][1])
    weights = [module[0].weight, module[3].weight]
    rest = [p for layer in (module[1], module[4]) for p in layer.parameters()]
    alone = PSISGD([{"params": weights}, {"params": rest, "invariant": None}], lr=0.2, max_norm=None)
    for t in range(o.steps):
        losses, gradients = stack.gradients(
            psi_unbalanced._loss, *psi_unbalanced._batch(batches, t, torch.float64), 1e-5
        )
        images, labels = batches[1][t]
        loss = nn.functional.cross_entropy(module(images.flatten(1).double()), labels)
        alone.zero_grad()
        loss.backward()
        torch.testing.assert_close(losses[1, 1], loss.detach())
        stack.step(gradients)
        alone.step()
    torch.testing.assert_close(stack.weights["first"][1, 1], module[0].weight.detach())
    torch.testing.assert_close(stack.weights["gamma second"][1, 1], module[4].weight.detach())
    assert (stack.weights["first"][0, 1] - module[0].weight).abs().max() > 1e-4


@pytest.mark.parametrize("method", METHODS)
def test_every_method_moves_every_network_by_its_own_gradient(method):
    starts = {"w": torch.ones(2, 3, 4), "g": torch.ones(2, 5)}
    stack = Stack(method, starts, ["w"], [0.1, 0.2])
    before = {name: value.clone() for name, value in stack.weights.items()}
    gradients = {name: torch.zeros_like(value) for name, value in stack.weights.items()}
    gradients["w"][1, 0, 2, 1], gradients["g"][0, 1, 3] = 1.0, 1.0
    stack.step(gradients)
    moved = {name: (value - before[name]).abs().flatten(2).sum(-1) > 1e-6 for name, value in stack.weights.items()}
    expected_w = torch.tensor([[False, False], [True, False]])
    if method == "sgd-g-published":  # the orthogonality term moves neurons that are not orthogonal, all of them
        expected_w = moved["w"]
    assert torch.equal(moved["w"], expected_w)
    assert torch.equal(moved["g"], torch.tensor([[False, True], [False, False]]))


def distance(method, factor, eps, balanced_eps):
    """The largest distance of the unit weights after five steps from the balanced start and from (factor, 1/factor)."""
    data, o = small_data(), Unbalanced(hidden=3, batch_size=20, seeds=2)
    batches, ways = psi_unbalanced._batches(o, data, 0), []
    for start, e in (("balanced", balanced_eps), ("layers", eps)):
        weights = psi_unbalanced._start(o, data, 0, start, factor, torch.float64)
        stack = Stack(method, weights, psi_unbalanced.INVARIANT, [0.1])
        for t in range(5):
            stack.step(stack.gradients(psi_unbalanced._loss, *psi_unbalanced._batch(batches, t, torch.float64), e)[1])
        ways.append(stack.directions())
    return max(float((u - v).norm(dim=-1).max()) for u, v in zip(*ways, strict=True))


@pytest.mark.parametrize("method", ["psi-sgd", "psi-sgdm"])
def test_theorem_1_holds_bit_for_bit_and_a_factor_is_another_epsilon(method):
    assert distance(method, FACTOR, 0.0, 0.0) == 0
    assert distance(method, FACTOR, 1e-5, (1e-5 / FACTOR**2, 1e-5 * FACTOR**2)) == 0
    assert distance(method, FACTOR, 1e-5, 1e-5) > 1e-3
    assert distance("sgd", FACTOR, 0.0, 0.0) > 1e-3


@pytest.mark.parametrize("place", psi_convergence.PLACES)
def test_the_norm_at_v_is_the_gradient_norm_at_unit_weights(place):
    o = Convergence(samples=30, hidden=5)
    x, y, start = psi_convergence._problem(o, place, 3)
    start = {name: value.double() for name, value in start.items()}
    invariant = psi_convergence.PLACES[place]
    unit = {n: nn.functional.normalize(v, dim=-1) if n in invariant else v for n, v in start.items()}

    def measured(weights):
        stack = Stack("sgd", {name: value[None] for name, value in weights.items()}, invariant, [0.1])
        return psi_convergence._measure(
            stack, *stack.gradients(psi_convergence._loss, x[None].double(), y[None].double(), place)
        )

    here, there = measured(start), measured(unit)
    torch.testing.assert_close(here["sphere"], there["weights"])
    torch.testing.assert_close(here["loss"], there["loss"])
    assert (here["weights"] - there["weights"]).abs() > 1e-2


def test_every_method_gets_the_same_number_of_rates(summary):
    o = Convergence()
    assert {len(o.rates(method)) for method in METHODS} == {o.candidates}
    for methods in summary["convergence"].values():
        assert set(methods) == set(METHODS) == set(LABELS)
        for entry in methods.values():
            assert len(entry["tuned"]) == len(entry["tuned_loss"]) == len(entry["rates"]) > entry["best"]


def test_the_rate_of_the_least_norm_is_taken_of_those_that_do_not_collapse():
    norms, losses = torch.tensor([0.3, 0.2, 0.1, math.inf]), torch.tensor([1.0, 1.9, 10.0, math.inf])
    assert psi_convergence.chosen(norms, losses, 2.0) == 1
    assert psi_convergence.chosen(norms, losses, 20.0) == 2
    assert psi_convergence.chosen(norms, losses, 0.5) == 0


def test_networks_trained_in_parts_are_those_trained_at_once():
    o = replace(TINY.convergence, together=(2, 1))
    whole = replace(o, together=(100, 100))
    for size, steps in o.sizes:
        one, other = (psi_convergence._compare(c, "sgd-m", "both", size, steps, 0) for c in (o, whole))
        torch.testing.assert_close(
            torch.tensor(one["final"]["sphere"]), torch.tensor(other["final"]["sphere"]), rtol=2e-3, atol=0
        )
        assert one["rates"] == other["rates"] and one["best"] == other["best"]


def test_an_interrupted_run_resumes_to_the_same_summary(summary, tmp_path):
    for phase, step in (("unbalanced", 3), ("hidden-20", 2), ("both-40", 6)):
        with pytest.raises(Interruption):
            psi.run(TINY, folder=tmp_path, progress=interrupt_at(phase, step))
    assert psi.run(TINY, folder=tmp_path) == summary
    with pytest.raises(ValueError, match="another configuration"):
        psi.run(replace(TINY, seed=1), folder=tmp_path)
    with pytest.raises(ValueError, match="workers=0"):
        psi.run(TINY, folder=tmp_path, workers=0)


def test_recording_refuses_what_the_experiment_does_not_have(tmp_path):
    with pytest.raises(ValueError, match="psi has one size"):
        record("psi", tmp_path, full=True)


def test_the_summary_is_json_and_renders_to_the_same_bytes(tmp_path, summary):
    path = tmp_path / summary_path("psi")
    write(summary, path)
    assert json.loads(path.read_bytes()) == summary
    drawings = draw(summary)
    assert [d.name for d in drawings] == [figure[0] for figure in FIGURES]
    assert draw(summary, names=[drawings[1].name]) == drawings[1:]
    assert all(d.svg.startswith(b"<?xml") and b"<dc:date>" not in d.svg for d in drawings)


def test_the_page_shows_the_figures_and_the_tables(tmp_path):
    assert training(tmp_path).experiments["004"].figures == ()
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    write(recorded, tmp_path / summary_path("psi"))
    page = render(collect((), ()), training(tmp_path).experiments)["004-psi-manifold.md"]
    assert "![psi-unbalanced](figures/psi-unbalanced.svg)" in page
    assert "| SGD | 10⁴, 10⁻⁴ by layer | 0 | 3.2 | 0.32 | 0.899 | 1e+04, 1.3e+04 |" in page
    for table in tables(recorded):
        assert table.rows and all(len(row) == len(table.head) for row in table.rows)


def test_the_recorded_run_passes_every_law():
    results = evidence(json.loads(RECORDED.read_text(encoding="utf-8")))
    assert [r for r in results if not r.passed] == []
    assert {r.claim for r in results} == {"PSI-FIG1", "PSI-FIG4"}


@pytest.mark.parametrize(
    ("where", "wrong", "laws"),
    [
        ("unbalanced/sgd neurons 0/loss/3/2", 0.001, ("from there SGD's least loss", "from there SGD's least loss")),
        (
            "unbalanced/psi-sgd neurons 0/loss/6/0",
            0.1,
            ("from there SGD's least loss, at any usual rate, is 10 times P",),
        ),
        (
            "unbalanced/sgd balanced 0/loss/8/0",
            0.1,
            ("from there SGD's least loss, at any usual rate, is 10 times its",) * 2,
        ),
        ("unbalanced/psi-sgd layers 1e-05/loss/2/1", 0.2, ("with torch's ε",) * 2),
        (
            "unbalanced/psi-sgd neurons 0/loss/6/0",
            None,
            ("from there SGD's least loss, at any usual rate, is 10 times P",),
        ),
        ("unbalanced/sgd layers 0 wide/loss/5/1", 0.1, ("no rate below 10⁻³",)),
        ("unbalanced/paths/psi-sgd, float64, power of two", 1e-16, ("from the balanced and the unbalanced start",)),
        ("unbalanced/paths/psi-sgdm, float64, power of two, shifted ε", 1e-16, ("with an ε the directions",)),
        ("unbalanced/paths/psi-sgdm, float64, power of two, ε", 0.1, ("with the same ε",)),
        ("unbalanced/paths/psi-sgdm, float64", 1e-6, ("from the balanced and the unbalanced start",)),
    ],
)
def test_a_wrong_number_in_the_recorded_run_fails_its_law_and_no_other(where, wrong, laws):
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    *path, last = (int(part) if part.isdigit() else part for part in where.split("/"))
    part = recorded
    for name in path:
        part = part[name]
    part[last] = wrong
    failed = [r.law for r in evidence(recorded) if not r.passed]
    assert len(failed) == len(laws) and all(map(str.startswith, failed, laws))


def failed_comparisons(change):
    """The laws of PSI-FIG4 that fail when every method's final norms become change(method's law place, norms)."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    for methods in recorded["convergence"].values():
        for entry in methods.values():
            entry["final"]["sphere"] = change(entry["final"]["sphere"])
    results = [r for r in evidence(recorded) if r.claim == "PSI-FIG4"]
    return [r for r in results if not r.passed], results


def test_comparisons_need_all_seeds_to_agree_and_see_methods_that_end_alike():
    failed, results = failed_comparisons(lambda norms: [0.1] * len(norms))
    assert failed and {" below " in r.law for r in failed} == {True}
    assert len(failed) == sum(" below " in r.law for r in results)
    generator = torch.Generator().manual_seed(0)
    failed, results = failed_comparisons(lambda norms: torch.rand(len(norms), generator=generator).tolist())
    assert len(failed) == len(results)
    failed, results = failed_comparisons(lambda norms: [None, *norms[1:]])
    assert len(failed) == len(results)
