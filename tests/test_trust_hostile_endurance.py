"""Long runs, unreadable files and lost numbers: a sample of each, and the careless ones that must be found."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from impl.data import CIFAR_TRAIN
from verify.shipped import OURS
from verify.trust.hostile import endurance, files, optimizers
from verify.trust.hostile.inputs import INPUTS
from verify.trust.hostile.loaders import loaders
from verify.trust.hostile.outcome import Outcome

NAMED = {subject.name: subject for subject in OURS}
NAN = next(given for given in INPUTS if given.name == "NaN in a gradient")


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(endurance, "EVERY", 20)


@pytest.mark.parametrize("name", ["AdamG", "AdamWithoutABC", "PSISGD (momentum)", "SphericalSGD", "SGDP"])
def test_a_step_late_in_a_run_is_that_of_the_scheme(often, name):
    row = endurance.run(NAMED[name], "loop", {"foreach": False}, 60)
    assert row.outcome is Outcome.RIGHT and row.judged and not row.undecided


@pytest.mark.parametrize("name", ["AdamG", "PSISGD"])
def test_an_optimizer_that_tires_is_found(often, name):
    def make(groups, h, **options):
        optimizer = NAMED[name].make(groups, h, **options)
        taken = [0]

        def tires(*_):
            taken[0] += 1
            if taken[0] == 40:
                for group in optimizer.param_groups:
                    group["lr"] *= 1.001

        optimizer.register_step_pre_hook(tires)
        return optimizer

    row = endurance.run(replace(NAMED[name], make=make), "loop", {"foreach": False}, 60)
    assert row.outcome is Outcome.FAULT and "after 40 steps" in row.faults[0]


def test_the_cap_of_psi_sgd_is_part_of_its_law(monkeypatch, often):
    monkeypatch.setattr(endurance, "CAP", 0.5)
    assert endurance.run(NAMED["PSISGD"], "unasked", {}, 60).outcome is Outcome.RIGHT
    monkeypatch.setattr(endurance, "beyond", lambda norms: 1.0)
    assert endurance.run(NAMED["PSISGD"], "unasked", {}, 60).outcome is Outcome.FAULT


@pytest.mark.parametrize("forget", [0, 1])
def test_a_slice_with_one_nan_is_not_seen_and_a_coordinate_that_is_wrong_beside_it_neither(forget):
    class Halves(torch.optim.SGD):
        """Puts half of what NaN has spoilt back, or a wrong number beside it."""

        def step(self, closure=None):
            inner.step(closure)
            self.state = inner.state
            for p in self.param_groups[0]["params"]:
                spoilt = p.isnan().any(1)
                p.data[spoilt, 2:] = 0.5

    subject = NAMED["Lion" if forget else "AdamG"]

    def make(groups, h, **options):
        nonlocal inner
        inner = subject.make(groups, h, **options)
        return Halves(groups[0]["params"], lr=h.lr)

    inner = None
    for made, outcome in ((subject.make, Outcome.SEEN), (make, Outcome.FAULT)):
        found = optimizers.trial(replace(subject, make=made), NAN, "loop", {})
        assert found.outcome is outcome and "Error" not in found.words


@pytest.mark.parametrize("name", ["checkpoint", "CIFAR-10 batch", "checks.json", "file of an audit"])
def test_what_cannot_be_read_is_an_error_that_names_the_file(monkeypatch, name):
    (loader,) = (loader for loader in loaders(Path("nowhere")) if loader.name == name)
    monkeypatch.setattr(files, "DAMAGES", {n: files.DAMAGES[n] for n in files.UNREADABLE})
    monkeypatch.setattr(files, "_spoilt", lambda content: iter(()))
    assert [(row.damage, row.error) for row in files.damaged(loader)] == [(n, 1) for n in files.UNREADABLE]
    loose = replace(loader, load=lambda folder: len(CIFAR_TRAIN))
    assert all(row.faults == ("what cannot be read was read",) for row in files.damaged(loose))
