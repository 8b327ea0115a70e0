"""Work shared among processes: all of it is done, its progress arrives, and what breaks in it is raised."""

import pytest

from verify.experiments.processes import run_in_processes


def _write(folder, name, progress):
    progress(name, 1, 2)
    if name == "broken":
        raise ValueError("broken on purpose")
    (folder / name).write_text(name)
    progress(name, 2, 2)


def test_every_piece_is_done_and_reports_and_an_exception_of_one_is_raised(tmp_path):
    seen = []
    run_in_processes(_write, [(tmp_path, n) for n in "abc"], 2, lambda *report: seen.append(report))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]
    assert sorted(seen) == [(n, done, 2) for n in "abc" for done in (1, 2)]
    with pytest.raises(ValueError, match="on purpose"):
        run_in_processes(_write, [(tmp_path, "broken")], 1)
