"""Released optimizers beside the printed ones: the machinery on toy peers, and, where they are installed, the peers."""

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import peers_controls
import pytest
import torch
from typer.testing import CliRunner

from derivations.schemes import by_name
from verify.cli import FAILS, HOLDS, app
from verify.peers import geometry, hygiene, packages, survey
from verify.peers.follow import against_peer, against_rule, hyperparameters, plain, run, takes
from verify.peers.packages import OUR_PEERS, PEERS, SGDP, Peer, version
from verify.peers.rows import spherical, tally
from verify.peers.rules import WORDS, Rule
from verify.peers.settings import DAMPENED, SETTINGS, Setting
from verify.peers.sphere import SphereRule
from verify.report.peers import PAGE, RECORD, difference, recorded_peers, text, view
from verify.report.render import peers_page
from verify.results import RecordError
from verify.tolerance import TrackedSpace, judge, roundoff

TOY = Peer("toy", "peers_controls:ToySGDP", SGDP.but(dampening=False), {"p": "momentum"})
PLAIN = tuple(s for s in SETTINGS if s.radius == 1.0 and s.dtype is torch.float64)


def toy(name: str) -> Peer:
    return Peer("toy", f"peers_controls:{name}", TOY.rule, TOY.buffers)


def tallied(peer, settings=PLAIN, rule=None, strict=True):
    of = peer.rule if rule is None else rule
    runs = [(s, run(peer, s)) for s in settings if takes(peer, s)]
    return tally(runs, lambda setting, taken: against_rule(plain(of, setting), setting, taken, strict))


def numbers(seed, shape=(3, 5), count=3):
    space, generator = TrackedSpace(torch.float64), np.random.default_rng(seed)
    return space, [space.vector(generator.normal(size=shape)) for _ in range(count)]


def agree(one, other):
    return all(judge(one[name], other[name].value).ok for name in one)


@pytest.mark.parametrize("seed", range(3))
def test_where_their_test_fires_the_printed_rules_are_the_schemes(seed):
    space, (x, drawn, p) = numbers(seed)
    g = drawn - space.dot(drawn, x) / space.dot(x, x) * x  # <x, g> = 0 < δ
    h = hyperparameters(space, Setting())
    after, new = Rule(adaptive=False).step(space, 0, x, g, {"p": p}, h, (3, 5))
    expected, state = by_name("sgdp").step(space, 0, x, g, {"p": p}, h)
    assert agree({"x": after} | new, {"x": expected} | state)
    v = p * p
    after, new = Rule(adaptive=True, bias_correction=True).step(space, 2, x, g, {"m": p, "v": v}, h, (3, 5))
    expected, state = by_name("adamp").step(space, 2, x, g, {"m": p, "v": v}, h)
    assert agree({"x": after} | new, {"x": expected} | state)


@pytest.mark.parametrize("seed", range(3))
def test_on_the_sphere_the_rules_without_departures_are_the_schemes(seed):
    space, (x, g, b) = numbers(seed)
    y = x / space.norm(x)
    b = b - space.dot(y, b) * y
    h = geometry.Spherical(options={"momentum": 0.9}).hyperparameters(space)
    after, new = SphereRule().step(space, 0, y, g, {"b": b}, h)
    expected, state = by_name("sgd-g").step(space, 0, y, g, {"m": -h.lr * b}, h)
    assert agree({"x": after, "m": -h.lr * new["b"]}, {"x": expected, "m": state["m"]})
    v = space.dot(b, b)
    after, new = SphereRule(adaptive=True).step(space, 1, y, g, {"b": b, "v": v}, h)
    expected, state = by_name("adam-g").step(space, 1, y, g, {"m": b, "v": v}, h)
    assert agree({"x": after, "b": new["b"], "v": new["v"]}, {"x": expected, "b": state["m"], "v": state["v"]})
    tangent = g - space.dot(y, g) * y
    h.weight_decay = space.scalar(0.0)
    after, new = SphereRule(shrinks=True).step(space, 1, y, tangent, {"b": b}, h)
    w, state = by_name("psi-sgdm").step(space, 1, 3.0 * y, tangent / 3.0, {"u": -3.0 * h.lr * b}, h)
    image = {"x": w / space.norm(w), "b": state["u"] / (-h.lr * space.norm(w))}
    assert agree({"x": after, "b": new["b"]}, image)


@pytest.mark.parametrize("peer", OUR_PEERS, ids=lambda peer: peer.name)
def test_our_optimizers_are_what_the_page_says_in_every_setting(peer):
    found = tallied(peer, SETTINGS + DAMPENED)
    assert found["differ"] == 0 and found["equal"] > 80, found["first"]


def test_a_toy_peer_that_follows_the_rule_is_equal_to_it_in_every_run():
    found = tallied(TOY, SETTINGS)
    assert found["differ"] == 0 and found["equal"] == found["runs"] == len(SETTINGS)


@pytest.mark.parametrize("name", peers_controls.FOUND)
def test_an_altered_copy_is_found_with_its_step_its_buffer_and_its_size(name):
    setting, step, quantity, (low, high) = peers_controls.FOUND[name]
    first = tallied(toy(name), strict=False)["first"]  # at step 0 a projection changes only what rounding left
    assert first["setting"].endswith(setting) and first["step"] == step
    assert list(first["sizes"]) == [quantity] and low < first["sizes"][quantity] < high


@pytest.mark.parametrize("name", peers_controls.FOUND)
def test_two_peers_differ_where_one_of_them_is_altered(name):
    setting = next(s for s in PLAIN if s.words.endswith(peers_controls.FOUND[name][0]))
    taken = run(TOY, setting)
    assert not against_peer(TOY, TOY.rule, setting, taken).differences
    if name != "Remembers":  # what it remembers is not in the buffers that it is given
        assert against_peer(toy(name), plain(TOY.rule, setting), setting, taken).differences


def test_the_rule_that_projects_the_buffer_is_what_the_copy_does_that_writes_it():
    rule = TOY.rule.but(projects_buffer=True)
    assert tallied(toy("WritesTheBuffer"), rule=rule)["differ"] == 0
    assert tallied(TOY, rule=rule)["differ"] > 0


@pytest.mark.parametrize("departure", SGDP.but(dampening=False).departures)
def test_every_departure_shows_when_it_is_taken_back(departure):
    found = tallied(TOY, SETTINGS, TOY.rule.without(departure), strict=False)
    assert found["differ"] > 0 and departure in WORDS


@pytest.mark.parametrize(("klass", "question"), peers_controls.UNMANNERED.items(), ids=str)
def test_what_an_optimizer_owes_its_user_is_missed_where_it_is_missing(klass, question):
    def asked(of):
        subject = hygiene.Subject(partial(of, lr=0.1, momentum=0.9), torch.nn.Parameter, survey.OPTIONS)
        return {answer.question: answer.yes for answer in hygiene.answers(subject)}

    assert all(asked(torch.optim.SGD).values())
    answers = asked(klass)
    assert [yes for words, yes in answers.items() if words.startswith(question)] == [False]


def test_a_module_is_loaded_without_the_package_around_it(tmp_path, monkeypatch):
    inner = tmp_path / "heavy" / "optim"
    inner.mkdir(parents=True)
    (tmp_path / "heavy" / "__init__.py").write_text("raise ImportError('its models need what is not here')")
    (inner / "__init__.py").write_text("raise ImportError('and so does this')")
    (inner / "light.py").write_text("from .beside import VALUE")
    (inner / "beside.py").write_text("VALUE = 7")
    monkeypatch.syspath_prepend(tmp_path)
    assert packages._apart("heavy.optim.light").VALUE == 7
    assert not [name for name in sys.modules if name.startswith("heavy")]


@pytest.fixture(scope="module")
def toy_record():
    """A small record: one toy peer, one altered copy, one package that is missing."""
    sound, altered = ({"name": "cosine", "words": WORDS["cosine"], "runs": 2, "differ": 1} for _ in range(2))
    first = {"setting": "4×6", "step": 1, "sizes": {"p": 0.12, "x": None}}
    equal = {"runs": 2, "equal": 2, "differ": 0, "first": None, "largest": None}
    differs = equal | {"equal": 1, "differ": 1, "first": first, "largest": first}
    row = {"against": "Algorithm 1", "printed": differs, "found": equal}
    return {
        "torch": "2",
        "packages": {"toy": "1.0", "gone": None},
        "steps": 6,
        "free_steps": 100,
        "algorithms": [
            {"peer": "toy.A", "departures": [sound | {"first": first, "largest": first}]} | row,
            {"peer": "toy.B", "departures": [altered | {"first": first, "largest": first}]} | row,
            {"peer": "orthodrome.A", "departures": [altered | {"first": first, "largest": first}]} | row,
            {"peer": "gone.C", "missing": True},
        ],
        "pairs": [{"peer": "toy.A", "against": "toy.B", "printed": equal, "apart": {"degrees": 0.0, "norms": 0.0}}],
        "sphere": [{"peer": "gone.D", "missing": True}],
        "manners": [{"peer": "toy.A", "answers": [{"question": "Is kind", "yes": False, "note": "it raised"}]}],
    }


def test_the_page_names_first_step_buffer_and_size_and_what_is_not_installed(toy_record):
    page = peers_page(view(toy_record))
    assert "| toy.A | Algorithm 1 | 1 of 2 | step 1: p by 0.12, x by more than can be written (4×6) | 2 of 2 |" in page
    assert "| toy.A, toy.B | 1 of 2 |" in page  # departures that are alike stand together, without ours
    assert "| orthodrome.A | Algorithm 1 |" in page
    assert "| gone.C | | not installed | | |" in page and "| gone | not installed |" in page
    assert "| Is kind | toy.A: it raised |" in page
    assert difference(None) == ""


def test_a_record_gives_its_page_without_any_peer_and_a_spoilt_one_is_refused(toy_record, tmp_path):
    assert recorded_peers(tmp_path) is None
    assert survey.write(toy_record, tmp_path) == (RECORD.as_posix(), PAGE)
    assert survey.write(toy_record, tmp_path) == ()
    assert peers_page(recorded_peers(tmp_path)) == (tmp_path / PAGE).read_text(encoding="utf-8")
    assert json.loads(text(toy_record)) == toy_record
    (tmp_path / RECORD).write_text("[]", encoding="utf-8")
    with pytest.raises(RecordError, match="orthodrome peers"):
        recorded_peers(tmp_path)


@pytest.mark.parametrize("as_json", [True, False])
def test_with_a_package_missing_the_command_says_so_writes_nothing_and_fails(monkeypatch, tmp_path, as_json):
    monkeypatch.setattr(survey, "version", lambda name: None)
    monkeypatch.setattr(survey, "OUR_PEERS", ())
    result = CliRunner().invoke(app, ["peers", "--reports", str(tmp_path), *(["--json"] if as_json else [])])
    assert result.exit_code == FAILS and not list(tmp_path.iterdir())
    if as_json:
        record = json.loads(result.stdout)
        assert all(row["missing"] for row in record["algorithms"]) and record["packages"]["adamp"] is None
    else:
        assert "not installed" in result.stdout and "make peers" in result.stdout


def test_a_peer_that_is_not_what_it_was_found_to_be_fails_the_command(monkeypatch, tmp_path):
    def recorded(name):
        return lambda: toy_row(name)

    def toy_row(name):
        return {"peer": name, "against": "Algorithm 1", "printed": tallied(toy(name)), "departures": []} | {
            "found": tallied(toy(name))
        }

    for name, code in (("ToySGDP", HOLDS), ("WritesTheBuffer", FAILS)):
        monkeypatch.setattr(survey, "version", lambda package: "1.0")
        monkeypatch.setattr(survey, "_jobs", lambda there, name=name: [("algorithms", name, recorded(name))])
        result = CliRunner().invoke(app, ["peers", "--reports", str(tmp_path)])
        assert result.exit_code == code, result.output
        assert ("not what it was found to be" in result.stdout) == (code == FAILS)
    assert Path(tmp_path / PAGE).exists()


def test_the_committed_record_names_what_was_compared():
    reports = Path(__file__).parent.parent / "reports"
    found = recorded_peers(reports)
    if found is None:
        pytest.skip("no record of peers: `make peers` writes it")
    assert survey.complete(found.record) and survey.unexplained(found.record) == []
    assert [row["peer"] for row in found.record["algorithms"]] == [peer.name for peer in (*PEERS, *OUR_PEERS)]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_released_optimizer_is_what_the_page_says(peer):
    if version(peer.package) is None:
        pytest.skip(f"{peer.package} is not installed: `make peers`")
    found = tallied(peer, SETTINGS[::7])
    assert found["differ"] == 0 and found["equal"] > 10, found["first"]


def test_by_hand_the_adamp_package_keeps_the_projected_momentum():
    sgdp = pytest.importorskip("adamp").SGDP
    w = torch.nn.Parameter(torch.tensor([[3.0, 4.0]], dtype=torch.float64))
    optimizer = sgdp([w], lr=0.5, momentum=0.9)
    for gradient in ([[4.0, -3.0]], [[5.5, -1.0]]):  # tangent at (3, 4), and at (1, 5.5), where the first step ends
        w.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
    buffer = optimizer.state[w]["momentum"]  # Algorithm 1 keeps 0.9 (4, -3) + (5.5, -1) = (9.1, -3.7)
    right = torch.tensor([[9.46, -1.72]], dtype=torch.float64)
    assert torch.allclose(buffer, right, rtol=roundoff(2 * 20), atol=0)  # two steps of twenty operations


@pytest.mark.parametrize("comparison", geometry.COMPARISONS, ids=lambda c: f"{c.name}, {c.against}")
def test_geoopt_is_what_the_page_says(comparison):
    if version("geoopt") is None:
        pytest.skip("geoopt is not installed: `make peers`")
    row = spherical(geometry.first(comparison, 2))
    assert row["found"]["differ"] == 0 and row["found"]["equal"] == 2
