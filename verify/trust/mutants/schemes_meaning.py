"""What a rule says, in symbols: whether it runs on abstract vectors, and whether two writings of it say the same."""

from dataclasses import dataclass
from typing import Any

import sympy

from derivations.normal import Context
from derivations.scheme import Scheme
from derivations.space import AbstractSpace, CoordinateSpace, vector
from derivations.terms import Terms, name

_K = sympy.Symbol("k", integer=True, nonnegative=True)


@dataclass(frozen=True)
class Meaning:
    """What a rule gives in a generic coordinate, at a generic step and in the first two of a run; and where it runs."""

    step: dict[str, Any]
    run: dict[str, Any]
    abstract: tuple[bool, ...]


def meaning(scheme: Scheme) -> Meaning | None:
    """None where the rule asks for what a generic coordinate has not."""
    abstract = tuple(_runs(scheme, *on) for on in _vectors())
    try:
        return Meaning(_step(scheme), _run(scheme), abstract)
    except (AttributeError, ArithmeticError, NotImplementedError, TypeError, ValueError):
        return None


def same(a: Meaning | None, b: Meaning | None) -> bool:
    """Whether both say the same of every coordinate: all differences have the normal form 0."""
    return a is not None and b is not None and all(_equal(p, q) for p, q in ((a.step, b.step), (a.run, b.run)))


def _vectors() -> tuple[tuple[Any, Any, Any], ...]:
    terms = name("x")
    return ((AbstractSpace(), vector("x"), vector("g")), (Terms(terms.terms[0][0]), terms, name("g")))


def _runs(scheme: Scheme, space: Any, x: Any, gradient: Any) -> bool:
    """Whether the rule can be evaluated on vectors that have no coordinates."""
    h = scheme.symbols()
    try:
        point, state = scheme.initial_point(space, x), scheme.initial_state(space, x, h)
        for k in (0, 1):
            point, state = scheme.step(space, k, point, gradient, state, h)
            scheme.division(space, k, point, state, h)
    except (AttributeError, ArithmeticError, NotImplementedError, TypeError, ValueError):
        return False
    return True


def _step(scheme: Scheme) -> dict[str, Any]:
    space, h = CoordinateSpace(), scheme.symbols()
    x, gradient = sympy.symbols("x g", real=True)
    before = {n: sympy.Symbol(f"s_{n}", real=True) for n in scheme.initial_state(space, x, h)}
    after, new = scheme.step(space, _K, x, gradient, before, h)
    return {
        "x": after,
        **{f"state {n}": v for n, v in new.items()},
        "division": scheme.division(space, _K, x, before, h),
        "rate": scheme.learning_rate(_K, h) if hasattr(h, "lr") else None,
        "effective": scheme.effective_learning_rate(space, _K, before, h),
    }


def _run(scheme: Scheme) -> dict[str, Any]:
    space, h = CoordinateSpace(), scheme.symbols()
    start = sympy.Symbol("x", real=True)
    x, state = scheme.initial_point(space, start), scheme.initial_state(space, start, h)
    seen: dict[str, Any] = {}
    for k in (0, 1):
        x, state = scheme.step(space, k, x, sympy.Symbol(f"g_{k}", real=True), state, h)
        seen |= {f"x {k}": x, **{f"state {n} {k}": v for n, v in state.items()}}
    return seen


def _equal(a: dict[str, Any], b: dict[str, Any]) -> bool:
    if a.keys() != b.keys():
        return False
    for p, q in zip(a.values(), b.values(), strict=True):
        if p is None or q is None:
            if p is not q:
                return False
        elif p != q and not Context().vanishes(sympy.sympify(p - q)):
            return False
    return True
