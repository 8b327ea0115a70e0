"""The sinks with the packages that they are for: what is logged is what TensorBoard and Weights & Biases read."""

import json
import struct

import pytest
import torch
from torch import nn

from impl.monitor import SphericalMonitor, TensorBoard, WeightsAndBiases
from impl.monitor.sinks import scalars


def trained(sink, lr=30.0):
    """Two steps, so large that there are alarms."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 5, bias=False), nn.BatchNorm1d(5), nn.Linear(5, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=1e-3)
    monitor = SphericalMonitor(model, optimizer, every=1, sinks=[sink])
    for _ in range(2):
        optimizer.zero_grad()
        model(torch.randn(8, 6)).square().mean().backward()
        optimizer.step()
    assert monitor.alarms
    return monitor


def expected(monitor):
    return {(key, r["step"]): value for r in monitor.records for key, value in scalars([r])}


def test_tensorboard_reads_every_number_at_its_step_and_every_alarm(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    sink = TensorBoard(tmp_path)
    monitor = trained(sink)
    sink.writer.close()
    found = EventAccumulator(str(tmp_path), size_guidance={"scalars": 0, "tensors": 0}).Reload()
    seen = {(tag, e.step): e.value for tag in found.Tags()["scalars"] for e in found.Scalars(tag)}
    # An event holds float32: rounded once.
    assert seen == {key: torch.tensor(value).float().item() for key, value in expected(monitor).items()}
    words = {tag: found.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in found.Tags()["tensors"]}
    assert words == {f"alarm/{a.name}/text_summary": a.message for a in monitor.alarms}


def test_weights_and_biases_keeps_every_number_and_every_alarm_offline(tmp_path, monkeypatch):
    wandb = pytest.importorskip("wandb")
    for name in ("WANDB_DIR", "WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("WANDB_SILENT", "true")
    run = wandb.init(mode="offline", dir=str(tmp_path), project="orthodrome", settings={"console": "off"})
    try:
        monitor = trained(WeightsAndBiases())  # the run that wandb.init has started
    finally:
        run.finish()
        wandb.teardown()  # its own process writes the file
    seen = dict(kept(next(tmp_path.rglob("*.wandb"))))
    assert {key: seen[key] for key in expected(monitor)} == expected(monitor)
    assert all(seen[f"alarm/{a.name}", a.step] for a in monitor.alarms)


BLOCK, HEAD = 32768, struct.Struct("<IHB")
"""Of LevelDB's log, in which a run is written: a checksum, a length, and whether a record begins, goes on or ends."""


def kept(path):
    """((key, step), value) of everything that a run logged into its file."""
    from wandb.proto.wandb_internal_pb2 import Record

    content, at, data = path.read_bytes(), HEAD.size, b""
    while at + HEAD.size <= len(content):
        if BLOCK - at % BLOCK < HEAD.size:
            at += BLOCK - at % BLOCK
            continue
        _, length, kind = HEAD.unpack_from(content, at)
        data += content[at + HEAD.size : at + HEAD.size + length]
        at += HEAD.size + length
        if kind in (1, 4):
            record, data = Record.FromString(data), b""
            for item in record.history.item:
                yield (item.key or item.nested_key[0], record.history.step.num), json.loads(item.value_json)
