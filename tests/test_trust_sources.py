"""Mutants of impl.optim: one change of a line is noticed by the laws of the optimizers, and nothing stays behind."""

import ast
import random
import sys
from functools import cache

import pytest
from profiles import DEV, left_to_ci

import impl.optim
from verify.trust.mutants import battery, battery_rows, sources
from verify.trust.mutants.battery import problems
from verify.trust.mutants.battery_rounds import laws_of
from verify.trust.mutants.mutant import State
from verify.trust.mutants.sources_changes import OPERATORS, changes, files
from verify.trust.mutants.sources_loader import importers, loaded, tree
from verify.trust.mutants.sources_loader import sources as texts
from verify.trust.mutants.sources_tree import places

CHANGED = "battery_refusals"
SAMPLE = 16 if DEV else 40
"""`orthodrome mutate` judges all."""


@cache
def mutants():
    """All of them: a list that takes seconds, and is wanted by whoever runs these tests alone."""
    return list(sources.mutants())


@cache
def sample():
    return random.Random(0).sample(mutants(), SAMPLE)


@pytest.mark.parametrize("files", [pytest.param((), id="all", marks=left_to_ci), pytest.param(("sgdp",), id="sgdp")])
def test_the_optimizers_as_they_are_have_no_problem(files):
    assert list(problems(impl.optim, files)) == []


def test_every_file_and_every_operator_has_mutants():
    assert {m.target for m in mutants()} == set(files()) == set(texts()) - {"__init__"}
    assert {m.operator for m in mutants()} == set(OPERATORS)


@pytest.mark.parametrize("number", range(SAMPLE))
def test_a_change_of_an_optimizer_is_noticed(number):
    mutant = sample()[number]
    fate = sources.judge(mutant)
    assert (fate.state is State.SURVIVED) is (mutant.label in sources.EQUIVALENT), (mutant.label, fate)


def test_what_a_kill_rests_on_changes_with_the_file_of_its_law_and_with_no_other(monkeypatch):
    files = importers("sgd_g")
    of = {}
    for name, law in laws_of(impl.optim, files):
        of.setdefault(name.partition(":")[0], set()).add(law.func.__module__.rpartition(".")[2])
    grounds = []
    for text in ("one", "another"):
        monkeypatch.setattr(battery, "_files", lambda module, text=text: text if module.endswith(CHANGED) else module)
        battery.grounds.cache_clear()
        grounds.append(battery.grounds(files))
    battery.grounds.cache_clear()
    first, second = grounds
    assert set(of) == set(first)
    assert {name for name in of if first[name] != second[name]} == {name for name in of if CHANGED in of[name]} != set()


def test_a_kill_by_no_law_rests_on_all_of_them():
    mutant = next(m for m in mutants() if m.target == "sgd_g")
    assert sources.lasting(mutant, "import") == sources.lasting(mutant, "time limit") == sources.fingerprint(mutant)
    assert len({sources.lasting(mutant, law) for law in ("import", "betas", "blocks")}) == 3


def test_the_listed_equivalents_exist_and_have_reasons():
    assert set(sources.EQUIVALENT) <= {mutant.label for mutant in mutants()}
    assert all(len(reason) > 20 for reason in sources.EQUIVALENT.values())


def test_a_change_that_computes_the_same_is_not_noticed():
    text = texts()["lion"].replace("beta1, beta2 = betas", "beta1, beta2 = betas[0], betas[1]")
    assert text != texts()["lion"]
    with loaded("lion", text) as package:
        assert list(problems(package, importers("lion"))) == []


def test_a_change_that_writes_to_what_it_is_given_spoils_no_law_for_the_changes_after_it():
    text = texts()["_projection"].replace("layer = known = size =", "gradient.copy_(x)\n    layer = known = size =")
    assert text != texts()["_projection"]
    with loaded("_projection", text) as package:
        assert battery_rows.decides(package)
    assert not battery_rows.decides(impl.optim)


def test_every_mutant_of_a_file_differs_from_it_and_from_the_others():
    made = [ast.dump(ast.parse(change.source())) for change in changes("lion").values()]
    assert len({*made, ast.dump(tree("lion"))}) == len(made) + 1


def test_neither_messages_nor_docstrings_nor_annotations_are_changed():
    for stem in files():
        for place in places(tree(stem)):
            assert not any(isinstance(node, ast.Raise | ast.JoinedStr) for node in place.ancestors)
            assert not any(field in ("annotation", "returns") for field, _ in place.path)


def test_afterwards_the_real_package_is_back():
    before = {name: module for name, module in sys.modules.items() if name.startswith("impl.optim")}
    with pytest.raises(ZeroDivisionError), loaded("lion", texts()["lion"] + "\n1 / 0\n"):
        pass
    with loaded("lion", texts()["lion"]) as package:
        assert package is not before["impl.optim"]
    after = {name: module for name, module in sys.modules.items() if name.startswith("impl.optim")}
    assert after == before and impl.optim is before["impl.optim"]
