"""Rational expressions in hyper-parameters as people write them, in LaTeX or in plain text.

1 - β and not -(β - 1); grouped by powers of ηλ, of π or of x; roots taken once, over everything that stands under them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sympy

SMALL = sympy.Rational(1, 7)
"""Where the sign of a factor is looked at: hyper-parameters are small and positive."""
ORDER = ("pi", "d", "L", "eta", "lambda", "beta", "beta_1", "beta_2", "tau", "x", "s_0")
GREEK = {"eta": "η", "lambda": "λ", "beta": "β", "beta_1": "β₁", "beta_2": "β₂", "tau": "τ", "pi": "π", "s_0": "s₀"}
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_PRODUCT = sympy.Symbol("ηλ")


@dataclass(frozen=True)
class _Style:
    """How a formula is written."""

    tex: bool

    def symbol(self, e: sympy.Expr) -> str:
        name = "pi" if e is sympy.pi else str(e)
        if not self.tex:
            return GREEK.get(name, name)
        return sympy.latex(e) + (" " if sympy.latex(e).startswith("\\") else "")

    def power(self, base: str, exponent: sympy.Rational | int) -> str:
        if exponent == 1:
            return base
        if self.tex:
            return f"{base.strip()}^{{{exponent}}}"
        return base + (str(exponent).translate(SUPERSCRIPTS) if sympy.Rational(exponent).q == 1 else f"^({exponent})")

    def bracket(self, text: str) -> str:
        return rf"\left({text}\right)" if self.tex else f"({text})"

    def fraction(self, above: str, below: str, several: bool) -> str:
        if self.tex:
            return rf"\frac{{{above}}}{{{below}}}"
        return f"{above}/({below})" if several else f"{above}/{below}"


def latex(e: sympy.Expr) -> str:
    """The expression in LaTeX."""
    return _written(e, _Style(tex=True))


def plain(e: sympy.Expr) -> str:
    """The expression in one line of plain text."""
    return _written(e, _Style(tex=False))


def _written(e: sympy.Expr, style: _Style) -> str:
    negative, text, bare = _product(sympy.factor(sympy.together(e)), style)
    text = style.bracket(text) if negative and bare else text.strip()
    return f"-{text}" if negative else text


def _product(e: sympy.Expr, style: _Style) -> tuple[bool, str, bool]:
    """A factored expression: whether a minus stands before it, its text, and whether that is a bare sum."""
    number, negative = sympy.Integer(1), False
    whole: list[tuple[sympy.Expr, sympy.Rational]] = []
    rooted: list[tuple[sympy.Expr, sympy.Rational]] = []
    for factor in sympy.Mul.make_args(e):
        base, exponent = factor.as_base_exp()
        if base.is_Rational and exponent.is_Integer:
            number *= base**exponent
            continue
        if base.is_Add and exponent.is_Integer and negative_at_small(base):
            base, negative = sympy.expand(-base), negative != bool(exponent % 2)
        (whole if exponent.is_Integer else rooted).append((base, exponent))
    if number < 0:
        number, negative = -number, not negative
    parts = [*whole]
    root = sympy.ilcm(1, *(exponent.q for _, exponent in rooted)) if rooted else 1
    under = [(base, exponent * root) for base, exponent in rooted]
    if len(parts) == 1 and number == 1 and not under and parts[0][0].is_Add and parts[0][1] == 1:
        return negative, _sum(parts[0][0], style), True
    text = _quotient(number, parts, style)
    if under:
        radicand = sympy.Integer(1)
        for base, exponent in under:
            radicand *= base**exponent if base.is_Rational else 1
        inside = _quotient(radicand, [(b, x) for b, x in under if not b.is_Rational], style)
        outside = "" if text == "1" else text
        text = outside + style.power(style.bracket(inside), sympy.Rational(1, root))
    return negative, text, False


def negative_at_small(e: sympy.Expr) -> bool:
    """Whether an expression is negative where all its symbols are small and positive."""
    return bool(e.subs(dict.fromkeys(e.free_symbols, SMALL)) < 0)


def _quotient(number: sympy.Rational, parts: Iterable[tuple[sympy.Expr, sympy.Rational]], style: _Style) -> str:
    above = _factors(number.p, [(b, x) for b, x in parts if x > 0], style)
    below = _factors(number.q, [(b, -x) for b, x in parts if x < 0], style)
    if not below:
        return "".join(above) or "1"
    top = _bare(above) if style.tex and len(above) == 1 else "".join(above) or "1"
    bottom = _bare(below) if style.tex and len(below) == 1 else "".join(below)
    return style.fraction(top.strip(), bottom.strip(), len(below) > 1)


def _bare(texts: list[str]) -> str:
    """The only text, without the brackets around it, which a bar of a fraction replaces."""
    (text,) = texts
    return text[len(r"\left(") : -len(r"\right)")] if text.startswith(r"\left(") and text.endswith(")") else text


def _factors(number: int, parts: list[tuple[sympy.Expr, sympy.Rational]], style: _Style) -> list[str]:
    texts = [str(number)] if number != 1 else []
    sums = []
    for base, exponent in sorted(parts, key=lambda part: _place(part[0])):
        if base.is_Add:
            sums.append(style.power(style.bracket(_sum(base, style)), exponent))
        else:
            texts.append(style.power(style.symbol(base), exponent))
    return texts + sorted(sums, key=lambda text: (len(text), text))


def _place(e: sympy.Expr) -> tuple[int, str]:
    name = "pi" if e is sympy.pi else str(e)
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


def _sum(e: sympy.Expr, style: _Style) -> str:
    """A sum, lowest powers first, grouped by powers of the first of ηλ, π and x that it holds."""
    eta, lam = (sympy.Symbol(name, real=True) for name in ("eta", "lambda"))
    grouped = sympy.expand(e.subs(eta, _PRODUCT / lam))
    if not e.has(eta) or grouped.has(lam):
        grouped = sympy.expand(e)
    by = next((s for s in (_PRODUCT, sympy.pi, sympy.Symbol("x", real=True)) if grouped.has(s)), None)
    terms: list[tuple[bool, str]] = []
    if by is None:
        for monomial, a in sorted(sympy.Poly(grouped, *sorted(grouped.free_symbols, key=_place)).terms(), key=_degree):
            symbols = sorted(grouped.free_symbols, key=_place)
            term = a * sympy.Mul(*(s**p for s, p in zip(symbols, monomial, strict=True)))
            terms.append(_product(term, style)[:2])
    else:
        power_of = style.symbol(by) if by is not _PRODUCT else style.symbol(eta) + style.symbol(lam)
        for (power,), coefficient in reversed(sympy.Poly(grouped, by).terms()):
            negative, text, bare = _product(sympy.factor(coefficient), style)
            if power:
                name = power_of
                if power > 1:
                    name = style.power(style.bracket(power_of.strip()) if by is _PRODUCT else power_of, power)
                text = name if text == "1" else (style.bracket(text) if bare else text) + name
            elif bare and negative:
                text = style.bracket(text)
            terms.append((negative, text))
    if terms[0][0]:  # a minus in front only where all terms have one
        terms = sorted(terms, key=lambda term: term[0])
    shown = "".join((" - " if negative else " + ") + text.strip() for negative, text in terms)
    return shown[3:] if shown.startswith(" + ") else "-" + shown[3:]


def _degree(term: tuple[tuple[int, ...], sympy.Expr]) -> tuple[int, tuple[int, ...]]:
    return sum(term[0]), tuple(-p for p in term[0])
