"""From `module:Class`, `path/to/file.py:Class` or a factory to the optimizer under audit."""

import importlib
import importlib.util
import inspect
import sys
import textwrap
import types
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import torch

from verify.audit.installed import distribution
from verify.audit.options import TargetError
from verify.audit.target import Needs, Optimizer, Target, step

APART = """import importlib.util, sys, types
# timm's own __init__ loads its models, and torchvision with them: its optimizers are loaded without.
timm, models = types.ModuleType("timm"), types.ModuleType("timm.models")
timm.__path__ = list(importlib.util.find_spec("timm").submodule_search_locations)
models.group_parameters = None
sys.modules |= {"timm": timm, "timm.models": models}
"""
LEARNING_RATE = 1e-3
"""Of an optimizer that demands one, where the audit gives none."""

FILE = """import importlib.util, sys
spec = importlib.util.spec_from_file_location({module!r}, {path!r})
sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[spec.name])
Audited = getattr(sys.modules[spec.name], {name!r})"""


def load(name: str, kwargs: Mapping[str, Any] | None = None) -> Target:
    """The optimizer class or factory called `name`, under the options `kwargs`; TargetError says why there is none.

    It is made once, and takes a step, so that what it cannot do without is known.
    """
    where, _, attribute = name.rpartition(":")
    if not where or not attribute.isidentifier():
        raise TargetError(f"{name!r}: write module:Class, e.g. torch.optim:NAdam, or path/to/file.py:Class")
    is_file = where.endswith(".py")
    module = _file(name, Path(where)) if is_file else _module(name, where)
    factory = getattr(module, attribute, None)
    if factory is None:
        raise TargetError(f"{name!r}: {where} has no {attribute!r}{_near(attribute, optimizers(module))}")
    if not callable(factory) or (inspect.isclass(factory) and not issubclass(factory, Optimizer)):
        raise TargetError(f"{name!r} is neither a subclass of torch.optim.Optimizer nor a function that returns one")
    package, version = ("", "") if is_file else distribution(where.partition(".")[0])
    path = str(Path(where).resolve())
    imports = (
        FILE.format(module=module.__name__, path=path, name=attribute)
        if is_file
        else (APART if "timm" in sys.modules and _is_apart("timm") else "")
        + f"from {where} import {attribute} as Audited"
    )
    target = Target(name, package, version, factory, _names(factory), imports, dict(kwargs or {}))
    _known(target, factory)
    target = replace(target, filled=_filled(target))
    return replace(target, needs=_needs(target))


def optimizers(module: types.ModuleType) -> list[str]:
    """The public optimizer classes of a module, by name; abstract ones, and second names of one class, are left out."""
    classes = {
        name: value
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, Optimizer) and value is not Optimizer and name[0] != "_"
    }
    own = {value for name, value in classes.items() if name == value.__name__}
    return sorted(
        name
        for name, value in classes.items()
        if not inspect.isabstract(value) and (name == value.__name__ or value not in own)
    )


def package(name: str) -> types.ModuleType:
    """The module called `name`, whose optimizers are to be listed; TargetError where it cannot be imported."""
    return _module(name, name)


def _module(asked: str, name: str) -> types.ModuleType:
    if "" not in sys.path:
        sys.path.insert(0, "")
    top = name.partition(".")[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a package does while it is being imported is its own affair
            if top == "timm" and importlib.util.find_spec("torchvision") is None:
                _timm_apart()
            return importlib.import_module(name)
    except BaseException as error:  # whatever keeps a stranger's module from being imported, sys.exit included
        if isinstance(error, KeyboardInterrupt):
            raise
        raise TargetError(
            f"{asked!r}: cannot import {name!r} ({_first_line(error)}); write module:Class, e.g. torch.optim:NAdam, "
            "and run where the module lies"
        ) from error


def _file(asked: str, path: Path) -> types.ModuleType:
    if not path.is_file():
        raise TargetError(f"{asked!r}: there is no file {str(path)!r}")
    spec = importlib.util.spec_from_file_location(f"audited_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise TargetError(f"{asked!r}: {str(path)!r} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pickle look a module up by its name
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raise TargetError(f"{asked!r}: cannot run {str(path)!r} ({_first_line(error)})") from error
    return module


def _timm_apart() -> None:
    """timm.optim asks timm.models for one function, which no optimizer needs, and that for torchvision."""
    if "timm" not in sys.modules and importlib.util.find_spec("timm") is not None:
        exec(compile(APART, "timm apart", "exec"), {})


def _is_apart(top: str) -> bool:
    return getattr(sys.modules[top], "__file__", None) is None


def _names(factory: Callable[..., Any]) -> frozenset[str]:
    """The names in its signature, with those of its parent classes where it hands on what it does not know."""
    found: set[str] = set()
    for level in factory.__mro__ if inspect.isclass(factory) else (factory,):
        made = level.__init__ if inspect.isclass(level) else level
        if level is Optimizer or (inspect.isclass(level) and "__init__" not in vars(level)):
            continue
        try:
            parameters = inspect.signature(made).parameters.values()
        except (TypeError, ValueError):
            break
        found |= {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return frozenset(found - {"self", "params"})


def _known(target: Target, factory: Callable[..., Any]) -> None:
    """TargetError for an option that the signature does not have, unless it takes any."""
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return
    for name in target.kwargs:
        if not target.accepts(name):
            raise TargetError(f"{target.name} does not take {name!r}{_near(name, target.accepted)}")


def _filled(target: Target) -> dict[str, Any]:
    """A learning rate, where it demands one that the audit was not given."""
    for shape in ((6,), (3, 4)):
        try:
            _made(target, shape)
        except Exception as error:  # the constructor is anyone's code
            if "lr" in target.kwargs or not target.accepts("lr") or "lr" not in str(error):
                continue
            return {"lr": LEARNING_RATE}
    return {}


def _needs(target: Target) -> Needs:
    """What it wants of its weights, gradients and `step`, by trying; TargetError where it cannot be made at all."""
    matrices = False
    try:
        _made(target, (6,))
    except Exception as first:  # the constructor is anyone's code
        matrices = True
        try:
            _made(target, (3, 4))
        except Exception as error:
            raise TargetError(f"{target.name} cannot be made: {_first_line(error)}") from first
    shape = (3, 4) if matrices else (6,)
    optimizer = _made(target, shape)[0]
    closure = inspect.signature(optimizer.step).parameters.get("closure")
    needs = Needs(closure is not None and closure.default is closure.empty, False, matrices)
    shapes = (shape,) if matrices else (shape, (3, 4))
    ways = [needs, replace(needs, closure=True)]
    ways += [replace(way, **{kind: True}) for kind in ("sparse", "graph") for way in ways[:2]]
    return next((way for shape in shapes for way in ways if not _refused(target, shape, way)), needs)


def _made(target: Target, shape: tuple[int, ...]) -> tuple[Optimizer, torch.nn.Parameter]:
    drawn = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    p = torch.nn.Parameter(drawn)
    optimizer = target.make([p])
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"it returns a {type(optimizer).__name__}, not a torch.optim.Optimizer")
    return optimizer, p


def _refused(target: Target, shape: tuple[int, ...], needs: Needs) -> bool:
    """Whether a step raises in this manner."""
    try:
        optimizer, p = _made(target, shape)
        step(optimizer, [p], [torch.ones_like(p)], needs)
    except Exception:  # the optimizer is anyone's code
        return True
    return False


def _near(name: str, names: Any) -> str:
    near = get_close_matches(name, sorted(names), n=3, cutoff=0.5)
    known = sorted(names)
    return f"; did you mean {', '.join(near)}?" if near else f"; it has {', '.join(known)}" if known else ""


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    first = textwrap.shorten(lines[0], 200, placeholder=" …") if lines else ""
    return f"{type(error).__name__}: {first}" if lines else type(error).__name__
