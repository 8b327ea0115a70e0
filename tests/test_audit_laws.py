"""The black-box laws of an audit: what they say of known optimizers, and that they catch broken copies."""

import os
from dataclasses import replace
from pathlib import Path

import audit_targets
import pytest
import torch

from derivations.degrees import scaling_law
from derivations.schemes import by_name
from verify.audit.finding import Setting, Verdict
from verify.audit.laws import LAWS
from verify.audit.load import load
from verify.cases import seeded_cases
from verify.optimizers import row_of
from verify.trace import compare

FILE = Path(audit_targets.__file__)
SEEDS = range(100) if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else range(2)
BY_ID = {law.id: law for law in LAWS}
DESCRIBED = {"SoundAdamW": {"tangential", "norm growth"}, "SoundSGD": set()}
"""What a sound optimizer of this kind does not obey: the updates of AdamW are not tangent."""

BROKEN = {
    "KeepsTheGradient": "aliasing",
    "KeepsTheWeights": "aliasing",
    "OverwritesTheGradient": "gradient",
    "DecaysTwice": "weight decay",
    "NeverDecays": "weight decay",
    "CoupledUnderTheNameDecoupled": "weight decay",
    "CountsOutsideTheState": "state_dict",
    "NeverCallsTheClosure": "closure",
    "CallsTheClosureWithoutGradients": "closure",
    "LosesTheLoss": "closure",
    "AnotherForeach": "paths",
    "Noisy": "deterministic",
    "DividesZeroByZero": "zero gradient",
    "DecaysWhatHasNoGradient": "missing gradient",
    "ReadsTheRateOnce": "groups",
    "ClipsAllTogether": "independence",
    "MaximizesNothing": "maximize",
    "HalfTheDigits": "precision",
    "ReadsMemoryInOrder": "layout",
    "CountsTheRows": "shapes",
    "HoldsTheWeightsSmall": "scale",
    "Drifts": "tangential",
}
OFF_THEIR_FORMULA = ["Uphill", "WithoutBiasCorrection", "CountsFromTwo", "EpsilonUnderTheRoot", "DecaysTwice"]


def found(name, law, **setting):
    target = load(name if ":" in name else f"{FILE}:{name}")
    return BY_ID[law].function(target, Setting(**setting))


def exit_status(replay):
    """Of a replay script, run here."""
    with pytest.raises(SystemExit) as ended:
        exec(compile(replay, "replay", "exec"), {"__name__": "__main__"})
    return int(ended.value.code or 0)


@pytest.mark.parametrize("name", DESCRIBED)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_sound_optimizer_is_not_accused(name, seed):
    target = load(f"{FILE}:{name}")
    setting = Setting(seed=seed)
    accused = {law.id: f.words for law in LAWS if (f := law.function(target, setting)).verdict in ("differs", "error")}
    assert set(accused) == DESCRIBED[name], accused


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_copy_is_caught_by_its_law_and_replays(name, capsys):
    finding = found(name, BROKEN[name], seed=1)
    assert finding.verdict in (Verdict.DIFFERS, Verdict.ERROR), finding.words
    assert finding.replay is not None
    if finding.verdict is Verdict.DIFFERS:
        assert exit_status(finding.replay) == 1


@pytest.mark.parametrize("law", ["gradient", "closure", "state_dict", "independence", "zero gradient"])
def test_a_law_sees_the_same_in_float32(law):
    name = next(name for name, its in BROKEN.items() if its == law)
    assert found(name, law, dtype=torch.float32).verdict is Verdict.DIFFERS
    assert found("SoundAdamW", law, dtype=torch.float32).verdict is Verdict.HOLDS


def test_every_law_catches_something():
    spoken_for = {"norm growth", "epsilon"}  # they describe: what they say of known optimizers is tested below
    assert set(BROKEN.values()) | spoken_for == set(BY_ID)


@pytest.mark.parametrize("name", OFF_THEIR_FORMULA)
def test_a_copy_off_its_formula_is_caught_by_its_scheme(name):
    scheme = by_name("adamw")
    sound, broken = (row_of(getattr(audit_targets, n), scheme).subject for n in ("SoundAdamW", name))
    assert compare(sound, seeded_cases(scheme, 20, 3)).ok
    assert compare(broken, seeded_cases(scheme, 20, 3)).divergence is not None


POWERS = {"SGD": "sgd-l2", "Adam": "adam-torch", "AdamW": "adamw", "Adagrad": "adagrad", "RMSprop": "rmsprop"}


@pytest.mark.parametrize("name", POWERS)
def test_measured_powers_of_scale_are_the_derived_ones(name):
    derived = scaling_law(by_name(POWERS[name])).exponents
    values = found(f"torch.optim:{name}", "scale").values
    assert values["difference"] == 0
    measured = {"lr": values["p"], "weight_decay": values["q"], "eps": values["s"]}
    assert {n: float(e) for n, e in derived.items() if n in measured} == {
        n: measured[n] for n in measured if n in derived
    }


def test_the_norm_under_momentum_grows_by_lemma_2_2():
    finding = BY_ID["norm growth"].function(load("torch.optim:SGD", {"momentum": 0.8}), Setting())
    assert finding.verdict is Verdict.HOLDS
    assert abs(finding.values["beta"] - 0.8) < 1e-6
    nesterov = load("torch.optim:SGD", {"momentum": 0.8, "nesterov": True})
    assert BY_ID["norm growth"].function(nesterov, Setting()).verdict is Verdict.DIFFERS


@pytest.mark.parametrize("name, power", [("SoundAdamW", 1.0), ("EpsilonUnderTheRoot", 0.5)])
def test_where_epsilon_stands_shows_in_its_power(name, power):
    values = found(name, "epsilon").values
    assert values["power"] == pytest.approx(power, abs=1e-6)
    assert values["gradient"] == pytest.approx((1 if power == 1 else 3**-0.5) * 1e-8**power, rel=1e-6)


@pytest.mark.parametrize("name, kind", [("SGD", 2), ("Adam", 2), ("AdamW", 1)])
def test_weight_decay_is_told_coupled_from_decoupled(name, kind):
    target = load(f"torch.optim:{name}", {"momentum": 0.9} if name == "SGD" else {})
    finding = BY_ID["weight decay"].function(target, Setting())
    assert (finding.verdict, finding.values["kind"]) == (Verdict.HOLDS, kind), finding.words


def test_an_optimizer_that_raises_is_an_error_and_not_the_end():
    class Explodes(torch.optim.SGD):
        def step(self, closure=None):
            raise ArithmeticError("no step today")

    broken = replace(load("torch.optim:SGD"), factory=Explodes)
    findings = [law.function(broken, Setting()) for law in LAWS]
    assert Verdict.HOLDS not in {f.verdict for f in findings}
    assert all("ArithmeticError" in f.words for f in findings if f.verdict is not Verdict.NOT_APPLICABLE)


def test_weights_that_are_put_on_the_sphere_are_followed_from_there():
    target = load("impl.optim:SphericalSGD")
    findings = {name: BY_ID[name].function(target, Setting()) for name in ("scale", "tangential", "norm growth")}
    assert {f.verdict for f in findings.values()} == {Verdict.HOLDS}
    assert (findings["scale"].values["p"], findings["scale"].values["q"]) == (2, -2)


def test_an_update_that_changes_with_the_step_number_has_no_powers():
    """RAdam begins as momentum, of power 2, and goes on as Adam, of power 1."""
    values = found("torch.optim:RAdam", "scale").values
    assert values["difference"] > 1e3 * values["allowed"]
    assert found("torch.optim:RAdam", "scale", steps=4).values["difference"] == 0


def test_nadam_loads_a_state_of_another_dtype():
    """Its mu_product is kept in float32, and is loaded in the dtype of the weights."""
    finding = found("torch.optim:NAdam", "state_dict")
    assert finding.verdict is Verdict.DIFFERS
    assert "mu_product" in finding.words
    assert found("torch.optim:NAdam", "state_dict", dtype=torch.float32).verdict is Verdict.HOLDS
