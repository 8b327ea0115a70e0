"""What is kept of a proof is kept for just the sources that it follows from, and is believed only if it is whole."""

import ast
import json
import subprocess
import sys
from dataclasses import replace

import pytest

import derivations
from derivations.proof import judge
from verify import judgements, judging, kept, sources
from verify.digest import ROOT
from verify.report.collect import told

MODULE = "spherical.lemma_1"
ID = "SP-L1"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and proofs counted."""
    monkeypatch.setenv(kept.VARIABLE, str(tmp_path))
    proved = []
    real = judging.judged
    monkeypatch.setattr(judging, "judged", lambda module: proved.append(module) or real(module))
    return proved


def touched(monkeypatch, module: str) -> None:
    """As if the source of a module had another byte."""
    path, real = sources.file_of(module), kept._source
    monkeypatch.setattr(kept, "_source", lambda p: "another" if p == path else real(p))


def entry():
    return kept.directory() / f"{kept.key(MODULE)}.json"


def test_what_is_kept_is_what_is_proved(cache):
    first, second = judgements.judged(ID), judgements.judged(ID)
    (claim,) = derivations.claims_of(MODULE)
    assert first == second == judgements.known(ID) == told(judge(claim))
    assert cache == [MODULE]
    assert judgements.judged(ID, keep=False) == first and cache == [MODULE, MODULE]


@pytest.mark.parametrize(
    ("source", "again"),
    [
        ("derivations.spherical.lemma_1", True),
        ("derivations.statement", True),
        ("derivations.normal", True),
        ("derivations.rules.calculus", True),
        ("verify.report.collect", True),
        ("derivations.motion.theorem_1", False),
        ("derivations.schemes.adam", False),
        ("derivations", False),
    ],
)
def test_it_is_kept_until_a_source_behind_it_changes(cache, monkeypatch, source, again):
    judgements.judged(ID)
    touched(monkeypatch, source)
    assert (judgements.known(ID) is None) == again
    judgements.judged(ID)
    assert cache == [MODULE] * (1 + again)


def test_another_version_or_other_integers_prove_again(cache, monkeypatch):
    judgements.judged(ID)
    monkeypatch.setenv("SYMPY_GROUND_TYPES", "python")
    kept._versions.cache_clear()
    assert judgements.known(ID) is None
    monkeypatch.undo()
    kept._versions.cache_clear()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("holds", "false"),
        lambda text: text.replace('"module": "spherical', '"module": "motion'),
        lambda text: "",
        lambda text: "[]",
        lambda text: "null",
        lambda text: json.dumps(json.loads(text) | {"digest": "0"}),
        lambda text: json.dumps({"module": MODULE, "digest": kept.digest("[{}]"), "kept": [{}]}),
        lambda text: json.dumps({"module": MODULE, "digest": kept.digest("3"), "kept": 3}),
    ],
)
def test_an_entry_that_is_not_whole_is_proved_again_and_mended(cache, spoil):
    first = judgements.judged(ID)
    text = entry().read_text()
    entry().write_text(spoil(text))
    assert judgements.judged(ID) == first and cache == [MODULE, MODULE]
    assert entry().read_text() == text


def test_what_is_open_is_not_kept(cache, monkeypatch):
    real = judging.judged
    monkeypatch.setattr(
        judging, "judged", lambda module: [item | {"problems": ["z3 cannot tell"]} for item in real(module)]
    )
    judgements.judged(ID)
    assert not entry().exists()
    assert judging.holds(real(MODULE))


def test_a_directory_that_cannot_be_written_to_keeps_nothing(cache, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(kept.VARIABLE, str(tmp_path / "file"))
    assert judgements.judged(ID).id == judgements.judged(ID).id and cache == [MODULE, MODULE]


def test_a_claim_that_was_put_in_the_place_of_another_is_not_taken_for_it(cache, monkeypatch):
    judgements.judged(ID)
    (claim,) = derivations.claims_of(MODULE)
    monkeypatch.setattr(derivations, "CLAIMS", (replace(claim, theorems=()),))
    assert judgements.known(ID) is None
    assert judgements.judged(ID).problems and judgements.claims()[0].problems


def test_processes_find_what_one_process_finds(cache):
    modules = ("spherical.lemma_1", "motion.epochs", "psi.timing", "spherical.l2_sign")
    assert len(modules) > judgements.FEW
    assert dict(judgements._now(modules, 2)) == dict(judgements._now(modules, 1))


def test_a_process_that_ends_is_an_error_that_names_the_claims(monkeypatch):
    monkeypatch.setattr(judgements, "SERVE", "import sys; sys.exit(3)")
    with pytest.raises(RuntimeError, match="derivations.spherical.lemma_1"):
        list(judgements._now(("spherical.lemma_1",) * 4, 2))


def test_no_import_is_missed():
    for path in sorted((ROOT / "derivations").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
        ours = {n for n in names if n.partition(".")[0] == "derivations" and sources.file_of(n)}
        assert ours <= sources.imported(name), name


@pytest.mark.parametrize("command", ["['claims', '--json']", f"['show', '{ID}']"])
def test_what_is_kept_is_shown_without_sympy_and_without_torch(command, tmp_path):
    """All of it is made up but for one claim: what is asked for here is only what is imported."""
    program = (
        "import sys; from verify import judgements, kept, judging; import derivations\n"
        "from verify.report.view import ClaimView; from derivations.verdict import Verdict, Evidence\n"
        "from dataclasses import asdict\n"
        "for i, m in enumerate(derivations.MODULES):\n"
        f"    id = '{ID}' if i == 0 else f'X-{{i}}'\n"
        "    kept.save(m, [asdict(ClaimView(id, 'ours', '', '', Verdict.HOLDS, Evidence.PROVED, ''))])\n"
        f"sys.argv = ['orthodrome', *{command}]\n"
        "from verify.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert not {'sympy', 'torch'} & set(sys.modules), 'imported'\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={"PATH": "", kept.VARIABLE: str(tmp_path)}, capture_output=True
    )
    assert run.returncode == 0, run.stderr
    assert ID.encode() in run.stdout
