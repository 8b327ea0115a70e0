"""Models and loops as people have them: watched as they are, or refused, and nothing left out in silence."""

import copy
from typing import Any

import pytest
import torch
from torch import nn
from torch.distributed.tensor import DeviceMesh, Replicate, distribute_tensor

from impl.groups import find_groups, invariant_parameters
from impl.monitor import SphericalMonitor
from verify.tolerance import roundoff


def small(seed=0):
    torch.manual_seed(seed)
    first, second = nn.Linear(6, 5, bias=False), nn.Linear(5, 5, bias=False)
    return nn.Sequential(first, nn.BatchNorm1d(5), nn.ReLU(), second, nn.BatchNorm1d(5), nn.Linear(5, 2))


def images(seed=0):
    return torch.randn(8, 6, generator=torch.Generator().manual_seed(seed))


def step(model, optimizer):
    optimizer.zero_grad(set_to_none=True)
    model(images()).square().mean().backward()
    optimizer.step()


def sgd(parameters, **options):
    return torch.optim.SGD(parameters, **{"lr": 0.1, "weight_decay": 1e-2} | options)


def seen(monitor):
    return [(record["step"], record["name"]) for record in monitor.records]


WRAPPED: dict[str, Any] = {
    "torch.compile": lambda model: torch.compile(model, backend="eager"),
    "DataParallel": nn.DataParallel,
    "both": lambda model: nn.DataParallel(WRAPPED["torch.compile"](model)),
}


@pytest.mark.parametrize("how", WRAPPED)
def test_a_wrapped_model_is_watched_and_searched_as_the_model_inside(how):
    model = small()
    wrapped = WRAPPED[how](model)
    monitor = SphericalMonitor(wrapped, sgd(wrapped.parameters()), every=1)
    step(model, monitor.optimizer)
    assert seen(monitor) == [(0, "0.weight"), (0, "3.weight")]
    assert [row.name for row in find_groups(wrapped, images()).found if row.training] == ["0.weight", "3.weight"]
    names = {name for name, invariant in invariant_parameters(wrapped).items() if invariant}
    assert names == {name for name, p in wrapped.named_parameters() if p is model[0].weight or p is model[3].weight}


def test_a_layer_that_is_unfrozen_is_watched_from_then_on():
    model = small()
    model[0].requires_grad_(False)
    monitor = SphericalMonitor(model, sgd(model.parameters()), every=1)
    step(model, monitor.optimizer)
    model[0].requires_grad_(True)
    step(model, monitor.optimizer)
    assert seen(monitor) == [(0, "3.weight"), (1, "0.weight"), (1, "3.weight")]


def test_parameters_that_are_added_are_watched_and_the_averages_of_the_others_are_kept():
    rows = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    both, alone = (nn.ParameterList([rows.clone(), rows.clone()]) for _ in range(2))
    monitors = []
    for model, options in ((both, {"params": [both[0]]}), (alone, {"params": [alone[0]]})):
        optimizer = sgd([options | {"invariant": "channel"}])
        monitors.append(SphericalMonitor(model, optimizer, every=1))
        for k in range(4):
            if k == 2 and model is both:
                optimizer.add_param_group({"params": [both[1]], "invariant": "channel"})
            for p in model:
                p.grad = torch.randn(3, 4, generator=torch.Generator().manual_seed(k + 1))
            optimizer.step()
    assert seen(monitors[0]) == [(0, "0"), (1, "0"), (2, "0"), (2, "1"), (3, "0"), (3, "1")]
    assert [r for r in monitors[0].records if r["name"] == "0"] == monitors[1].records
    assert monitors[0].records[-1]["equilibrium_radius"] != monitors[0].records[-2]["equilibrium_radius"]


def test_parameters_that_the_model_does_not_hold_have_names_of_their_own():
    model = small()
    held = {name: p.detach().clone().requires_grad_() for name, p in model.named_parameters()}
    groups = [{"params": [held[name]], "invariant": "channel"} for name in ("0.weight", "3.weight")]
    monitor = SphericalMonitor(model, sgd(groups), every=1)
    named = [(name, held[name]) for name in ("0.weight", "3.weight")]
    by_optimizer = SphericalMonitor(model, sgd([{"params": named, "invariant": "channel"}]), every=1)
    torch.func.functional_call(model, held, (images(),)).square().mean().backward()
    monitor.optimizer.step()
    assert seen(monitor) == [(0, "group 0, parameter 0"), (0, "group 1, parameter 0")]
    by_optimizer.optimizer.step()
    assert seen(by_optimizer) == [(0, "0.weight"), (0, "3.weight")]


def test_a_filter_that_is_zero_leaves_the_mean_of_the_others_alone():
    whole, pruned = small(), small()
    with torch.no_grad():
        pruned[0].weight[2] = 0
    monitors = [SphericalMonitor(m, sgd(m[0].parameters()), every=1, by_slice=True) for m in (whole, pruned)]
    for monitor, model in zip(monitors, (whole, pruned), strict=True):
        model[0].weight.grad = torch.ones_like(model[0].weight)
        monitor.optimizer.step()
    radii, angles = (monitors[0].records[0]["by_slice"][quantity] for quantity in ("radius", "angle"))
    record = monitors[1].records[0]
    for quantity, values in (("radius", radii), ("angle", angles)):
        others = torch.tensor(values, dtype=torch.float64)[[0, 1, 3, 4]]
        assert record[quantity] == pytest.approx(float(others.mean()), rel=roundoff(8), abs=0)
    assert record["by_slice"]["radius"][2] == 0


def test_a_weight_that_is_all_zero_is_said_to_be_zero_and_not_to_have_diverged():
    model = small()
    nn.init.zeros_(model[3].weight)
    monitor = SphericalMonitor(model, sgd(model.parameters()), every=1)
    step(model, monitor.optimizer)
    assert [alarm.kind for alarm in monitor.alarms if alarm.name == "3.weight"] == ["zero"]


def test_gradients_that_are_sparse_are_seen_as_the_dense_ones_are():
    records, ids = [], torch.tensor([1, 4, 2, 7])
    for sparse in (True, False):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Embedding(9, 6, sparse=sparse), nn.LayerNorm(6), nn.Linear(6, 2))
        monitor = SphericalMonitor(
            model, torch.optim.SGD(model.parameters(), lr=0.1), every=1, slices=find_groups(model, ids)
        )
        model(ids).square().mean().backward()
        monitor.optimizer.step()
        records.append(monitor.records)
    assert records[0] == records[1] and records[0][0]["slices"] == 9


def test_a_sharded_parameter_is_refused():
    distributed = torch.distributed
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    try:
        model = small()
        mesh = DeviceMesh("cpu", [0])
        model[0].weight = nn.Parameter(distribute_tensor(model[0].weight.detach(), mesh, [Replicate()]))
        with pytest.raises(ValueError, match=r"0\.weight is sharded"):
            SphericalMonitor(model, sgd(model.parameters()))
    finally:
        distributed.destroy_process_group()


def test_a_model_inside_of_fsdp_is_refused():
    wrapped = nn.Module()
    wrapped.net = type("FullyShardedDataParallel", (nn.Sequential,), {})(*small())
    with pytest.raises(ValueError, match="net is sharded"):
        SphericalMonitor(wrapped, sgd(wrapped.parameters()))


def test_a_loop_that_gives_a_closure_and_clears_gradients_first_is_seen_as_a_plain_one():
    """As Lightning's: zero_grad, forward and backward happen inside of optimizer.step."""
    plain, other = small(), small()
    first, second = (SphericalMonitor(m, sgd(m.parameters(), momentum=0.9), every=1) for m in (plain, other))
    for k in range(3):
        plain.zero_grad()
        plain(images(k)).square().mean().backward()
        first.optimizer.step()

        def closure(k=k):
            second.optimizer.zero_grad(set_to_none=True)
            loss = other(images(k)).square().mean()
            loss.backward()
            return loss

        second.optimizer.step(closure)
    assert first.records == second.records and len(first.records) == 6


def test_another_optimizer_of_the_name_of_one_of_torchs_is_not_taken_for_it():
    model = small()
    other = type("SGD", (torch.optim.SGD,), {})(model.parameters(), lr=0.1, weight_decay=1e-2)
    monitor = SphericalMonitor(model, other, every=1)
    step(model, other)
    assert {(r["kind"], r["steps_left"]) for r in monitor.records} == {(None, None)}


NAMESAKES: dict[str, tuple[str, dict[str, Any]]] = {
    "a Lion without betas": ("Lion", {}),
    "the Lion of lion_pytorch": ("Lion", {"betas": (0.9, 0.99), "decoupled_weight_decay": True}),
    "a cautious Lion": ("Lion", {"betas": (0.9, 0.99), "caution": True}),
    "an AdamP with coupled decay": (
        "AdamP",
        {"betas": (0.9, 0.99), "eps": 1e-8, "wd_ratio": 0.1, "weight_decouple": False},
    ),
    "an SGDP with a momentum of 1": ("SGDP", {"momentum": 1.0, "wd_ratio": 0.1}),
}


@pytest.mark.parametrize("which", NAMESAKES)
def test_a_namesake_that_does_otherwise_is_watched_without_predictions(which):
    name, options = NAMESAKES[which]
    model, at_rest = small(), lambda self, closure=None: None
    made = type(name, (torch.optim.Optimizer,), {"step": at_rest})
    optimizer = made(model.parameters(), {"lr": 0.1, "weight_decay": 1e-2} | options)
    monitor = SphericalMonitor(model, optimizer, every=1)
    step(model, optimizer)
    assert {(r["kind"], r["steps_left"]) for r in monitor.records} == {(None, None)}


@pytest.mark.parametrize("options", [{"momentum": 1.0}, {"lr": 2.0, "weight_decay": 1.0}])
def test_at_the_very_end_of_where_there_is_an_equilibrium_none_is_predicted_and_training_goes_on(options):
    model = small()
    monitor = SphericalMonitor(model, sgd(model.parameters(), **options), every=1)
    step(model, monitor.optimizer)
    assert {(r["kind"], r["equilibrium_radius"]) for r in monitor.records} == {("sgd", None)}


def test_a_step_that_calls_the_step_of_its_base_class_is_counted_once():
    """Where torch has put hooks on both: a plain one was made before."""

    class Mine(torch.optim.SGD):
        def step(self, closure=None):
            return super().step(closure)

    model, plain = small(), small()
    first = SphericalMonitor(plain, sgd(plain.parameters()), every=1)
    second = SphericalMonitor(model, Mine(model.parameters(), lr=0.1, weight_decay=1e-2), every=1)
    for _ in range(3):
        step(plain, first.optimizer)
        step(model, second.optimizer)
    assert seen(second) == seen(first) and second.step == first.step == 3


def test_a_layer_without_a_gradient_is_left_out_also_where_a_closure_makes_the_others():
    model = small()
    model[0].requires_grad_(False)
    monitor = SphericalMonitor(model, sgd(model.parameters()), every=1)

    def closure():
        monitor.optimizer.zero_grad()
        loss = model(images()).square().mean()
        loss.backward()
        return loss

    monitor.optimizer.step(closure)
    assert seen(monitor) == [(0, "3.weight")]


def test_a_state_of_other_slices_is_refused():
    models = [nn.Sequential(nn.Linear(6, width, bias=False), nn.BatchNorm1d(width)) for width in (4, 5)]
    one, other = (SphericalMonitor(model, sgd(model.parameters())) for model in models)
    with pytest.raises(ValueError, match="other slices"):
        other.load_state_dict(one.state_dict())


def test_a_frozen_backbone_whose_batch_norm_stands_still_is_not_invariant():
    model = small().train()
    model[1].eval()
    assert {n for n, i in invariant_parameters(model).items() if i} == {"3.weight"}
    assert {row.name for row in find_groups(model, images()).found if row.training} == {"3.weight"}
    whole = copy.deepcopy(model).eval()  # all of it in evaluation mode: asked about is what training will be
    assert {n for n, i in invariant_parameters(whole).items() if i} == {"0.weight", "3.weight"}
    assert {row.name for row in find_groups(whole, images()).found if row.training} == {"0.weight", "3.weight"}
