"""The training experiment: its measures against another route, its checkpoints, its summary and its figures."""

import copy
import json
import math
import os
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from interruptions import Interruption, interrupt_at

from impl.data import Dataset
from verify.experiments import continuation, trajectories
from verify.experiments.checkpoint import Phase, load, run_phase, save
from verify.experiments.continuation import EQUIVALENT, Continuation, UniformBound
from verify.experiments.effective import adam_step, effective_step, misalignment, rows, sgd_step
from verify.experiments.evidence import evidence
from verify.experiments.figures import FIGURES, draw
from verify.experiments.pretraining import Pretraining
from verify.experiments.summary import rounded
from verify.experiments.trajectories import Config
from verify.tolerance import roundoff

seeds = st.integers(0, 2**31 - 1)
TINY = replace(
    Config.tiny(),
    continuation=Continuation(
        steps=4,
        batch_size=32,
        log_every=2,
        checkpoint_every=3,
        variants=tuple(
            replace(v, schemes=v.schemes if v.name == "wn" else EQUIVALENT)
            for v in continuation.VARIANTS
            if v.name in ("bn", "wn", "wn-from-scratch")
        ),
    ),
)


def small_data():
    generator = torch.Generator().manual_seed(0)
    images, labels = torch.randn(140, 1, 8, 8, generator=generator), torch.arange(140) % 4
    return Dataset("noise", 4, images[:130], labels[:130], images[130:], labels[130:])


@pytest.fixture(autouse=True)
def quick_data(monkeypatch):
    monkeypatch.setattr(trajectories, "digits", small_data)


def small(config):
    return replace(config, pretraining=Pretraining(epochs=2, batch_size=40, checkpoint_every=2))


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trajectories, "digits", small_data)
        return trajectories.run(small(TINY), folder=tmp_path_factory.mktemp("run"))


def image_step(x, x_next, radial, tangential):
    """Theorem 2 says: cos(u_k, u_{k+1}) = (1+z²)^{-1/2} and r_{k+1}/r_k = (1 - A⟨c,u⟩)√(1+z²)."""
    cosine = torch.nn.functional.cosine_similarity(x, x_next)
    rounding = roundoff(4 * x.shape[1] + 20)  # two norms and an inner product of d numbers
    torch.testing.assert_close(cosine, (1 + tangential**2).rsqrt(), rtol=0, atol=rounding)
    ratio = x_next.norm(dim=1) / x.norm(dim=1)
    torch.testing.assert_close(
        ratio, (1 - radial) * (1 + tangential**2).sqrt(), rtol=rounding / float((1 - radial).min()), atol=0
    )


@pytest.mark.parametrize("method", ["sgd-m", "adam"])
@settings(deadline=None)
@given(seed=seeds, lr=st.floats(1e-4, 0.1), steps=st.integers(1, 5))
def test_the_effective_quantities_predict_the_next_point(method, seed, lr, steps):
    generator = torch.Generator().manual_seed(seed)
    p = torch.nn.Parameter(torch.randn(3, 2, 2, 2, generator=generator, dtype=torch.float64))
    if method == "sgd-m":
        optimizer = torch.optim.SGD([p], lr=lr, momentum=0.9, weight_decay=1e-2)
        measure = sgd_step
    else:
        optimizer = torch.optim.Adam([p], lr=lr)
        measure = adam_step
    for _ in range(steps):
        before = rows(p).clone()
        p.grad = torch.randn(p.shape, generator=generator, dtype=torch.float64)
        optimizer.step()
        taken = measure(optimizer, p, before, lr)
    assert taken.mismatch.max() < 1e-12
    if (taken.radial < 1).all():
        image_step(before, rows(p), taken.radial, taken.tangential)


def test_a_wrong_buffer_shows_as_a_mismatch():
    generator = torch.Generator().manual_seed(0)
    x, a = torch.randn(2, 3, 4, generator=generator, dtype=torch.float64)
    assert effective_step(x, x - 0.1 * a, a, None, 0.1).mismatch.max() < roundoff(40)
    assert effective_step(x, x + 0.1 * a, a, None, 0.1).mismatch.min() > 1e-2


def test_misalignment_sees_angles_that_a_cosine_rounds_away():
    x = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    y = torch.tensor([[1.0, 1e-12]], dtype=torch.float64)
    assert misalignment(x, 5 * y).item() == pytest.approx(5e-25, rel=roundoff(10), abs=0)
    assert misalignment(x, -x).item() == 2


@settings(deadline=None)
@given(seed=seeds, log_lr=st.floats(-3, 1), weight_decay=st.floats(0, 0.05))
def test_the_uniform_bound_holds_along_any_gradients_of_sgd(seed, log_lr, weight_decay):
    lr = 10**log_lr
    generator = torch.Generator().manual_seed(seed)
    r = 10 ** torch.empty(6, dtype=torch.float64).uniform_(-1, 1, generator=generator)
    bound = UniformBound(r, lr, weight_decay)
    rounding = roundoff(30 * 20)  # steps of fewer than 20 operations
    for _ in range(30):
        ratio = bound.ratio(r)
        assert (ratio <= 1 + rounding).all() and (1 - ratio <= bound.width() + rounding).all()
        squared = torch.rand(6, generator=generator, dtype=torch.float64) * 4
        z = lr**2 * squared / (bound.q**2 * r**4)
        bound.advance(squared, z)
        r = bound.q * r * (1 + z).sqrt()


def test_an_interrupted_run_resumes_to_the_same_summary(tmp_path):
    only = replace(continuation.VARIANTS[1], schemes=("sgd", "spherical-sgd", "adagrad-equal-steps"))
    config = replace(small(TINY), continuation=replace(TINY.continuation, variants=(only,)))
    summary = trajectories.run(config, folder=tmp_path / "at once")
    folder = tmp_path / "interrupted"
    for phase, step in (("resnet20-bn-adam", 5), ("wn", 2), ("wn", 4)):
        with pytest.raises(Interruption):
            trajectories.run(config, folder=folder, progress=interrupt_at(phase, step))
    assert trajectories.run(config, folder=folder) == summary


def test_deterministic_kernels_are_asked_for_with_what_cuda_needs_for_them(monkeypatch):
    """Older versions of torch raise at the first nn.Linear on CUDA where the variable is not set."""
    asked = []
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    monkeypatch.setattr(torch, "use_deterministic_algorithms", lambda mode, **_: asked.append(mode))
    with trajectories.deterministic("cpu"):
        assert not asked
    with trajectories.deterministic("cuda"):
        assert asked == [True] and os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert asked == [True, False]


def test_a_checkpoint_of_another_configuration_is_refused(tmp_path):
    save(tmp_path / "resnet20-bn-sgd-m.pt", {"fingerprint": "another"})
    with pytest.raises(ValueError, match="another configuration.*another folder"):
        trajectories.run(small(TINY), folder=tmp_path)


def test_a_damaged_checkpoint_is_named(tmp_path):
    path = tmp_path / "phase.pt"
    save(path, {"fingerprint": "a"})
    assert load(path, "a") == {"fingerprint": "a"}
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(ValueError, match=r"phase\.pt is not a readable checkpoint"):
        load(path, "a")


def test_a_phase_reports_progress_and_keeps_its_records(tmp_path):
    seen = []
    phase = Phase("count", 5, {}, lambda step: {"step": step} if step % 2 else None)
    assert run_phase(phase, tmp_path, "", 2, lambda *report: seen.append(report)) == {"step": [1, 3]}
    assert seen == [("count", n, 5) for n in range(1, 6)]
    assert run_phase(phase, tmp_path, "", 2) == {"step": [1, 3]}


def test_the_summary_is_small_json_without_paths_and_renders(tmp_path, summary):
    path = tmp_path / "trajectories.json"
    trajectories.write(summary, path)
    first = path.read_bytes()
    trajectories.write(summary, path)
    assert path.read_bytes() == first
    assert json.loads(first) == summary
    assert len(first) < 100_000
    assert str(tmp_path).encode() not in first


def test_the_summary_measures_what_theory_says(summary):
    for entry in summary["pretraining"].values():
        # Parameters are float32: x_{k+1} is rounded once, and d ≤ 72 coordinates of it add up.
        assert entry["largest"]["mismatch"] < roundoff(math.sqrt(72), torch.float32)
        assert entry["largest"]["radial_signed"] < 1
    exact = summary["continuation"]["wn"]
    assert exact["excess"] < 1e-12
    assert max(exact["schemes"]["spherical-sgd"]["misalignment"]["max"]) < 1e-24
    assert max(exact["sgd"]["radial_gradient"]) < 1e-12
    assert max(exact["schemes"]["adagrad-1e-1"]["misalignment"]["max"]) > 1e-2
    assert len(exact["filters"]) == 27 == len(exact["schemes"]["adagrad-g"]["misalignment"]["tracked"])
    with_eps = summary["continuation"]["bn"]
    assert max(with_eps["sgd"]["radial_gradient"]) > 1e-9 > max(exact["sgd"]["radial_gradient"])


def test_the_evidence_of_a_run_is_judged_against_its_thresholds(summary):
    results = evidence(summary)
    assert {r.claim for r in results} == {
        "SP-T2-H",
        "SP-T2-STEP",
        "SP-T4-SMALL",
        "SP-T4-FIG2",
        "OD-EXACT",
        "OD-UNIFORM",
    }
    assert all(r.passed for r in results)
    broken = copy.deepcopy(summary)
    broken["pretraining"]["resnet20-bn-adam"]["largest"]["radial_signed"] = 1.5
    broken["continuation"]["wn"]["excess"] = 1e-6
    broken["continuation"]["wn"]["schemes"]["adagrad-g"]["misalignment"]["mean"][-1] = None
    failed = [(r.claim, r.note) for r in evidence(broken) if not r.passed]
    assert failed == [
        ("SP-T2-H", "training run resnet20-bn-adam"),
        ("SP-T4-FIG2", "training run wn"),
        ("OD-UNIFORM", "training run wn"),
    ]


def test_figures_are_drawn_with_the_same_bytes_each_time(summary):
    missing = {v.name: summary["continuation"]["bn"] for v in continuation.VARIANTS}
    whole = {**summary, "continuation": {**missing, **summary["continuation"]}}
    whole["continuation"]["bn"] = whole["continuation"]["wn"]
    first = draw(whole)
    assert draw(whole, names=[first[0].name]) == first[:1]
    assert [d.name for d in first] == [name for name, _, _ in FIGURES]
    for drawing in first:
        assert drawing.svg.startswith(b"<?xml") and b"<dc:date>" not in drawing.svg
        assert "noise" in drawing.caption


def test_numbers_are_rounded_for_json():
    assert rounded(1 / 3) == 0.33333
    assert rounded(torch.tensor(123456.0)) == 123460.0
    assert rounded(float("nan")) is None


def test_the_full_preset_is_the_size_of_the_paper():
    config = Config.full("folder")
    assert config.pretraining.epochs == 200 and config.width == 16
    assert "folder" not in json.dumps(config.public())


def test_a_variant_from_scratch_starts_untrained(summary):
    entry = summary["continuation"]["wn-from-scratch"]
    assert entry["schemes"]["sgd"]["loss"][0] == pytest.approx(math.log(4), abs=1.5)
    assert entry["sgd"]["radius_median"][0] != summary["continuation"]["wn"]["sgd"]["radius_median"][0]
