"""Whether a theorem says what it seems to say: its assumptions are its named hypotheses, and they have a meaning."""

from collections.abc import Iterable
from functools import lru_cache

import sympy
from sympy.core.function import AppliedUndef

from derivations.claim import Hypothesis, Theorem
from derivations.defined import undefined
from derivations.generators import KEPT
from derivations.normal import Context
from derivations.rules.rule import Facts
from derivations.space import DIMENSION, Value, inner_names
from derivations.statement import Relation
from derivations.sums import is_index


def malformed(theorem: Theorem) -> str:
    """What is wrong with a theorem before any step is looked at; empty when nothing is."""
    relations = [h.relation for h in theorem.hypotheses] + [s.relation for s in theorem.steps]
    expressions = [e for r in relations for e in r.expressions]
    symbols = set().union(*(e.free_symbols for e in expressions))
    functions = {f.func for e in expressions for f in e.atoms(AppliedUndef)}
    for symbol in sorted(symbols, key=str):
        if not _only_real(symbol):
            return f"{symbol} assumes more than to be real: its assumptions {_assumed(symbol)} belong in a hypothesis"
    for function in functions:
        if function != sympy.Function(function.__name__, real=True):
            return f"{function.__name__} is not a function of which only realness is assumed"
    for same in (symbols, functions):
        if alike := _alike(same):
            return f"two different symbols are both written {alike}"
    for h in theorem.hypotheses:
        if any(index != sympy.Symbol(index.name, integer=True, nonnegative=True) for index in h.forall):
            return f"{h.name!r} is assumed for every {h.forall}, which must be indices"
        if missing := _undefined(h, theorem):
            return f"the hypothesis {h.name!r} may be undefined: {missing}"
    for step in theorem.steps:
        if step.by.arbitrary and (fixed := _fixing(step.by.arbitrary, theorem.hypotheses)):
            return f"step {step.name!r} takes {step.by.arbitrary[0]} to be arbitrary, but {fixed} mentions it"
    return ""


def defining(theorem: Theorem, names: Iterable[str]) -> set[str]:
    """Those of the names that are hypotheses without which another one would not be defined."""
    names = set(names)
    return {
        h.name
        for h in theorem.hypotheses
        if h.name in names
        and any(_undefined(other, theorem, without=h.name) for other in theorem.hypotheses if other is not h)
    }


def instances(hypotheses: tuple[Hypothesis, ...]) -> list[Relation]:
    """The hypotheses, and those assumed for every index also at 0 and wherever else their functions are evaluated."""
    relations = [h.relation for h in hypotheses]
    for h in hypotheses:
        for index in h.forall:
            functions = {f.func for e in h.relation.expressions for f in e.atoms(AppliedUndef)}
            values = [f for r in relations for e in r.expressions for f in e.atoms(AppliedUndef) if f.func in functions]
            at = {sympy.Integer(0), *(f.args[0] for f in values if is_index(f.args[0]))}
            relations += [h.relation.substitute({index: a}) for a in sorted(at, key=str)]
    return relations


def _undefined(h: Hypothesis, theorem: Theorem, without: str = "") -> str:
    """What is undefined in a hypothesis, given the other ones and the steps that do not descend from it."""
    if _total(h.relation):
        return ""
    excluded = {h.name, without}
    facts = [other for other in theorem.hypotheses if other.name not in excluded]
    for step in theorem.steps:
        if excluded & set(step.uses):
            excluded.add(step.name)
        else:
            facts.append(Hypothesis(step.name, step.relation, step.by.generalises))
    return undefined(h.relation, Facts(tuple(facts)).context())


@lru_cache(maxsize=KEPT)
def _total(relation: Relation) -> bool:
    """Whether a relation has a meaning whatever the facts are."""
    return not undefined(relation, Context())


def _only_real(symbol: sympy.Symbol) -> bool:
    name = symbol.name
    plain = (
        sympy.Symbol(name, real=True),
        sympy.Symbol(name, integer=True),
        sympy.Symbol(name, integer=True, nonnegative=True),
        DIMENSION,
    )
    return symbol in plain or inner_names(symbol) is not None


def _assumed(symbol: sympy.Symbol) -> list[str]:
    return sorted(name for name, value in symbol._assumptions_orig.items() if value)


def _alike(symbols: set) -> str:
    """The LaTeX that two different symbols share, if any do."""
    seen: dict[str, object] = {}
    for symbol in symbols:
        text = symbol.__name__ if isinstance(symbol, type) else sympy.latex(symbol)
        if seen.setdefault(text, symbol) != symbol:
            return text
    return ""


def _fixing(names: tuple[str, ...], hypotheses: tuple[Hypothesis, ...]) -> str:
    """The hypothesis, other than on values of functions, that says something about one of the names; empty if none."""
    for h in hypotheses:
        assumed_everywhere = isinstance(h.relation.left, Value) and isinstance(h.relation.right, Value)
        if not assumed_everywhere and h.relation.mentions(*names):
            return repr(h.name)
    return ""
