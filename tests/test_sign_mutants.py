"""Flipping the sign of any one term of any of our optimizers is noticed."""

import math

import pytest
import torch
from optimizer_references import departure
from sign_mutants import DIRECTORY, loaded, mutants

import impl.optim
from derivations.schemes import by_name
from verify.cases import Case
from verify.shipped import ours
from verify.trace import compare

EQUIVALENT: dict[str, str] = {
    "_neurons.overlap: y @ y.mT @ y - y -> y @ y.mT @ y + y": "Y is radial: the projection that follows takes it out",
}
"""Mutants that compute the same thing: {label: why}."""

MUTANTS = [mutant for path in sorted(DIRECTORY.glob("*.py")) for mutant in mutants(path)]

LARGE = {"lr": 0.3, "weight_decay": 0.4, "eps": 0.2, "beta": 0.7, "v0": 0.5, "beta1": 0.6, "beta2": 0.7}
"""Hyper-parameters at which no term is negligible."""


def problems(package) -> list[str]:
    """What is wrong with the optimizers of a package, empty when nothing is found; stops at the first."""
    for check in (
        leaves_its_scheme,
        leaves_its_rule,
        misses_theorem_4,
        has_another_default,
        moves_points_of_the_sphere,
    ):
        try:
            found = check(package)
        except (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError) as error:
            found = f"{type(error).__name__}: {error}"
        if found:
            return [found]
    return []


def leaves_its_scheme(package) -> str:
    for subject in ours(package):
        names = subject.scheme.hyperparameters
        h = subject.scheme.numbers(**{name: value for name, value in LARGE.items() if name in names})
        result = compare(subject, [Case(seed=5, shapes=((2, 3), (1, 4)), hyperparameters=h, steps=3)])
        if not result.ok:
            return f"{subject.name} leaves its scheme: {result.divergence}"
    return ""


RULES = {
    "SGDP": {"lr": 0.3, "momentum": 0.6, "weight_decay": 0.4, "nesterov": True, "projection": "cosine"},
    "AdamP": {"lr": 0.3, "betas": (0.6, 0.7), "weight_decay": 0.4, "nesterov": True, "projection": "cosine"},
    "PSISGD": {"lr": 0.3, "momentum": 0.6, "weight_decay": 0.4, "nesterov": True, "max_norm": 2.0},
    "SGDG": {"lr": 0.3, "momentum": 0.6, "orthogonality": 0.5, "clip": 0.2},
    "AdamG": {"lr": 0.3, "betas": (0.6, 0.7), "orthogonality": 0.5, "clip": 0.2},
}
"""The options that no scheme has."""


def leaves_its_rule(package) -> str:
    kinds = ("tangent slices", "tangent whole", "free")
    found = (departure(getattr(package, name), options, kinds=kinds) for name, options in RULES.items())
    return next(filter(None, found), "")


def misses_theorem_4(package) -> str:
    expected = by_name("adagrad-g").matching_sgd(0.1, 0.5)
    p = torch.nn.Parameter(torch.ones(1, 3, dtype=torch.float64))
    group = package.AdaGradG.matching_sgd([p], lr=0.1, weight_decay=0.5).param_groups[0]
    close = all(math.isclose(group[name], value, rel_tol=1e-12) for name, value in vars(expected).items())
    return "" if close else "AdaGradG.matching_sgd is not Theorem 4"


def has_another_default(package) -> str:
    p = torch.nn.Parameter(torch.ones(1, 3))
    return "" if package.AdaGradG([p]).defaults["lr"] == 2**-0.5 else "AdaGradG has another default rate"


def moves_points_of_the_sphere(package) -> str:
    """Unit rows, as saved by an earlier run, are taken over bit for bit."""
    for optimizer in (package.AdaGradG, package.SphericalSGD, package.SGDG, package.AdamG):
        for d in (3, 64):
            rows = torch.randn(40, d, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
            rows = rows / torch.linalg.vector_norm(rows, dim=1, keepdim=True)
            p = torch.nn.Parameter(rows.clone())
            optimizer([p])
            if not torch.equal(p, rows):
                return f"{optimizer.__name__} moves points of the sphere"
    return ""


def test_the_optimizers_as_they_are_have_no_problem():
    assert problems(impl.optim) == []


def test_every_optimizer_has_terms_to_flip():
    public = {path.stem for path in DIRECTORY.glob("*.py") if not path.stem.startswith("_")}
    assert public <= {mutant.module for mutant in MUTANTS}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.label)
def test_a_flipped_sign_is_noticed(mutant):
    with loaded(mutant) as package:
        assert bool(problems(package)) is not (mutant.label in EQUIVALENT)


def test_the_listed_equivalents_exist():
    assert set(EQUIVALENT) <= {mutant.label for mutant in MUTANTS}
