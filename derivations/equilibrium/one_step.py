"""The one-step map of the Gram entries of (w, buffers), derived from a scheme's update rule, with ε = 0."""

from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement
from types import SimpleNamespace
from typing import Any

import sympy

from derivations.equilibrium.mean_field import ONES, MeanField, MeanVector
from derivations.scheme import Scheme
from derivations.schemes import by_name

W, G = "w", "g"
STEP = sympy.Symbol("k", integer=True, nonnegative=True)
X = sympy.Symbol("x", real=True)
"""x = ‖w‖²."""
L = sympy.Symbol("L", real=True)
"""E‖g̃‖², the second moment of the gradient on the sphere; ‖g‖² = L/x."""


class NoEquilibrium(ValueError):
    """A scheme, or hyper-parameters, for which no equilibrium exists; the message says why."""


@dataclass(frozen=True)
class OneStep:
    """X' = F(X): `after` in `unknowns` (x = ‖w‖² first), L, the dimension d and the hyper-parameters.

    `crosses`: the symbols of ⟨g, buffer⟩, of expectation 0. `turned`: ⟨w', w⟩. `assumed`: the names of the
    assumptions that closed the elementwise operations, none where the map is exact.
    """

    scheme: str
    h: SimpleNamespace
    unknowns: tuple[sympy.Symbol, ...]
    after: tuple[sympy.Expr, ...]
    turned: sympy.Expr
    crosses: tuple[sympy.Symbol, ...]
    assumed: frozenset[str]

    @property
    def mean(self) -> tuple[sympy.Expr, ...]:
        """F with every ⟨g, buffer⟩ at its expectation 0."""
        return tuple(self.expected(e) for e in self.after)

    def expected(self, e: sympy.Expr) -> sympy.Expr:
        """An expression with every ⟨g, buffer⟩ at its expectation 0."""
        return e.xreplace(dict.fromkeys(self.crosses, sympy.Integer(0)))


def inner_symbol(a: str, b: str) -> sympy.Symbol:
    """⟨a, b⟩ of w and the buffers."""
    if (a, b) == (W, W):
        return X
    a, b = sorted((a, b), key=lambda name: (name != W, name))
    name = rf"\langle {a},{b}\rangle" if a != b else rf"\|{a}\|^2"
    return sympy.Symbol(name, real=True)


def cross_symbol(buffer: str) -> sympy.Symbol:
    """⟨g, buffer⟩."""
    return sympy.Symbol(rf"\langle g,{buffer}\rangle", real=True)


def _gram(a: str, b: str) -> sympy.Expr:
    if (a, b) == (G, G):
        return L / X
    if G in (a, b):
        other = b if a == G else a
        return sympy.Integer(0) if other == W else cross_symbol(other)
    return inner_symbol(a, b)


@cache
def one_step(name: str) -> OneStep:
    """The map of the scheme called `name`. Raises NoEquilibrium where it has no stationary form."""
    scheme = by_name(name)
    if scheme.on_sphere:
        raise NoEquilibrium(f"{name} keeps ‖w‖ = 1 at every step: there is no norm that could reach an equilibrium")
    space = MeanField(_gram)
    h = scheme.symbols()
    kinds = _kinds(scheme, space, h)
    w, g = space.vector(W), space.vector(G)
    state = {name: _unknown(space, name, kind) for name, kind in kinds.items()}
    after, new = scheme.step(space, STEP, w, g, state, h)
    vectors = [W] + [name for name, kind in kinds.items() if kind == "vector"]
    values = {W: after} | {name: new[name] for name in vectors[1:]}
    unknowns, images = [], []
    for a, b in combinations_with_replacement(vectors, 2):
        unknowns.append(inner_symbol(a, b))
        images.append(space.dot(values[a], values[b]))
    for buffer, kind in kinds.items():
        if kind != "vector":
            unknowns.append(sympy.Symbol(buffer, real=True))
            images.append(new[buffer].ones if kind == "ones" else new[buffer])
    images = [_settled(e, name, h) for e in images]
    turned = _settled(space.dot(after, w), name, h)
    crosses = tuple(cross_symbol(v) for v in vectors[1:])
    return OneStep(name, h, tuple(unknowns), tuple(images), turned, crosses, frozenset(space.assumed))


def _kinds(scheme: Scheme, space: MeanField, h: SimpleNamespace) -> dict[str, str]:
    """Whether each buffer is a vector, a multiple of 1, or a scalar: seen after one step from the initial state."""
    w, g = space.vector(W), space.vector(G)
    state = scheme.initial_state(space, w, h)
    _, state = scheme.step(space, STEP, w, g, state, h)
    return {name: _kind(value) for name, value in state.items()}


def _kind(value: Any) -> str:
    if not isinstance(value, MeanVector):
        return "scalar"
    return "ones" if value.ones is not None else "vector"


def _unknown(space: MeanField, name: str, kind: str) -> Any:
    symbol = sympy.Symbol(name, real=True)
    return {"vector": space.vector(name), "ones": space.vector(ONES) * symbol, "scalar": symbol}[kind]


def _settled(e: sympy.Expr, name: str, h: SimpleNamespace) -> sympy.Expr:
    """The expression long after the start: β^k has died out. Raises NoEquilibrium where the step number stays.

    ε = 0, which a norm that is not tiny makes true to many digits.
    """
    e = sympy.sympify(e).replace(lambda p: p.is_Pow and p.exp.has(STEP) and not p.base.has(STEP), lambda p: 0)
    if e.has(STEP):
        raise NoEquilibrium(f"{name} depends on the step number for ever: nothing becomes stationary")
    return e.xreplace({h.eps: sympy.Integer(0)}) if hasattr(h, "eps") else e
