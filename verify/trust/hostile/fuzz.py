"""Nonsense at the command line: every command and option, with values that nobody means.

Exit status 0, 1 or 2, a word on standard error where it is not 0, and no exception out of `main`. The work behind a
command is not done: what would begin it ends the command with 0, so that cases are cheap and touch nothing.
"""

import io
import os
import random
import shlex
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from unittest.mock import patch

import typer

from verify import cli
from verify.trust.hostile.fuzz_sound import Tried, tried

LIMIT = 60
"""Seconds that a case may take on a busy machine."""
WORK = (
    "verify.report.build.write", "verify.report.build.check", "verify.report.collect.collect",
    "verify.report.collect.claim_view", "verify.report.outside.write", "verify.outside.claim_views",
    "verify.judgements.claims", "verify.judgements.judged",
    "verify.checks.run.run_checks", "verify.optimizers._check", "derivations.proof.judge", "verify.scale.survey",
    "verify.equilibria.survey", "verify.equilibria.predict", "verify.recording.record", "verify.peers.survey.survey",
    "verify.audit.command.one", "verify.audit.command.every", "verify.audit.command.replay",
    "verify.trust.mutants.survivors.survey", "verify.trust.properties_run.run",
    "verify.trust.mutants.gate.run", "verify.trust.alarms.survey", "verify.trust.tolerances.survey.survey",
    "verify.trust.routes.survey.survey", "verify.trust.determinism.compare", "verify.trust.hostile.command.survey",
    "verify.trust.record.save", "verify.batched.run_all", "verify.batched.replay", "verify.zoo.survey.survey",
    "verify.watch.figures.draw", "verify.search.methods.hunt", "verify.search.compare.compare",
    "verify.site.build.build", "verify.campaign.running.run",
    "verify.campaign.cluster.cluster", "verify.campaign.local.local", "verify.campaign.moving.merge",
    "verify.campaign.moving.export", "verify.campaign.kills.survey", "verify.campaign.bench.bench",
    "verify.commands.search._entries", "verify.search.sweep.drive_all", "verify.commands.bench._benches",
    "verify.search.campaign.compared", "verify.search.campaign.without", "verify.search.campaign.tight",
)  # fmt: skip
"""What a command would spend its time in, or write."""

VALUES = (
    "", " ", "-", "--", "-1", "0", "1", "2", "1e999", "-1e999", "nan", "NaN", "inf", "1e-400", "9" * 400, "0x10", "1_0",
    "１", "=", "a=b", "--=", "../..", "/", ".", "/dev/null", "~", "no/such/place", "x" * 300, "x/" * 200, "\n", "a\tb",
    "\x1b[31m", "\x07", "\u202eabc", "é", "日本", "\U0001f9ed", "\udcff", "%s%n", "{}", "{0.__class__}", "$(id)",
    "`id`", "';--", "[red]", "[/]", "[link=x]y", "\\", "null", "true", "None", "sgd", "SGD-M", "adamw", "sp-l1",
    "SP-L1", "toy", "torch.optim:SGD", "torch.optim:", ":SGD", "torch:nn", "os:system", "no.such:Thing", "x.py:Y",
    "a:b:c", "..:X",
    "verify..x:Y", "lr=", "betas=(0.9", "lr=1,lr=2", "lr=__import__('os')", "my-rule", "x.md", "x.py",
    "cuda:99", "meta",
)  # fmt: skip

Arguments = tuple[str, ...]
SOUND: Mapping[Arguments, Arguments] = {("experiment",): ("toy",), ("campaign", "recipe"): ("kubernetes",)}
"""What has to be accepted, without its work, of commands that take no word of `VALUES`; the first of their cases."""


@dataclass(frozen=True)
class Row:
    """One command: cases, how they ended, and the first faults."""

    command: str
    tried: int
    ends: tuple[int, int, int]
    """With 0, 1 and 2."""
    faults: tuple[str, ...]
    cases: tuple[tuple[str, int], ...]
    """What was typed after the name of the command, and its end; -1 for none."""


class _Late(BaseException):
    """The time is over."""


def survey(cases: int, seed: int = 0, progress: Callable[[str, int, int], None] | None = None) -> Iterator[Row]:
    """So many cases, the same for each command; before them what is sound, whole, and its answers."""
    commands = list(_commands(typer.main.get_command(cli.app)))
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.callback(os.chdir, os.getcwd())
        os.chdir(folder)
        sound = list(tried(answered, only=[path for path, _ in commands]))
        stack.enter_context(without_work())
        for i, (path, command) in enumerate(commands):
            if progress:
                progress(" ".join(("typing at", *path)), i, len(commands))
            chance = random.Random(f"{seed} {' '.join(path)}")
            whole = [one for one in sound if one.path == path]
            yield _row(path, command, -(-cases // len(commands)), chance, whole)


def _row(path: Arguments, command: Any, count: int, chance: random.Random, whole: Sequence[Tried] = ()) -> Row:
    ends = Counter(one.code for one in whole)
    faults = [f"{(*path, *one.words)!r}: {one.wrong}"[:300] for one in whole if one.wrong]
    cases = [(shlex.join(one.words), one.code) for one in whole]
    for i in range(count):
        sound = SOUND.get(path) if i == 0 else None
        words = list(sound) if sound else typed(command, chance)
        code, said = invoke((*path, *words))
        ends[code] += 1
        cases.append((shlex.join(words), code))
        said = said or ("what is sound is refused" if sound and code else "")
        if said:
            faults.append(f"{(*path, *words)!r}: {said}"[:300])
    if not ends[0]:
        faults.append(f"{' '.join(path)}: no case is accepted")
    return Row(" ".join(path), len(cases), (ends[0], ends[1], ends[2]), tuple(faults[:5]), tuple(cases))


def invoke(arguments: Sequence[str]) -> tuple[int, str]:
    """The exit status of `orthodrome` with these arguments, and what is wrong with how it ended; empty if nothing."""
    code, _, wrong = answered(arguments)
    return code, wrong


def answered(arguments: Sequence[str]) -> tuple[int, str, str]:
    """The same with what stands on standard output between the two."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="strict")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    code, wrong = 0, ""
    with patch.multiple(sys, argv=["orthodrome", *arguments], stdout=out, stderr=err), _limited():
        try:
            cli.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except _Late:
            return -1, "", f"no end within {LIMIT} s"
        except BaseException as error:
            return -1, "", f"{error!r} gets out"
    out.flush()
    err.flush()
    printed, said = (stream.buffer.getvalue().decode() for stream in (out, err))  # type: ignore[attr-defined]
    if code not in (0, 1, 2):
        wrong = f"exit status {code}"
    elif code == 2 and not said.strip():
        wrong = "fails without a word"
    elif "Traceback" in said:
        wrong = "a traceback"
    return code, printed, wrong


def typed(command: Any, chance: random.Random) -> list[str]:
    """Arguments and options of a command, and some that it has not."""
    words: list[str] = []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            words += [chance.choice(VALUES)] if chance.random() < 0.85 else []
        elif chance.random() < 0.3:
            name = chance.choice([*parameter.opts, *parameter.secondary_opts])
            if getattr(parameter, "is_flag", False) and chance.random() < 0.9:
                words.append(name)
            elif chance.random() < 0.3:
                words.append(f"{name}={chance.choice(VALUES)}")
            else:
                words += [name, chance.choice(VALUES)]
    if chance.random() < 0.15:
        words.insert(chance.randrange(len(words) + 1), chance.choice((*VALUES, "--json", "--help", "--nonsense", "-h")))
    return words


@contextmanager
def without_work() -> Iterator[None]:
    """What would begin the work ends the command instead."""
    with ExitStack() as stack:
        for name in WORK:
            module, _, attribute = name.rpartition(".")
            stack.enter_context(patch.object(import_module(module), attribute, _reached))
        yield


def _reached(*_: Any, **__: Any) -> Any:
    raise SystemExit(0)  # typer.Exit is a RuntimeError, which a command may take for one of its work


@contextmanager
def _limited() -> Iterator[None]:
    def late(*_: Any) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _commands(command: Any, path: Arguments = ()) -> Iterator[tuple[Arguments, Any]]:
    """Every command below this one, with the words that call it."""
    known = getattr(command, "commands", None)
    if known is None:
        yield path, command
    for name, inner in sorted((known or {}).items()):
        yield from _commands(inner, (*path, name))
