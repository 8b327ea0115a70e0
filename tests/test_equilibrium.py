"""The equilibrium experiment: its measures against another route, its maps, its checkpoints, its summary."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from interruptions import Interruption, interrupt_at

from derivations.equilibrium import numbers
from impl.data import Dataset
from impl.groups import as_rows
from verify.experiments import equilibrium, equilibrium_figures
from verify.experiments.approach import Approach, Walk, pieces, slow_eigenvalue
from verify.experiments.drawing import svg
from verify.experiments.equilibrium import STAGES, Config
from verify.experiments.equilibrium_evidence import evidence
from verify.experiments.equilibrium_figures import FIGURES, draw
from verify.experiments.equilibrium_tables import tables
from verify.experiments.gauge import Gauge, angles
from verify.experiments.networks import NETWORKS, network
from verify.experiments.stages import RESCALINGS, Trained, rescale, waves
from verify.experiments.synthetic import Synthetic, equilibrium_angle, gram_map, simulate
from verify.experiments.synthetic import equilibrium as fixed_point
from verify.experiments.trajectories import write
from verify.recording import record, summary_path
from verify.report.collect import collect
from verify.report.render import render
from verify.report.training import training
from verify.results import TRAINING, RecordError
from verify.tolerance import amplification, roundoff

seeds = st.integers(0, 2**31 - 1)
TINY = Config.tiny()
RECORDED = Path(__file__).parents[1] / "reports" / "data" / "equilibrium.json"


def small_data():
    generator = torch.Generator().manual_seed(0)
    images, labels = torch.randn(140, 1, 8, 8, generator=generator), torch.arange(140) % 4
    return Dataset("noise", 4, images[:130], labels[:130], images[130:], labels[130:])


@pytest.fixture(autouse=True)
def quick_data(monkeypatch):
    monkeypatch.setattr(equilibrium, "digits", small_data)


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(equilibrium, "digits", small_data)
        return equilibrium.run(TINY, folder=tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def drawings(summary):
    """They take seconds."""
    return draw(summary)


def operations(module, images):
    """How many stand one after the other on the way to an output: in a layer ten, a sum over the weights of a row, and
    where it normalises a mean and a variance of no more numbers than its output has."""
    counts = []

    def count(part, _, out):
        rows = [p[0].numel() for p in part.parameters(recurse=False) if p.dim() > 1]
        counts.append(10 + sum(rows) + (2 * out.numel() // out.shape[1] if hasattr(part, "eps") else 0))

    hooks = [part.register_forward_hook(count) for part in module.modules() if not list(part.children())]
    module(images)
    for hook in hooks:
        hook.remove()
    return sum(counts)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_slices_of_every_network_are_invariant_and_the_whole_weight_is_not_cut_wrongly(name):
    data, net = small_data(), network(name, small_data(), width=2, seed=0)
    module = net.module.double().train()
    images = data.train_images[:16].double()
    generator = torch.Generator().manual_seed(1)
    for part in module.modules():
        if hasattr(part, "eps"):  # else they are invariant up to about as much as it is
            part.eps = 1e-30
    before = module(images)
    largest = before.detach().abs().max()
    carried = amplification(lambda x: module(x).detach() / largest, images)
    allowed = roundoff(operations(module, images)) * carried * largest
    with torch.no_grad():
        for p, invariant in net.invariant():
            factors = torch.rand(len(as_rows(p, invariant)), 1, generator=generator, dtype=torch.float64) + 0.5
            p.copy_((as_rows(p, invariant) * factors).reshape(p.shape))
    assert (module(images) - before).abs().max() <= allowed
    with torch.no_grad():
        p, _ = net.invariant()[0]
        p.mul_(torch.rand(p.shape, generator=generator, dtype=torch.float64))
    assert (module(images) - before).abs().max() > 0.02


@settings(deadline=None, max_examples=20)
@given(seed=seeds, momentum=st.sampled_from([0.0, 0.5, 0.9]), decay=st.floats(0, 0.05))
def test_what_the_gauge_measures_predicts_the_next_norm_and_angle(seed, momentum, decay):
    """(59), (60): the map of ‖w‖² and ⟨w_{t+1}, w_t⟩, whatever the gradients, along the weight or not."""
    net = network("mlp-bn", small_data(), width=1, seed=seed % 1000)
    net.module.double()
    lr = 0.1
    optimizer = torch.optim.SGD(net.groups(decay), lr=lr, momentum=momentum)
    gauge = Gauge(net, optimizer, span=2)
    generator = torch.Generator().manual_seed(seed)
    seen = []
    for step in range(5):
        for p in net.module.parameters():
            p.grad = torch.randn(p.shape, generator=generator, dtype=torch.float64)
        gauge.before()
        optimizer.step()
        seen.append(gauge.after(step)["quantities"].double())
    m = 1 + momentum - lr * decay
    for before, now, after in zip(seen, seen[1:], seen[2:], strict=False):
        earlier, x, following = before[0], now[0], after[0]
        b = (earlier * x).sqrt() * before[4].cos()
        along = now[3] * now[1].sqrt()  # ⟨g, w⟩
        kick = lr**2 * (now[1] + 2 * momentum * now[2]) / x - 2 * lr * (m - momentum) * along
        expected = m**2 * x - 2 * m * momentum * b + momentum**2 * earlier + kick
        # Quantities are kept in float32; ⟨w_{t+1}, w_t⟩ is at most √(x x'), whatever the error of its angle.
        sizes = m**2 * x + 2 * m * momentum * (earlier * x).sqrt() + momentum**2 * earlier + following
        sizes += lr**2 * (now[1] + 2 * momentum * now[2].abs()) / x + 2 * lr * m * along.abs() + (following * x).sqrt()
        allowed = roundoff(20, torch.float32) * sizes
        assert ((following - expected).abs() <= allowed).all()
        inner = (following * x).sqrt() * now[4].cos()
        assert ((inner - (m * x - momentum * b - lr * along)).abs() <= allowed).all()


def test_a_gauge_without_gradients_says_what_is_missing():
    net = network("mlp-ln", small_data(), width=1, seed=0)
    with pytest.raises(ValueError, match="call backward"):
        Gauge(net, torch.optim.SGD(net.groups(0.0), lr=0.1), span=1).before()


def test_small_angles_are_not_rounded_away():
    a = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    assert angles([a], [torch.tensor([[2.0, 2e-10]], dtype=torch.float64)]).item() == pytest.approx(
        1e-10, rel=roundoff(20), abs=0
    )
    assert angles([a], [-a]).item() == pytest.approx(math.pi, rel=roundoff(2), abs=0)


@given(momentum=st.floats(0, 0.95), product=st.floats(1e-6, 1e-3), level=st.floats(0.1, 10))
def test_the_printed_equilibrium_is_the_fixed_point_of_the_map(momentum, product, level):
    lr, decay = 0.1, product / 0.1
    x = math.sqrt(fixed_point(lr, decay, momentum) * level)
    state = x * numpy.array([1, math.cos(equilibrium_angle(lr, decay, momentum)), 1])
    following = gram_map(lr, decay, momentum) @ state + numpy.array([lr**2 * level / x, 0, 0])
    numpy.testing.assert_allclose(following, state, rtol=roundoff(40) / (1 - momentum) ** 2)  # what is taken off 1
    assert abs(following[0] * 1.01 - state[0]) > 1e-3 * x


@pytest.mark.parametrize("momentum", [0.5, 0.9])
def test_the_predictions_are_those_derived_from_the_scheme(momentum):
    allowed = roundoff(40) / (0.02 * 0.0125)  # where 1 is taken off 1 + ηλ
    derived = numbers("sgd-m", lr=0.02, weight_decay=0.0125, momentum=momentum)
    assert derived.norm**2 == pytest.approx(math.sqrt(fixed_point(0.02, 0.0125, momentum)), rel=allowed, abs=0)
    assert derived.angle == pytest.approx(equilibrium_angle(0.02, 0.0125, momentum), rel=allowed, abs=0)
    slow = max(abs(value) for value in derived.eigenvalues)
    assert slow == pytest.approx(slow_eigenvalue(0.02, 0.0125, momentum), rel=allowed, abs=0)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_the_slow_eigenvalue_is_the_rate_at_which_the_map_comes_back(momentum):
    lr, decay = 0.1, 2e-3
    x = math.sqrt(fixed_point(lr, decay, momentum))
    state = x * numpy.array([1.0, math.cos(equilibrium_angle(lr, decay, momentum)), 1.0]) * (1 + 1e-4)
    off = []
    for _ in range(400):
        kick = lr**2 / state[0]
        state = gram_map(lr, decay, momentum) @ state
        state[0] += kick
        off.append(state[0] - x)
    assert off[300] / off[299] == pytest.approx(slow_eigenvalue(lr, decay, momentum), abs=1e-6)


@pytest.mark.parametrize("how", RESCALINGS)
def test_rescaling_keeps_directions_and_its_buffer_the_proportions_of_equilibrium(how):
    net = network("mlp-bn", small_data(), width=1, seed=0)
    net.module.double()
    optimizer = torch.optim.SGD(net.groups(0.01), lr=0.1, momentum=0.9)
    generator = torch.Generator().manual_seed(0)
    for p in net.module.parameters():
        p.grad = torch.randn(p.shape, generator=generator, dtype=torch.float64)
    optimizer.step()
    p, invariant = net.invariant()[0]
    w, v = (as_rows(t.detach(), invariant).clone() for t in (p, optimizer.state[p]["momentum_buffer"]))
    rescale(Trained(net, optimizer), 16.0, how)
    w_after, v_after = (as_rows(t.detach(), invariant) for t in (p, optimizer.state[p]["momentum_buffer"]))
    factor = 1 if how == "none" else 2
    torch.testing.assert_close(w_after * factor, w, rtol=roundoff(8), atol=0)
    if how != "weights and buffer":
        torch.testing.assert_close(v_after, v, rtol=roundoff(8), atol=0)
        return
    # ⟨w, v⟩ by k^{-1/2}; ‖v‖² orthogonal to w by k^{1/2}.
    allowed = roundoff(8 + 2 * w.shape[1]) * (w.norm() * v.norm()).item()
    torch.testing.assert_close((w_after * v_after).sum(1) * 4, (w * v).sum(1), rtol=0, atol=allowed)

    def tangential(w, v):
        return (v * v).sum(1) - (w * v).sum(1) ** 2 / (w * w).sum(1)

    allowed = roundoff(20 + 6 * w.shape[1]) * 4 * (v * v).sum().item()
    torch.testing.assert_close(tangential(w_after, v_after), 4 * tangential(w, v), rtol=0, atol=allowed)


def test_an_unknown_rescaling_or_network_is_named():
    with pytest.raises(ValueError, match="rescale='half'.*weights and buffer"):
        rescale(Trained(network("mlp-bn", small_data(), width=1, seed=0), None), 2.0, "half")
    with pytest.raises(ValueError, match="network='vgg'.*resnet20-bn"):
        network("vgg", small_data(), width=1, seed=0)


def test_the_vectors_are_moved_by_tangent_gradients_of_the_stated_length():
    walk = Walk(Approach(replicas=5, dimension=7), 1e-2, 0.9, 4.0, noisy=False, seed=0)
    walk.steps(3)
    w, g = walk.w.detach().clone(), walk.w.grad
    x, _ = walk.steps(1)
    assert (walk.w.grad * w).sum(1).abs().max() < roundoff(4 * 7)
    torch.testing.assert_close(
        walk.w.grad.norm(dim=1) * w.norm(dim=1), torch.ones(5, dtype=torch.float64), rtol=roundoff(4 * 7), atol=0
    )
    assert not torch.equal(g, walk.w.grad) and x.shape == (1, 5)


def test_the_simulations_follow_the_filter_and_the_pieces_are_named():
    steps = 2000
    entry = simulate(Synthetic(steps=steps), 0)
    for case in entry["cases"].values():
        rounded = 1 + roundoff(10 * steps)  # of a filter, ten a step
        assert case["sgd"]["tracking"] <= case["sgd"]["remainder"] * rounded
        assert len(case["sgd"]["norm_squared"]) == len(entry["step"]) == 400
    names = [name for name, _ in pieces(Approach(), 0)]
    assert "sgdm: weights and buffer" in names and "sgd: weights and buffer" not in names


def test_an_interrupted_run_resumes_to_the_same_summary(tmp_path):
    config = replace(TINY, stages=tuple(s for s in STAGES if s.name in ("bn-sgdm", "bn-sgdm-rescaled")))
    summary = equilibrium.run(config, folder=tmp_path / "at once")
    for phase, step in (("vectors", 3), ("bn-sgdm", 8), ("bn-sgdm-rescaled", 13)):
        with pytest.raises(Interruption):
            equilibrium.run(config, folder=tmp_path / "interrupted", progress=interrupt_at(phase, step))
    assert equilibrium.run(config, folder=tmp_path / "interrupted") == summary
    with pytest.raises(ValueError, match="another configuration"):
        equilibrium.run(replace(config, seed=1), folder=tmp_path / "interrupted")
    with pytest.raises(ValueError, match="workers=0"):
        equilibrium.run(config, folder=tmp_path, workers=0)


def test_the_summary_is_json_without_paths_and_renders_to_the_same_bytes(tmp_path, summary, drawings):
    path = tmp_path / "equilibrium.json"
    write(summary, path)
    assert json.loads(path.read_bytes()) == summary and str(tmp_path).encode() not in path.read_bytes()
    assert list(summary["stages"]) == [stage.name for stage in STAGES]
    assert [d.name for d in drawings] == [figure[0] for figure in FIGURES]
    assert draw(summary, names=[drawings[3].name]) == drawings[3:4]
    assert all(d.svg.startswith(b"<?xml") and b"<dc:date>" not in d.svg for d in drawings)


def test_the_recorded_run_passes_every_law():
    results = evidence(json.loads(RECORDED.read_text(encoding="utf-8")))
    assert [r for r in results if not r.passed] == []
    assert {r.claim for r in results} >= {"SMD-A5", "SMD-ARCH", "SMD-T3", "SMD-C1", "SMD-RESCALE", "SMD-LSP", "SMD-R12"}


@pytest.mark.parametrize(
    ("where", "wrong", "claim", "note"),
    [
        ("stages/gn-sgdm/late/spread/angle_rms", [0.9, 1.2, 1.2], "SMD-ARCH", "training run gn-sgdm"),
        ("stages/gn-sgdm/late/spread/angle_rms", [0.7, 1.0, 1.1], "SMD-ARCH", "training run gn-sgdm"),
        ("stages/gn-sgdm/late/spread/angle_rms", [0.9, None, 1.1], "SMD-ARCH", "training run gn-sgdm"),
        ("stages/mlp-bn-sgdm/late/momentum", [-0.1, 0.0, 0.3], "SMD-A5", "training run mlp-bn-sgdm"),
        ("stages/mlp-bn-sgdm/late/correction", [-0.9, 0.0, 0.1], "SMD-A5", "training run mlp-bn-sgdm"),
        ("stages/wn-sgdm/late/adjusted_least", [0.1, 0.1, 0.1], "SMD-T2", "training run wn-sgdm"),
        ("stages/wn-sgdm/late/ratio", [1.0, 1.2, 1.3], "SMD-T2-FIX", "training run wn-sgdm"),
        ("stages/bn-sgd/late/ratio", [None, None, None], "SMD-T1-FIX", "training run bn-sgd"),
        ("stages/bn-sgd-small/late/accumulated", [0.2] * 344, "SMD-LSP", "training runs bn-sgd, median filter"),
        (
            "stages/wn-sgdm-rescaled/angle",
            [[0.0, 0.01, 0.1]] * 100,
            "SMD-RESCALE",
            "training run wn-sgdm, rate divided by 10",
        ),
        ("synthetic/cases/constant/sgd/off", 0.01, "SMD-C1", "simulation of sgd, constant"),
        ("synthetic/cases/step/sgd/tracking", 0.01, "SMD-C1", "simulation of sgd, step"),
        ("vectors/sgd: settle/late_angle", 0.97, "SMD-T3", "random vectors under sgd"),
        ("vectors/sgd: settle/late_spread", 1.0, "SMD-R12", "random vectors, sgd against sgdm"),
        ("vectors/sgd: none/norm_at_printed", 1.01, "SMD-C31", "random vectors under sgd"),
        ("vectors/sgdm: none/steps", 500, "SMD-C31", "random vectors under sgdm"),
        ("vectors/sgd: weights/first_norm", [1.0, 1.1], "SMD-RESCALE", "random vectors under sgd"),
        (
            "vectors/sgdm: weights and buffer/first_angle",
            [0.7, 0.7, 0.8, 0.8, 0.9],
            "SMD-RESCALE",
            "random vectors under sgdm",
        ),
        ("vectors/rate: 0.9/measured", 0.0018, "SMD-R2", "random vectors, α = 0.9"),
    ],
)
def test_a_wrong_number_in_the_recorded_run_fails_its_law_and_no_other(where, wrong, claim, note):
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    *path, last = where.split("/")
    part = recorded
    for name in path:
        part = part[name]
    part[last] = wrong
    failed = {(r.claim, r.note.partition(";")[0]) for r in evidence(recorded) if not r.passed}
    assert failed == {(claim, note)}


def test_the_pages_show_the_figures_of_what_is_recorded_and_say_what_is_not(tmp_path, summary, drawings, monkeypatch):
    monkeypatch.setattr(equilibrium_figures, "draw", lambda found: drawings if found == summary else draw(found))
    assert training(tmp_path).files == {} and training(tmp_path).experiments["002"].figures == ()
    write(summary, tmp_path / summary_path("equilibrium"))
    found = training(tmp_path)
    pages = render(collect((), ()), found.experiments)
    assert "![equilibrium-networks](figures/equilibrium-networks.svg)" in pages["002-spherical-motion-dynamics.md"]
    assert "`orthodrome experiment trajectories` runs it" in pages["000-001-spherical-perspective.md"]
    assert "`orthodrome experiment epsilon` runs it" in pages["ours.md"]
    assert set(found.files) == {f"figures/{figure[0]}.svg" for figure in FIGURES} | {TRAINING.as_posix()}
    (tmp_path / summary_path("equilibrium")).write_text("{", encoding="utf-8")
    with pytest.raises(RecordError, match="orthodrome experiment equilibrium"):
        training(tmp_path)


def test_the_table_of_batches_tells_noise_from_a_gradient_that_all_images_share():
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    (table,) = tables(recorded)
    assert [row[1] for row in table.rows] == ["4, 16", "4, 16"]
    for shared, ratio in ((0.25, "2.000"), (1.0, "4.000")):
        for method in ("sgd", "sgdm"):
            small, large = (recorded["stages"][f"bn-{method}{suffix}"]["late"] for suffix in ("-small", ""))
            large["gradient"] = [shared * value for value in small["gradient"]]
        assert [row[-1] for row in tables(recorded)[0].rows] == [ratio] * 2


def test_drawings_keep_their_text():
    def plot(figure, summary):
        figure.subplots().text(0.123456, 0.5, summary)

    assert b"0.0625 of 3.14159" in svg(plot, "0.0625 of 3.14159", 3)


def test_every_stage_waits_for_the_one_it_goes_on_from():
    found = waves(STAGES, ("synthetic", "vectors"))
    at = {name: i for i, wave in enumerate(found) for name in wave}
    assert len(at) == len(STAGES) + 2
    assert all(s.after is None or at[s.after] < at[s.name] for s in STAGES)


def test_recording_refuses_what_it_cannot_do(tmp_path):
    with pytest.raises(ValueError, match="name='other': choose one of trajectories, equilibrium"):
        record("other", tmp_path)
    with pytest.raises(ValueError, match="--cifar"):
        record("equilibrium", tmp_path, full=True)
    with pytest.raises(ValueError, match="runs on a CPU"):
        record("equilibrium", tmp_path, device="cuda")


def test_the_full_preset_is_larger_and_keeps_its_path_to_itself():
    config = Config.full("folder")
    assert config.width == 16 and config.steps > Config().steps
    assert "folder" not in json.dumps(config.public())
