"""Cases by the hundred thousand: laws hold, broken ones are caught, an address is a case, classes are complete."""

import dataclasses
import json
import math
import pickle
from pathlib import Path

import pytest
import torch
from batched_controls import MUTANTS, broken, mutant
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from verify.batched import CASES, LAWS, Dials, Law, by_name, replay, run, run_block
from verify.batched.bounds import Scalar, Vector
from verify.batched.classes import REST, batched
from verify.batched.counter import Stream
from verify.batched.running import merged, run_chunk
from verify.batched.space import SPACE
from verify.batched.steering import Block, blocks, first_failure, hold
from verify.batched.verdict import equal
from verify.checks import CHECKS
from verify.cli import app
from verify.tolerance import TrackedSpace, judge

every_law = pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)


@every_law
def test_every_law_holds_on_blocks_that_hypothesis_draws(law):
    @settings(max_examples=min(settings.default.max_examples, 3), suppress_health_check=list(HealthCheck))
    @given(blocks(law))
    def holds(block):
        hold(block)

    holds()


@every_law
def test_every_law_speaks_about_each_of_its_claims(law):
    spoken = {}
    for block in range(len(law.subjects)):
        for claim, count in run_block(law, 0, block).statements.items():
            spoken[claim] = spoken.get(claim, 0) + count
    assert set(spoken) == set(law.claims)
    assert all(spoken.values()), spoken


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_broken_formula_is_rejected(name, monkeypatch):
    """Each mutant is noticed on one turn of the law's subjects."""
    law = mutant(name, monkeypatch)
    assert any(run_block(law, 0, block).failed for block in range(2 * len(law.subjects))), name


def test_every_law_has_a_mutant():
    assert {name.partition(":")[0] for name in MUTANTS} == {law.name for law in LAWS}


def test_a_failure_is_reported_and_fails_the_run():
    law = broken("image-step")
    result = run_block(law, 0, 0)
    assert not result.ok
    assert result.failed
    assert result.worst.ratio > 1
    assert result.failures[0].index is not None
    with pytest.raises(ValueError, match="use run_block"):
        run(law, 1)


def test_a_law_that_looks_at_nothing_is_not_held():
    silent = Law("image-step", lambda t: iter(()), ("SP-T2-STEP",), ("sgd",))
    with pytest.raises(LookupError, match="no verdict"):
        run_block(silent, 0, 0)
    blind = dataclasses.replace(silent, check=lambda t: iter([("SP-T2-STEP", equal(t.x, t.following, where=False))]))
    assert not run_block(blind, 0, 0).ok


def test_what_is_no_number_breaks_a_law():
    left = Vector(torch.full((3, 2), math.nan, dtype=torch.float64), 0.0, torch.ones(3, 1))
    verdict = equal(left, Vector(torch.ones(3, 2, dtype=torch.float64)))
    assert (verdict.ratio == math.inf).all()


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, CASES - 1))
@settings(max_examples=10)
def test_a_case_alone_is_the_case_of_its_block(seed, block, index):
    """Bit for bit: draws are integers and powers of two, at a place that the address alone gives."""
    whole, alone = Stream(seed, "a law", block), Stream(seed, "a law", block, index)
    for draw in (
        lambda s: s.vector(3),
        lambda s: s.scale(-20, 6),
        lambda s: s.uniform(),
        lambda s: s.choice(4),
        lambda s: s.vector(2),
    ):
        assert torch.equal(draw(whole)[index], draw(alone)[0])


def test_numbers_are_of_the_address_and_of_no_machine():
    """Known answers: another numpy, or another machine, must give the same."""
    stream = Stream(1, "image-step", 2, 3)
    assert stream.vector(2).tolist() == [[-1.095367431640625, 0.279144287109375]]
    assert stream.scale(-10, 10).item() == 1.28764495301415


def test_drawn_vectors_are_nearly_normal():
    x = Stream(0, "moments", 0).vector(64)
    assert abs(float(x.mean())) < 0.02
    assert abs(float(x.var()) - 4 / 3) < 0.02
    scales = Stream(0, "moments", 1).scale(-3, 5)
    assert float(scales.min()) >= 2.0**-3
    assert float(scales.max()) < 2.0**5
    assert all(((scales >= 2.0**e) & (scales < 2.0 ** (e + 1))).float().mean() > 0.1 for e in range(-3, 5))


@every_law
def test_a_replay_gives_the_same_bits(law):
    result = run_block(law, 3, 1)
    case = replay(result.worst.address)
    assert max(s.ratio for s in case.statements) == result.worst.ratio


def test_the_numbers_of_a_case_do_not_need_its_block():
    law = by_name("image-step")
    for block in (0, 1):
        whole, alone = law.step(5, block), law.step(5, block, index=11)
        assert torch.equal(whole.x.value[11], alone.x.value[0])
        for ours, theirs in zip(whole.model.directions, alone.model.directions, strict=True):
            assert torch.equal(ours[11], theirs[0])


def test_hypothesis_shrinks_to_a_small_case():
    law = broken("image-step")

    @settings(max_examples=30, database=None, derandomize=True)
    @given(blocks(law))
    def holds(block):
        hold(block)

    with pytest.raises(AssertionError, match=r"image-step fails at 0:image-step:\d+:\d+"):
        holds()


def test_dials_steer_a_block():
    law = by_name("image-step")
    block = Block(law, 0, 0, Dials("sgd-l2", 5, 1, {"lr": 0.5, "weight_decay": 0.25}))
    step = law.step(0, 0, dials=block.dials)
    assert step.x.value.shape == (CASES, 5)
    assert (step.k, step.h.lr.value, step.scheme.name) == (1, 0.5, "sgd-l2")
    assert first_failure(block) is None


def test_bounds_in_norm_enclose_those_by_coordinates():
    """On the same formula the norm of the coordinates' bounds is within that in norm, and of its order."""
    generator = torch.Generator().manual_seed(0)
    x, y, v = (torch.randn(50, 6, generator=generator, dtype=torch.float64) for _ in range(3))
    s = torch.rand(50, 1, generator=generator, dtype=torch.float64) + 0.1

    def formula(space, x, y, v, s):
        c = x - s * (y / (space.sqrt(v * v) + s * space.ones_like(v)))
        u = x / space.norm(x)
        return (u - space.dot(c, u) * u) / space.sqrt(1 + space.dot(c, c))

    space = TrackedSpace(torch.float64)
    fine = formula(space, *(space.vector(part.numpy()) for part in (x, y, v, s)))
    coarse = formula(SPACE, *(Vector(part) for part in (x, y, v)), Scalar(s))
    assert judge(fine, coarse.value.numpy()).ok
    norm = torch.linalg.vector_norm(torch.from_numpy(fine.error), dim=-1, keepdim=True)
    assert (coarse.error > 0.2 * norm).all()
    assert (coarse.error < 100 * norm).all()


def test_gradients_are_tangent_within_their_bound():
    """The part along x, which exactly is 0; and a bound a thousand times too large would say nothing."""
    step = by_name("tangent-gradient").step(0, 0)
    along = SPACE.dot(Vector(step.gradient.value), step.x).value.abs() / SPACE.norm(step.x).value
    allowed = step.model.off_tangent(step.x.value)
    assert (along <= allowed).all()
    assert (along > 1e-3 * allowed).any()


def test_every_sampled_claim_is_in_exactly_one_class():
    sampled = {claim for check in CHECKS for claim in check.claims}
    recorded = json.loads((Path("reports/claims.json")).read_text(encoding="utf-8"))
    sampled |= {row["id"] for row in recorded if row["checked"]}
    assert not set(batched()) & set(REST)
    missing, strange = sampled - set(batched()) - set(REST), (set(batched()) | set(REST)) - sampled
    assert not missing, f"{missing}: a law in verify/batched/lists.py, or a reason in verify/batched/classes.py"
    assert not strange, f"{strange}: nothing samples them"


def test_processes_find_what_one_finds():
    """What goes to a process and comes back is pickled; chunks in their order are the whole, wherever they were run."""
    whole = run("tangent-gradient", 9 * CASES, 1)
    chunks = [("tangent-gradient", 1, blocks) for blocks in (range(5), range(5, 9))]
    parts = [pickle.loads(pickle.dumps(run_chunk(*pickle.loads(pickle.dumps(chunk))))) for chunk in chunks]
    assert dataclasses.replace(whole, seconds=0.0) == merged(parts)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["SP-L1", "--cases", "1"], 0),
        (["replay", "1:image-step:0:7"], 0),
        (["replay", "1:image-step:0:9999"], 2),
        (["replay", "image-step"], 2),
        (["replay"], 2),
        (["no-such-law"], 2),
        (["SMD-T1"], 2),
        (["SP-L1", "--cases", "0"], 2),
        (["--classes"], 0),
    ],
)
def test_the_command_says_what_it_finds(arguments, status):
    result = CliRunner().invoke(app, ["cases", *arguments, "--workers", "1"])
    assert result.exit_code == status, result.output


def test_the_command_speaks_json():
    result = CliRunner().invoke(app, ["cases", "tangent-gradient", "--cases", "1", "--workers", "1", "--json"])
    (row,) = json.loads(result.output)
    assert (row["law"], row["ok"], row["cases"]) == ("tangent-gradient", True, CASES)
    seen = CliRunner().invoke(app, ["cases", "replay", row["worst"]["address"], "--json"])
    assert json.loads(seen.output)[0]["address"] == row["worst"]["address"]


def test_numbers_that_exclude_one_another_are_not_given_to_an_optimizer():
    # A block that drew dampening without momentum, which torch leaves out.
    block = run_block(by_name("image-step-code"), 20261121, 466)
    assert block.ok
