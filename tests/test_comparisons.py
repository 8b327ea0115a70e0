"""The comparisons of the papers: equal budgets, a search that never sees the test, runs that resume, orders that are
seen only where they are."""

import copy
import json
from dataclasses import replace
from fractions import Fraction

import pytest
import torch
from interruptions import Interruption, interrupt_at

from impl.data import Dataset
from impl.groups import invariant_parameters
from impl.models.vgg import VGG16, vgg
from verify.experiments import contest, contest_figures
from verify.experiments.checkpoint import save
from verify.experiments.contest_methods import ARCHITECTURES, METHODS, Setting, architecture
from verify.experiments.contest_orders import FORETOLD, MEASURES, seen
from verify.experiments.contest_tables import NETWORKS, tables
from verify.experiments.contest_training import Contest, Entrant, searched, turned
from verify.experiments.contests import CONTESTS, powers, sized
from verify.experiments.trajectories import write
from verify.reading import RecordError
from verify.recording import EXPERIMENTS, record, summary_path
from verify.report.comparisons import PAGE, TITLES, comparison_files
from verify.tolerance import roundoff

SETTINGS = (Setting(0.3, 1e-3), Setting(1e-2, 1e-3))
TINY = Contest(
    "adamp",
    tuple(Entrant(name, SETTINGS) for name in ("vanilla-sgd", "momentum-sgd", "sgdp")),
    architectures=("vgg",),
    width=1,
    epochs=2,
    batch_size=24,
    searches=1,
    seeds=2,
    geometry=True,
    checkpoint_every=2,
)


def small_data():
    generator = torch.Generator().manual_seed(0)
    images, labels = torch.randn(80, 1, 8, 8, generator=generator), torch.arange(80) % 4
    return Dataset("noise", 4, images[:60], labels[:60], images[60:], labels[60:])


@pytest.fixture(autouse=True)
def quick_data(monkeypatch):
    monkeypatch.setattr(contest, "digits", small_data)


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contest, "digits", small_data)
        return contest.run(TINY, folder=tmp_path_factory.mktemp("comparison"))


@pytest.mark.parametrize("name", CONTESTS)
@pytest.mark.parametrize("full", [False, True])
def test_every_method_of_a_comparison_is_searched_as_much_and_runs_from_the_same_seeds(name, full):
    config = sized(name, full=full, cifar="folder" if full else None)
    assert {len(set(entrant.candidates)) for entrant in config.entrants} == {config.budget}
    assert {entrant.method for entrant in config.entrants} <= set(METHODS)
    assert set(config.architectures) <= set(ARCHITECTURES) & set(NETWORKS)
    assert "folder" not in json.dumps(config.public())


def test_a_method_that_is_searched_more_is_refused():
    few, many = Entrant("sgd", SETTINGS[:1]), Entrant("sgdp", SETTINGS)
    with pytest.raises(ValueError, match="same number of settings"):
        Contest("unfair", (few, many))
    with pytest.raises(ValueError, match="once"):
        Contest("twice", (many, many))


def test_what_was_tried_is_what_the_budget_says(summary):
    for entry in summary["runs"]["vgg"].values():
        assert [tried["setting"]["lr"] for tried in entry["search"]] == [s.lr for s in SETTINGS]
        assert {len(tried["accuracy"]) for tried in entry["search"]} == {TINY.searches}
        assert len(entry["accuracy"]) == TINY.seeds
        assert {len(curve) for name in ("accuracy", "loss", "norm", "turned") for curve in entry[name]} == {TINY.epochs}


def test_a_search_sees_no_test_image():
    data = small_data()
    apart = searched(data, 5)
    assert (len(apart.train_labels), len(apart.test_labels)) == (48, 12)
    together = torch.cat([apart.train_images, apart.test_images]).flatten(1)
    tested = {tuple(image.tolist()) for image in data.test_images.flatten(1)}
    assert len({tuple(image.tolist()) for image in together} - tested) == 60


def test_the_best_setting_has_the_highest_accuracy_then_the_lowest_loss():
    tried = [
        {"accuracy": [0.5, 0.7], "loss": [0.1, 0.1]},
        {"accuracy": [0.7, 0.6], "loss": [0.3, 0.4]},
        {"accuracy": [0.6, 0.7], "loss": [0.3, None]},
        {"accuracy": [0.6, 0.7], "loss": [0.2, 0.4]},
    ]
    assert contest.best(tried) == 3
    assert contest.best(tried[:3]) == 1
    assert contest.best([{"accuracy": a, "loss": [0.0]} for a in ([0.95, 0.97], [0.96, 0.96])]) == 0


@pytest.mark.parametrize("method", METHODS)
def test_every_method_trains_every_parameter_from_the_same_start(method):
    models = [architecture("vgg", small_data(), width=1, seed=3) for _ in range(2)]
    for p, q in zip(*(m.parameters() for m in models), strict=True):
        assert torch.equal(p, q)
    before = [p.detach().clone() for p in models[0].parameters()]
    optimizers = METHODS[method][1](models[0], Setting(0.1, 1e-3))
    models[0](small_data().train_images[:24]).square().sum().backward()
    for optimizer in optimizers:
        optimizer.step()
    assert all(not torch.equal(p, b) for p, b in zip(models[0].parameters(), before, strict=True))


def test_variants_of_adam_share_the_optimizer_of_the_rest():
    """000 §4.2: standard Adam on whatever is not a filter, the same for every variant."""
    for entrant in CONTESTS["ranking"].entrants:
        model = architecture("vgg", small_data(), width=1, seed=0)
        filters, rest = METHODS[entrant.method][1](model, entrant.candidates[0])
        inside = [p for group in filters.param_groups for p in group["params"]]
        expected = [name for name, invariant in invariant_parameters(model).items() if invariant]
        assert [id(p) for p in inside] == [id(model.get_parameter(name)) for name in expected]
        assert type(rest) is torch.optim.Adam and rest.defaults["lr"] == 1e-3


def test_an_interrupted_comparison_resumes_to_the_same_summary(tmp_path, summary):
    # Four steps a trial, a checkpoint of it every two: within the first, within the second, at the start of one.
    for phase, step in (("vgg-momentum-sgd-search", 3), ("vgg-momentum-sgd-search", 6), ("vgg-sgdp", 5)):
        with pytest.raises(Interruption):
            contest.run(TINY, folder=tmp_path, progress=interrupt_at(phase, step))
    assert contest.run(TINY, folder=tmp_path) == summary
    assert {path.stem for path in tmp_path.glob("*.pt")} == {
        f"vgg-{entrant.method}{end}" for entrant in TINY.entrants for end in ("", "-search")
    }


@pytest.mark.parametrize("method", METHODS)
def test_every_method_resumes_within_a_training_to_the_same_numbers(tmp_path, method):
    config = replace(TINY, entrants=(Entrant(method, SETTINGS[1:]),), seeds=1)
    with pytest.raises(Interruption):
        contest.run(config, folder=tmp_path / "interrupted", progress=interrupt_at(f"vgg-{method}", 3))
    assert contest.run(config, folder=tmp_path / "interrupted") == contest.run(config, folder=tmp_path / "at once")


def test_a_checkpoint_of_another_comparison_is_refused(tmp_path):
    save(tmp_path / "vgg-vanilla-sgd-search.pt", {"fingerprint": "another"})
    with pytest.raises(ValueError, match="another configuration"):
        contest.run(TINY, folder=tmp_path)


def test_the_rates_fall_where_they_are_said_to(tmp_path):
    """With a factor of 0 after half of the run nothing moves any more."""
    config = replace(TINY, entrants=(Entrant("vanilla-sgd", SETTINGS[:1]),), drops=(0.5,), factor=0.0, seeds=1)
    entry = contest.run(config, folder=tmp_path)["runs"]["vgg"]["vanilla-sgd"]
    assert entry["search"] == [] and entry["chosen"] == 0
    assert entry["turned"][0][0] > 0 == entry["turned"][0][1]


def test_the_effective_step_is_the_chord_between_directions():
    x = torch.tensor([[3.0, 0.0], [0.0, 2.0]])
    y = torch.tensor([[0.0, 5.0], [0.0, 1.0]])
    assert turned([x], [y]) == pytest.approx(2**0.5 / 2, rel=roundoff(10), abs=0)


def test_a_network_like_vgg_has_the_convolutions_that_it_says():
    model = vgg(VGG16, width=2, in_channels=3, classes=7)
    convolutions = [m for m in model if isinstance(m, torch.nn.Conv2d)]
    assert [m.out_channels for m in convolutions] == [2, 2, 4, 4, 8, 8, 8, 16, 16, 16, 16, 16, 16]
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 7)
    assert sum(invariant is not None for invariant in invariant_parameters(model).values()) == 13
    with pytest.raises(ValueError, match="width=0"):
        vgg(width=0)
    with pytest.raises(ValueError, match="stages"):
        vgg(())


def made(name, value):
    """A summary in which `value(method, measure)` is what every seed gave, up to a little of the seed's own."""
    config = CONTESTS[name]
    runs = {
        network: {
            entrant.method: {
                key: [[value(entrant.method, key) * (1 + 0.001 * seed)] * 2 for seed in range(config.seeds)]
                for key in ("accuracy", "loss", "norm", "turned")
            }
            | {"search": [], "chosen": 0}
            for entrant in config.entrants
        }
        for network in config.architectures
    }
    return {"config": config.public(), "runs": runs}


KEYS = {"accuracy": "accuracy", "speed": "loss", "norm": "norm", "turned": "turned"}


def foretold(name, sign):
    """Values in the order that is foretold (sign 1), or in the opposite one; of pairs, only those of the trend."""
    places = {}
    for order in FORETOLD[name]:
        for place, group in enumerate(order.groups):
            for method in group:
                places.setdefault((order.measure, method), 1.0 + place)

    def value(method, key):
        measure = next(m for m, k in KEYS.items() if k == key)
        height = places.get((measure, method), 1.0)
        return 0.1 * height if sign * (-1 if measure == "speed" else 1) > 0 else 0.1 * (9 - height)

    return made(name, value)


@pytest.mark.parametrize("name", [name for name in CONTESTS if len(FORETOLD[name][0].methods) > 2])
def test_an_order_is_seen_where_it_is_and_its_opposite_where_that_is(name):
    trend = FORETOLD[name][0]
    assert seen(foretold(name, 1))[0].words == "seen"
    backwards = seen(foretold(name, -1))[0]
    assert backwards.words == "the opposite is seen" and backwards.order == trend


@pytest.mark.parametrize("name", CONTESTS)
def test_where_all_methods_are_alike_nothing_is_seen(name):
    for one in seen(made(name, lambda method, key: 0.5)):
        assert one.words == "not seen" and one.foretold == one.opposite == 1


def test_pairs_in_every_seed_can_be_seen_in_every_comparison():
    """Enough seeds for Holm's test to see one pair among all that is tested."""
    for name, config in CONTESTS.items():
        for full in (False, True):
            of = sized(name, full=full, cifar="folder")
            blocks = of.seeds * len(config.architectures)
            assert Fraction(len(FORETOLD[name]), 2**blocks) <= Fraction(1, 20)


def test_a_run_that_diverged_is_slower_and_worse_than_any():
    for measure in ("accuracy", "speed"):
        values = MEASURES[measure][1]({"accuracy": [[0.5, None]], "loss": [[0.5, None]]})
        assert values == [None]


def test_the_page_shows_what_is_recorded_and_names_what_is_not(tmp_path, summary):
    empty = comparison_files(tmp_path)
    assert set(empty) == {PAGE} and empty[PAGE].count("*Not recorded.*") == len(TITLES)
    path = tmp_path / summary_path("adamp")
    path.parent.mkdir()
    write(summary, path)
    files = comparison_files(tmp_path)
    assert set(files) == {PAGE, "figures/contest-adamp.svg"}
    assert files[PAGE].count("*Not recorded.*") == len(TITLES) - 1
    assert f"one image is {100 / 20:.2g}" in files[PAGE]
    assert comparison_files(tmp_path) == files
    assert "Recorded with other settings" in files[PAGE]
    write(summary | {"config": sized("adamp").public()}, path)
    assert "Recorded with other settings" not in comparison_files(tmp_path)[PAGE]
    broken = copy.deepcopy(summary)
    del broken["runs"]["vgg"]["sgdp"]["norm"]
    write(broken, path)
    with pytest.raises(RecordError, match="orthodrome experiment adamp"):
        comparison_files(tmp_path)
    write(summary, tmp_path / summary_path("ranking"))
    write(summary, path)
    with pytest.raises(RecordError, match="orthodrome experiment ranking"):
        comparison_files(tmp_path)


def test_every_comparison_is_a_command_and_has_its_part_of_the_page():
    assert set(CONTESTS) == set(TITLES) == set(FORETOLD) == set(contest_figures.CAPTIONS) <= set(EXPERIMENTS)


def test_tables_count_what_diverged(summary):
    broken = copy.deepcopy(summary)
    broken["runs"]["vgg"]["sgdp"]["norm"][1][-1] = None
    assert any("1 of 2 diverged" in cell for row in tables(broken)[0].rows for cell in row)
    assert not any("diverged" in cell for row in tables(summary)[0].rows for cell in row)


def test_an_order_names_the_methods_whose_rate_stood_at_an_edge(summary):
    """Of two settings tried, the rates .3 and .01: whatever was chosen is one of both."""
    rows = tables(summary)[1].rows
    assert rows and all(len(row[-1].split(", ")) == len(row[1].split(" < ")) for row in rows)
    inner = copy.deepcopy(summary)
    for entrant, entry in zip(inner["config"]["entrants"], inner["runs"]["vgg"].values(), strict=True):
        del entrant["candidates"][1:]
        entry["search"] = []  # as where there is nothing to choose
    assert all(row[-1] == "–" for row in tables(inner)[1].rows)


def test_recording_refuses_the_size_of_the_paper_without_its_images(tmp_path):
    with pytest.raises(ValueError, match="--cifar"):
        record("ranking", tmp_path, full=True)


def test_rates_are_spaced_evenly_in_their_logarithms():
    assert powers(-3.0, -1.0, 3) == (1e-3, 1e-2, 1e-1)
