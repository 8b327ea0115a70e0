"""The numbers in an alarm, against training that goes on: that many steps, that factor, that growth."""

import logging
import math
import re

import pytest
import torch
from torch import nn

from impl.monitor import JSONL, SphericalMonitor
from impl.monitor.alarms import CLOSE, Past, alarms
from impl.monitor.equilibrium import WITHIN, equilibrium
from impl.monitor.rules import Rule

ROWS, D = 4, 20
LR, DECAY, DROP = 0.1, 0.2, 10.0
PRODUCT = LR * DECAY / DROP


@pytest.fixture(autouse=True)
def quiet():
    logging.getLogger("orthodrome").setLevel(logging.ERROR)
    yield
    logging.getLogger("orthodrome").setLevel(logging.NOTSET)


def tangent(w, generator, moment):
    """A random gradient of a radially-invariant loss: orthogonal to each row, ‖g‖‖w‖ = √moment."""
    w = w.detach()
    g = torch.randn(w.shape, generator=generator, dtype=w.dtype)
    g -= (g * w).sum(1, keepdim=True) / w.square().sum(1, keepdim=True) * w
    return g * moment**0.5 / (g.norm(dim=1, keepdim=True) * w.norm(dim=1, keepdim=True))


def turned(model, optimizer, generator, moment=1.0):
    """A step; the largest angle by which it turns a row, from the points themselves."""
    before = model.w.detach().clone()
    model.w.grad = tangent(model.w, generator, moment)
    optimizer.step()
    u, v = (nn.functional.normalize(t, dim=1) for t in (before, model.w.detach()))
    return 2 * math.asin(float((u - v).norm(dim=1).max()) / 2)


def starting(radius, **options):
    """Rows of one norm, the optimizer, and its monitor of every step."""
    model, generator = nn.Module(), torch.Generator().manual_seed(0)
    w = torch.randn(ROWS, D, generator=generator, dtype=torch.float64)
    model.w = nn.Parameter(w * radius / w.norm(dim=1, keepdim=True))
    optimizer = torch.optim.SGD([{"params": [model.w], "invariant": "channel"}], **{"lr": LR} | options)
    return model, optimizer, generator, SphericalMonitor(model, optimizer, every=1, patience=100)


def at_rest(lr):
    """(1 - ηλ)²x + η²L/x = x, L = 1: the squared norm that a step leaves as it is."""
    kept = (1 - lr * DECAY) ** 2
    return math.sqrt(lr**2 / (1 - kept))


def dropped(start):
    """Train at `start` times the norm of rest, divide the rate, and read the alarm: steps, factor, words."""
    model, optimizer, generator, monitor = starting(start * math.sqrt(at_rest(LR)), weight_decay=DECAY)
    turned(model, optimizer, generator)
    assert monitor.alarms == []
    optimizer.param_groups[0]["lr"] = LR / DROP
    turned(model, optimizer, generator)
    (alarm,) = monitor.alarms
    monitor.remove()
    said = re.search(
        r"by 10: ([\d ]+) steps left; divide its weights by (?:(10\^\(1/4\)) = )?([\d.]+)\?", alarm.message
    )
    assert alarm.kind == "far" and said, alarm.message
    return model, optimizer, generator, int(said[1].replace(" ", "")), float(said[3]), said[2]


@pytest.mark.parametrize("start", [1.0, 2.0])
def test_as_many_steps_are_left_after_a_drop_as_the_alarm_says(start):
    model, optimizer, generator, announced, _, _ = dropped(start)
    small = at_rest(LR / DROP)
    goal = math.atan((LR / DROP) / ((1 - PRODUCT) * small))
    steps = 1  # the alarm is about the state before its step
    while abs(turned(model, optimizer, generator) / goal - 1) > WITHIN:
        steps += 1
    # z - 1 shrinks by 1 - 4ηλ + O((ηλ)²) a step, of which the alarm knows the leading term; and a step is a whole one.
    assert abs(steps - announced) <= 4 * PRODUCT * announced + 1


@pytest.mark.parametrize("start", [1.0, 2.0])
def test_weights_that_are_divided_by_what_the_alarm_says_are_at_equilibrium_at_once(start):
    """From rest it is the fourth root of the drop (002, 5.2); from elsewhere that root would lead elsewhere."""
    model, optimizer, generator, _, factor, root = dropped(start)
    goal = math.atan((LR / DROP) / ((1 - PRODUCT) * at_rest(LR / DROP)))
    with torch.no_grad():
        model.w /= factor
    assert abs(turned(model, optimizer, generator) / goal - 1) < WITHIN
    assert (root is not None) == (start == 1.0)
    assert (abs(factor / DROP**0.25 - 1) < CLOSE) == (start == 1.0)


@pytest.mark.parametrize("moments", [True, False])
def test_of_adam_the_moments_are_to_be_rescaled_too(moments):
    """As the alarm says: of the weights alone, steps are √10 times too large until the second moment has followed."""
    generator, model = torch.Generator().manual_seed(0), nn.Module()
    model.w = nn.Parameter(torch.randn(ROWS, 100, generator=generator, dtype=torch.float64) * 0.3)
    groups = [{"params": [model.w], "invariant": "channel"}]
    optimizer = torch.optim.AdamW(groups, lr=0.02, weight_decay=0.2, betas=(0.9, 0.99))
    monitor = SphericalMonitor(model, optimizer, every=1, patience=100)
    for _ in range(500):
        turned(model, optimizer, generator, 100.0)
    optimizer.param_groups[0]["lr"] /= DROP
    turned(model, optimizer, generator, 100.0)
    (alarm,) = (alarm for alarm in monitor.alarms if alarm.kind == "far")
    said = re.search(
        r"divide its weights by (?:.* = )?([\d.]+), multiply its exp_avg by the same and its exp_avg_sq by the square",
        alarm.message,
    )
    factor, state = float(said[1]), optimizer.state[model.w]
    with torch.no_grad():
        model.w /= factor
        if moments:
            state["exp_avg"] *= factor
            state["exp_avg_sq"] *= factor**2
    for _ in range(10):
        turned(model, optimizer, generator, 100.0)
    ratio = sum(record["angle_ratio"] for record in monitor.records[-10:]) / 10
    assert (abs(ratio - 1) < 0.15) == moments and (ratio > 1.5) != moments


def test_a_weight_that_is_too_small_is_to_be_multiplied():
    model, optimizer, generator, monitor = starting(0.4 * math.sqrt(at_rest(LR / DROP)), weight_decay=DECAY)
    optimizer.param_groups[0]["lr"] = LR / DROP
    monitor.load_state_dict(monitor.state_dict() | {"past": {"w": {"start": 1.0, "highest": LR, "level": {}}}})
    turned(model, optimizer, generator)
    (alarm,) = (alarm for alarm in monitor.alarms if alarm.kind == "far")
    assert alarm.message.endswith("multiply its weights by 2.5?")


POWERS = {"sgd": 1 / 4, "sgdp": 1 / 4, "adam": 1 / 3, "adamw": 1 / 2, "adamp": 1 / 2, "lion": 1 / 2}


@pytest.mark.parametrize("kind", POWERS)
def test_the_power_of_a_drop_is_that_by_which_the_norm_at_rest_follows_it(kind):
    one = torch.ones(1, dtype=torch.float64)
    radii = [
        equilibrium(Rule(kind, lr, 1e-3, 0.9, beta2=0.99), one, one, 1000).radius.item() for lr in (1e-3, 1e-3 / DROP)
    ]
    assert radii[0] / radii[1] == pytest.approx(DROP ** POWERS[kind], rel=1e-4)  # ηλ = 10⁻⁶, and what comes with it
    record = {"step": 1, "name": "w", "dimension": 1000, "radius": radii[0], "angle": 0.01, "cosine": 0.0}
    record |= {"steps_left": 1e6, "distance": radii[0] / radii[1]}
    (alarm,) = alarms(record, Rule(kind, 1e-3 / DROP, 1e-3, 0.9), Past(radii[0], 1e-3, {}), eps=1e-7, patience=100)
    fraction = {1 / 4: "1/4", 1 / 3: "1/3", 1 / 2: "1/2"}[POWERS[kind]]
    assert f"divide its weights by 10^({fraction}) = {DROP ** POWERS[kind]:.3g}?" in alarm.message


def test_a_rate_that_falls_at_every_step_is_told_of_a_few_times_and_not_at_each():
    """From 1 to 1/1000: each fourfold of the drop once, the first at a drop by 1.5."""
    past, told = Past(1.0, 1.0, {}), []
    record = {"name": "w", "dimension": 100, "radius": 1.0, "angle": 0.01, "cosine": 0.0}
    record |= {"steps_left": 1e6, "distance": 2.0}
    for k in range(1001):
        lr = 10 ** (-3 * k / 1000)
        told += [1 / lr for _ in alarms(record | {"step": k}, Rule("sgd", lr, 0.1), past, eps=1e-7, patience=100)]
    assert told == pytest.approx([1.5 * 4**i for i in range(5)], rel=0.01)


def test_a_weight_freezes_when_and_as_much_as_the_alarm_says():
    """Without decay r² → r² + η²L/r², so that the norm is four times the first after some 2⁷/(η²L) steps."""
    moment = 0.5
    model, optimizer, generator, monitor = starting(1.0, lr=1.0)
    square, expected = 1.0, None
    angles = []
    for k in range(300):
        if expected is None and square >= 4.0**2:
            expected = k
        angles.append(turned(model, optimizer, generator, moment))
        square += moment / square
    (alarm,) = (alarm for alarm in monitor.alarms if alarm.kind == "freezes")
    assert (alarm.step, "norm ×4, no decay" in alarm.message) == (expected, True)
    # tan Δ = η√L/r²: a sixteenth, exactly at four times the norm; the norm passes it by less than a step's growth.
    assert math.tan(angles[0]) / math.tan(angles[expected]) == pytest.approx(16, rel=moment / 4.0**4, abs=0)


def test_the_log_of_a_run_that_was_resumed_is_that_of_one_which_was_not(tmp_path):
    """Byte by byte, with alarms that were raised before not raised again."""
    logs = []
    for name, stops in (("whole", ()), ("parts", (3, 9))):
        model, optimizer, generator, monitor = starting(math.sqrt(at_rest(LR)), weight_decay=DECAY)
        monitor.remove()
        options = {"every": 2, "patience": 100, "average": 5, "sinks": [JSONL(tmp_path / name)]}
        monitor = SphericalMonitor(model, optimizer, **options)
        for k in range(14):
            if k in stops:
                state = monitor.state_dict()
                monitor.remove()
                monitor = SphericalMonitor(model, optimizer, **options)
                monitor.load_state_dict(state)
            if k == 6:
                optimizer.param_groups[0]["lr"] = LR / DROP
            turned(model, optimizer, generator, 1 + 0.1 * (k % 3))
        logs.append((tmp_path / name).read_bytes())
    assert logs[0] == logs[1] and logs[0].count(b'"alarm"') == 1
