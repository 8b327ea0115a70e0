"""What a rule is, what it may use, and what it answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy
from sympy.core.function import AppliedUndef

from derivations.claim import Evidence, Hypothesis
from derivations.normal import Context
from derivations.statement import Relation


@dataclass(frozen=True)
class Outcome:
    """Whether a rule discharged its relation, at which level of evidence, and if not, why."""

    ok: bool
    evidence: Evidence
    detail: str = ""

    @classmethod
    def open(cls, detail: str) -> "Outcome":
        return cls(False, Evidence.OPEN, detail)


PROVED = Outcome(True, Evidence.PROVED)
ENCLOSED = Outcome(True, Evidence.ENCLOSED)


@dataclass(frozen=True)
class Facts:
    """The hypotheses and earlier steps that a step names."""

    hypotheses: tuple[Hypothesis, ...] = ()

    @property
    def relations(self) -> tuple[Relation, ...]:
        return tuple(h.relation for h in self.hypotheses)

    def context(self, extra: Iterable[Relation] = (), at: dict | None = None) -> Context:
        """The facts as a context; those that hold for every index at the index values `at` (default: as written)."""
        at = at or {}
        instances = []
        for h in self.hypotheses:
            instance = {index: at[index] for index in h.forall if index in at}
            instances.append(h.relation.substitute(instance) if instance else h.relation)
        universal = [h.relation for h in self.hypotheses if _at_every_index(h)]
        return Context([*instances, *extra], universal)

    def mentioning(self, symbol: sympy.Symbol) -> list[Hypothesis]:
        """The facts in which the symbol is free (not quantified)."""
        return [h for h in self.hypotheses if symbol not in h.forall and symbol in h.relation.free_symbols]

    def hiding(self, symbol: sympy.Symbol) -> list[str]:
        """The names of the facts in which a name hides the symbol, where no substitution reaches it."""
        return [h.name for h in self.hypotheses if h.relation.hides(symbol.name, sympy.latex(symbol))]


class Rule:
    """A way to discharge a relation from facts."""

    generalises: ClassVar[Any] = ()
    """The indices for which the relation then holds at every value."""
    arbitrary: ClassVar[Any] = ()
    """The names of what the rule takes to be arbitrary, and no hypothesis of the theorem may fix."""

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        return self.apply(relation, facts.context())

    def apply(self, relation: Relation, context: Context) -> Outcome:
        raise NotImplementedError

    def __str__(self) -> str:
        return (type(self).__doc__ or "").split(":")[0].strip()


def _at_every_index(h: Hypothesis) -> bool:
    """Whether a fact is the sign of f(k) for every k: of f itself, not of f(2k), f(k+1) or f at some other index."""
    if not h.relation.is_scalar:
        return False
    pattern = h.relation.right - h.relation.left
    return isinstance(pattern, AppliedUndef) and len(pattern.args) == 1 and pattern.args[0] in h.forall
