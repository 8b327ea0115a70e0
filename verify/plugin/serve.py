"""The process in which the laws run, from within: a question a line on standard input, an answer a line on its output.

Questions: {"paths"} first; {"optimizer", "options", "scheme", "seed"} -> its laws, or the reason why it cannot be had;
the same with "law" -> that law's finding. A target is loaded once, with the names of its own repository.
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TextIO

import torch

from derivations.schemes import SCHEMES, by_name
from verify.audit.finding import Setting
from verify.audit.load import load
from verify.audit.options import TargetError, parse
from verify.audit.target import Target
from verify.audit.worker import judged, parts, plain

Home = Callable[[], AbstractContextManager[None]]


def main(home: Home) -> None:
    """Answer until there are no more questions. home: a context in which orthodrome's packages have their names."""
    answers: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what an optimizer prints is no answer
    torch.set_num_threads(1)
    targets: dict[tuple[str, str], Target] = {}
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line), targets, home)) + "\n")
        answers.flush()


def answer(asked: dict[str, Any], targets: dict[tuple[str, str], Target], home: Home) -> dict[str, Any]:
    """What is told for one question."""
    if "paths" in asked:
        sys.path[:] = asked["paths"]
        return {}
    key = asked["optimizer"], asked["options"]
    try:
        if key not in targets:
            targets[key] = load(asked["optimizer"], parse(asked["options"]))
        with home():
            if asked["scheme"] is not None:
                by_name(asked["scheme"])
            laws = list(parts(asked["scheme"]))
    except (TargetError, ValueError) as error:
        return {"reason": str(error)}
    target = targets[key]
    if "law" not in asked:
        told = [{"id": law.id, "title": law.title, "binding": law.binding} for law in laws]
        return {"laws": told, "package": target.package, "version": target.version}
    law = next(law for law in laws if law.id == asked["law"])
    # Only others' schemes are looked for late, by import; else the names stay those of the optimizer's repository.
    late = asked["scheme"] is not None and all(asked["scheme"] != scheme.name for scheme in SCHEMES)
    with home() if late else nullcontext():
        return plain(judged(law, target, Setting(seed=asked["seed"])))
