"""A run of two processes is logged once, and as one process would log it."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from distributed_process import HALF, PROCESSES, STEPS, network, optimizer, part, run

from impl.monitor import SphericalMonitor

OTHER = Path(__file__).with_name("distributed_process.py")


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """The monitor of the first process, what the second printed, and the folder of both."""
    folder = tmp_path_factory.mktemp("distributed")
    store, log = str(folder / "store"), str(folder / "log")
    command = [sys.executable, str(OTHER), "1", store, log]
    with subprocess.Popen(command, cwd=OTHER.parents[1], stdout=subprocess.PIPE, text=True) as other:
        threads = torch.get_num_threads()
        try:
            monitor = run(0, store, log)
        finally:
            torch.set_num_threads(threads)
        said, _ = other.communicate(timeout=120)
    assert other.returncode == 0
    return monitor, said.split(), folder


def accumulated():
    """One process that goes over the parts one after the other, as DistributedDataParallel's mean of gradients says."""
    model = network()
    inside = optimizer(model)
    monitor = SphericalMonitor(model, inside, every=1, by_slice=True)
    for step in range(STEPS):
        inside.zero_grad()
        for rank in range(PROCESSES):
            (model(part(step, rank)).square().mean() / PROCESSES).backward()
        inside.step()
    return monitor


def test_two_processes_are_logged_as_one_that_accumulates_their_batches_bit_by_bit(together):
    """Halves are exact, and a sum of two is the same in either order: no rounding is in between."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        expected = accumulated()
    finally:
        torch.set_num_threads(threads)
    assert together[0].records == expected.records
    assert [record["step"] for record in expected.records] == list(range(STEPS)) and HALF > 1


def test_the_first_process_alone_writes_and_all_of_them_count_the_steps(together):
    _, said, folder = together
    assert said == [str(STEPS), "0", "0"]
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith("log")) == ["log0"]
    assert len((folder / "log0").read_text().splitlines()) == STEPS
