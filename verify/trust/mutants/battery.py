"""Everything that must notice when a line of impl.optim is wrong: laws, the cheapest first, until one does not hold."""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from types import ModuleType

import torch

from verify.cases import Case
from verify.shipped import ours
from verify.subject import Subject
from verify.trace import compare
from verify.trust.mutants import battery_laws as laws
from verify.trust.mutants import battery_memory as memory
from verify.trust.mutants import battery_options as taken
from verify.trust.mutants import battery_parts as parts
from verify.trust.mutants import battery_paths as ways
from verify.trust.mutants import battery_refusals as refusals
from verify.trust.mutants import battery_rows as rows
from verify.trust.mutants import battery_sphere as sphere
from verify.trust.mutants.battery_extremes import is_right_or_not_finite
from verify.trust.mutants.battery_problem import Problem
from verify.trust.mutants.battery_rules import REFERENCES, departure
from verify.trust.mutants.battery_settings import BUFFERS, SETTINGS, Options

LARGE = {"lr": 0.3, "weight_decay": 0.4, "eps": 0.2, "beta": 0.7, "v0": 0.5, "beta1": 0.6, "beta2": 0.7}
"""Hyper-parameters of the schemes at which no term is negligible."""

EVERY = (("channel", ((2, 3), (1, 4), (2, 3))), ("whole", ((2, 2), (3,))), (2, ((4, 3),)), (None, ((3,), (2, 2))))
SLICED = EVERY[:3]
REST = ((None, ((3,), (2, 2), (1,))),)
MIXED = Problem(EVERY, torch.float64, seed=5)
SINGLE = Problem(EVERY, torch.float32, seed=6, transposed=True)

Law = tuple[str, Callable[[], str]]


def problems(package: ModuleType, files: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """(law, what is wrong) for every law that does not hold, of the optimizers in the files named; of all if none is.

    An error that a law does not expect is a law that does not hold.
    """
    for name, law in _laws(package, files):
        try:
            found = law()
        except Exception as error:  # a mutant may do anything
            found = f"{type(error).__name__}: {error}"
        if found:
            yield name, found


def _laws(package: ModuleType, files: Collection[str]) -> Iterator[Law]:
    """Those of the sphere, then all laws of one optimizer, then of the next: what many share is seen at the first."""
    if not files or "_sphere" in files:
        yield from ((name, partial(law, package)) for name, law in sphere.LAWS)
    subjects = ours(package)
    for cls in package.OPTIMIZERS:
        if files and cls.__module__.rpartition(".")[2] not in files:
            continue
        own = [s for s in subjects if s.name.partition(" ")[0] == cls.__name__]
        laws_of = (_refusals(cls), _by_hand(cls, package), _groups(cls), _follows(cls, own), _runs(cls))
        for law in laws_of:
            yield from ((f"{name}: {cls.__name__}", check) for name, check in law)


def _follows_its_scheme(subject: Subject) -> str:
    names = subject.scheme.hyperparameters
    h = subject.scheme.numbers(**{name: value for name, value in LARGE.items() if name in names})
    result = compare(subject, [Case(seed=5, shapes=((2, 3), (1, 4)), hyperparameters=h, steps=3)])
    return "" if result.ok else f"{result.divergence}"


KINDS = ("tangent slices", "tangent whole", "free", "one slice free")


def _follows(cls: type, subjects: list[Subject]) -> Iterator[Law]:
    for subject in subjects:
        yield "follows its scheme", partial(_follows_its_scheme, subject)
    for options in SETTINGS[cls.__name__].tried if cls.__name__ in REFERENCES else ():
        yield "follows its rule", partial(departure, cls, options, kinds=KINDS)


BY_HAND: dict[str, tuple[tuple[str, Callable[[ModuleType], str]], ...]] = {
    "AdaGradG": (("Theorem 4", rows.theorem_4), ("batches", parts.joins)),
    "SGDP": (("where to project", rows.decides),),
    "AdamP": (("where to project", rows.decides),),
    "SphericalSGD": (("bound of the decay", rows.bounds_the_decay),),
    "PSISGD": (("norm cap", rows.caps),),
    "SGDG": (("great circles", parts.turns),),
    "AdamWithoutAB": (("transport", rows.transports),),
    "AdamWithoutABC": (("transport", rows.transports),),
}


def _by_hand(cls: type, package: ModuleType) -> Iterator[Law]:
    for name, law in BY_HAND.get(cls.__name__, ()):
        yield name, partial(law, package)


def _a_little_less(options: Options, i: int) -> Options:
    """Every number in them by i sixteenths."""
    return {
        name: value * (1 - i / 16)
        if isinstance(value, float)
        else tuple(b * (1 - i / 16) for b in value)
        if isinstance(value, tuple)
        else value
        for name, value in options.items()
    }


def _groups(cls: type) -> Iterator[Law]:
    setting = SETTINGS[cls.__name__]
    for first in (0, 1):
        own = [_a_little_less(setting.tried[(first + i) % len(setting.tried)], i) for i in (0, 1, 2, 5)]
        if own[3].get("base_lr") is not None:  # an lr of its own would go before
            own[3] = {name: value for name, value in own[3].items() if name != "lr"}
        yield "options of a group", partial(laws.treats_each_group_by_its_options, cls, MIXED, own)
    for options in setting.tried:
        for foreach in (False, True, None):
            problem = Problem(REST, torch.float64, seed=7)
            yield "base method", partial(laws.trains_the_rest_by_its_base, cls, setting.base, problem, options, foreach)
    if cls.__name__ != "Lion":  # which refuses them
        yield "base method", partial(laws.trains_complex_numbers_by_its_base, cls, setting.base, setting.tried[0])


def _runs(cls: type) -> Iterator[Law]:
    setting = SETTINGS[cls.__name__]
    sliced = Problem(SLICED, torch.float64, seed=8)
    for options in setting.tried:
        for foreach in (False, True, None):
            chosen = options | {"foreach": foreach}
            yield "what is not its own", partial(memory.leaves_what_is_not_its_own, cls, MIXED, chosen)
            yield "pure update", partial(memory.has_a_pure_update, cls, MIXED, chosen)
            yield "missing gradients", partial(memory.leaves_alone_what_has_no_gradient, cls, MIXED, chosen)
        for absent in (0, 2):
            yield "foreach", partial(laws.loop_equals_foreach, cls, SINGLE, options, 3, absent)
        for invariant in ("channel", "whole"):
            yield "extremes", partial(is_right_or_not_finite, cls, options, invariant)
        yield "on the sphere", partial(laws.is_on_the_sphere, cls, setting.on_sphere, sliced, options)
    first, last = setting.tried[0], setting.tried[-1]
    yield "resumes", partial(laws.resumes, cls, MIXED, first, last, 2, 3)
    yield "resumes", partial(laws.resumes, cls, SINGLE, last, first, 1, 2, early=False)
    for enabled in (False, True):
        yield "closure", partial(laws.evaluates_a_closure_once, cls, MIXED, first, enabled)
    for foreach in (False, True, None):
        problem = Problem((("channel", ((2, 3),)), ("whole", ((3,),))), torch.float32, seed=9)
        yield "at rest", partial(laws.stays_without_gradients, cls, problem, setting.at_rest | {"foreach": foreach})
    yield "buffers", partial(memory.has_its_buffers, cls, BUFFERS[cls.__name__], setting.tried[0])
    for options in setting.tried:
        yield "scale", partial(laws.goes_the_same_way_at_every_norm, cls, setting, options)
    if setting.on_sphere:
        yield "points of the sphere", partial(laws.keeps_points_of_the_sphere, cls)
    if cls.__name__ != "Lion":
        for law in (
            ways.lets_go_of_gradients,
            ways.trains_shared_memory_in_turn,
            ways.compiles_when_asked,
            ways.asks_native_code,
            ways.trains_the_rest_natively,
        ):
            yield "ways", partial(law, cls, last)
        for options in (first, last):
            yield "ways", partial(ways.goes_block_by_block, cls, options)
    if cls.__name__ in ("SGDG", "AdamG"):
        yield "ways", partial(ways.takes_the_smaller_product, cls)
    for cut in ("channel", None):
        yield "path", partial(memory.takes_the_path_it_is_told, cls, cut, last)


def _refusals(cls: type) -> Iterator[Law]:
    setting = SETTINGS[cls.__name__]
    yield "defaults", partial(taken.has_its_defaults, cls, setting)
    yield "forms of parameters", partial(taken.takes_parameters_in_every_form, cls, setting)
    yield "two paths", partial(refusals.refuses_two_paths, cls, setting)
    yield "betas", partial(refusals.refuses_betas, cls, setting)
    yield "edges", partial(refusals.accepts_edges, cls, setting)
    yield "parameters", partial(refusals.refuses_parameters, cls, setting)
    yield "extreme norms", partial(refusals.refuses_extremes, cls, setting)
    yield "foreign groups", partial(refusals.refuses_what_is_not_its_own, cls, setting)
    yield "sparse gradients", partial(refusals.refuses_sparse_gradients, cls, setting)
    yield "options", partial(refusals.refuses_options, cls, setting)
