"""The page of schemes: for each its rule, its row of Table 1 and its scaling law, all read off the update rule."""

import inspect
import re
from dataclasses import dataclass

import sympy

from derivations.degrees import Inhomogeneous, scaling_law
from derivations.effective import EffectiveRow, NoRow, U, effective_rows
from derivations.equilibrium import NoEquilibrium, equilibrium
from derivations.scheme import NOTATION, Scheme
from derivations.schemes import SCHEMES
from derivations.terms import Combination, Term, name, words

LONG = 24
"""LaTeX of more characters than this gets a letter of its own in the table."""


@dataclass(frozen=True)
class RowView:
    """η^e and c in LaTeX, without dollars; c up to a multiple of u where η^e needs none of it. first: of k = 0.

    where: what the letters in them stand for, "" where the rule says it in fewer words.
    """

    rate: str
    c: str
    where: tuple[tuple[str, str], ...]
    first: bool


@dataclass(frozen=True)
class SchemeView:
    """A scheme: its rule as its docstring has it, its rows or the reason why there are none, its powers p and q."""

    name: str
    title: str
    rule: str
    rows: tuple[RowView, ...]
    reason: str
    p: str
    q: str
    others: str
    balanced: bool


def schemes() -> tuple[SchemeView, ...]:
    """Every scheme of ours, in its order."""
    return tuple(map(view, SCHEMES))


def view(scheme: Scheme) -> SchemeView:
    """One scheme as the page shows it."""
    rows, reason = rows_or_reason(scheme)
    p, q, others = _powers(scheme)
    return SchemeView(scheme.name, scheme.title, _rule(scheme), rows, reason, p, q, others, _balanced(scheme))


def rows_or_reason(scheme: Scheme) -> tuple[tuple[RowView, ...], str]:
    """The rows, or why there are none."""
    try:
        return tuple(map(_row, effective_rows(scheme))), ""
    except NoRow as error:
        return (), f"no closed row: {error}"


def _row(row: EffectiveRow) -> RowView:
    letters = _Letters(row)
    explicit = row.prefactor is None or not any(r"\langle" in s.name for s in row.shrink.free_symbols)
    c = letters.written(Combination(tuple(t for t in row.c.terms if t[0] != U or not explicit)))
    if explicit:
        rate, where = letters.scalar(row.rate), []
    else:
        rate = r"\frac{A}{1-A\langle c,u\rangle}"
        where = [("A", letters.scalar(row.prefactor))]
    if row.division is not None:
        where += [("n", r"d^{-1/2}\|b\|"), ("b", row.division.latex if len(row.division.latex) < 20 * LONG else "")]
    return RowView(rate, c, (*where, *letters.where), row.first)


class _Letters:
    """Letters for what is too long to stand in a table: D for divisors, q for other vectors, s for scalars."""

    def __init__(self, row: EffectiveRow) -> None:
        self.row, self._given = row, dict[str, str]()

    @property
    def where(self) -> tuple[tuple[str, str], ...]:
        return tuple((short, long if len(long) < 20 * LONG else "") for long, short in self._given.items())

    def short(self, long: str, kind: str) -> str:
        if long not in self._given:
            number = sum(s.startswith(kind) for s in self._given.values())
            self._given[long] = kind if number == 0 else f"{kind}_{{{number + 1}}}"
        return self._given[long]

    def scalar(self, e: sympy.Expr) -> str:
        return sympy.latex(self._shortened(e), order="rev-lex")

    def written(self, v: Combination) -> str:
        return Combination(tuple((self._term(t), self._shortened(c)) for t, c in v.terms)).latex

    def _shortened(self, e: sympy.Expr) -> sympy.Expr:
        long = [s for s in sorted(e.free_symbols, key=str) if s in self.row.lettering.scalars and len(s.name) > LONG]
        return e.xreplace({s: sympy.Symbol(self.short(s.name, "s")) for s in long})

    def _term(self, term: Term) -> Term:
        if term.op == "quotient":
            above, below = term.args
            above = name(self.short(above.latex, "a")) if len(above.latex) > 4 * LONG else above
            below = name(self.short(below.latex, "D")) if len(below.latex) > LONG else below
            return Term("name", (words("quotient", (above, below)),))
        if term.op != "name" and len(term.latex) > 3 * LONG:
            return Term("name", (self.short(term.latex, "q"),))
        return term


def _rule(scheme: Scheme) -> str:
    """The paragraphs of the docstring that hold equations."""
    paragraphs = (inspect.getdoc(type(scheme)) or "").split("\n\n")[1:]
    return "\n\n".join(p for p in paragraphs if re.match(r"\S{1,12} = ", p) or "_k as in" in p)


def _powers(scheme: Scheme) -> tuple[str, str, str]:
    """p of η, q of λ, and the powers of the other hyper-parameters that have one."""
    try:
        law = scaling_law(scheme)
    except Inhomogeneous:
        return "–", "–", ""
    unused = dict.fromkeys(law.free, 0)  # what the rule does not see may have any power
    powers = {n: e.subs(unused) for n, e in law.exponents.items()}
    others = {n: e for n, e in powers.items() if n not in ("lr", "weight_decay") and e != 0}
    told = [rf"{sympy.latex(sympy.Symbol(NOTATION.get(n, n)))}\to\rho^{{{e}}}" for n, e in others.items()]
    return str(powers.get("lr", "–")), str(powers.get("weight_decay", "–")), r",\ ".join(told)


def _balanced(scheme: Scheme) -> bool:
    """Whether it has an equilibrium."""
    try:
        equilibrium(scheme.name)
    except NoEquilibrium:
        return False
    return True
