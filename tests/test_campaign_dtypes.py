"""The dtypes of a campaign, its random streams, and the files that a version is of."""

import dataclasses
import itertools
from pathlib import Path

import pytest
import torch
from batched_controls import forgetful

from verify.batched import LAWS, Dials, by_name, generate
from verify.batched.judging import judged
from verify.batched.short import DTYPES, FULL, SILENT, refused
from verify.campaign import code, settings
from verify.campaign.address import EXTREME, Setting, Unit
from verify.campaign.behind import behind
from verify.campaign.plan import MODELS, Plan, cells, left_out, silences
from verify.campaign.replaying import case
from verify.campaign.work import block
from verify.shipped import SUBJECTS

SHORT = tuple(dtype for dtype in DTYPES if dtype != FULL)
SGD, ADAM = "torch.optim.SGD (weight_decay)", "torch.optim.AdamW"
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


def judge(law, subject, dtype, turn=0, **numbers):
    """A block of that optimizer."""
    found = by_name(law)
    number = turn * len(found.subjects) + found.subjects.index(subject)
    return judged(found, 3, number, Dials(dimension=8, dtype=dtype, numbers=numbers, cell=dtype))


# Dtypes


@pytest.mark.parametrize("law", [law for law in LAWS if law.name not in SILENT], ids=lambda law: law.name)
def test_a_law_of_optimizers_holds_in_short_dtypes(law):
    """One optimizer of each law a dtype; `orthodrome campaign run --dtype` has all of them."""
    for dtype in SHORT:
        spoken = [s for s in law.subjects if refused(law.name, s, dtype) is None][-1:]
        for subject in spoken:
            found = judge(law.name, subject, dtype, lr=0.25)
            assert not found.broken, (subject, dtype, found.broken[:3])
            assert all(s.worst <= 1 for s in found.spoken.values())


@every_dtype
@pytest.mark.parametrize(
    ("law", "subject", "term"),
    [
        ("beside-the-scheme", SGD, "weight_decay"),
        ("beside-the-scheme", ADAM, "weight_decay"),
        ("beside-the-scheme", ADAM, "beta1"),
        ("decayed-map", SGD, "weight_decay"),
        ("image-step-code", SGD, "weight_decay"),
        ("momentum-map", "torch.optim.SGD (momentum)", "weight_decay"),
    ],
)
def test_an_optimizer_that_loses_a_term_is_caught_in_every_dtype(law, subject, term, dtype, monkeypatch):
    numbers = {"lr": 0.5, "weight_decay": 0.5, term: 0.5}
    assert not judge(law, subject, dtype, **numbers).broken
    changed = tuple(forgetful(s, term) if s.name == subject else s for s in SUBJECTS)
    monkeypatch.setattr(generate, "SUBJECTS", changed)
    assert judge(law, subject, dtype, **numbers).broken


@every_dtype
def test_weight_gradient_and_buffers_are_numbers_of_the_dtype(dtype):
    law = by_name("beside-the-scheme")
    number = len(law.subjects) + law.subjects.index("torch.optim.Adam")
    t = law.step(1, number, dials=Dials(dtype=dtype))
    for v in (t.x, t.gradient, t.following, t.before["m"], t.after["v"]):
        assert torch.equal(v.value, v.value.to(getattr(torch, dtype)).double())


def test_a_short_dtype_is_allowed_its_own_rounding_and_no_more():
    """The bound grows with the unit of the dtype, 2^29 and 2^45 of float64's."""
    law = by_name("plain-growth")
    place = law.subjects.index("torch.optim.SGD")
    numbers = {"lr": 0.5}
    allowed = []
    for dtype in DTYPES:
        step = law.step(1, place, dials=Dials(dimension=8, dtype=dtype, numbers=numbers))
        allowed.append(float((step.following.error / step.following.size).median()))
    assert 2.0**28 < allowed[1] / allowed[0] < 2.0**30
    assert 2.0**15 < allowed[2] / allowed[1] < 2.0**17


def test_what_makes_no_sense_in_a_dtype_is_named():
    plan = Plan(tuple(law.name for law in LAWS), 1, dtypes=DTYPES)
    asked = {(law.name, s, dtype) for law in LAWS for s in law.subjects for dtype in DTYPES}
    kept = {(cell.law, cell.subject, cell.dtype) for cell, _ in cells(plan)}
    silent = {row[:3]: row[3] for row in left_out(plan)}
    assert kept | set(silent) == asked and not kept & set(silent)
    assert all(len(reason) > 20 for reason in silent.values())
    assert sum(row["cells"] for row in silences(plan)) == len(silent)
    assert not any(dtype == FULL for _, _, dtype in silent)
    with pytest.raises(ValueError, match="only|computed in float64"):
        Plan(("image-step",), 1, dtypes=("float32",))


@pytest.mark.parametrize("subject", [s for s in SUBJECTS if s.sliced], ids=lambda s: s.name)
def test_optimizers_of_slices_do_refuse_sixteen_bits(subject):
    weight = torch.nn.Parameter(torch.ones(2, 4, dtype=torch.bfloat16))
    with pytest.raises(ValueError, match="bfloat16"):
        subject.make([{"params": [weight], "invariant": "channel"}], subject.scheme.numbers())


def test_a_scheme_is_not_stepped_in_a_short_dtype():
    with pytest.raises(ValueError, match="take an optimizer"):
        by_name("image-step").step(1, 0, dials=Dials(dtype="bfloat16"))


@pytest.mark.parametrize("dtype", SHORT)
def test_a_case_of_a_short_dtype_replays(dtype):
    cell = Setting("beside-the-scheme", "torch.optim.Adam", "cosine", 5, dtype, EXTREME)
    row = block(by_name(cell.law), Unit("main", cell, 2, 1), 1)
    (told,) = row.told
    found = case(told.at)
    assert f"dtype={dtype}" in told.at
    assert max(s.ratio for s in found.statements) == told.worst
    assert row.checked and row.fault() is None


# Streams


def test_two_cells_with_other_dials_share_no_case():
    law, first = by_name("image-step-code"), "torch.optim.SGD"
    axes = itertools.product(MODELS, (0, 8), DTYPES, ("drawn", EXTREME))
    made = [Setting(law.name, first, model, d, dtype, draw) for model, d, dtype, draw in axes]
    seen = {}
    for cell in made:
        dials = dataclasses.replace(settings.dials(law, cell, 1, 0), dimension=8, dtype=FULL, scale=0)
        x = law.step(1, 0, dials=dials).x.value
        for row in x[:64].tolist():
            key = tuple(row)
            assert key not in seen, (cell, seen[key])
            seen[key] = cell
    assert len({cell.dials for cell in made}) == len(made)


def test_what_is_as_drawn_has_the_cases_of_the_batched_laws():
    law = by_name("image-step-code")
    ours = law.step(1, 0, dials=settings.dials(law, Setting(law.name, law.subjects[0]), 1, 0))
    assert torch.equal(ours.x.value, law.step(1, 0).x.value)


# The version


def test_a_change_in_a_package_that_re_exports_changes_the_version(monkeypatch):
    changed = code.ROOT / "impl" / "groups" / "slices.py"
    names = {
        law: {p.relative_to(code.ROOT).as_posix() for p in code.files(law)} for law in ("image-step", "scaled-step")
    }
    assert "derivations/rules/homogeneous.py" in names["scaled-step"]
    assert any(name.startswith("impl/native/") for name in names["scaled-step"])
    read, before = Path.read_bytes, {law: code.sources.__wrapped__(law) for law in ("image-step-code", "image-step")}
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * (path == changed))
    after = {law: code.sources.__wrapped__(law) for law in before}
    assert after["image-step-code"] != before["image-step-code"]
    assert after["image-step"] == before["image-step"]  # the rule of a scheme has no slices


def test_what_a_package_binds_is_followed_to_where_it_is(tmp_path, monkeypatch):
    from verify.campaign import behind as module

    texts = {
        "a.py": "from p import f, whole\nfrom p.deep import g\n",
        "p/__init__.py": "from p.inner import inner_f as f\nfrom p.other import h\nwhole = 1\n",
        "p/inner.py": "from p.leaf import x\n",
        "p/leaf.py": "x = 1\n",
        "p/other.py": "",
        "p/deep/__init__.py": "from p.deep.bottom import g\n",
        "p/deep/bottom.py": "",
        "p/unused.py": "",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    found = {path.relative_to(tmp_path).as_posix() for path in behind(["a"])}
    # `whole` is bound in the index itself: so all that the index imports is behind it.
    assert found == {*texts} - {"p/unused.py", "p/deep/__init__.py"}
