"""That an optimizer of impl.optim follows its scheme: empty where it does."""

from types import ModuleType

from verify.cases import Case
from verify.shipped import ours
from verify.subject import Subject
from verify.trace import compare

LARGE = {"lr": 0.3, "weight_decay": 0.4, "eps": 0.2, "beta": 0.7, "v0": 0.5, "beta1": 0.6, "beta2": 0.7}
"""Hyper-parameters of the schemes at which no term is negligible."""


def follows_its_scheme(subject: Subject) -> str:
    """Three steps in every way that the subject has, at numbers that let every term show."""
    names = subject.scheme.hyperparameters
    h = subject.scheme.numbers(**{name: value for name, value in LARGE.items() if name in names})
    result = compare(subject, [Case(seed=5, shapes=((2, 3), (1, 4)), hyperparameters=h, steps=3)])
    return "" if result.ok else f"{result.divergence}"


def subjects(package: ModuleType, name: str) -> list[Subject]:
    """Those of an optimizer: of each scheme that it is to follow."""
    return [s for s in ours(package) if s.name.partition(" ")[0] == name]
