"""One line is enough: a sample finds every slice, and without one, what may be missing is said."""

import logging

import pytest
import torch
from torch import nn

from impl.groups import find_groups, in_doubt
from impl.monitor import SphericalMonitor
from verify.zoo import ARCHITECTURES, survey
from verify.zoo.survey import structure
from verify.zoo.tasks import batches

BY_NAME = {architecture.name: architecture for architecture in ARCHITECTURES}


def sgd(model):
    return torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1, weight_decay=1e-2)


def mixed():
    """A BatchNorm, and a LayerNorm that torch.fx alone does not know."""
    torch.manual_seed(0)
    first, second = nn.Linear(6, 5, bias=False), nn.Linear(5, 5, bias=False)
    return nn.Sequential(first, nn.BatchNorm1d(5), nn.ReLU(), second, nn.LayerNorm(5), nn.ReLU(), nn.Linear(5, 2))


def watched(monitor):
    return {member.name for batch in monitor.batches for member in batch.members}


def test_with_a_sample_is_watched_what_find_groups_finds(caplog):
    model, inputs = mixed(), torch.randn(8, 6)
    given = SphericalMonitor(model, sgd(model), slices=find_groups(model, inputs))
    monitor = SphericalMonitor(model, sgd(model), sample=inputs)
    assert watched(monitor) == watched(given) == {"0.weight", "3.weight"}
    assert caplog.records == []


def test_sample_and_slices_together_are_refused_and_both_are_named():
    model, inputs = mixed(), torch.randn(8, 6)
    with pytest.raises(ValueError, match=r"sample, slices: both .* sample=batch or slices="):
        SphericalMonitor(model, sgd(model), sample=inputs, slices=find_groups(model, inputs))


def test_what_may_be_missed_without_a_sample_is_said_once_with_the_way_out(caplog):
    model = mixed()
    monitor = SphericalMonitor(model, sgd(model), every=1)
    for _ in range(2):
        model(torch.randn(8, 6)).square().sum().backward()
        monitor.optimizer.step()
    said = [r for r in caplog.records if "not watched" in r.getMessage()]
    assert [(r.name, r.levelno) for r in said] == [("orthodrome", logging.WARNING)]
    words = said[0].getMessage()
    assert "3.weight;" in words and "sample=batch" in words and "0.weight" not in words and "6.weight" not in words


def test_at_most_three_names_are_said(caplog):
    layers = [layer for _ in range(5) for layer in (nn.Linear(5, 5, bias=False), nn.LayerNorm(5))]
    model = nn.Sequential(nn.Linear(5, 5), nn.BatchNorm1d(5), *layers)
    SphericalMonitor(model, sgd(model))
    assert "2.weight, 4.weight, 6.weight and 2 more;" in caplog.text


def test_of_what_is_frozen_not_trained_or_said_by_the_groups_nothing_is_said(caplog):
    model = mixed()
    SphericalMonitor(model, torch.optim.SGD(model[0].parameters(), lr=0.1))
    SphericalMonitor(model, torch.optim.SGD([{"params": [model[0].weight], "invariant": "channel"}], lr=0.1))
    model[3].requires_grad_(False)
    SphericalMonitor(model, sgd(model))
    assert caplog.records == []


@pytest.mark.parametrize("name", ["resnet20-bn", "resnet20-wn", "mlp-bn-bias", "mlp-bn-frozen-layer", "mobilenet"])
def test_where_nothing_can_be_missed_nothing_is_said(name, caplog):
    model = BY_NAME[name].build(1e-5)
    SphericalMonitor(model, sgd(model))
    assert caplog.records == []


class Written(nn.Module):
    """A weight behind BatchNorm, and one that the forward normalises by `how` itself."""

    def __init__(self, how):
        super().__init__()
        torch.manual_seed(0)
        self.fc, self.norm, self.own, self.how = nn.Linear(6, 5), nn.BatchNorm1d(5), nn.Linear(5, 4, bias=False), how

    def forward(self, x):
        return self.how(self.own(self.norm(self.fc(x))))


WRITTEN = {
    "normalize": lambda y: nn.functional.normalize(y, dim=1),
    "layer_norm": lambda y: nn.functional.layer_norm(y, (4,)),
    "by a root": lambda y: y * torch.rsqrt(y.square().mean(-1, keepdim=True)),
    "by a division": lambda y: y / y.abs().sum(1, keepdim=True),
    "of a gated half": lambda y: nn.functional.normalize(nn.functional.glu(y), dim=1),
    "after a ReLU": lambda y: nn.functional.normalize(y.relu(), dim=1),
}
PLAIN = {
    "a number": lambda y: y / 4.0,
    "tanh": lambda y: nn.functional.normalize(torch.tanh(y), dim=1),
    "nothing": lambda y: y.relu(),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_a_normalisation_written_into_the_forward_puts_what_is_before_it_in_doubt(how):
    model = Written(WRITTEN[how])
    assert in_doubt(model) == ("own.weight",)
    assert "own.weight" in {row.name for row in find_groups(model, torch.randn(8, 6)).found if row.training}


@pytest.mark.parametrize("how", PLAIN)
def test_what_normalises_nothing_puts_nothing_in_doubt(how):
    assert in_doubt(Written(PLAIN[how])) == ()


class Similar(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.other, self.cosine = nn.Linear(5, 4, bias=False), nn.Linear(5, 4), nn.CosineSimilarity()

    def forward(self, x):
        return self.cosine(self.one(x), self.other(x))


MODULES = {
    "spectral_norm of torch.nn.utils": (lambda: nn.utils.spectral_norm(nn.Linear(5, 4)), ("weight_orig",)),
    "CosineSimilarity": (Similar, ("one.weight", "other.weight")),
    "a TransformerEncoderLayer": (
        lambda: nn.Sequential(nn.TransformerEncoderLayer(4, 2, 4)),
        tuple(f"0.{n}.weight" for n in ("self_attn.out_proj", "linear1", "linear2")),
    ),
    "a BatchNorm that stands still": (
        lambda: nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4).eval(), nn.Linear(4, 3)),
        (),
    ),
}


@pytest.mark.parametrize("which", MODULES)
def test_modules_that_normalise_by_themselves_are_known_as_such(which):
    build, names = MODULES[which]
    assert set(in_doubt(build())) - {"0.self_attn.in_proj_weight"} == set(names)


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda a: a.name)
def test_no_model_of_the_zoo_has_a_slice_left_out_in_silence(architecture, caplog):
    torch.manual_seed(0)
    model = architecture.build(1e-5)
    truth, told = architecture.truth(model, True), structure(model)
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    if told is not None:  # else the monitor refuses it
        missing = {name for name in trained if truth[name] - told[name]}
        assert missing <= set(in_doubt(model))
    try:
        monitor = SphericalMonitor(model, sgd(model))
    except ValueError as error:
        assert "sample=batch" in str(error)
        return
    assert all(truth[name] <= told[name] for name in trained) or "sample=" in caplog.text
    assert watched(monitor) <= {name for name in truth if truth[name]}


@pytest.mark.parametrize("name", ["deep-linear-bn", "separable", "lstm-ln", "generator-bn"])
def test_with_a_sample_one_line_watches_every_slice_of_a_label(name):
    architecture = BY_NAME[name]
    torch.manual_seed(0)
    model = architecture.build(1e-5)
    monitor = SphericalMonitor(model, sgd(model), sample=next(batches(architecture.kind, 6, 1, 0))[0])
    slices = sum(len(s) for s in architecture.truth(model, True).values())
    assert sum(member.count for batch in monitor.batches for member in batch.members) == slices


def test_adamps_rule_is_counted_by_parameter_as_the_finders_are():
    """Of deep-linear-bn's two weights with slices torch.fx sees one; its third has none."""
    row = survey.row(BY_NAME["deep-linear-bn"], 0)
    counts, other = row["wrong_parameters"]["invariant"], row["wrong_parameters"]["other"]
    assert (counts["all"], counts["find_groups"], counts["structure"], other["all"]) == (2, 0, 1, 1)
    assert (row["missing_structure"], row["extra_structure"], row["traced"]) == (1, 0, True)
    for each in (counts, other):
        assert each["rule, in most steps"] <= each["rule, in some step"] <= each["all"]
    decided = sum(row["rule"].values())
    assert decided == survey.STEPS * (counts["all"] + other["all"])
    wrong = decided - row["rule"]["invariant right"] - row["rule"]["other right"]
    assert (wrong > 0) == (counts["rule, in some step"] + other["rule, in some step"] > 0)
