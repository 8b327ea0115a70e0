"""Random numbers that are a function of an address: Philox words by counter, numbers by exact arithmetic alone.

Slot j of case i of a block is word j·n + i of the stream whose key is (seed, law) and whose counter starts at the
block, n being the number of cases of a block. Words become numbers by integer operations, sums of integers and powers
of two, none of which rounds: one address is one case, alone or in its block, on every machine and in every release.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

CASES = 2048
"""Cases of a block: enough to spread the cost of a torch call, few enough that vectors of 64 stay in cache."""

WORDS = 4
"""Words of Philox4x64 a counter."""


@dataclass
class Stream:
    """The words of one block, slot after slot; `index`: of that case alone, the same words."""

    seed: int
    name: str
    block: int
    index: int | None = None
    slot: int = 0

    def __post_init__(self) -> None:
        for what, value in (("seed", self.seed), ("block", self.block)):
            if not 0 <= value < 2**64:
                raise ValueError(f"{what}={value!r}: required is an integer in [0, 2^64)")
        if self.index is not None and not 0 <= self.index < CASES:
            raise ValueError(f"index={self.index!r}: a block has the cases 0 to {CASES - 1}")
        key = int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:8], "big")
        words = {"key": [self.seed, key], "counter": [0, 0, self.block, 0]}  # as a list, numbers ≥ 2^63 become floats
        self.philox = np.random.Philox(**{name: np.array(value, dtype=np.uint64) for name, value in words.items()})
        self.start = self.philox.state

    @property
    def rows(self) -> int:
        return CASES if self.index is None else 1

    def words(self, slots: int) -> np.ndarray:
        """The next slots, (slots, rows), as unsigned 64-bit integers."""
        first, self.slot = self.slot, self.slot + slots
        if self.index is None:
            return self.philox.random_raw(slots * CASES).reshape(slots, CASES)
        found = np.empty((slots, 1), dtype=np.uint64)
        for j in range(slots):
            at = (first + j) * CASES + self.index
            self.philox.state = self.start
            found[j] = self.philox.advance(at // WORDS).random_raw(WORDS)[at % WORDS]
        return found

    def vector(self, d: int) -> Tensor:
        """(rows, d), column by column in memory: sums of four uniform 16-bit integers, nearly normal, variance 4/3."""
        parts = self.words(d).view(np.int16).reshape(d, self.rows, 4)
        total = np.add(parts[..., 0], parts[..., 1], dtype=np.int32)
        total += parts[..., 2]
        total += parts[..., 3]
        return torch.from_numpy((total + 2) * 2.0**-15).T

    def uniform(self) -> Tensor:
        """(rows, 1) in [0, 1)."""
        return _column((self.words(1)[0] >> np.uint64(11)) * 2.0**-53)

    def scale(self, low: int, high: int) -> Tensor:
        """(rows, 1) in [2^low, 2^high): every power of two as likely as the others, uniform between two of them."""
        word = self.words(1)[0]
        exponent = (word >> np.uint64(52)) * np.uint64(high - low) >> np.uint64(12)
        bits = (exponent + np.uint64(low + 1023)) << np.uint64(52) | (word & np.uint64(2**52 - 1))
        return _column(bits.view(np.float64))

    def choice(self, options: int) -> Tensor:
        """(rows, 1) of integers below `options`, a power of two."""
        return _column((self.words(1)[0] & np.uint64(options - 1)).astype(np.int64))


def _column(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values)[:, None]
