"""Schemes and claims of others, from the packages that announce them and from files.

A package announces them as entry points, in its pyproject.toml:

    [project.entry-points."orthodrome.schemes"]
    mine = "mypackage.rules:SCHEMES"

An entry point is one object or a tuple of them; the groups are orthodrome.schemes, .claims, .optimizers and .checks. A
file holds them in SCHEMES, CLAIMS, OPTIMIZERS, CHECKS, and is listed in the environment variable ORTHODROME_PATH, from
which child processes have it too. What cannot be used is `Broken`, with its source and the reason: never an exception,
and never in the way of ours. Optimizers and checks are judged in `verify.outside`.
"""

import importlib.machinery
import importlib.util
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import derivations
from derivations.announced import KINDS, VARIABLE
from derivations.claim import Claim
from derivations.contract import entries
from derivations.degrees import Inhomogeneous, scaling_law
from derivations.scheme import Hyperparameter, Scheme
from derivations.schemes import SCHEMES

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ID = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)+")


@dataclass(frozen=True)
class Item:
    """Something of somebody's: what it is, which package or file it comes from, and the thing itself."""

    kind: str
    source: str
    value: Any


@dataclass(frozen=True)
class Broken:
    """What was announced and cannot be used: where it comes from, and why."""

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


@dataclass(frozen=True)
class Outside:
    """All that others bring, in the order of packages by name, then of the path."""

    items: tuple[Item, ...] = ()
    broken: tuple[Broken, ...] = ()

    def of(self, kind: str) -> tuple[Any, ...]:
        """The things of one kind."""
        return tuple(item.value for item in self.items if item.kind == kind)

    def source(self, value: Any) -> str:
        """Where one of them comes from."""
        return next(item.source for item in self.items if item.value is value)


def load() -> Outside:
    """What others bring now, each file and package imported once."""
    return _load(os.environ.get(VARIABLE, ""))


class Faulty(RuntimeError):
    """Code of others raised what it should not; the message names it and its source."""


@contextmanager
def blamed(name: str, *expected: type[Exception]) -> Iterator[None]:
    """What a scheme or a claim of others, called `name`, raises is `Faulty`, but for what is expected of it."""
    try:
        yield
    except Exception as error:
        named = ((i, getattr(i.value, "id", None) or getattr(i.value, "name", None)) for i in load().items)
        theirs = [item for item, known in named if known == name]
        if not theirs or isinstance(error, (*expected, Faulty)):
            raise
        raise Faulty(f"{name} of {theirs[0].source} {raised(error)}") from error


def raised(error: BaseException) -> str:
    """What was raised, in words."""
    return f"raised {type(error).__name__}: {error}"


@cache
def _load(path: str) -> Outside:
    items: list[Item] = []
    broken: list[Broken] = []
    for source, read in (*_packages(), *_files(path)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what a package does while it is being imported is its own affair
                found = list(read())
        except BaseException as error:  # anyone's code: sys.exit included
            if isinstance(error, KeyboardInterrupt):
                raise
            broken.append(Broken(source, str(error) if isinstance(error, _Refused) else raised(error)))
            continue
        for kind, given in found:
            value, reason = _judged(kind, given, [i.value for i in items if i.kind == kind])
            if reason:
                broken.append(Broken(source, reason))
            else:
                items.append(Item(kind, source, value))
    return Outside(tuple(items), tuple(broken))


def _judged(kind: str, given: Any, before: list[Any]) -> tuple[Any, str]:
    """The thing, and why it is none that can be used; empty if it is one."""
    try:
        value = given() if isinstance(given, type) and issubclass(given, Scheme) else given
        return value, JUDGES[kind](value, before) if kind in JUDGES else ""
    except BaseException as error:  # anyone's constructor, property, repr
        if isinstance(error, KeyboardInterrupt):
            raise
        return given, f"one of its {kind} {raised(error)}"


class _Refused(ValueError):
    """A reason that needs no name of an exception."""


Reader = Callable[[], Iterator[tuple[str, Any]]]


def _packages() -> Iterator[tuple[str, Reader]]:
    """Each entry point, with what reads it."""
    for kind in KINDS:
        found = metadata.entry_points(group=f"orthodrome.{kind}")
        for point in sorted(found, key=lambda p: (p.dist.name if p.dist else "", p.name)):
            package = point.dist.name if point.dist else "?"
            yield f"{package} (entry point {point.name} of orthodrome.{kind})", _announced(kind, point)


def _announced(kind: str, point: metadata.EntryPoint) -> Reader:
    return lambda: ((kind, value) for value in _several(point.load()))


def _files(path: str) -> Iterator[tuple[str, Reader]]:
    """Each file of the path, with what reads it."""
    for name in dict.fromkeys(part for part in path.split(os.pathsep) if part):
        yield name, _held(name)


def _held(name: str) -> Reader:
    def read() -> Iterator[tuple[str, Any]]:
        module = _module(Path(name))
        held = [kind for kind in KINDS if hasattr(module, kind.upper())]
        if not held:
            raise _Refused(f"has none of {', '.join(kind.upper() for kind in KINDS)}")
        for kind in held:
            yield from ((kind, value) for value in _several(getattr(module, kind.upper())))

    return read


def _module(path: Path) -> ModuleType:
    """The file as a module, which nothing else can be called like."""
    if not path.is_file():
        raise _Refused(f"there is no such file; {VARIABLE} lists Python files, separated by {os.pathsep!r}")
    name = f"orthodrome:{path.resolve()}"
    if name in sys.modules:
        return sys.modules[name]
    loader = importlib.machinery.SourceFileLoader(name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))  # type: ignore[arg-type]
    sys.modules[name] = module  # dataclasses look their module up
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, tuple | list) else (value,)


def _scheme(value: Any, before: list[Scheme]) -> str:
    """Why it is no scheme that could stand beside the others; empty if it is one."""
    if not isinstance(value, Scheme):
        return f"{value!r} is no derivations.scheme.Scheme"
    words = {attribute: getattr(value, attribute, None) for attribute in ("name", "title", "source")}
    if missing := [attribute for attribute, text in words.items() if not (isinstance(text, str) and text)]:
        return f"{type(value).__name__} has no {', '.join(missing)}"
    if not NAME.fullmatch(value.name):
        return f"the name {value.name!r} is not small letters, digits and hyphens, like sgd-m"
    for ours, others in ((True, SCHEMES), (False, before)):
        if any(same in (scheme.name, scheme.title) for scheme in others for same in (value.name, value.title)):
            return (
                f"the name {value.name!r} or the title {value.title!r} is {'ours' if ours else 'taken'}: choose another"
            )
    domains = getattr(value, "hyperparameters", None)
    if not (isinstance(domains, Mapping) and all(isinstance(p, Hyperparameter) for p in domains.values())):
        return f"the hyperparameters of {value.name} are not a dictionary of derivations.scheme.Hyperparameter"
    if "lr" not in domains:
        return f"{value.name} has no hyper-parameter lr, which schedules act on; it has {', '.join(domains) or 'none'}"
    try:
        value.numbers()
        scaling_law(value)  # runs it: on vectors that carry nothing but a degree
    except (Inhomogeneous, ZeroDivisionError):
        return ""
    except Exception as error:  # anyone's code
        return f"the scheme {value.name} {raised(error)}"
    return ""


def _claim(value: Any, before: list[Claim]) -> str:
    """Why it is no claim that could stand beside the others; empty if it is one."""
    if not isinstance(value, Claim):
        return f"{value!r} is no derivations.claim.Claim"
    if not ID.fullmatch(value.id):
        return f"the ID {value.id!r} is not capitals, digits and hyphens, like SP-T4"
    # All claims of ours are loaded only here: an optimizer that is audited waits for none of them.
    if value.id in entries() or any(value.id == claim.id for claim in derivations.CLAIMS):
        return f"the ID {value.id!r} is ours: choose another"
    return f"the ID {value.id!r} is taken: choose another" if any(value.id == claim.id for claim in before) else ""


JUDGES: dict[str, Callable[[Any, list[Any]], str]] = {"schemes": _scheme, "claims": _claim}
