"""The released packages and their optimizers: found, loaded, and driven one step at a time."""

import importlib
import importlib.util
import inspect
import sys
import types
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from typing import Any

import torch

from verify.peers.rules import Rule

SGDP = Rule(
    adaptive=False,
    cosine=True,
    eps_in_test=True,
    together=True,
    spares_vectors=True,
    eps_in_norm=True,
    decay=True,
    nesterov=True,
    dampening=True,
)
ADAMP = Rule(
    adaptive=True,
    cosine=True,
    eps_in_test=True,
    together=True,
    spares_vectors=True,
    eps_in_norm=True,
    bias_correction=True,
    decay=True,
    nesterov=True,
)
MOMENTUM = {"p": "momentum"}
MOMENTS = {"m": "exp_avg", "v": "exp_avg_sq"}


@dataclass(frozen=True)
class Peer:
    """An optimizer class of a package and the rule that it is found to follow.

    path: module:Class. options: fixed arguments, a variant of the class. buffers: the rule's name → the class's own.
    counter: where the step count is kept: "state", there as a "tensor", "group", or nowhere. sliced: it is ours.
    """

    package: str
    path: str
    rule: Rule
    buffers: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)
    counter: str | None = None
    sliced: bool = False

    @property
    def name(self) -> str:
        """For a reader: adamp.SGDP, with the options that make a variant of it."""
        options = ", ".join(f"{name}={value}" for name, value in self.options.items())
        return f"{self.package}.{self.path.partition(':')[2]}" + (f" ({options})" if options else "")

    def make(self, params: Any, **arguments: Any) -> torch.optim.Optimizer:
        """The optimizer, of the arguments those that it takes; ImportError when the package is not there."""
        return load(self.package, self.path)(params, **self.taken(arguments), **self.options)

    def taken(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Of the arguments, those that the class has."""
        accepted = inspect.signature(load(self.package, self.path)).parameters
        return {name: value for name, value in arguments.items() if name in accepted}


def _ours(name: str, rule: Rule, buffers: Mapping[str, str], **options: Any) -> Peer:
    counter = "tensor" if rule.adaptive else None
    return Peer(OURS, f"impl.optim:{name}", rule, buffers, options, counter, sliced=True)


OURS = "orthodrome"
KEPT = {"p": "momentum_buffer"}
PRINTED = {"projection": "inner_product"}
RELEASED = {"projection": "cosine"}
NO_EPS = {"eps_in_test": False, "eps_in_norm": False, "spares_vectors": False}

PEERS = (
    Peer("adamp", "adamp:SGDP", SGDP.but(projects_buffer=True), MOMENTUM),
    Peer("timm", "timm.optim.sgdp:SGDP", SGDP, MOMENTUM),
    Peer("pytorch_optimizer", "pytorch_optimizer:SGDP", SGDP, MOMENTUM, counter="group"),
    Peer("pytorch_optimizer", "pytorch_optimizer:SGDP", SGDP, MOMENTUM, {"foreach": True}, counter="group"),
    Peer("adamp", "adamp:AdamP", ADAMP, MOMENTS, counter="state"),
    Peer("timm", "timm.optim.adamp:AdamP", ADAMP, MOMENTS, counter="state"),
    Peer("pytorch_optimizer", "pytorch_optimizer:AdamP", ADAMP.but(eps_corrected=True), MOMENTS, counter="group"),
    Peer(
        "pytorch_optimizer",
        "pytorch_optimizer:AdamP",
        ADAMP.but(eps_corrected=True),
        MOMENTS,
        {"foreach": True},
        counter="group",
    ),
)
"""The released SGDP and AdamP, in the order of the pages."""

OUR_PEERS = (
    _ours("SGDP", SGDP.but(dampening=False, **NO_EPS), KEPT, **RELEASED),
    _ours("SGDP", Rule(adaptive=False, decay=True, nesterov=True), KEPT, **PRINTED),
    _ours("AdamP", ADAMP.but(**NO_EPS), MOMENTS, **RELEASED),
    _ours("AdamP", Rule(adaptive=True, decay=True, nesterov=True), MOMENTS, **PRINTED, bias_correction=False),
)
"""Our own SGDP and AdamP: as the released code decides, and as the algorithms are printed."""

PACKAGES = ("adamp", "timm", "pytorch_optimizer", "geoopt")


def version(package: str) -> str | None:
    """The installed version of a package, None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


@cache
def load(package: str, path: str) -> Any:
    """The object `module:name` of an installed package; ImportError when there is none.

    timm's own __init__ loads its models, and torchvision with them: its optimizers are loaded without it.
    """
    module, _, name = path.partition(":")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a package does while it is being imported is its own affair
        found = _apart(module) if package == "timm" else importlib.import_module(module)
    try:
        return getattr(found, name)
    except AttributeError as error:
        raise ImportError(f"{package} {version(package)} has no {path}") from error


def _apart(module: str) -> types.ModuleType:
    """A module of a package whose own __init__ is not run; sys.modules is afterwards as it was."""
    top = module.partition(".")[0]
    before = {name: known for name, known in sys.modules.items() if name.partition(".")[0] == top}
    if before:
        return importlib.import_module(module)  # it is loaded already, by someone else
    parents = [module[:end] for end, letter in enumerate(module) if letter == "."]
    try:
        for parent in parents:
            spec = importlib.util.find_spec(parent)
            if spec is None or spec.submodule_search_locations is None:
                raise ImportError(f"{parent} is not an installed package")
            stand_in = types.ModuleType(parent)
            stand_in.__path__ = list(spec.submodule_search_locations)
            sys.modules[parent] = stand_in
        return importlib.import_module(module)
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == top]:
            del sys.modules[name]
