"""A log of the monitor, read again, shown and drawn; and what is none, refused."""

import json

import pytest
import torch
from torch import nn
from typer.testing import CliRunner

from impl.models import ResNet20
from impl.monitor import JSONL, SphericalMonitor
from verify.cli import app
from verify.watch.figures import draw
from verify.watch.log import Log, LogError, read
from verify.watch.table import sparkline

RUN = CliRunner()


def logged(path, steps=3, lr=0.1, **options):
    """A plain training loop with the monitor added."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 5, bias=False), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=1e-2)
    monitor = SphericalMonitor(model, optimizer, every=1, sinks=[JSONL(path)], **options)
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(8, 6)).square().mean().backward()
        optimizer.step()
    return monitor


def test_what_is_logged_is_what_is_read(tmp_path):
    monitor = logged(tmp_path / "run.jsonl")
    log = read(tmp_path / "run.jsonl")
    assert list(log.series) == ["0.weight"] and list(log.series["0.weight"]) == monitor.records
    assert log.steps == 2


def test_of_a_step_logged_twice_the_later_counts_and_a_line_cut_off_is_left_out(tmp_path):
    path = tmp_path / "run.jsonl"
    records = logged(path).records
    again = records[1] | {"radius": 7.0}
    path.write_text(path.read_text() + json.dumps(again) + "\n" + json.dumps(again)[:30])
    series = read(path).series["0.weight"]
    assert [r["step"] for r in series] == [0, 1, 2] and series[1]["radius"] == 7.0


def test_a_run_that_was_killed_in_the_middle_of_a_line_and_resumed_is_read_but_for_that_line(tmp_path):
    path = tmp_path / "run.jsonl"
    assert any("°" in alarm.message for alarm in logged(path, lr=100.0).alarms)
    whole = path.read_bytes()
    for end in (len(whole) - 40, whole.index("°".encode()) + 1):  # within a number, and within a letter
        path.write_bytes(whole[:end])
        before = read(path)
        assert len(before.left_out) == 1
        logged(path)
        after = read(path)
        assert after.left_out == before.left_out and after.steps == 2
        assert "left out, for they are cut off: line" in RUN.invoke(app, ["watch", str(path)]).output
        assert json.loads(RUN.invoke(app, ["watch", str(path), "--json"]).output)["left_out"] == list(after.left_out)


def test_what_is_json_but_no_record_is_refused_in_the_middle_of_a_log_too(tmp_path):
    path = tmp_path / "run.jsonl"
    logged(path)
    path.write_text('{"loss": 3}\n' + path.read_text())
    with pytest.raises(LogError, match="line 1, is no record"):
        read(path)


def test_alarms_that_are_alike_are_counted(tmp_path):
    path = tmp_path / "run.jsonl"
    logged(path)
    names = [f"layer{i}" for i in range(5)]
    lines = [{"step": 1, "alarm": {"kind": "far", "step": 1, "name": n, "message": f"{n}: far"}} for n in names]
    path.write_text(path.read_text() + "".join(json.dumps(line) + "\n" for line in lines))
    shown = RUN.invoke(app, ["watch", str(path)]).output
    assert "layer2: far" in shown and "layer3" not in shown and "and 2 more" in shown
    assert len(json.loads(RUN.invoke(app, ["watch", str(path), "--json"]).output)["alarms"]) == 5


@pytest.mark.parametrize(
    "text", ["", "{}\n{}\n", "no json\nno json\n", '[1]\n{"step": 1}\n', '{"step": 0, "name": 3}\n\n']
)
def test_what_is_no_log_is_refused_with_what_writes_one(tmp_path, text):
    path = tmp_path / "log"
    path.write_text(text)
    with pytest.raises(LogError, match="log"):
        read(path)
    assert RUN.invoke(app, ["watch", str(path)]).exit_code == 2
    assert RUN.invoke(app, ["watch", str(tmp_path / "none")]).exit_code == 2


def test_the_command_shows_a_line_a_parameter_and_fails_on_an_alarm(tmp_path):
    calm, wild = tmp_path / "calm.jsonl", tmp_path / "wild.jsonl"
    logged(calm)
    assert logged(wild, lr=100.0).alarms
    shown = RUN.invoke(app, ["watch", str(calm)])
    assert shown.exit_code == 0 and "0.weight" in shown.output
    assert "angle/step" in shown.output and "…" not in shown.output  # a pipe has columns enough
    shown = RUN.invoke(app, ["watch", str(wild)])
    assert shown.exit_code == 1 and "turns far" in shown.output


def test_json_has_the_last_record_of_each_parameter(tmp_path):
    monitor = logged(tmp_path / "run.jsonl")
    shown = RUN.invoke(app, ["watch", str(tmp_path / "run.jsonl"), "--json"])
    assert json.loads(shown.output)["parameters"] == monitor.records[-1:]


def test_figures_are_drawn_and_are_the_same_bytes_again(tmp_path):
    pytest.importorskip("matplotlib")
    logged(tmp_path / "run.jsonl")
    log = read(tmp_path / "run.jsonl")
    paths = draw(log, tmp_path / "figures")
    assert [p.name for p in paths] == ["norms.svg", "angles.svg", "rates.svg"]
    again = draw(log, tmp_path / "again")
    assert [p.read_bytes() for p in paths] == [p.read_bytes() for p in again] and b"<svg" in paths[0].read_bytes()


def test_what_no_record_has_is_not_drawn_and_many_panels_are(tmp_path):
    pytest.importorskip("matplotlib")
    logged(tmp_path / "run.jsonl")
    (series,) = read(tmp_path / "run.jsonl").series.values()
    unknown = tuple({**record, "effective_learning_rate": None} for record in series)
    log = Log({f"layer{i}": unknown for i in range(11)}, ({"kind": "far", "step": 1, "name": "layer3"},))
    paths = draw(log, tmp_path)
    assert [p.name for p in paths] == ["norms.svg", "angles.svg"]
    content = paths[0].read_text()
    assert all(f">layer{i}<" in content for i in range(11)) and content.count(">an alarm<") == 1


def test_a_sparkline_rises_with_the_numbers():
    assert sparkline([1.0, 2.0, 3.0]) == "▁▅█"
    assert sparkline([2.0, None, 2.0]) == "▁▁" and sparkline([]) == ""
    assert len(sparkline([float(i) for i in range(100)])) == 24 and sparkline([float(i) for i in range(100)])[-1] == "█"


def test_a_plain_loop_over_a_resnet_logs_every_convolution_at_every_step(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = ResNet20(norm="bn", in_channels=1, width=4)
    batches = [(torch.randn(4, 1, 8, 8), torch.randint(10, (4,))) for _ in range(2)]

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    monitor = SphericalMonitor(model, optimizer, every=1, sinks=[JSONL("run.jsonl")])
    for images, labels in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()

    assert len(monitor.records) == 2 * 19
    assert {r["name"] for r in monitor.records} == set(read(tmp_path / "run.jsonl").series)
