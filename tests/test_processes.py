"""Work shared among processes: all of it is done, its progress arrives, what breaks is raised, and none outlives us."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from verify.experiments.processes import run_in_processes
from verify.trust.pool import in_processes


def _watched(threads):
    return str(any(thread.name == "end with parent" for thread in threads))


def _write(folder, name, progress):
    progress(name, 1, 2)
    if name == "broken":
        raise ValueError("broken on purpose")
    (folder / name).write_text(_watched(threading.enumerate()))
    progress(name, 2, 2)


def test_every_piece_is_done_and_reports_and_an_exception_of_one_is_raised(tmp_path):
    seen = []
    run_in_processes(_write, [(tmp_path, n) for n in "abc"], 2, lambda *report: seen.append(report))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == dict.fromkeys("abc", "True")
    assert sorted(seen) == [(n, done, 2) for n in "abc" for done in (1, 2)]
    with pytest.raises(ValueError, match="on purpose"):
        run_in_processes(_write, [(tmp_path, "broken")], 1)


WAITS = """
import multiprocessing, os, sys, time
from verify.orphans import end_with_parent

def wait(watched):
    if watched:
        end_with_parent()
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=wait, args=(sys.argv[1] == "watched",)).start()
    time.sleep(60)
"""


def _ended(process, seconds):
    """Whether a process is gone within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="processes are looked for in /proc")
def test_a_worker_ends_with_the_process_that_started_it_however_that_ends(tmp_path):
    script = tmp_path / "waits.py"
    script.write_text(WAITS)
    for watched, ends in (("watched", True), ("left alone", False)):
        with subprocess.Popen([sys.executable, script, watched], stdout=subprocess.PIPE, text=True) as parent:
            worker = int(parent.stdout.readline())
            parent.send_signal(signal.SIGKILL)
            parent.wait()
            try:
                assert _ended(worker, 10 if ends else 0.5) is ends
            finally:
                if not ends:
                    os.kill(worker, signal.SIGKILL)


def _named(file):
    file.write_text(_watched(threading.enumerate()))


def test_the_pieces_of_a_survey_report_and_the_exception_of_one_is_raised(tmp_path):
    seen = []
    with pytest.raises(IsADirectoryError):
        in_processes(_named, [(tmp_path / "a",), (tmp_path,)], 1, "cells", 4, lambda *report: seen.append(report))
    assert seen[0] == ("cells", 2, 4) and (tmp_path / "a").read_text() == "True"
