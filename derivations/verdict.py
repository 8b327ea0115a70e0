"""Verdicts and evidence: the words in which everything here is judged."""

from enum import StrEnum


class Evidence(StrEnum):
    """How a theorem is known, strongest first."""

    PROVED = "PROVED"  # every step discharged exactly, in every dimension
    ENCLOSED = "ENCLOSED"  # SMT, intervals, an explicit remainder
    SAMPLED = "SAMPLED"  # n cases, worst error
    OPEN = "OPEN"  # not known; never counts as passed

    @property
    def strength(self) -> int:
        return list(Evidence)[::-1].index(self)


class Verdict(StrEnum):
    """What is true of a statement as printed, best first; a claim carries the worst that applies."""

    HOLDS = "holds"
    ORDER = "order"  # holds to the order stated, with a constant
    LOOSE = "loose"  # holds, but far from sharp
    HYPOTHESIS = "hypothesis"  # holds once a missing hypothesis is added
    MISPRINT = "misprint"
    FALSE = "false"
    UNVERIFIABLE = "unverifiable"  # needs data that nobody here has
    OPEN = "open"
