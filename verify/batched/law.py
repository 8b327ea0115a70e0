"""A batched law: which claims it speaks about, whose steps it looks at, what it says of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from verify.batched.domains import Draw
from verify.batched.generate import AS_DRAWN, Dials, Step, draw_step
from verify.batched.short import FULL, SEEN
from verify.batched.verdict import Verdict

CODE = "code"
"""What a law says of an optimizer alone, that it follows its scheme: no claim of a paper."""

Found = Iterator[tuple[str, Verdict]]
"""(claim, verdict), one for each statement."""


@dataclass(frozen=True)
class Address:
    """Where a case is: the same numbers on every machine. index=None: the whole block."""

    seed: int
    law: str
    block: int
    index: int | None = None

    def __str__(self) -> str:
        return f"{self.seed}:{self.law}:{self.block}:{self.index}"


@dataclass(frozen=True)
class Law:
    """check: a step → the verdicts of its statements; subjects: schemes and optimizers, block by block in turn.

    fixed: hyper-parameters that it needs in another domain than `domains.DRAWS`. k: the step it is about, None: 0, 1.
    prepare: what is derived once for a subject's scheme, before anything is timed.
    """

    name: str
    check: Callable[[Step], Found]
    claims: tuple[str, ...]
    subjects: tuple[str, ...]
    fixed: Mapping[str, float | Draw] = field(default_factory=lambda: MappingProxyType({}))
    k: int | None = None
    prepare: Callable[[str], None] = lambda subject: None

    @property
    def description(self) -> str:
        return (self.check.__doc__ or "").strip().partition("\n")[0]

    def step(self, seed: int, block: int, index: int | None = None, dials: Dials = AS_DRAWN) -> Step:
        dials = dials if self.k is None else replace(dials, k=self.k)
        return draw_step(self.name, self.subjects, seed, block, index, dials, self.fixed)

    def verdicts(self, seed: int, block: int, dials: Dials = AS_DRAWN) -> list[tuple[str, Verdict]]:
        """The verdicts of a block. LookupError where the law says nothing of it, or speaks of a claim not its own."""
        found = self.judge(self.step(seed, block, dials=dials), dials)
        foreign = {claim for claim, _ in found} - set(self.claims)
        if not found or foreign:
            raise LookupError(f"{self.name}, block {block}: {sorted(foreign) or 'no verdict'}; claims: {self.claims}")
        return found

    def judge(self, step: Step, dials: Dials = AS_DRAWN) -> list[tuple[str, Verdict]]:
        """The verdicts of steps that these dials gave."""
        found = self.check(step)
        if dials.dtype == FULL:
            return list(found)
        return [(claim, verdict.seeing(SEEN[dials.dtype])) for claim, verdict in found]
