"""The mutation gate: sources and proofs with one thing changed, each of which must be noticed.

A family is a module that makes mutants and judges one:

    FAMILY: str                                   its name
    TITLE: str                                    what is changed and what must notice it, in a sentence
    OPERATORS: Mapping[str, str]                  {operator: what it changes, in a few words}
    mutants() -> Iterator[Mutant]                 all, in an order that stays; labels unique within the family
    judge(mutant) -> Fate                         killed (by which check), survived, stillborn; equivalent, if proved;
                                                  another, if it is true and says something else
    EQUIVALENT: Mapping[str, str]                 {label: why the mutant computes, or says, the same}
    TRUE: Mapping[str, str]                       optional: {label: why a mutant that says something else is true}
    fingerprint(mutant) -> str                    of the mutated source and of what judges it
    lasting(mutant, by: str) -> str               optional: the fingerprint of a kill by that check, whatever others are
    sound() -> str                                optional: the check that kills what is not changed; empty if none does
    quick(seed: int) -> Iterator[Mutant]          optional: those that a sample is drawn from, where to list all is slow
    UNANSWERED: Fate                              optional: of what hangs or ends its process; else it is killed
    make(mutant) -> None                          optional: what has to be done once, and outside of the time limit

`gate` runs families over processes; a family is named here, and imported when it is asked for.
"""

FAMILIES = {
    "schemes": "verify.trust.mutants.schemes",
    "derivations": "verify.trust.mutants.derivations",
    "sources": "verify.trust.mutants.sources",
}
"""{family: its module}."""
