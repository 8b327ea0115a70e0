"""`pytest --orthodrome mypkg.optim:MyOpt` collects each law of an audit as a test; this is the plugin's entry point.

Its name is its own. Orthodrome's packages are called `verify`, `derivations` and `impl`, and so may be packages of the
repository under test; `python -m pytest` would find those first. So nothing here imports them by name: `ours` does,
apart from what the process has under these names, and the laws run in another process (`verify.plugin.worker`).

    from pytest_orthodrome import strategies    # verify.strategies, for a repository that has its own `verify`
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HOME = Path(__file__).resolve().parent
PACKAGES = ("derivations", "impl", "verify")
LIMIT = 60.0
"""Seconds that one law has."""

_apart: dict[str, ModuleType] = {}


@contextmanager
def at_home() -> Iterator[None]:
    """In here orthodrome's packages are imported by their names; before and after, the names mean what they meant."""
    named = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in PACKAGES}
    foreign = {name: module for name, module in named.items() if not _is_ours(name, module) or _is_second(name)}
    for name in foreign:
        del sys.modules[name]
    for name, module in _apart.items():
        sys.modules.setdefault(name, module)
    sys.path.insert(0, str(HOME))
    try:
        yield
    finally:
        sys.path.remove(str(HOME))
        for name in [n for n in sys.modules if n.partition(".")[0] in PACKAGES and (n not in named or n in foreign)]:
            _apart[name] = sys.modules.pop(name)
        sys.modules.update(foreign)


def ours(name: str) -> ModuleType:
    """Orthodrome's module of that name, whatever else is called so; the process is not given it under the name."""
    with at_home():
        return importlib.import_module(name)


def _is_ours(name: str, module: ModuleType) -> bool:
    """Whether it lies where orthodrome is installed; a package without __init__.py has no file but a path."""
    places = [getattr(module, "__file__", None) or "", *getattr(module, "__path__", ())]
    home = HOME / name.partition(".")[0]
    return any(Path(place).resolve().is_relative_to(home) for place in places if place)


def _is_second(name: str) -> bool:
    """Whether it is of a second copy of ours, such as the file of a scheme imports while the first is kept apart."""
    package = name.partition(".")[0]
    return package in _apart and sys.modules.get(package) is not _apart[package]


def __getattr__(name: str) -> ModuleType:
    if name == "strategies":
        return ours("verify.strategies")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("orthodrome", "the laws of optimizers")
    several: dict[str, Any] = {"action": "append", "default": []}
    group.addoption(
        "--orthodrome",
        metavar="OPTIMIZER",
        help="module:Class, path/to/file.py:Class or a factory, of which each law is a test; may be repeated",
        **several,
    )
    group.addoption("--orthodrome-scheme", metavar="SCHEME", help="the scheme that it is to follow")
    group.addoption(
        "--orthodrome-kwargs", metavar="OPTIONS", default="", help="its options, a=1,b=true,betas=(0.9,0.99)"
    )
    group.addoption(
        "--orthodrome-require",
        metavar="LAW",
        help="a law that else only describes (tangential, say) must hold; may be repeated",
        **several,
    )
    group.addoption("--orthodrome-seed", metavar="N", type=int, default=0, help="of the random runs")
    group.addoption(
        "--orthodrome-limit",
        metavar="SECONDS",
        type=float,
        default=LIMIT,
        help=f"that each law has (default {LIMIT:g})",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "orthodrome: a law put to an optimizer by --orthodrome")
    if config.getoption("--orthodrome"):
        config.pluginmanager.register(ours("verify.plugin.laws").Laws(config), "orthodrome-laws")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "orthodrome_target" in metafunc.fixturenames:
        names = metafunc.config.getoption("--orthodrome")
        metafunc.parametrize("orthodrome_target", names, ids=names or None, indirect=True)


@pytest.fixture
def orthodrome_target(request: pytest.FixtureRequest) -> Any:
    """The `verify.audit.target.Target` of each --orthodrome in turn: .make(params, **options) is the optimizer."""
    options = ours("verify.audit.options").parse(request.config.getoption("--orthodrome-kwargs"))
    return ours("verify.audit.load").load(request.param, options)


@pytest.fixture
def radially_invariant_loss() -> Callable[..., Any]:
    """(dimension, kind="fourier", *, seed=0, dtype=torch.float64, ...) -> a random smooth L with L(ρx) = L(x).

    It maps tensors (..., dimension) to (...,). The kinds are the keys of `impl.models.losses.LOSSES`.
    """

    def build(dimension: int, kind: str = "fourier", *, seed: int = 0, **options: Any) -> Any:
        losses = ours("impl.models.losses").LOSSES
        if kind not in losses:
            raise ValueError(f"kind={kind!r}: choose one of {', '.join(losses)}")
        return losses[kind](dimension, seed=seed, **options)

    return build


@pytest.fixture
def invariant_model() -> Callable[..., Any]:
    """(name="batch-norm", *, seed=0, batch=6, dtype=torch.float64) -> a `verify.networks.Network`: a small module with
    one radially-invariant weight, and inputs for it. The names are those of `impl.models.MODULES`.
    """
    return lambda name="batch-norm", **options: ours("verify.networks").network(name, **options)
