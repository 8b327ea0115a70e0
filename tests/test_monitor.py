"""The monitor says what the oracle says, of every step, whatever else the training loop does."""

import copy
import io
import json
import math
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import sympy
import torch
from torch import nn

from derivations.equilibrium import equilibrium as derived
from derivations.equilibrium.one_step import L, X
from derivations.schemes import by_name
from derivations.space import DIMENSION
from impl.groups import find_groups
from impl.monitor import JSONL, SphericalMonitor, TensorBoard, WeightsAndBiases
from impl.monitor.alarms import Past, alarms
from impl.monitor.equilibrium import WITHIN, equilibrium
from impl.monitor.rules import Rule, rule
from impl.optim import SGDP, AdamP, Lion, SphericalSGD
from verify.oracle import effective, trajectory
from verify.tolerance import TrackedSpace, judge, roundoff

STEPS, ROWS, D = 4, 3, 5
SGD, ADAM = {"lr": 0.05}, {"lr": 0.01, "betas": (0.5, 0.75)}
CASES = {
    "sgd": (torch.optim.SGD, SGD, {}),
    "sgd-l2": (torch.optim.SGD, SGD, {"weight_decay": 0.125}),
    "sgd-m": (torch.optim.SGD, SGD, {"momentum": 0.5, "weight_decay": 0.125}),
    "adam-torch": (torch.optim.Adam, ADAM, {"weight_decay": 0.125}),
    "adamw": (torch.optim.AdamW, ADAM, {"weight_decay": 0.125}),
    "sgd-dampened": (torch.optim.SGD, SGD, {"momentum": 0.5, "dampening": 0.25, "weight_decay": 0.125}),
    "sgd-nesterov": (torch.optim.SGD, SGD, {"momentum": 0.5, "nesterov": True, "weight_decay": 0.125}),
    "sgdp": (SGDP, SGD, {"momentum": 0.5, "weight_decay": 0.125, "wd_ratio": 1.0}),
    "adamp": (AdamP, ADAM, {"weight_decay": 0.125, "wd_ratio": 1.0}),
    "lion": (Lion, ADAM, {"weight_decay": 0.125}),
}


class Slices(nn.Module):
    """One weight whose rows are the slices."""

    def __init__(self, x):
        super().__init__()
        self.w = nn.Parameter(x.clone())


def monitored(make, x, groups=None, **options):
    model = Slices(x)
    optimizer = make([{"params": [model.w], **(groups or {"invariant": "channel"})}])
    return model, optimizer, SphericalMonitor(model, optimizer, **{"every": 1, "by_slice": True} | options)


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def scheme_options(arguments):
    betas = dict(zip(("beta1", "beta2"), arguments.get("betas", ()), strict=False))
    given = {k: v for k, v in arguments.items() if k not in ("betas", "wd_ratio", "nesterov")} | betas
    if "wd_ratio" in arguments:
        given["weight_decay"] /= 1 - given.get("momentum", 0.0)
    return given


@pytest.mark.parametrize("name", CASES)
def test_every_quantity_is_the_oracles_to_rounding(name):
    cls, base, more = CASES[name]
    x, gradients = draw(ROWS, D), [draw(ROWS, D, seed=k + 1) for k in range(STEPS)]
    model, optimizer, monitor = monitored(lambda groups: cls(groups, **base, **more), x)
    for g in gradients:
        model.w.grad = g.clone()
        optimizer.step()
    space, scheme = TrackedSpace(torch.float64), by_name(name)
    h = scheme.numbers(**scheme_options(base | more))
    run = trajectory(scheme, space, space.vector(x.numpy()), [space.vector(g.numpy()) for g in gradients], h)
    assert len(monitor.records) == STEPS
    for record, expected in zip(monitor.records, effective(run), strict=True):
        seen = {key: np.array(values)[:, None] for key, values in record["by_slice"].items()}
        speed = space.norm(expected.velocity)
        assert judge(expected.radius, seen["radius"]).ok
        assert judge(expected.rate * space.dot(expected.c, expected.direction), seen["radial"]).ok
        assert judge(expected.learning_rate, seen["effective_learning_rate"]).ok
        assert judge(space.norm(expected.c_tangent), seen["c_tangent"]).ok
        assert judge(speed, seen["velocity"]).ok
        assert judge(speed * speed, seen["expansion"]).ok
        assert (abs(np.tan(seen["angle"]) - speed.value) <= 2 * speed.error * (1 + speed.value**2)).all()
        assert not judge(speed, seen["velocity"] * (1 + 1e-9)).ok
        assert record["radius"] == pytest.approx(seen["radius"].mean(), rel=roundoff(2 * ROWS), abs=0)


AT_REST = {
    "sgd-l2": (torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.03}),
    "sgd-m": (torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.03, "momentum": 0.8}),
    "sgd-dampened": (torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.03, "momentum": 0.8, "dampening": 0.4}),
    "sgd-nesterov": (torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.03, "momentum": 0.8, "nesterov": True}),
    "adam-torch": (torch.optim.Adam, {"lr": 0.01, "weight_decay": 0.03}),
    "adamw": (torch.optim.AdamW, {"lr": 0.01, "weight_decay": 0.3}),
    "sgdp": (SGDP, {"lr": 0.1, "weight_decay": 0.03, "momentum": 0.8, "wd_ratio": 0.5}),
    "adamp": (AdamP, {"lr": 0.01, "weight_decay": 0.3, "wd_ratio": 0.5}),
    "lion": (Lion, {"lr": 0.0001, "weight_decay": 0.03}),
}
LEADING = {"lion": 0.01}
"""Formulas to leading order in ηλ; the rest are exact."""


def at_rest(name, h, moment, dimension):
    """‖w*‖ and Δ* from the formulas that are derived from the scheme, evaluated in many digits."""
    e, symbols = derived(name), vars(by_name(name).symbols())
    values = {symbols[n]: sympy.Rational(v) for n, v in vars(by_name(name).numbers(**h)).items()}
    values |= {L: sympy.Rational(moment), DIMENSION: dimension}
    if e.fixed.value is not None:
        x = e.fixed.value.subs(values).evalf(40) ** sympy.Rational(1, e.fixed.power)
    else:
        (x,) = (root for root in sympy.Poly(e.fixed.polynomial.subs(values)).nroots(40) if root.is_real and root > 0)
    values |= {X: x}
    squares = {s: sympy.sqrt(square.subs(values)).evalf(40) for s, square in e.fixed.squares.items()}
    return float(sympy.sqrt(x)), float(sympy.acos(e.cosine.subs(squares).subs(values).evalf(40)))


@pytest.mark.parametrize("name", AT_REST)
def test_the_equilibrium_is_the_one_that_is_derived(name):
    cls, options = AT_REST[name]
    optimizer = cls([{"params": [nn.Parameter(torch.ones(2, 3))]}], **options)
    known = rule(optimizer, optimizer.param_groups[0])
    given = {k: float(v) for k, v in options.items() if k not in ("wd_ratio", "nesterov")}
    radius, angle = at_rest(name, given | {"weight_decay": known.decay}, 2, 50)
    moment = torch.tensor([2.0], dtype=torch.float64)
    found = equilibrium(known, torch.tensor([radius], dtype=torch.float64), moment, 50)
    # a hundred operations; an angle and what is left of its cosine, Δ²/2, are conditioned by 1/Δ²
    allowed = LEADING.get(name, roundoff(100) / angle**2)
    assert float(found.radius) == pytest.approx(radius, rel=allowed, abs=0)
    assert float(found.angle) == pytest.approx(angle, rel=allowed, abs=0)
    assert float(found.steps_left) == 0
    away = equilibrium(known, torch.tensor([1.2 * radius], dtype=torch.float64), moment, 50)
    assert float(away.steps_left) > 0 and float(away.radius) == float(found.radius)


def test_an_optimizer_of_ones_own_says_its_rule_itself():
    class Mine(torch.optim.SGD):
        pass

    mine = Mine([{"params": [nn.Parameter(torch.ones(2, 3))]}], lr=0.1, weight_decay=0.03, momentum=0.8)
    assert rule(mine, mine.param_groups[0]).kind is None
    mine.spherical_rule = lambda group: Rule("sgdp", group["lr"], group["weight_decay"], group["momentum"])
    assert rule(mine, mine.param_groups[0]) == Rule("sgdp", 0.1, 0.03, 0.8)
    for wrong in ("sgdp", Rule("sgdpp", 0.1, 0.03)):
        mine.spherical_rule = lambda group, wrong=wrong: wrong
        with pytest.raises(TypeError, match="Mine.spherical_rule"):
            rule(mine, mine.param_groups[0])


@pytest.mark.parametrize("name", ["SGDP", "AdamP"])
def test_a_namesake_whose_decay_is_not_known_is_not_known(name):
    cls = type(name, (torch.optim.SGD if name == "SGDP" else torch.optim.Adam,), {})
    namesake = cls([{"params": [nn.Parameter(torch.ones(2, 3))]}], lr=0.1, weight_decay=0.03)
    assert rule(namesake, namesake.param_groups[0]).kind is None


@pytest.mark.parametrize("start", [3.0, 0.5])
def test_so_many_steps_are_left_as_sgd_takes_at_constant_gradient_norms(start):
    """r² → (1-ηλ)²r² + η²L/r² for orthogonal gradients; the angle is within 5 % after the steps announced."""
    lr, decay, moment = 0.05, 0.02, 1.0
    known = Rule("sgd", lr, decay)
    one = torch.ones(1, dtype=torch.float64)
    rest = equilibrium(known, one, moment * one, 10)
    square, steps = (start * float(rest.radius)) ** 2, 0
    announced = float(equilibrium(known, square**0.5 * one, moment * one, 10).steps_left)

    def away():
        angle = math.atan(lr * moment**0.5 / ((1 - lr * decay) * square))
        return abs(angle / float(rest.angle) - 1) > WITHIN

    while away():
        square, steps = (1 - lr * decay) ** 2 * square + lr**2 * moment / square, steps + 1
    assert steps == pytest.approx(announced, rel=0.01)


def small(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 5, bias=False), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 2))


def loop(model, optimizer, steps, first=0, scheduler=None):
    for k in range(first, first + steps):
        optimizer.zero_grad()
        model(draw(8, 6, seed=k).float()).square().mean().backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()


def test_a_resumed_run_logs_what_the_uninterrupted_one_logs():
    model = small()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-2)
    monitor = SphericalMonitor(model, optimizer, every=2)
    loop(model, optimizer, 4)
    again = small()
    other = torch.optim.SGD(again.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-2)
    later = SphericalMonitor(again, other, every=2)
    again.load_state_dict(model.state_dict())
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))  # torch shares the buffers otherwise
    later.load_state_dict(torch.load(saved(monitor.state_dict()), weights_only=True))
    loop(model, optimizer, 4, first=4)
    loop(again, other, 4, first=4)
    assert [r["step"] for r in monitor.records] == [0, 2, 4, 6]
    assert monitor.records[2:] == later.records


def saved(state):
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return file


def test_a_state_of_other_parameters_is_refused():
    model = small()
    monitor = SphericalMonitor(model, torch.optim.SGD(model.parameters(), lr=0.1))
    with pytest.raises(ValueError, match="other parameters"):
        monitor.load_state_dict(monitor.state_dict() | {"names": ["0.bias"]})


def test_a_grad_scaler_an_accumulation_and_a_clipping_are_seen_as_the_step_sees_them():
    plain, scaled, summed = small(), small(), small()
    runs = [(m, torch.optim.SGD(m.parameters(), lr=0.1)) for m in (plain, scaled, summed)]
    monitors = [SphericalMonitor(m, o, every=1) for m, o in runs]
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    x = draw(8, 6).float()
    loss = plain(x).square().sum()
    loss.backward()
    nn.utils.clip_grad_norm_(plain.parameters(), 0.5)
    runs[0][1].step()
    scaler.scale(scaled(x).square().sum()).backward()
    scaler.unscale_(runs[1][1])
    nn.utils.clip_grad_norm_(scaled.parameters(), 0.5)
    scaler.step(runs[1][1])
    for _ in range(2):
        (summed(x).square().sum() / 2).backward()
    nn.utils.clip_grad_norm_(summed.parameters(), 0.5)
    runs[2][1].step()
    first, *others = (m.records[0] for m in monitors)
    for other in others:
        assert (other["velocity"], other["second_moment"]) == (first["velocity"], first["second_moment"])


@pytest.mark.parametrize("fused", [False, True])
def test_a_step_that_the_scaler_leaves_out_is_not_logged(fused):
    model = small()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, fused=fused)
    monitor = SphericalMonitor(model, optimizer, every=1)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    scaler.scale(model(draw(8, 6).float()).square().sum() * math.inf).backward()
    scaler.step(optimizer)
    assert monitor.records == [] and monitor.step == 0


def test_a_fused_optimizer_that_unscales_inside_is_seen_unscaled():
    records = []
    for scale in (1.0, 256.0):
        model = small()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, fused=True)
        monitor = SphericalMonitor(model, optimizer, every=1)
        scaler = torch.amp.GradScaler("cpu", init_scale=scale)
        scaler.scale(model(draw(8, 6).float()).square().sum()).backward()
        scaler.step(optimizer)
        records.append(monitor.records[0])
    for quantity in ("velocity", "second_moment", "radius"):
        assert records[0][quantity] == records[1][quantity]  # a power of two scales without rounding


def test_schedules_and_groups_are_read_at_every_step():
    model = small()
    optimizer = torch.optim.SGD([{"params": [model[0].weight], "lr": 0.5}, {"params": model[3].parameters()}], lr=0.1)
    monitor = SphericalMonitor(model, optimizer, every=1)
    loop(model, optimizer, 3, scheduler=torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5))
    assert [r["lr"] for r in monitor.records] == [0.5, 0.25, 0.125]


def test_a_closure_is_seen_with_the_gradient_that_it_makes():
    model, other = small(), small()
    x = draw(8, 6).float()
    records = []
    for m, inside in ((model, True), (other, False)):
        optimizer = torch.optim.SGD(m.parameters(), lr=0.1)
        monitor = SphericalMonitor(m, optimizer, every=1)

        def closure(m=m, optimizer=optimizer):
            optimizer.zero_grad()
            loss = m(x).square().sum()
            loss.backward()
            return loss

        if not inside:
            closure()
        optimizer.step(closure if inside else None)
        records.append(monitor.records[0])
    assert records[0] == records[1]


def test_a_parameter_without_a_gradient_is_not_logged():
    model = small()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    monitor = SphericalMonitor(model, optimizer, every=1)
    optimizer.step()
    loop(model, optimizer, 1)
    assert [r["step"] for r in monitor.records] == [1]


def test_an_optimizer_that_is_not_known_is_logged_without_predictions():
    model = small()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.1, weight_decay=0.1)
    monitor = SphericalMonitor(model, optimizer, every=1)
    loop(model, optimizer, 2)
    record = monitor.records[-1]
    assert record["kind"] is None and record["angle"] > 0 and record["velocity"] > 0
    assert record["effective_learning_rate"] is None and record["c_tangent"] is None and record["steps_left"] is None


def test_a_discovery_says_what_to_watch_and_partial_slices_are_watched_alone():
    class Partly(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(6, 4, bias=False)

        def forward(self, x):
            y = self.fc(x)
            return nn.functional.normalize(y[:, :2]).sum(1) + y[:, 2:].sum(1)

    torch.manual_seed(0)
    model = Partly()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    monitor = SphericalMonitor(model, optimizer, slices=find_groups(model, torch.randn(8, 6)), every=1)
    loop(model, optimizer, 1)
    assert [(r["name"], r["slices"], r["dimension"]) for r in monitor.records] == [("fc.weight", 1, 12)]
    assert monitor.records[0]["cosine"] < 1e-5


def test_an_optimizer_on_the_sphere_is_seen_with_the_velocity_of_the_central_projection():
    x, g = draw(ROWS, D), draw(ROWS, D, seed=1)
    model, optimizer, monitor = monitored(lambda groups: SphericalSGD(groups, lr=0.1, weight_decay=0.1), x)
    u = model.w.detach().clone()
    model.w.grad = g.clone()
    optimizer.step()
    velocity = u - model.w.detach() / (u * model.w.detach()).sum(1, keepdim=True)
    seen = torch.tensor(monitor.records[0]["by_slice"]["velocity"], dtype=torch.float64)
    assert torch.allclose(seen, velocity.norm(dim=1), rtol=0, atol=roundoff(10 * D))  # of unit vectors


def test_parameters_that_join_later_are_seen_with_their_own_step_count():
    torch.manual_seed(0)
    model = nn.ParameterList([draw(2, 3), draw(2, 3, seed=1)])
    optimizer = torch.optim.AdamW([{"params": list(model), "invariant": "channel"}], lr=0.1, eps=0.0)
    monitor = SphericalMonitor(model, optimizer, every=1, by_slice=True)
    for step in range(3):
        model[0].grad = torch.ones(2, 3, dtype=torch.float64)
        model[1].grad = torch.full((2, 3), 4.0, dtype=torch.float64) if step == 2 else None
        optimizer.step()
    seen = {(r["step"], r["name"]): r["by_slice"] for r in monitor.records}
    assert set(seen) == {(0, "0"), (1, "0"), (2, "0"), (2, "1")}
    for key, root, start in (((0, "0"), 1, 0.1), ((2, "0"), 1, 1 - 0.9**3), ((2, "1"), 4, 0.1)):
        rate, radial, radius = (torch.tensor(seen[key][n]) for n in ("effective_learning_rate", "radial", "radius"))
        # equal gradients: √v̂ = |g|, so that η^e = A/(1 - A⟨c, u⟩) with A = η/(r²|g|(1-β₁^{k+1})/(1-β₁))
        expected = torch.tensor(0.1 / (root * start / 0.1))
        assert torch.allclose(rate * (1 - radial) * radius**2, expected, rtol=roundoff(10, torch.float32), atol=0)


def test_the_prediction_takes_the_mean_of_the_gradients_so_far():
    x = draw(ROWS, D)
    model, optimizer, monitor = monitored(
        lambda groups: torch.optim.SGD(groups, lr=1e-9, weight_decay=0.1), x, average=4
    )
    moments = []
    for size in (1.0, 3.0, 2.0):
        g = draw(ROWS, D, seed=1) * size
        g -= (g * x).sum(1, keepdim=True) / x.square().sum(1, keepdim=True) * x
        model.w.grad = g
        optimizer.step()
        moments.append((g.norm(dim=1) * x.norm(dim=1)).square())
    weights = torch.tensor([0.75**2, 0.75, 1.0], dtype=torch.float64)
    mean = (torch.stack(moments) * weights[:, None]).sum(0) / weights.sum()
    expected = equilibrium(Rule("sgd", 1e-9, 0.1), x.norm(dim=1), mean, D).radius
    seen = torch.tensor(monitor.records[-1]["by_slice"]["equilibrium_radius"], dtype=torch.float64)
    assert torch.allclose(seen, expected, rtol=1e-6)  # the weights moved by 1e-9


def test_after_it_is_removed_nothing_is_logged():
    model = small()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    monitor = SphericalMonitor(model, optimizer, every=1)
    monitor.remove()
    loop(model, optimizer, 1)
    assert monitor.records == []


def test_a_distributed_model_of_one_process_is_watched_by_the_names_of_the_model():
    distributed = torch.distributed
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    try:
        model = small()
        wrapped = nn.parallel.DistributedDataParallel(model)
        optimizer = torch.optim.SGD(wrapped.parameters(), lr=0.1)
        monitor = SphericalMonitor(wrapped, optimizer, every=1)
        loop(wrapped, optimizer, 1)
        assert [r["name"] for r in monitor.records] == ["0.weight"]
    finally:
        distributed.destroy_process_group()


def test_sinks_get_every_record_and_every_alarm(tmp_path):
    writer = SimpleNamespace(seen=[], add_text=lambda *a: None)
    writer.add_scalar = lambda key, value, step: writer.seen.append((key, step))
    run = SimpleNamespace(seen=[])
    run.log = lambda values, step: run.seen.append((step, sorted(values)))
    model = small()
    optimizer = torch.optim.SGD(model.parameters(), lr=30.0)
    sinks = [JSONL(tmp_path / "deep" / "run.jsonl"), TensorBoard(writer=writer), WeightsAndBiases(run)]
    monitor = SphericalMonitor(model, optimizer, every=1, sinks=sinks, keep=False)
    loop(model, optimizer, 2)
    lines = [json.loads(line) for line in (tmp_path / "deep" / "run.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "name" in line] == [0, 1]
    assert [line["alarm"]["kind"] for line in lines if "alarm" in line] == [a.kind for a in monitor.alarms] != []
    assert ("angle/0.weight", 1) in writer.seen and run.seen[1][0] == 1 and monitor.records == []


def test_columns_are_as_long_as_the_records():
    model = small()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)
    monitor = SphericalMonitor(model, optimizer, every=1)
    loop(model, optimizer, 3)
    assert set(map(len, monitor.columns().values())) == {3}


RECORD = {
    "step": 5,
    "name": "layer3",
    "dimension": 100,
    "radius": 1.0,
    "angle": 0.01,
    "cosine": 1e-6,
    "steps_left": 0.0,
    "distance": 1.0,
}
ALARMS = {
    "freezes": ({"radius": 40.0, "steps_left": None}, Rule("sgd", 0.1, 0.0), "norm ×40, no decay"),
    "far": (
        {"steps_left": 57000.0, "distance": 1.78},
        Rule("sgd", 0.01, 1e-4),
        r"57 000 steps left; divide its weights by 10\^\(1/4\) = 1.78",
    ),
    "zero": ({"radius": 0.0, "angle": math.nan}, Rule("sgd", 0.1, 0.1), "has no direction"),
    "not invariant": ({"cosine": 0.5}, Rule("sgd", 0.1, 0.1), "its length matters"),
    "lost in rounding": ({"angle": 1e-9}, Rule("sgd", 0.1, 0.1), "less than the rounding"),
    "turns far": ({"angle": 1.0}, Rule("sgd", 0.1, 0.1), "57°"),
    "not finite": ({"radius": math.nan}, Rule("sgd", 0.1, 0.1), "not finite"),
}


@pytest.mark.parametrize("kind", ALARMS)
def test_an_alarm_is_raised_once_where_it_is_due_and_not_elsewhere(kind):
    changed, known, words = ALARMS[kind]
    past = Past(1.0, 0.1, {})
    found = alarms(RECORD | changed, known, past, eps=1e-7, patience=1000)
    assert [alarm.kind for alarm in found] == [kind]
    assert re.search(words, found[0].message)
    assert alarms(RECORD | changed, known, past, eps=1e-7, patience=1000) == []
    assert alarms(RECORD, Rule("sgd", 0.1, 0.1), Past(1.0, 0.1, {}), eps=1e-7, patience=1000) == []


def test_a_weight_that_is_not_invariant_raises_the_alarm_and_an_invariant_one_does_not():
    model = nn.Sequential(nn.Linear(6, 50), nn.BatchNorm1d(50), nn.Linear(50, 40))
    groups = [{"params": [model[0].weight, model[2].weight], "invariant": "channel"}]
    optimizer = torch.optim.SGD(groups, lr=1e-3)
    monitor = SphericalMonitor(model, optimizer, every=1)
    loop(model, optimizer, 1)
    assert [(alarm.kind, alarm.name) for alarm in monitor.alarms] == [("not invariant", "2.weight")]


def test_there_must_be_something_to_watch_and_a_period():
    model = nn.Linear(3, 2)
    with pytest.raises(ValueError, match="sample=batch"):
        SphericalMonitor(model, torch.optim.SGD(model.parameters(), lr=0.1))
    with pytest.raises(ValueError, match="every=0"):
        SphericalMonitor(small(), torch.optim.SGD(small().parameters(), lr=0.1), every=0)


@pytest.mark.parametrize("sink, words", [(TensorBoard, "tensorboard"), (WeightsAndBiases, "wandb")])
def test_a_sink_whose_package_is_missing_says_how_to_get_it(sink, words, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ImportError, match=f"pip install {words}"):
        sink()
