"""Nonsense for what reads a person's text: options of an audit, names of what to audit, files of others."""

import os
import random
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from derivations import outside
from verify.audit.load import load
from verify.audit.options import TargetError, parse, written
from verify.trust.hostile.loaders import fresh

PIECES = (
    "lr", "betas", "=", "=", ",", ",", "(", ")", "[", "]", "{", "}", "'", '"', "\\", "0.1", "1e999", "-", "nan", "true",
    "None", "1", ":", "lambda", "__import__", "#", "\n", "\t", " ", "\x00", "é", "\udcff", "**", "j", "0x", "1_", "not",
)  # fmt: skip
TEXTS = (
    "(" * 5000,
    "a=" + "(" * 5000,
    "a=" + "-" * 20000 + "1",
    "a=" + "9" * 5000,
    "a=" + "[" * 300 + "]" * 300,
    "=" * 99,
)
NAMES = (
    "", ":", "torch.optim", "torch.optim:", ":SGD", "torch.optim:SGD:", "torch.optim:no", "torch.optim:Optimizer",
    "torch.optim:sgd", "torch:nn", "torch:zeros", "os:system", "os:getcwd", "no.such:Thing", "a b:C", "..:C", ".a:C",
    "/:C", "x.py:C", "/dev/null:C", "\x00:C", "é:C", "x" * 5000 + ":C", "torch.optim:" + "x" * 5000, "builtins:exit",
    "builtins:dict", "this:d", "antigravity.x:y", "sys:exit", "torch.optim:lr_scheduler", "\udcff:C", "\udcff.py:C",
)  # fmt: skip
SOURCES = {
    "no Python": "SCHEMES = (",
    "bytes of no text": "\udcff",
    "raises": "raise RuntimeError('no')",
    "leaves": "import sys; sys.exit(3)",
    "raises what is no Exception": "raise BaseException('no')",
    "stops a generator": "raise GeneratorExit",
    "calls itself for ever": "def f(): f()\nf()",
    "has nothing": "x = 1",
    "has no schemes but a number": "SCHEMES = 3",
    "has schemes that are no schemes": "SCHEMES = (object, 1, None, type)",
    "a generator that raises": "class I(tuple):\n    def __iter__(self): raise KeyError('no')\nSCHEMES = I((1,))",
    "a scheme that cannot be made": "from derivations.scheme import Scheme\nclass S(Scheme):\n"
    "    def __init__(self): raise ValueError('no')\nSCHEMES = (S,)",
    "a scheme with a name that raises": "from derivations.schemes.sgd import SGD\nclass S(SGD):\n"
    "    @property\n    def name(self): raise ValueError('no')\nSCHEMES = (S(),)",
    "a thing whose repr raises": "class T:\n    def __repr__(self): raise ValueError('no')\nSCHEMES = (T(),)",
    "a scheme that leaves in its step": "import sys\nfrom derivations.schemes.sgd import SGD\nclass S(SGD):\n"
    "    name, title = 'mine', 'Mine'\n    def step(self, *a): sys.exit(4)\nSCHEMES = (S(),)",
    "a claim that is none": "CLAIMS = ('SP-L1',)",
    "recursive imports": "import importlib, sys\nimportlib.import_module('no.such.module')",
}
"""Files of others, none of which can be used."""
LIMIT = 60


@dataclass(frozen=True)
class Row:
    """One reader of text: cases, how many were refused with an error of ours and how many were read, the faults."""

    reader: str
    tried: int
    refused: int
    read: int
    faults: tuple[str, ...]
    cases: tuple[tuple[str, int], ...]
    """The text, and 0 where it is read, 2 where it is refused, -1 for a fault."""


def survey(cases: int, seed: int = 0) -> Iterator[Row]:
    """Every reader; `cases` texts for the options, which are drawn."""
    chance = random.Random(seed)
    texts = ("".join(chance.choices(PIECES, k=chance.randrange(1, 14))) for _ in range(cases))
    yield _row("options of an audit", [*TEXTS, *texts], _options)
    yield _row("name of what is audited", list(NAMES), _name)
    yield _row("file of ORTHODROME_PATH", list(SOURCES), _file)


def _row(reader: str, texts: list[str], read: Callable[[str], Any]) -> Row:
    refused, faults, cases = 0, list[str](), list[tuple[str, int]]()
    for text in texts:
        end = -1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                wrong = read(text)
        except TargetError:
            refused, end = refused + 1, 2
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            faults.append(f"{text[:80]!r}: {error!r} gets out"[:300])
        else:
            faults, end = (faults + [f"{text[:80]!r}: {wrong}"], -1) if wrong else (faults, 0)
        cases.append((text, end))
    return Row(reader, len(texts), refused, len(texts) - refused - len(faults), tuple(faults[:5]), tuple(cases))


def _options(text: str) -> str:
    """What is read reads the same again when it is written."""
    options = parse(text)
    again = parse(written(options))
    return "" if repr(again) == repr(options) else f"read as {options}, and again as {again}"[:200]


def _name(name: str) -> str:
    """No optimizer is called so. What leaves its process while it is made ends that of the audit, which is its row."""
    try:
        load(name)
    except SystemExit as end:
        raise TargetError(name) from end
    return "is taken for an optimizer"


def _file(name: str) -> str:
    """A file of others that cannot be used is named among what is broken, whatever it does."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "theirs.py"
        path.write_bytes(SOURCES[name].encode(errors="surrogateescape"))
        with patch.dict(os.environ, {outside.VARIABLE: str(path)}), fresh():
            signal.alarm(LIMIT)
            try:
                found = outside.load()
            finally:
                signal.alarm(0)
    if any(path.name in str(broken) for broken in found.broken):
        raise TargetError(name)
    return "it is not named among what is broken"
