"""Everything in this project that reads a file, each with a small sound one to damage."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch

from derivations import outside
from impl.data import CIFAR_RECORD, CIFAR_TEST, CIFAR_TRAIN, cifar10
from verify.atomic import write_bytes, write_text
from verify.audit import load
from verify.audit.options import TargetError
from verify.experiments import checkpoint
from verify.new_scheme import TEMPLATE
from verify.reading import RecordError
from verify.recording import summary_path
from verify.report import campaign, ecosystem, groups, peers, training
from verify.report.comparisons import comparison_files
from verify.report.render import ecosystem_page, peers_page
from verify.report.shown import shown, trust_shown
from verify.report.trust import recorded_trust
from verify.results import RECORD, CheckResult
from verify.results import load as results
from verify.results import save as save_results
from verify.trust import record as trust
from verify.trust.hostile.files import Loader
from verify.trust.hostile.loaders_kept import own_loaders

ROW = CheckResult("SP-L1", "the gradient is tangent", 10, 1e-16, 1e-15, "float64", "cpu", True)
FINGERPRINT = '["some", "options"]'
AUDITED = "class Audited(__import__('torch').optim.SGD):\n    pass\n"


def loaders(reports: Path) -> tuple[Loader, ...]:
    """Those of records are given copies of the ones under `reports`; one that is not there is left out."""
    kept = (
        ("trust record", trust.path(Path(), "hostile"), _trust, 1.0),
        ("record of peers", peers.RECORD, _peers, 0.5),
        ("record of audits", ecosystem.RECORD, _ecosystem, 0.2),
        ("summary of toy", summary_path("toy"), _training, 0.15),
        ("summary of psi", summary_path("psi"), _training, 0.15),
        ("summary of epsilon", summary_path("epsilon"), _training, 0.05),
        ("summary of a comparison", summary_path("ranking"), comparison_files, 0.05),
        ("record of groups", groups.RECORD, groups.recorded, 0.5),
        ("record of campaigns", campaign.RECORDS.path(Path(), "campaign"), _campaign, 0.1),
    )
    own = (
        Loader("checks.json", _checks, lambda folder: results(folder / RECORD), (RecordError,)),
        Loader("checkpoint", _checkpoint, _resumed, (ValueError,), checked=True),
        Loader("CIFAR-10 batch", _cifar, _images, (ValueError, OSError), weight=0.3),
        Loader("file of ORTHODROME_PATH", _others, _brought, (), weight=0.5),
        Loader("file of an audit", _audited, _class, (TargetError,), weight=0.5),
    )
    copies = (
        Loader(name, _copied(reports, file), read, (RecordError,), weight=weight)
        for name, file, read, weight in kept
        if (reports / file).is_file()
    )
    return (*own, *own_loaders(), *copies)


def _copied(reports: Path, file: Path) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(reports / file, folder / file))

    return make


def _checks(folder: Path) -> Path:
    save_results([ROW, CheckResult("SP-T4", "order 2", 3, 0.5, 1.0, "float32", "cpu", True, "a note")], folder / RECORD)
    return folder / RECORD


def _trust(folder: Path) -> Any:
    return trust_shown(recorded_trust(folder), folder)


def _peers(folder: Path) -> Any:
    return shown(peers.recorded_peers(folder), peers_page, folder / peers.RECORD, "orthodrome peers")


def _ecosystem(folder: Path) -> Any:
    file = folder / ecosystem.RECORD
    return shown(ecosystem.recorded_ecosystem(folder), ecosystem_page, file, "orthodrome audit --all")


def _campaign(folder: Path) -> Any:
    return campaign.campaign_files(folder, (), {}, lambda law: "")


def _training(folder: Path) -> Any:
    found = training.training(folder)
    return found.files, found.results


def _checkpoint(folder: Path) -> Path:
    generator = torch.Generator().manual_seed(0)
    state = {"w": torch.randn(20, generator=generator), "step": 7, "note": "a run"}
    checkpoint.save(folder / "run.pt", {"fingerprint": FINGERPRINT, "done": 3, "records": {}, "state": state})
    return folder / "run.pt"


def _resumed(folder: Path) -> Any:
    path = folder / "run.pt"
    if not path.exists():
        return None  # a run that begins
    content = checkpoint.load(path, FINGERPRINT)
    return {**content, "state": {**content["state"], "w": content["state"]["w"].tolist()}}


def _cifar(folder: Path) -> Path:
    generator = torch.Generator().manual_seed(0)
    for name in (*CIFAR_TRAIN, *CIFAR_TEST):
        records = torch.randint(256, (2, CIFAR_RECORD), generator=generator, dtype=torch.uint8)
        records[:, 0] %= 10
        write_bytes(folder / name, records.numpy().tobytes())
    return folder / CIFAR_TRAIN[0]


def _images(folder: Path) -> Any:
    data = cifar10(folder)
    return [part.tolist() for part in (data.train_images, data.train_labels, data.test_images, data.test_labels)]


def _others(folder: Path) -> Path:
    text = TEMPLATE.format(name="mine", cls="Mine", title="Mine", variable=outside.VARIABLE)
    write_text(folder / "mine.py", text)
    return folder / "mine.py"


def _brought(folder: Path) -> Any:
    """What is usable, by name: a file that is not must be named among what is broken."""
    with patch.dict(os.environ, {outside.VARIABLE: str(folder / "mine.py")}), fresh():
        found = outside.load()
    if any("mine.py" not in str(broken) for broken in found.broken):
        raise RuntimeError(f"the file is not named: {found.broken}")
    return "broken" if found.broken else [(item.kind, getattr(item.value, "name", "")) for item in found.items]


@contextmanager
def fresh() -> Iterator[None]:
    """Files are read again: neither what was loaded, nor what was compiled within the same second, stands for them."""
    known, written = set(sys.modules), sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    vars(outside)["_load"].cache_clear()
    try:
        yield
    finally:
        vars(outside)["_load"].cache_clear()
        sys.dont_write_bytecode = written
        for name in set(sys.modules) - known:
            if name.startswith("orthodrome:"):
                del sys.modules[name]


def _audited(folder: Path) -> Path:
    write_text(folder / "audited.py", AUDITED)
    return folder / "audited.py"


def _class(folder: Path) -> Any:
    with fresh():
        target = load.load(f"{folder / 'audited.py'}:Audited")
    return target.name, target.version, sorted(target.accepted)
