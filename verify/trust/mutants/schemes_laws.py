"""What must notice a changed scheme, the cheapest first: running code, second writings of rules and of divisions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from types import SimpleNamespace
from typing import Any

import mpmath
import torch

from derivations.scheme import Scheme
from derivations.schemes import by_name
from verify.cases import Case, seeded_cases
from verify.shipped import SUBJECTS
from verify.spaces import Multiprecision
from verify.subject import Subject
from verify.trace import compare
from verify.trust.mutants import by_hand

LARGE: Mapping[str, float] = {
    "lr": 0.3,
    "weight_decay": 0.4,
    "eps": 0.2,
    "beta": 0.7,
    "v0": 0.5,
    "beta1": 0.6,
    "beta2": 0.7,
    "momentum": 0.6,
    "dampening": 0.3,
    "lr_decay": 0.2,
    "initial_accumulator_value": 0.15,
    "momentum_decay": 0.5,
    "lambd": 0.35,
    "alpha": 0.75,
    "t0": 1.0,
    "etaminus": 0.5,
    "etaplus": 1.6,
    "smallest": 0.2,
    "largest": 0.6,
    "decay": 0.8,
    "eps1": 0.3,
    "eps2": 0.2,
    "clip": 1.1,
}
"""Hyper-parameters at which no term is negligible."""
SHAPES = ((2, 3), (1, 4))
DIGITS = 30
FIRST = 2
"""So many cases notice nearly everything."""


def large(scheme: Scheme, **others: float) -> SimpleNamespace:
    """The large hyper-parameters that a scheme has."""
    names = scheme.hyperparameters
    return scheme.numbers(**{n: v for n, v in {**LARGE, **others}.items() if n in names})


def cases(scheme: Scheme) -> Iterator[Case]:
    """Few cases, in which every term of a rule counts: the first few notice nearly everything."""
    yield Case(seed=5, shapes=SHAPES, hyperparameters=large(scheme), steps=3)
    yield Case(seed=6, shapes=SHAPES, hyperparameters=large(scheme, lr=0.02, eps2=0.8), steps=3, gradient_scale=0.1)
    yield Case(seed=7, shapes=SHAPES, hyperparameters=large(scheme, beta2=0.9), steps=8, schedule="lambda")
    yield Case(
        seed=11, shapes=SHAPES, hyperparameters=large(scheme, eps2=0.8), steps=3, radius=0.3, gradient_scale=0.45
    )
    yield Case(seed=8, shapes=SHAPES, hyperparameters=large(scheme), steps=8, gradient="pausing", gradient_scale=5.0)
    yield Case(seed=9, shapes=SHAPES, hyperparameters=scheme.numbers(), steps=4)
    yield Case(seed=10, shapes=SHAPES, hyperparameters=large(scheme, lr=2.0), steps=3)
    yield Case(
        seed=12, shapes=((5, 2),), hyperparameters=large(scheme), steps=3
    )  # a matrix with more rows than columns
    yield from seeded_cases(scheme, 4, seed=7, dtype=torch.float64)


def leaves_code(scheme: Scheme) -> str:
    """An optimizer of torch or of ours that follows the scheme no longer does, in the first cases."""
    return _compared(scheme, islice(cases(scheme), FIRST))


def leaves_code_later(scheme: Scheme) -> str:
    """The same in the other cases; or a number at the defaults is no longer decided."""
    if found := _compared(scheme, islice(cases(scheme), FIRST, None)):
        return found
    start = replace(next(cases(scheme)), hyperparameters=scheme.numbers())
    undecided = any(compare(_quick(s), [start]).undecided for s in SUBJECTS if s.scheme is scheme)
    return "not decided at the defaults" if undecided else ""


def _compared(scheme: Scheme, chosen: Iterable[Case]) -> str:
    listed = tuple(chosen)
    for subject in SUBJECTS:
        if subject.scheme is scheme and not (found := compare(_quick(subject), listed)).ok:
            return found.divergence.quantity if found.divergence else "nothing is decided"
    return ""


def _quick(subject: Subject) -> Subject:
    """With one of its paths: that they agree is a law of the optimizers."""
    return replace(subject, options=subject.options[:1])


@cache
def _by_hand() -> Mapping[str, Subject]:
    return {name: by_hand.subject(by_name(name)) for name in by_hand.RULES}


def leaves_its_second_writing(scheme: Scheme) -> str:
    """The rule written by hand no longer follows the scheme."""
    subject = _by_hand().get(scheme.name)
    if subject is None or any(s.scheme is scheme for s in SUBJECTS):
        return ""
    return "rule by hand" if not compare(subject, cases(scheme)).ok else ""


Division = Callable[[Mapping[str, Any], Any, SimpleNamespace], Any]


def _adam(root: Callable[[Any, SimpleNamespace], Any], buffer: str = "v") -> Division:
    """(9): (1-β₁^t)/(1-β₁) times the root of v_k/(1-β₂^t)."""
    return lambda s, t, h: (1 - h.beta1**t) / (1 - h.beta1) * root(s[buffer] / (1 - h.beta2**t), h)


def _radam(s: Mapping[str, Any], t: Any, h: SimpleNamespace) -> Any:
    limit = 2 / (1 - h.beta2) - 1
    rho = limit - 2 * t * h.beta2**t / (1 - h.beta2**t)
    size = mpmath.mpf(1)
    if rho > 5:
        r = mpmath.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))
        size = (mpmath.sqrt(s["v"]) + h.eps) / (mpmath.sqrt(1 - h.beta2**t) * r)
    return (1 - h.beta1**t) / (1 - h.beta1) * size


def _inside(v: Any, h: SimpleNamespace) -> Any:
    return mpmath.sqrt(v + h.eps)


def _outside(v: Any, h: SimpleNamespace) -> Any:
    return mpmath.sqrt(v) + h.eps


DIVISIONS: Mapping[str, Division] = {
    "adagrad": lambda s, t, h: _outside(s["sum"], h),
    "adam": _adam(_inside),
    **dict.fromkeys(("adam-torch", "adamw", "adamp"), _adam(_outside)),
    **dict.fromkeys(("adam-amsgrad", "adamw-amsgrad"), _adam(_outside, "largest")),
    **dict.fromkeys(("adam-without-a", "adam-without-ab", "adam-without-abc"), _adam(_inside)),
    **dict.fromkeys(("nadam", "nadamw"), lambda s, t, h: _outside(s["v"] / (1 - h.beta2**t), h)),
    **dict.fromkeys(("radam", "radamw"), _radam),
    "adamax": lambda s, t, h: (1 - h.beta1**t) / (1 - h.beta1) * s["norm"],
    "rmsprop": lambda s, t, h: _outside(s["v"], h),
    "rmsprop-centered": lambda s, t, h: _outside(s["v"] - s["mean"] ** 2, h),
}
"""{scheme: b_k of 000 (3) in a coordinate, from the buffers after step k = t - 1}; of the others it is 1."""


def divides_by_something_else(scheme: Scheme) -> str:
    """The division vector b_k is not what it is, written by hand, in 30 digits."""
    with mpmath.workdps(DIGITS):
        space = Multiprecision(DIGITS)
        x = space.vector(["0.9", "-1.3", "0.4"])
        h = SimpleNamespace(**{n: mpmath.mpf(str(v)) for n, v in vars(large(scheme, beta2=0.9)).items()})
        state = scheme.initial_state(space, x, h)
        for k in range(8):
            x, state = scheme.step(space, k, x, space.vector([mpmath.mpf(i) / 3 - k for i in (1, -2, 4)]), state, h)
            b = scheme.division(space, k, x, state, h)
            formula = DIVISIONS.get(scheme.name)
            if (b is None) is not (formula is None):
                return "division"
            if formula is None or b is None:
                continue
            for i in range(3):
                at = {n: v[i] if hasattr(v, "__len__") else v for n, v in state.items()}
                if abs(b[i] - formula(at, k + 1, h)) > mpmath.mpf(10) ** -(DIGITS - 10):
                    return "division"
    return ""


def matches_another_sgd(scheme: Scheme) -> str:
    """Theorem 4's hyper-parameters, at η = 1/2 and λ = 1/5: β = (9/10)⁴, η' = (2β)^(-1/2), v₀ = 1/(2η²√β)."""
    if scheme.name != "adagrad-g":
        return ""
    h = scheme.matching_sgd(0.5, 0.2)  # type: ignore[attr-defined]
    right = {"lr": (2 * 0.6561) ** -0.5, "beta": 0.6561, "v0": 1 / (0.5 * 0.81)}
    if not all(mpmath.almosteq(getattr(h, n), value, rel_eps=1e-12) for n, value in right.items()):
        return "Theorem 4"
    for refused in ((0.0, 0.1), (-1.0, 0.1), (0.5, 2.0), (0.5, 3.0)):
        try:
            scheme.matching_sgd(*refused)  # type: ignore[attr-defined]
        except ValueError:
            continue
        return "Theorem 4"
    return ""


LAWS = {
    "code": leaves_code,
    "rule by hand": leaves_its_second_writing,
    "division by hand": divides_by_something_else,
    "Theorem 4 by hand": matches_another_sgd,
    "code, further cases": leaves_code_later,
}
"""The cheapest first."""


def noticed(schemes: Sequence[Scheme]) -> str:
    """The law that one of the schemes breaks; empty when none is seen to be broken. An error is noticed too."""
    for name, law in LAWS.items():
        for scheme in schemes:
            try:
                if law(scheme):
                    return name
            except Exception:
                return f"{name}, by an error"
    return ""
