"""Where measured times are recorded, and in which order they stand on their page. Light: it measures nothing."""

from pathlib import Path

from verify.records import Records, Section

ROUNDS = 7
"""In each of which every subject has its turn."""

TRIES = 3
"""How often a block is run at most; the last run counts as it is, and is named as disturbed if it was."""

DRIFT = 1.15
"""The ratio of the unit's two blocks above which the block between them is disturbed."""

FOREIGN = 0.2
"""Cores that others may use on average during a block and the unit's two: above the ticks in which it is told."""

SECTIONS = (
    Section(
        "optimizers",
        "Optimizer steps",
        "orthodrome bench optimizers",
        "a step of each optimizer, ours and others', beside torch's fused ones",
    ),
    Section("bandwidth", "Memory", "orthodrome bench bandwidth", "how fast two threads move memory"),
    Section("training", "Training steps", "orthodrome bench training", "ResNet20, forward, backward and step"),
    Section("monitor", "The monitor", "orthodrome bench monitor", "a training step with it, beside one without"),
    Section("cases", "Verified cases", "orthodrome bench cases", "checked cases a second"),
    Section("proofs", "Proofs", "orthodrome bench proofs", "every claim proved, anew and from the cache"),
    Section("start", "Start", "orthodrome bench start", "the commands that should answer at once"),
    Section("suite", "Tests and report", "orthodrome bench suite", "the test suite and the main job"),
)
RECORDS = Records(Path("data") / "speed", SECTIONS)
path, save, load = RECORDS.path, RECORDS.save, RECORDS.load


def short(value: float, digits: int = 4) -> float:
    """So many digits of what no clock tells more exactly."""
    return float(f"{value:.{digits}g}")
