"""The survey of errors over allowed errors: what it counts, what it finds, what it cannot run."""

import sys
from dataclasses import replace
from functools import cache

import pytest
import torch

from impl.native import NativeError
from verify.report import ratios
from verify.report.render import page
from verify.report.trust import Ratio
from verify.shipped import subjects
from verify.trust.tolerances import paths, survey
from verify.trust.tolerances.cells import drawn, measure, rejects, sees
from verify.trust.tolerances.known import KNOWN
from verify.trust.tolerances.summary import summary

SGD = subjects("sgd-m")[0]


def off_by(delta):
    """SGD with momentum whose rate is off by a part."""

    def make(groups, h, **options):
        optimizer = SGD.make(groups, h, **options)
        for group in optimizer.param_groups:
            group["lr"] *= 1 + delta
        return optimizer

    return replace(SGD, make=make)


@cache
def cell(off=0.0, path="loop", dtype=torch.float32, cases=2, **rest):
    return measure(off_by(off) if off else SGD, path, dtype, "cpu", cases, **rest)


@pytest.mark.parametrize("dtype", survey.DTYPES, ids=str)
def test_a_sound_optimizer_stays_within_its_bound_and_near_it(dtype):
    found = cell(dtype=dtype)
    assert found["faults"] == [] and found["cases"] == 2 and found["decided"] > 100
    assert 1e-3 < found["worst"] <= 1


def test_an_error_beyond_the_bound_is_a_fault_and_fails_the_record():
    record = summary([cell(), cell(2.0**-10)])
    assert [row["of"] for row in record["faults"]] == [2] and not survey.sound(record)
    assert survey.sound(summary([cell()]))


def test_only_what_is_listed_is_known():
    broken = cell(2.0**-10)
    as_known = broken | {"path": "fused", "dtype": "bfloat16"}
    record = summary([cell(), as_known])
    assert survey.sound(record) and record["known"][0]["cells"][0]["of"] == 2
    for change in ({"path": "loop"}, {"dtype": "float32"}, {"device": "cuda"}, {"optimizer": "torch.optim.Adam"}):
        assert not survey.sound(summary([cell(), as_known | change]))
    assert all(known.reference.startswith(("https://", "`")) for known in KNOWN)


def test_the_finer_the_dtype_the_smaller_the_error_that_is_seen():
    double, single, half = (sees(SGD, "lr", dtype, "cpu") for dtype in survey.DTYPES)
    assert double > single + 20 > half + 30


def test_a_cell_that_notices_no_error_is_named_and_counts_as_no_power():
    blind = cell() | {"optimizer": "blind", "sees": {"lr": None}}
    deaf = cell() | {"optimizer": "deaf", "sees": {}, "rejects": False}
    record = summary([cell() | {"sees": {"lr": 9}}, blind, deaf])
    (total,) = record["totals"]
    assert (total["sees"], total["asked"], total["blind"]) == ([9, 9, 9], 2, ["blind"])
    assert (total["rejects"], total["accepts"]) == ([0, 1], ["deaf"])
    shown = page("trust/tolerances.md", record=record)
    assert "noticed in 1 of the 2 float32 cells of the path loop: blind" in shown
    assert "noticed in 1 of the 1 float32 cells of the path loop: deaf" in shown


def test_what_is_not_run_says_why_and_is_no_fault():
    found = cell(path="compiled", missing="no C++ compiler")
    record = summary([cell(), found])
    assert record["not_run"][0]["reason"] == "no C++ compiler" and survey.sound(record)
    shown = page("tolerances.md", record=record, claims=())
    assert "no C++ compiler" in shown and "not run" in shown


def test_a_record_of_nothing_is_not_sound():
    assert not survey.sound(summary([]))
    assert not survey.sound(summary([cell(path="compiled", missing="-")]))


def test_every_optimizer_is_in_the_survey_on_each_path_that_it_has():
    keys = survey.cells()
    assert {number for number, *_ in keys} == set(range(len(survey.SUBJECTS)))
    assert {path for _, path, *_ in keys} == set(paths.PATHS)
    assert paths.paths(subjects("adamw")[0]) == ("loop", "foreach", "fused", "compiled")
    assert paths.paths(subjects("sgdp")[0]) == paths.PATHS
    assert (
        paths.paths(subjects("sgdp")[0], "cuda") == paths.paths(subjects("lion")[0]) == ("loop", "foreach", "compiled")
    )


def test_a_path_of_ours_is_the_one_that_its_name_says(monkeypatch):
    """Each is broken in turn, and found broken on that path alone."""
    sgdp = subjects("sgdp")[0]

    def broken(*_, **__):
        raise RuntimeError("taken")

    def taken(path):
        return "taken" in measure(sgdp, path, torch.float64, "cpu", 1).get("not_run", "")

    own = ("loop", "foreach", "in place", "fused")
    breaks = {"in place": ("impl.optim.sgdp", "sgdp_update_"), "fused": ("impl.native", "attempt")}
    assert not any(map(taken, own[:3]))
    for path, (module, name) in breaks.items():
        with monkeypatch.context() as patch:
            patch.setattr(sys.modules[module], name, broken)
            assert [found for found in own if taken(found)] == [path]


def test_a_dtype_that_an_optimizer_refuses_and_a_kernel_that_is_not_built_are_not_run(monkeypatch):
    sgdp = subjects("sgdp")[0]
    assert "bfloat16" in paths.missing(sgdp, "loop", torch.bfloat16)
    assert paths.missing(SGD, "loop", torch.bfloat16) is paths.missing(sgdp, "in place", torch.float32) is None

    def unbuilt(rule):
        raise NativeError(f"{rule}: no compiler")

    monkeypatch.setattr(paths, "load", unbuilt)
    assert paths.missing(sgdp, "fused", torch.float32) == "sgdp: no compiler"


@pytest.fixture
def one_cell(monkeypatch):
    monkeypatch.setattr(survey, "cells", lambda only=None: [(2, "loop", torch.float32, "cpu")])


def test_a_survey_that_was_interrupted_takes_over_what_it_kept(tmp_path, one_cell):
    key = survey.cells()[0]
    file = survey._file(tmp_path / "2", key)
    assert survey.survey(2, folder=tmp_path, measured=False)["left"] == 1
    survey.cell(key, 2, file)
    kept = file.read_text()
    first = survey.survey(2, folder=tmp_path)
    assert file.read_text() == kept and len(first["cells"]) == 1 and survey.sound(first) and first["left"] == 0


def test_a_cell_of_other_code_is_not_taken_over(monkeypatch):
    subject = survey.SUBJECTS[2]
    before = survey.sources(subject)
    assert survey.sources(survey.SUBJECTS[3]) != before
    monkeypatch.setattr(survey, "reached", lambda names: ())
    assert survey.sources(subject) != before


def test_a_kernel_that_goes_the_wrong_way_is_rejected_and_the_right_one_is_not():
    for dtype in survey.DTYPES:
        assert rejects(paths.along(SGD, "loop", dtype), dtype, "cpu")
    assert cell(path="loop")["faults"] == []


@pytest.mark.filterwarnings("ignore:.*torch.jit.script_method:DeprecationWarning")  # of torch itself
def test_a_compiled_kernel_that_writes_wrong_numbers_is_a_fault(monkeypatch):
    """The graph of a step, with the rate in it off by a 2⁻¹⁰-th part of itself."""

    def backend(off):
        def compiler(graph, inputs):
            for node in graph.graph.nodes:
                if node.kwargs.get("alpha", 0) < 0:
                    node.kwargs = node.kwargs | {"alpha": node.kwargs["alpha"] * (1 + off)}
            graph.recompile()
            return graph.forward

        return compiler

    compile_ = torch.compile
    for off in (0.0, 2.0**-10):
        monkeypatch.setattr(torch, "compile", lambda f, off=off: compile_(f, backend=backend(off)))
        found = measure(SGD, "compiled", torch.float32, "cpu", 2)
        assert "not_run" not in found, found["not_run"]
        assert bool(found["faults"]) is (off != 0) and found["rejects"]


def test_the_runs_that_are_compiled_switch_nothing_off():
    for subject in survey.SUBJECTS:
        default, other = drawn(subject, "compiled", torch.float32, "cpu", 4)
        assert default.hyperparameters == subject.scheme.numbers() != other.hyperparameters
        assert all(vars(other.hyperparameters).values()) and default.steps == other.steps == 2


def test_a_figure_has_a_dot_for_each_cell_that_was_run_and_a_ring_for_what_is_off_the_scale():
    kinds = {"x": 0.1, "y": 0.0, "z": None}
    cells = [{"optimizer": name, "dtype": "float32", "worst": worst} for name, worst in kinds.items()]
    drawn_ = ratios.of_optimizers({"cells": [*cells, {"optimizer": "w", "not_run": "-"}]})
    dots = [line for line in drawn_.splitlines() if line.startswith("<circle") and 'cy="20"' not in line]
    assert ["fill-opacity" in dot for dot in dots] == [True, False, False]
    places = [float(dot.partition('cx="')[2].partition('"')[0]) for dot in dots]
    assert places[1] < places[0] < places[2] and ">w<" not in drawn_
    kind = Ratio("A < B", "mpmath", "cpu", 1, 1, 0.5)
    assert "A &lt; B" in ratios.of_claims([kind]) and ">others<" in ratios.of_claims([kind])
