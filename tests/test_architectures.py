"""More networks and larger batches at equilibrium: the runs, their evidence and figures, and a wrong prediction."""

import json
import math
from pathlib import Path

import pytest
import torch

from impl.data import Dataset
from impl.models.mobilenet import MobileNetV2
from impl.models.shufflenet import ShuffleNetV2, shuffled
from verify.experiments import architectures
from verify.experiments.architecture_figures import draw
from verify.experiments.architecture_tables import evidence, tables
from verify.experiments.architectures import BATCHES, MORE, NETWORKS, STAGES, Config
from verify.experiments.network_figures import uncorrelated
from verify.experiments.trajectories import write
from verify.recording import summary_path
from verify.report.training import training

RECORDED = Path(__file__).parents[1] / "reports" / "data" / "architectures.json"
needs_record = pytest.mark.skipif(not RECORDED.exists(), reason="not recorded yet")


def small_data():
    generator = torch.Generator().manual_seed(0)
    images, labels = torch.randn(140, 1, 8, 8, generator=generator), torch.arange(140) % 4
    return Dataset("noise", 4, images[:130], labels[:130], images[130:], labels[130:])


@pytest.fixture
def quick_data(monkeypatch):
    monkeypatch.setattr(architectures, "digits", small_data)


@pytest.mark.parametrize("net", [MobileNetV2, ShuffleNetV2])
def test_a_network_has_no_convolution_whose_filters_the_image_is_too_small_for(net):
    """Each number of a 3 × 3 filter meets a pixel: else it would have no gradient, and the filter no equilibrium."""
    torch.manual_seed(0)
    model = net(in_channels=1, classes=4, width=2)
    model(torch.randn(16, 1, 8, 8)).square().sum().backward()
    for name, p in model.named_parameters():
        if p.dim() == 4:
            assert (p.grad != 0).any(1).any(0).all(), name


@pytest.mark.parametrize("net", [MobileNetV2, ShuffleNetV2])
def test_a_width_must_be_positive(net):
    with pytest.raises(ValueError, match="width=0"):
        net(width=0)


def test_a_shuffle_takes_of_both_halves_in_turn():
    assert shuffled(torch.arange(6.0).reshape(1, 6, 1, 1)).flatten().tolist() == [0, 3, 1, 4, 2, 5]


def test_a_run_is_the_same_when_it_is_resumed_and_its_page_is_drawn(tmp_path, quick_data):
    config = Config.tiny()
    first = architectures.run(config, folder=tmp_path / "runs")
    assert architectures.run(config, folder=tmp_path / "runs") == first
    assert set(first["stages"]) == {stage.name for stage in STAGES}
    write(first, tmp_path / summary_path("architectures"))
    found = training(tmp_path)
    shown = found.experiments["002"]
    assert [figure.name for figure in shown.figures] == ["architectures-stages", "architectures-batches"]
    assert len(shown.tables[0].rows) == 2 * len(NETWORKS)
    assert [found.files[figure.path] for figure in shown.figures] == [drawing.svg for drawing in draw(first)]


def test_sixteen_random_small_steps_turn_as_far_as_a_random_walk_would():
    """Without momentum √(16 · (η/16)λ) of √(ηλ): as far; with it farther, by the factor of SMD-LSP."""
    for momentum in (0.0, 0.9):
        product = 1e-6
        small = {"stage": {"momentum": momentum}, "product": product / MORE}
        large = {"angle_predicted": math.sqrt(2 * product / (1 + momentum))}
        a, k = momentum, MORE
        expected = math.sqrt((1 + a) / (1 - a) * (1 - 2 * a * (1 - a**k) / (k * (1 - a * a)))) if a else 1.0
        # The law is of leading order in kλη/(1-α).
        assert uncorrelated(small, large, k) == pytest.approx(expected, rel=k * product / (1 - a))


@needs_record
def test_what_is_recorded_holds_and_the_prediction_of_another_momentum_does_not():
    summary = json.loads(RECORDED.read_text(encoding="utf-8"))
    results = evidence(summary)
    assert all(result.passed for result in results), [r for r in results if not r.passed]
    assert {result.claim for result in results} == {"SMD-ARCH", "SMD-T2-FIX", "SMD-LSP"}
    summary["stages"][BATCHES[1]]["stage"]["momentum"] = 0.0
    assert [r.claim for r in evidence(summary) if not r.passed] == ["SMD-LSP"]
    assert tables(summary)[0].rows
