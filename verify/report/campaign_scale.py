"""What a thousand workers would need: a plan on paper, from figures that were measured on one machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WORKERS = 1000
SHARE = 0.01
"""Of a worker's time, that a block may cost beside its cases."""

BATCH = 2048
"""Cases of the smallest block."""

HEADROOM = 0.5
"""Of what a scheduler and a store were seen to do, that a plan may ask of them."""


@dataclass(frozen=True)
class Scale:
    """seconds: that a block must last; blocks: that come a second; by: what asks for the longest.

    row: bytes of the store a block; traffic: bytes a second that come to the client.
    """

    workers: int
    seconds: float
    size: int
    cases: float
    rate: float
    blocks: float
    needs: tuple[tuple[str, float], ...]
    row: int
    traffic: float

    @property
    def by(self) -> str:
        return max(self.needs, key=lambda need: need[1])[0]

    def hours(self, cases: float) -> float:
        """For so many cases."""
        return cases / self.rate / 3600

    def gigabytes(self, cases: float) -> float:
        """Of the store, after so many cases."""
        return cases / self.cases * self.row / 1e9


def scaled(record: Mapping[str, Any]) -> Scale:
    """A block lasts long enough that its overhead is a `SHARE`, and that scheduler and store keep up with all of them.

    The rate of a worker is that of one worker here; that a thousand do not slow each other down is what they are to
    show who have them.
    """
    each, client = record["case_rate"], 1 / record["empty_rate"] + 1 / record["insert_rate"]
    needs = (
        ("a worker's own overhead", record["block_overhead"] / SHARE),
        ("the scheduler", WORKERS / (HEADROOM * record["empty_rate"])),
        ("the store", WORKERS / (HEADROOM * record["insert_rate"])),
        ("the client (both in turn)", WORKERS * client / HEADROOM),
    )
    seconds = max(need for _, need in needs)
    size = max(1, -(-int(seconds * each) // BATCH))
    lasting = size * BATCH / each
    blocks, rate = WORKERS / lasting, WORKERS * each * (1 - SHARE)
    traffic = blocks * record["answer_bytes"]
    return Scale(WORKERS, lasting, size, float(size * BATCH), rate, blocks, needs, record["row_bytes"], traffic)
