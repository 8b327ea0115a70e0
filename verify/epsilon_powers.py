"""By which power of the norm a rate in a statement counts: from the homogeneity of the statement and its hypotheses.

Every relation of a theorem asks for one degree on both sides: linear equations in the degrees of its symbols, solved as
those of update rules are (`derivations.degrees`). Given are what the letters stand for: a weight is of degree 1, and
∇L at it, by Lemma 1, of degree -1. Where a statement leaves its rate's degree open, a scheme's own law says it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import sympy
from sympy.core.function import AppliedUndef

from derivations import space
from derivations.claim import Theorem
from derivations.degrees import Degrees, Graded, Inhomogeneous, scaling_law
from derivations.scheme import Scheme
from derivations.schemes import SCHEMES, by_name
from derivations.space import Choice, Value, Vector
from derivations.statement import Relation

RATES = ("eta", r"\eta", r"\eta_t", r"\eta_{t}", "A", r"\eta^e")
"""Names of a rate; A and η^e are η over r²."""
DERIVED = ("A", r"\eta^e")
"""Rates on the sphere: their own degree is 0 and says nothing of η."""

_WEIGHTS = ("x", "w", "w_t", "w_{t-1}", "w_0", "w_i", "r", "r_k", "r_{k+1}", "r_{t+1}", "r_0", "R")
_GRADIENTS = (
    *("g", "g_t", "g_{t+1}", r"\nabla f(w)", r"\nabla f(w_{t-1})", r"\nabla\mathcal{L}(x)"),
    *(r"\nabla_w\mathcal{L}", r"\mathcal{G}_{w_i}", r"\nabla_\lambda"),
)
_PURE = (r"\nabla\mathcal{L}(u)", "u", "alpha", "beta", "beta_1", "beta_2", "q", "theta", "gamma", "tau")
ROLES = dict.fromkeys(_WEIGHTS, 1) | dict.fromkeys(_GRADIENTS, -1) | dict.fromkeys(_PURE, 0)
"""Degrees of what the letters stand for: weights and norms, gradients at them, directions, memories and 1 - ηλ."""
_SQUARES = dict.fromkeys(("x", "x^*", "x_t", "y", "y^*", "W"), 2) | dict.fromkeys(("L", "V", "l", r"\tilde{h}_t"), 0)
OWN: Mapping[str, Mapping[str, int]] = {
    "SMD-": {**_SQUARES, "a": 0},
    "SMD-T2-FIX": {"a": 2},
    "OD-EQUIL": {"x": 2, "L": 0},
    "OD-RATES": {"x": 2, "L": 0},
    "OD-PSI": {"L": 0, r"\nabla\mathcal{L}(v_t)": 0, "v_t": 0},
    "AP-SGDP": {"p_t": -1},
    "AP-ADAMP": {"p_t": 0},
    "PSI-": {r"\nabla_v\mathcal{L}": 0, "v": 0},
}
"""Where letters stand for something else: 002 writes x for ‖w‖² and L for r²‖g‖²; p_t is a momentum, or Adam's step."""
LAWS = (
    ("SP-P-ADAMW", "", "adamw"),
    ("SP-SRT", "", "adam"),
    ("AP-ADAMP", "", "adamp"),
    ("PSI-ACC", "PSI", "psi-sgd"),
    ("PSI-ACC", "", "sgd"),
    ("PSI-T4", "", "sgd"),
    ("PSI-T5", "", "sgd"),
    ("PSI-", "", "psi-sgd"),
    ("OD-PSI", "", "psi-sgdm"),
    ("OD-TABLE1", "RAdam", "adam"),
    ("OD-TABLE1", "Adafactor", "adafactor"),
)
"""(claim, word in the theorem's name, scheme): where a statement leaves the power open and names no scheme with a law,
what the claim is about. SGD with momentum for the others."""


@dataclass(frozen=True)
class Power:
    """A rate η at the norm r is η/r^value at norm 1; `by`: "homogeneity", or the scheme whose law says so."""

    value: Fraction
    by: str


@dataclass
class Reader:
    """The degrees of expressions, as far as `roles` give them; what is not given is an unknown."""

    roles: Mapping[str, int]
    degrees: Degrees = field(default_factory=Degrees)
    unknown: dict[str, sympy.Symbol] = field(default_factory=dict)

    def relation(self, r: Relation) -> None:
        """Both sides are of one degree."""
        _ = self.of(r.left) + self.of(r.right)

    def of(self, e: object) -> Graded:
        """The degree of a scalar, a vector or a value L(x); demands are noted on the way."""
        if isinstance(e, Vector):
            return self._sum(self.of(c) * self.named(name) for name, c in e.terms)
        if isinstance(e, Value):
            return self.degrees.graded(1)
        if not isinstance(e, sympy.Expr):
            raise TypeError(f"e={e!r}: a scalar, a vector or a value has a degree")
        if e.is_number:
            return self.degrees.graded(e)
        if isinstance(e, sympy.Symbol):
            if names := space.inner_names(e):
                return self.named(names[0]) * self.named(names[1])
            return self.degrees.graded(1) if e.is_integer else self.named(e.name)
        if isinstance(e, AppliedUndef):
            return self._opaque(e)
        if isinstance(e, sympy.Mul):
            product = self.degrees.graded(1)
            for factor in e.args:
                product = product * self.of(factor)
            return product
        if isinstance(e, sympy.Pow):
            return self.of(e.base) ** e.exp if e.exp.is_number else self._pure(*e.args)
        if isinstance(e, sympy.Add | sympy.Max | sympy.Min):
            return self._sum(self.of(a) for a in e.args)
        if isinstance(e, sympy.Abs | sympy.Sum):
            return self.of(e.args[0])
        if isinstance(e, Choice):
            self.of(e.args[0])
            return self._sum(self.of(a) for a in e.args[1:])
        return self._pure(*e.args)

    def named(self, name: str) -> Graded:
        """A symbol, a function or a named vector; products and roots are made of others."""
        if name in space._PRODUCTS:
            a, b = space._PRODUCTS[name]
            return self.named(a) * self.named(b)
        if name in space._ROOTS:
            return self.degrees.sqrt(self.of(space._ROOTS[name]))
        if name == space.ONES_NAME:
            return self.degrees.graded(1)
        if name in self.roles:
            return Graded(self.degrees, sympy.Integer(self.roles[name]))
        return Graded(self.degrees, self.unknown.setdefault(name, sympy.Symbol(f"p_{len(self.unknown)}")))

    def solved(self) -> dict[str, sympy.Expr] | None:
        """The degrees by name, in what is left open of them; None where no degrees fulfil all demands."""
        symbols = tuple(self.unknown.values())
        found = sympy.linsolve(self.degrees.demands, *symbols) if self.degrees.demands else None
        if found is not None and not found:
            return None
        values = dict(zip(symbols, next(iter(found)), strict=True)) if found else {}
        return {name: symbol.subs(values) for name, symbol in self.unknown.items()}

    def _sum(self, parts: object) -> Graded:
        total = self.degrees.zero
        for part in parts:  # type: ignore[attr-defined]
            total = total + part
        return total

    def _pure(self, *parts: sympy.Expr) -> Graded:
        """A power with a variable exponent, a logarithm, an angle: of numbers of degree 0."""
        for part in parts:
            if (degree := self.of(part).degree) is not None:
                self.degrees.demand(degree)
        return self.degrees.graded(1)

    def _opaque(self, e: AppliedUndef) -> Graded:
        """What a generic coordinate keeps of operations on whole vectors; else a sequence, of one degree at all k."""
        kind = e.func.__name__
        if kind == "inner":
            return self.of(e.args[0]) * self.of(e.args[1])
        if kind in ("rows", "columns"):
            return self.of(e.args[0])
        return self._pure(*e.args) if kind == "quintic" else self.named(kind)


def derived(theorem: Theorem, claim: str = "") -> Fraction | None:
    """The degree of the rate in the theorem; None where it has none, leaves it open, or is of one norm only."""
    roles = dict(ROLES)
    for prefix, own in OWN.items():
        if claim.startswith(prefix):
            roles |= own
    reader = Reader(roles)
    for relation in (theorem.statement, *(h.relation for h in theorem.hypotheses)):
        reader.relation(relation)
    found = reader.solved()
    rates = [found[n] for n in RATES if found and n in found and n not in DERIVED]
    return Fraction(int(rates[0].p), int(rates[0].q)) if rates and isinstance(rates[0], sympy.Rational) else None


@cache
def by_law(name: str) -> Fraction | None:
    """The power by which a scheme's rate follows its weights (OD-SCALE); None where there is none, or any will do."""
    try:
        power = scaling_law(by_name(name)).exponents.get("lr")
    except Inhomogeneous:
        return None
    return Fraction(int(power.p), int(power.q)) if isinstance(power, sympy.Rational) else None


def scheme(theorem: Theorem) -> Scheme | None:
    """The scheme whose title is in the theorem's name: the longest."""
    named = [s for s in SCHEMES if s.title in theorem.name]
    return max(named, key=lambda s: len(s.title), default=None)


def power(theorem: Theorem, claim: str = "") -> Power:
    """From the statement itself; else from the scheme that it names, or that the claim is about."""
    named = scheme(theorem)
    on_sphere = named is not None and named.on_sphere  # there the letter of a weight is a direction
    if not on_sphere and (own := derived(theorem, claim)) is not None:
        return Power(own, "homogeneity")
    listed = (name for prefix, word, name in LAWS if claim.startswith(prefix) and word in theorem.name)
    for name in (*([named.name] if named else []), *listed, "sgd-m"):
        if (value := by_law(name)) is not None:
            return Power(value, name)
    raise ValueError(f"theorem={theorem.name!r}: no law says by which power of the norm its rate counts")
