"""Scheme: an optimizer's update rule, written once and run on several kinds of vectors.

A scheme is ordinary Python over a small protocol, `Space`. The same `step` runs on abstract vectors (a proof for every
dimension), on one generic coordinate (elementwise algebra), and, in `verify.oracle`, on float64, mpmath and batched
torch vectors. Vectors support `+ - *` with scalars and vectors (elementwise) and `/` by either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar, Protocol

import sympy

Vector = Any
Scalar = Any
State = dict[str, Any]


class Space(Protocol):
    """What a scheme may ask of its vectors, beyond `+ - * /`."""

    def dot(self, x: Vector, y: Vector) -> Scalar: ...
    def norm(self, x: Vector) -> Scalar: ...
    def sqrt(self, x: Any) -> Any:
        """Square root of a scalar, or of a vector elementwise."""
        ...

    def sign(self, x: Vector) -> Vector:
        """-1, 0 or 1 in every coordinate."""
        ...

    def maximum(self, x: Any, y: Any) -> Any:
        """The larger of two scalars, or of two vectors elementwise."""
        ...

    def choose(self, sign: Any, x: Any, y: Any) -> Any:
        """x where `sign` > 0, else y: two scalars or vectors by a scalar, or two vectors elementwise by a vector."""
        ...

    def number(self, p: int, q: int) -> Scalar:
        """The constant p/q of an update rule."""
        ...

    def cos(self, x: Scalar) -> Scalar: ...
    def sin(self, x: Scalar) -> Scalar: ...
    def zeros_like(self, x: Vector) -> Vector: ...
    def ones_like(self, x: Vector) -> Vector: ...
    def dimension(self, x: Vector) -> Scalar:
        """The number of coordinates, d."""
        ...

    def sides(self, x: Vector) -> tuple[Scalar, Scalar]:
        """(d₁, d₂), for a weight that is a d₁ × d₂ matrix X, row by row: d = d₁ d₂."""
        ...

    def row_mean(self, x: Vector) -> Vector:
        """Every coordinate replaced by the mean of its row."""
        ...

    def column_mean(self, x: Vector) -> Vector:
        """Every coordinate replaced by the mean of its column."""
        ...

    def quintic(self, x: Vector, a: Scalar, b: Scalar, c: Scalar, times: int) -> Vector:
        """p(…p(X)), `times` times p, with p(X) = aX + bXXᵀX + cXXᵀXXᵀX."""
        ...


@dataclass(frozen=True)
class Hyperparameter:
    """A named scalar of a scheme: its default and the half-open interval [low, high) that it must lie in."""

    default: float
    low: float = 0.0
    high: float = float("inf")
    meaning: str = ""

    def validate(self, name: str, value: float) -> float:
        if not self.low <= value < self.high:
            reason = self.meaning or "choose a value inside"
            raise ValueError(f"{name}={value!r} lies outside [{self.low}, {self.high}): {reason}")
        return value


class Scheme:
    """An update rule x_{k+1}, state_{k+1} = step(k, x_k, gradient_k, state_k; h).

    Subclasses are stateless. `h` is a namespace of hyper-parameters, numbers or SymPy symbols; a scheduled learning
    rate is a different `h.lr` at each call. `k` starts at 0.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    hyperparameters: ClassVar[Mapping[str, Hyperparameter]]
    on_sphere: ClassVar[bool] = False
    """True when every iterate has norm 1."""
    of_matrix: ClassVar[bool] = False
    """True when the rule is one for a matrix, not for any vector."""

    def initial_point(self, space: Space, x: Vector) -> Vector:
        """x_0 for a run started at `x`: its projection for a scheme on the sphere, else `x` itself."""
        return x / space.norm(x) if self.on_sphere else x

    def initial_state(self, space: Space, x: Vector, h: SimpleNamespace) -> State:
        """The buffers before step 0 of a run started at `x` (before any projection)."""
        return {}

    def step(
        self, space: Space, k: Any, x: Vector, gradient: Vector, state: State, h: SimpleNamespace
    ) -> tuple[Vector, State]:
        raise NotImplementedError

    def division(self, space: Space, k: Any, x: Vector, state: State, h: SimpleNamespace) -> Vector | None:
        """The division vector b_k of 000 (3), from the buffers *after* step k; None stands for b = (1, …, 1)."""
        return None

    def learning_rate(self, k: Any, h: SimpleNamespace) -> Scalar:
        """The η_k of 000 (3) at step k; schemes with a rate of their own decay it here."""
        return h.lr

    def effective_learning_rate(self, space: Space, k: Any, state: State, h: SimpleNamespace) -> Scalar | None:
        """η^e_k as a scheme on the sphere states it, from the buffers *before* step k; None if (7) must give it."""
        return None

    @classmethod
    def validate(cls, h: SimpleNamespace) -> None:
        """Raise ValueError where the hyper-parameters, each in its interval, exclude one another."""

    @classmethod
    def numbers(cls, **overrides: float) -> SimpleNamespace:
        """Validated numeric hyper-parameters: the defaults, with overrides."""
        unknown = set(overrides) - set(cls.hyperparameters)
        if unknown:
            known = sorted(cls.hyperparameters)
            raise TypeError(f"{cls.name} has no hyper-parameter {sorted(unknown)}; it has {known}")
        h = SimpleNamespace(**{n: p.validate(n, overrides.get(n, p.default)) for n, p in cls.hyperparameters.items()})
        cls.validate(h)
        return h

    @classmethod
    def symbols(cls) -> SimpleNamespace:
        """The hyper-parameters as real SymPy symbols, in the field's notation."""
        return SimpleNamespace(**{n: sympy.Symbol(NOTATION.get(n, n), real=True) for n in cls.hyperparameters})


NOTATION = {
    "lr": "eta",
    "weight_decay": "lambda",
    "momentum": "beta",
    "dampening": "tau",
    "beta": "beta",
    "beta1": "beta_1",
    "beta2": "beta_2",
    "eps": "epsilon",
    "v0": "v_0",
    "lr_decay": "delta",
    "initial_accumulator_value": "s_0",
    "momentum_decay": "psi",
    "lambd": "kappa",
    "t0": "t_0",
    "etaminus": r"\eta^{-}",
    "etaplus": r"\eta^{+}",
    "smallest": r"\Delta_{\min}",
    "largest": r"\Delta_{\max}",
    "decay": "c",
    "eps1": "epsilon_1",
    "eps2": "epsilon_2",
    "clip": "D",
}
