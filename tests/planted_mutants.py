"""A family of mutants made to order, for the tests of the gate: what becomes of each is its label's first word."""

import os
import time
from pathlib import Path

from verify.digest import digest
from verify.trust.mutants.mutant import Fate, Mutant, State

FAMILY = "planted"
TITLE = "Planted."
OPERATORS = {"plant": "nothing"}
EQUIVALENT: dict[str, str] = {}
LABELS = os.environ.get("PLANTED", "killed a,killed b,equivalent c").split(",")
JUDGED = os.environ.get("PLANTED_JUDGED", "")


def mutants():
    return (Mutant(FAMILY, label.split()[-1], "plant", label) for label in LABELS)


def fingerprint(mutant):
    return digest(mutant.label)


def judge(mutant):
    if JUDGED:
        with Path(JUDGED).open("a", encoding="utf-8") as file:
            file.write(mutant.label + "\n")
    word = mutant.label.split()[0]
    if word == "slow":
        time.sleep(0.3)
    if word == "stubborn":
        _hang()
    if word == "crashing":
        os._exit(7)
    if word == "failing":
        raise ZeroDivisionError("of the judge")
    if word == "equivalent":
        return Fate(State.EQUIVALENT, "proof", "the same")
    return Fate(State.SURVIVED) if word == "unkillable" else Fate(State.KILLED, "a check")


def _hang():
    while True:
        try:
            time.sleep(0.01)
        except Exception:  # as code that swallows every error does
            continue
