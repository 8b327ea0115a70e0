"""What is kept of a block: counts, and of every claim its comparisons, their worst and their sketch. Light."""

import math
from dataclasses import dataclass, field, replace

from verify.campaign.address import Unit
from verify.campaign.sketch import Sketch


@dataclass(frozen=True)
class Told:
    """One claim in one block. counted: comparisons that could have seen an error; sketch: of their ratios.

    worst: the largest error over what rounding allows, of every comparison within the hypotheses; at: its address.
    """

    claim: str
    counted: int
    worst: float
    at: str
    sketch: Sketch = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A block as it is stored. cases: drawn; checked: those with a comparison that counts; failures: the first.

    version: of the code; machine: of what processor the rounding is; seconds: of the computation alone.
    """

    unit: Unit
    version: str
    cases: int
    checked: int
    failed: int
    told: tuple[Told, ...]
    failures: tuple[str, ...] = ()
    machine: str = ""
    seconds: float = 0.0

    def fault(self) -> str | None:
        """Why a row is not one; None for one that is: rows also come from other processes and machines."""
        numbers = (self.cases, self.checked, self.failed, *(t.counted for t in self.told))
        if not self.told or min(numbers) < 0 or max(self.checked, self.failed) > self.cases:
            return "counts that no block has"
        if any(math.isnan(t.worst) or t.worst < 0 for t in self.told):
            return "a worst ratio that is no number ≥ 0"
        if any(sum(t.sketch.values()) != t.counted for t in self.told):
            return "a sketch of another number of comparisons"
        if self.failed and not self.failures:
            return "failures without an address"
        return None

    @property
    def numbers(self) -> "Row":
        """The row without what is not of the cases: how long it took, and where."""
        return replace(self, seconds=0.0, machine="")


@dataclass(frozen=True)
class Refused:
    """A worker whose code is other than that asked for: it has computed nothing."""

    unit: Unit
    asked: str
    version: str


Answer = Row | Refused
