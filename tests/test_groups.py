"""Radially-invariant slices: the view of a parameter, and what the structural finder finds."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from impl.groups import as_rows, invariant_groups, invariant_parameters, row_count
from impl.models.resnet import ResNet20


@given(
    n=st.integers(1, 4),
    rest=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    groups=st.integers(1, 3),
    transposed=st.booleans(),
)
def test_the_rows_of_a_parameter_are_its_filters_in_order(n, rest, groups, transposed):
    t = torch.arange(float(n * groups * torch.Size(rest).numel())).reshape(n * groups, *rest)
    t = t.mT.contiguous().mT if transposed else t
    assert torch.equal(as_rows(t, "channel"), torch.stack([f.flatten() for f in t]))
    assert torch.equal(as_rows(t, "whole"), t.flatten()[None])
    assert torch.equal(as_rows(t, groups), torch.stack([torch.cat([f.flatten() for f in g]) for g in t.chunk(groups)]))
    assert [row_count(t, i) for i in ("channel", "whole", groups)] == [n * groups, 1, groups]


def test_a_scalar_and_a_vector_are_one_whole_slice():
    assert as_rows(torch.ones(()), "whole").shape == (1, 1)
    assert as_rows(torch.ones(5), "whole").shape == (1, 5)
    assert as_rows(torch.ones(6), 2).shape == (2, 3)


def test_no_slices_are_made_of_what_is_not_invariant():
    with pytest.raises(ValueError, match="invariant=None"):
        row_count(torch.ones(2, 2), None)


@pytest.mark.parametrize("norm", ["bn", "wn"])
def test_the_finder_takes_every_convolution_of_a_resnet_and_nothing_else(norm):
    """By what the weights do: scaling a slice found leaves the outputs as they are, up to BatchNorm's epsilon."""
    torch.manual_seed(0)
    model = ResNet20(norm=norm, width=4).train()
    found = invariant_parameters(model)
    assert list(found) == [name for name, _ in model.named_parameters()]
    assert sum(invariant == "channel" for invariant in found.values()) == 19
    images = torch.randn(8, 3, 8, 8)
    before = model(images)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name in found:
            parameters[name] *= 1.25 if found[name] else 1
        assert (model(images) - before).abs().max() < 1e-3 * before.abs().max()
        for name in found:
            parameters[name] *= 1 if found[name] else 1.25
        assert (model(images) - before).abs().max() > 1e-2 * before.abs().max()


def test_the_groups_partition_the_trainable_parameters():
    model = ResNet20(norm="bn", width=4)
    model.conv.weight.requires_grad_(False)
    groups = invariant_groups(model)
    assert [group["invariant"] for group in groups] == [None, "channel"]
    grouped = [id(p) for group in groups for p in group["params"]]
    assert sorted(grouped) == sorted(id(p) for p in model.parameters() if p.requires_grad)
    torch.optim.SGD(groups, lr=0.1)


class Residual(nn.Module):
    """A convolution whose output escapes the BatchNorm."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)

    def forward(self, x):
        y = self.conv(x)
        return self.norm(y) + y


class Tied(nn.Module):
    """A weight with two readers, one of them not normalised."""

    def __init__(self):
        super().__init__()
        self.one, self.norm, self.two = nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 4)
        self.two.weight = self.one.weight

    def forward(self, x):
        return self.two(self.norm(self.one(x)))


class Read(nn.Module):
    """A weight that the loss reads."""

    def __init__(self):
        super().__init__()
        self.fc, self.norm = nn.Linear(4, 4), nn.BatchNorm1d(4)

    def forward(self, x):
        return self.norm(self.fc(x)).sum() + self.fc.weight.sum()


class Branching(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


NOT_INVARIANT = {
    "no normalisation": nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()),
    "something in between": nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.BatchNorm1d(4)),
    "a transposed convolution": nn.Sequential(nn.ConvTranspose2d(4, 4, 3), nn.BatchNorm2d(4)),
    "an output that escapes": Residual(),
    "a tied weight": Tied(),
    "a weight read elsewhere": Read(),
    "weight_norm along another dimension": nn.Sequential(weight_norm(nn.Linear(3, 4), dim=1)),
}


@pytest.mark.parametrize("what", NOT_INVARIANT)
def test_the_finder_does_not_take_what_is_not_invariant(what):
    assert set(invariant_parameters(NOT_INVARIANT[what]).values()) == {None}


def test_the_finder_takes_linear_layers_biases_apart_and_whole_weight_norms():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), weight_norm(nn.Linear(4, 2), dim=None))
    expected = {"0.weight": "channel", "2.parametrizations.weight.original1": "whole"}
    assert {name: invariant for name, invariant in invariant_parameters(model).items() if invariant} == expected


def test_a_model_that_cannot_be_traced_is_refused_with_a_way_out():
    with pytest.raises(ValueError, match="Branching.*find_groups.*write the parameter groups by hand"):
        invariant_parameters(Branching())
