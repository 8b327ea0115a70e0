"""Benchmarks: the harness under a clock that subjects move, the shapes by known counts, the bytes of a step."""

import math
from functools import partial

import pytest
import torch

from benchmarks import load, shapes, subjects
from benchmarks.bandwidth import bytes_per_second
from benchmarks.load import Clock, busy, foreign
from benchmarks.side_by_side import measure, rotated
from verify.tolerance import roundoff

near = partial(pytest.approx, rel=roundoff(1000), abs=0)
"""What a thousand steps of the clock, and a quotient, may lose."""


class Machine:
    """A clock that only work moves, and a processor that others may use. `ran`: the subjects, in their order."""

    def __init__(self, **seconds):
        self.seconds, self.now, self.others, self.ran = seconds, 0.0, 0.0, []
        self.disturb = lambda name, times: (1.0, 0.0)

    @property
    def clock(self):
        return Clock(lambda: self.now, lambda: self.others)

    def work(self, name):
        def run():
            self.ran.append(name)
            slower, others = self.disturb(name, self.ran.count(name))
            self.now += self.seconds[name] * slower
            self.others += others

        return run

    def measure(self, unit="unit", **options):
        return measure({name: self.work(name) for name in self.seconds}, unit, clock=self.clock, **options)


def test_a_ratio_is_the_time_over_that_of_the_unit():
    found = Machine(unit=0.1, slow=0.3, quick=0.05).measure()
    assert [found[name].ratio for name in ("unit", "slow", "quick")] == near([1, 3, 0.5])
    assert found["slow"].seconds == near(0.3)
    assert all(t.repeated == t.disturbed == 0 for t in found.values())


def test_a_subject_that_is_slowed_is_slower():
    machine = Machine(unit=0.1, same=0.1)
    machine.disturb = lambda name, times: (1.5 if name == "same" else 1.0, 0.0)
    assert machine.measure()["same"].ratio == near(1.5)


def test_what_slows_all_slows_no_ratio():
    machine = Machine(unit=0.1, subject=0.2)
    machine.disturb = lambda name, times: (1.01 ** len(machine.ran), 0.0)
    found = machine.measure(rounds=7)["subject"]
    assert found.ratio == near(2 * 1.01 / ((1 + 1.01**2) / 2))  # a hundredth a run, before and after
    assert found.disturbed == 0


def test_a_figure_is_the_median_of_the_rounds_with_their_range():
    machine = Machine(unit=0.1, subject=0.1)
    slow = {3: 1.02, 4: 1.04, 5: 9.0, 6: 1.01, 7: 1.03}  # two calls go before the rounds
    machine.disturb = lambda name, times: (slow.get(times, 1.0) if name == "subject" else 1.0, 0.0)
    found = machine.measure(rounds=5)["subject"]
    assert (found.ratio, found.low, found.high) == near((1.03, 1.01, 9.0))
    assert found.seconds == near(0.103)


def test_a_block_in_which_the_unit_changed_is_repeated():
    machine = Machine(unit=0.1, subject=0.2)
    machine.disturb = lambda name, times: (2.0 if name == "unit" and times in (8, 9) else 1.0, 0.0)
    quiet, found = Machine(unit=0.1, subject=0.2).measure(), machine.measure()
    assert quiet["subject"].repeated == 0
    assert sum(t.repeated for t in found.values()) >= 1
    assert sum(t.disturbed for t in found.values()) == 0
    assert found["subject"].ratio == near(2)


def test_a_block_beside_other_work_is_repeated_until_the_tries_end():
    machine = Machine(unit=0.1, subject=0.2)
    machine.disturb = lambda name, times: (1.0, 0.1)  # others take a core
    found = machine.measure(rounds=4, tries=3)["subject"]
    assert (found.repeated, found.disturbed) == (8, 4)
    machine.disturb = lambda name, times: (1.0, 0.001)
    assert machine.measure()["subject"].repeated == 0


def test_without_a_gauge_the_unit_alone_tells():
    machine = Machine(unit=0.1, subject=0.2)
    clock = Clock(lambda: machine.now, lambda: None)
    work = {name: machine.work(name) for name in machine.seconds}
    assert measure(work, "unit", clock=clock)["subject"].disturbed == 0


def test_every_subject_has_a_turn_in_a_round_and_the_unit_runs_around_it():
    machine = Machine(unit=0.1, a=0.1, b=0.1)
    machine.measure(rounds=3)
    rounds = machine.ran[6:]  # each runs twice to find how many calls fill a block
    assert rounds[:7] == ["unit", "unit", "unit", "a", "unit", "b", "unit"]
    assert rounds[7:14] == ["unit", "a", "unit", "b", "unit", "unit", "unit"]
    assert rounds[14:] == ["unit", "b", "unit", "unit", "unit", "a", "unit"]


def test_an_order_is_rotated():
    assert [rotated("abc", k) for k in range(4)] == [list("abc"), list("bca"), list("cab"), list("abc")]


@pytest.mark.parametrize("seconds", [1e-5, 0.004, 0.05, 0.7])
def test_a_block_is_long_enough(seconds):
    machine = Machine(unit=seconds)
    found = machine.measure()["unit"]
    calls = found.calls
    lost = roundoff(len(machine.ran) + 4) * machine.now / (calls * seconds)  # of the clock, beside a block of it
    assert found.seconds == pytest.approx(seconds, rel=lost, abs=0)
    fewest = math.ceil(0.05 / seconds * (1 - 1e-9))
    assert fewest <= calls <= fewest + 1  # a fake clock adds its seconds up, and rounds


def test_what_takes_very_long_is_measured_once():
    machine = Machine(unit=0.1, long=30.0)
    machine.disturb = lambda name, times: (1.0, 50.0)
    found = machine.measure(rounds=5)
    assert (found["long"].rounds, found["unit"].rounds) == (1, 5)
    assert machine.ran.count("long") == 2  # one warms up
    assert (found["long"].repeated, found["long"].disturbed, found["long"].ratio) == (0, 1, near(300))


@pytest.mark.parametrize("options", [{"unit": "other"}, {"rounds": 0}, {"tries": 0}])
def test_a_measurement_without_unit_or_rounds_is_refused(options):
    with pytest.raises(ValueError, match="=|choose"):
        Machine(unit=0.1).measure(**options)


def test_time_at_rest_is_not_busy():
    """man 5 proc: user nice system idle iowait irq softirq steal guest guest_nice, guests being in user already."""
    assert busy("cpu  100 20 30 100000 4000 5 6 7 50 60\ncpu0 1 1 1 1", 100) == near(1.68)


def test_work_of_this_process_is_not_foreign(monkeypatch):
    """A second more of ours and of the whole is none of the others."""
    monkeypatch.setattr(load.os, "times", lambda: (3.0, 1.0, 0.5, 0.5, 99.0))
    monkeypatch.setattr(load, "busy", lambda stat, ticks: 7.0)
    assert foreign() in (2.0, None)  # None where the system does not tell


@pytest.mark.parametrize(
    ("name", "tensors", "numbers"),
    [("resnet20", 59, 269_722), ("resnet50", 161, 25_557_032), ("gpt2", 148, 124_439_808)],
)
def test_the_shapes_have_the_known_counts(name, tensors, numbers):
    network = shapes.NETWORKS[name]()
    assert (network.tensors, network.numbers) == (tensors, numbers)


def test_parameters_come_with_gradients_and_the_same_numbers_each_time():
    small = shapes.Network("small", ((4, 3), (2, 5, 1, 1)), ((4,),))
    first, again = small.groups(), small.groups()
    assert [group["invariant"] for group in first] == ["channel", None]
    for p, q in zip(*([p for group in groups for p in group["params"]] for groups in (first, again)), strict=True):
        assert p.grad is not None and torch.equal(p, q) and torch.equal(p.grad, q.grad)


def test_a_step_moves_its_words():
    """torch's own rules: SGD reads x and g and writes x; momentum adds a buffer, Adam two, each read and written."""
    assert [subjects.words(buffers) for buffers in (0, 1, 2)] == [3, 5, 7]
    assert bytes_per_second(3, 10**9, 2.0) == 6e9


def test_subjects_have_names_of_their_own_and_a_unit():
    found = subjects.subjects()
    assert len({s.name for s in found}) == len(found)
    assert set(subjects.UNITS.values()) <= {s.name for s in found}
    assert {s.unit for s in found} == set(subjects.UNITS.values())


@pytest.mark.parametrize("subject", [s for s in subjects.subjects() if s.path == "plain"], ids=lambda s: s.name)
def test_a_subject_steps_and_has_the_buffers_that_set_its_unit(subject):
    """Counted: tensors of the state as large as their parameter."""
    groups = shapes.Network("small", ((4, 8), (2, 9)), ((4,),)).groups()
    optimizer = subject.make(groups)
    p = groups[0]["params"][0]
    before = p.detach().clone()
    optimizer.step()
    kept = [value for value in optimizer.state[p].values() if torch.is_tensor(value) and value.shape == p.shape]
    assert len(kept) == subject.buffers
    assert not torch.equal(before, p) and torch.allclose(before, p, rtol=1e-4)
