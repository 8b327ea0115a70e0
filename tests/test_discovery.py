"""Radially-invariant slices found in any model: against labels, against rescaling, and where there are none."""

import math
import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from impl.groups import Cut, find_groups
from impl.groups.cuts import filters, find_cuts
from impl.models import MODULES
from impl.optim import SGDP
from verify.zoo import ARCHITECTURES, Architecture
from verify.zoo.architecture import slices
from verify.zoo.rule import decision, right
from verify.zoo.survey import positions
from verify.zoo.tasks import batches
from verify.zoo.truth import tried

BY_NAME = {architecture.name: architecture for architecture in ARCHITECTURES}
SOME = (
    "mlp-ln-bias",
    "weight-norm-inputs",
    "deep-linear-bn",
    "generator-bn-groups",
    "swin-v2",
    "lstm-ln-sum",
    "mlp-bn-eval",
    "unet-gn",
)


def found_in(architecture: Architecture):
    torch.manual_seed(0)
    model = architecture.build(1e-5)
    return model, find_groups(model, next(batches(architecture.kind, 6, 1, 0))[0])


def test_the_zoo_is_large_and_its_names_are_its_own():
    assert len(BY_NAME) == len(ARCHITECTURES) >= 25


@pytest.mark.parametrize("name", SOME)
def test_what_is_found_is_what_the_label_says_in_both_modes(name):
    architecture = BY_NAME[name]
    model, discovery = found_in(architecture)
    parameters = dict(model.named_parameters())
    for training in (True, False):
        truth = architecture.truth(model, training)
        for row in discovery.found:
            cuts = row.training if training else row.evaluation
            assert positions(parameters[row.name], cuts) == truth[row.name], (row.name, training)


@pytest.mark.parametrize("name", ["mlp-ln-bias", "deep-linear-bn", "vit-qk-norm"])
def test_rescaling_agrees_with_the_labels(name):
    trial = tried(BY_NAME[name], examples=6)
    assert not trial.wrong and trial.tried > 0


def test_a_wrong_label_is_refuted_by_rescaling():
    net = BY_NAME["mlp-ln"]
    for label in ("channel", 2):
        trial = tried(Architecture("wrong", net.kind, net.build, {"0.weight": label, "3.weight": "whole"}), examples=6)
        assert trial.wrong == ("0.weight",)
    assert tried(Architecture("none", net.kind, net.build, {"3.weight": "whole"}), examples=6).wrong == ("0.weight",)


@pytest.mark.parametrize("model", MODULES, ids=lambda m: m.name)
@pytest.mark.parametrize("bias", [False, True])
def test_each_normalisation_has_its_slices_and_a_bias_breaks_what_it_breaks(model, bias):
    found = find_groups(model.build(seed=0, eps=1e-5, bias=bias), model.inputs(seed=1)).found
    row = next(row for row in found if row.name == model.parameter)
    assert row.invariant == (None if bias and model.bias_breaks else model.invariant)
    assert (row.training == row.evaluation) != (model.eval_breaks and row.invariant is not None)
    assert [other.name for other in found if other.invariant is not None and other is not row] == []
    if row.violation is not None:
        assert (row.violation > 1e-12) == model.eps_breaks  # rounding below, ε/σ² above


def test_a_bias_in_front_of_a_layer_norm_is_named_as_the_partner():
    model = nn.Sequential(nn.Linear(5, 4), nn.LayerNorm(4), nn.Tanh(), nn.Linear(4, 2))
    reasons = {row.name: row.reason for row in find_groups(model, torch.randn(6, 5)).found}
    assert "only together with 0.bias" in reasons["0.weight"]
    assert "no normalisation" in reasons["3.weight"]


def test_the_groups_train_and_leave_frozen_parameters_out():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.ReLU(), weight_norm(nn.Linear(4, 3), dim=1))
    model[0].bias.requires_grad_(False)
    groups = find_groups(model, torch.randn(8, 5)).param_groups()
    assert {g["invariant"]: len(g["params"]) for g in groups} == {"channel": 1, None: 4, "whole": 1}
    optimizer = SGDP(groups, lr=0.1)
    model(torch.randn(8, 5)).square().sum().backward()
    optimizer.step()


def test_the_model_is_left_as_it_was():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2)).eval()
    model[0].weight.requires_grad_(False)
    before, state = {k: v.clone() for k, v in model.state_dict().items()}, torch.get_rng_state()
    find_groups(model, torch.randn(6, 5, generator=torch.Generator().manual_seed(0)))
    assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())
    assert torch.equal(state, torch.get_rng_state())
    assert not model.training and not model[0].weight.requires_grad and model[1].eps == 1e-5
    assert all(p.grad is None for p in model.parameters())


def test_a_gain_that_starts_at_zero_hides_nothing():
    model = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    nn.init.zeros_(model[1].weight)
    row = find_groups(model, torch.randn(6, 5)).found[0]
    assert row.invariant == "channel" and row.silent == 0


def test_dropout_drops_the_same_at_every_run():
    model = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    assert find_groups(model, torch.randn(8, 5)).found[0].invariant == "channel"


class OwnNorm(nn.Module):
    """A root mean square norm with an epsilon of a usual name."""

    def __init__(self, name):
        super().__init__()
        setattr(self, name, 1e-2)
        self.name = name

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + getattr(self, self.name))


@pytest.mark.parametrize("name", ["eps", "epsilon", "variance_epsilon"])
def test_the_epsilon_of_a_norm_of_ones_own_is_found_by_its_name(name):
    row = find_groups(nn.Sequential(nn.Linear(5, 4, bias=False), OwnNorm(name)), torch.randn(6, 5)).found[0]
    assert row.invariant == "whole" and row.violation > 1e-6


def test_a_loss_that_reads_the_weights_takes_their_invariance_away():
    model = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4))
    x = torch.randn(6, 5)
    assert find_groups(model, x).found[0].invariant == "channel"
    decayed = find_groups(model, x, loss=lambda m, s: m(s).square().sin().sum() + m[0].weight.square().sum())
    assert decayed.found[0].invariant is None


class Square(nn.Module):
    """What is orthogonal to its gradient at every point, without being invariant, does not exist: near one, it does."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(3, 4))

    def forward(self, x):
        length = self.w.norm(dim=1, keepdim=True)
        return x @ (self.w / length * (1 + (length.detach() - length.detach().round()))).T


def test_what_only_looks_invariant_to_gradients_is_caught_by_rescaling():
    row = find_groups(Square(), torch.randn(6, 4)).found[0]
    assert row.invariant is None and "not invariant" in row.reason


def test_a_norm_written_as_a_function_loses_its_epsilon_too():
    class Functional(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.randn(4, 5))

        def forward(self, x):
            return nn.functional.layer_norm(x @ self.w.T, (4,), eps=1e-2)

    row = find_groups(Functional(), torch.randn(6, 5)).found[0]
    assert row.invariant == "whole" and row.residual < 1e-12 and row.violation > 1e-6


def test_an_epsilon_that_cannot_be_removed_is_suspected_in_the_reason():
    class Literal(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.randn(4, 5))

        def forward(self, x):
            y = x @ self.w.T
            return y / (y.norm(dim=1, keepdim=True) + 1e-4)

    torch.manual_seed(0)
    row = find_groups(Literal(), torch.randn(6, 5)).found[0]
    assert row.invariant is None and "nearly invariant" in row.reason


class Detached(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 4)

    def forward(self, x):
        return self.fc(x).detach()


@pytest.mark.parametrize(
    "model, sample, words",
    [
        (lambda: nn.Linear(5, 4), torch.randn(6, 3), "does not run on the sample"),
        (lambda: Detached(), torch.randn(6, 5), "no output depends on a parameter"),
        (lambda: nn.Linear(5, 4), torch.full((6, 5), math.inf), "not finite"),
        (lambda: nn.utils.weight_norm(nn.Linear(5, 4)), torch.randn(6, 5), "parametrizations.weight_norm"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*weight_norm.*:FutureWarning")
def test_a_model_that_cannot_be_probed_is_refused_with_a_way_out(model, sample, words):
    with pytest.raises(ValueError, match=words):
        find_groups(model(), sample)


def gradient(x, runs):
    """Random, orthogonal to each of the runs of rows, of shape (rows, d)."""
    g = torch.randn(x.shape, dtype=x.dtype)
    for a, b in runs:
        g[a:b] -= (g[a:b] * x[a:b]).sum() / x[a:b].square().sum() * x[a:b]
    return g


@pytest.mark.parametrize(
    "runs", [[(0, 6)], [(0, 2), (2, 4), (4, 6)], [(2, 5)], [(0, 3)], [(k, k + 1) for k in range(6)]]
)
def test_the_shortest_runs_that_cancel_are_found_wherever_they_lie(runs):
    torch.manual_seed(0)
    x = torch.randn(6, 4, dtype=torch.float64)
    cuts, silent = find_cuts(x, [gradient(x, runs) for _ in range(3)], 1, tolerance=1e-8, floor=0.0)
    assert [r for cut in cuts for r in runs_of(cut)] == runs and silent == 0


def test_a_silent_filter_goes_with_its_neighbours():
    torch.manual_seed(0)
    x = torch.randn(6, 4, dtype=torch.float64)
    gradients = [gradient(x, [(0, 3), (3, 6)]) for _ in range(3)]
    for g in gradients:
        g[4] = 0
        g[3:6] -= (g[[3, 5]] * x[[3, 5]]).sum() / x[[3, 5]].square().sum() * x[3:6] * torch.tensor([[1.0], [0], [1]])
    assert find_cuts(x, gradients, 1, tolerance=1e-8, floor=1e-9) == ((Cut(0, 0, 6, 3),), 1)


def runs_of(cut):
    return [(a, a + cut.size) for a in range(cut.start, cut.stop, cut.size)]


@pytest.mark.parametrize("cut", [Cut(0, 1, 5, 2), Cut(1, 0, 6, 1, 2), Cut(1, 2, 4, 2, 1)])
def test_scaling_a_cut_scales_its_rows_and_nothing_else(cut):
    p = torch.randn(6, 3 if cut.groups == 2 else 5, 2, 2)
    factors = torch.arange(2.0, 2 + cut.count)
    scaled = cut.scaled(p, factors)
    assert torch.equal(cut.rows(scaled), cut.rows(p) * factors[:, None])
    rest = torch.ones(len(filters(p, cut.dim, cut.groups)), dtype=torch.bool)
    rest[cut.start : cut.stop] = False
    assert torch.equal(filters(scaled, cut.dim, cut.groups)[rest], filters(p, cut.dim, cut.groups)[rest])


def test_the_rule_of_adamp_takes_channels_first_then_the_whole():
    x = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert decision(x, torch.tensor([[0.0, 1.0], [1.0, 0.0]])) == "channel"
    assert decision(x, torch.tensor([[1.0, 1.0], [1.0, -1.0]])) == "whole"
    assert decision(x, x) is None
    assert decision(torch.ones(3), torch.zeros(3)) is None


def test_a_decision_is_right_where_what_it_projects_is_made_of_slices():
    x = torch.ones(4, 3)
    by_channel, whole, none = (slices(x, label) for label in ("channel", "whole", None))
    assert [right(x, by_channel, view) for view in ("channel", "whole", None)] == ["right", "right", "missed"]
    assert [right(x, whole, view) for view in ("channel", "whole", None)] == ["false", "right", "missed"]
    assert [right(x, none, view) for view in ("channel", "whole", None)] == ["false", "false", "right"]


class NarrowNorm(nn.Module):
    """RMSNorm as many language models have it: in float32, whatever comes."""

    def __init__(self, width, narrow):
        super().__init__()
        self.weight, self.variance_epsilon, self.narrow = nn.Parameter(torch.ones(width)), 1e-6, narrow

    def forward(self, x):
        y = self.narrow(x)
        y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + self.variance_epsilon)
        return self.weight * y.to(x.dtype)


NARROW = {
    "to(float32)": lambda x: x.to(torch.float32),
    "to(dtype=bfloat16)": lambda x: x.to(dtype=torch.bfloat16),
    "float()": lambda x: x.float(),
    "half()": lambda x: x.half(),
    "type(float32)": lambda x: x.type(torch.float32),
    "a new tensor": lambda x: torch.zeros(x.shape, dtype=torch.float32).copy_(x),
    "the default": lambda x: torch.zeros(x.shape).copy_(x),
}


@pytest.mark.parametrize("how", NARROW)
def test_a_norm_that_computes_in_a_narrow_type_hides_no_slice(how):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8, bias=False), nn.Unflatten(1, (2, 4)), NarrowNorm(4, NARROW[how]))
    model.extend([nn.Flatten(), nn.Linear(8, 3)])
    row = find_groups(model, torch.randn(4, 6)).found[0]
    assert row.invariant == 2 and row.training == (Cut(0, 0, 8, 4),)


class Chance(nn.Module):
    def __init__(self, draw):
        super().__init__()
        self.fc, self.norm, self.draw = nn.Linear(6, 5, bias=False), nn.BatchNorm1d(5), draw

    def forward(self, x):
        return self.norm(self.fc(x)) * (1 + self.draw())


def test_chance_that_is_not_of_torch_is_the_same_at_every_run_and_is_left_as_it_was():
    for draw, module in ((lambda: random.random(), random), (lambda: np.random.rand(), np.random)):
        module.seed(5)
        expected = draw()
        module.seed(5)
        assert find_groups(Chance(draw), torch.randn(8, 6)).found[0].invariant == "channel"
        assert draw() == expected


def test_a_model_that_counts_its_calls_is_refused():
    calls = iter(range(1000))
    with pytest.raises(ValueError, match="count its calls"):
        find_groups(Chance(lambda: next(calls)), torch.randn(8, 6))


def test_a_lazy_model_is_refused_before_it_has_run():
    model = nn.Sequential(nn.LazyLinear(5), nn.BatchNorm1d(5))
    with pytest.raises(ValueError, match="run the model once"):
        find_groups(model, torch.randn(8, 6))
    model(torch.randn(8, 6))
    assert find_groups(model, torch.randn(8, 6)).found[0].invariant == "channel"
