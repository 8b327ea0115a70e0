"""The laws that must notice when a line of impl.optim is wrong, in rounds, the cheapest first."""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from types import ModuleType

import torch

from verify.trust.mutants import battery_base as based
from verify.trust.mutants import battery_block as block
from verify.trust.mutants import battery_blocks as inside
from verify.trust.mutants import battery_carry as carry
from verify.trust.mutants import battery_gradients as gradients
from verify.trust.mutants import battery_kept as kept
from verify.trust.mutants import battery_late as late
from verify.trust.mutants import battery_laws as laws
from verify.trust.mutants import battery_memory as memory
from verify.trust.mutants import battery_one_of_nine as single
from verify.trust.mutants import battery_one_of_two as either
from verify.trust.mutants import battery_options as taken
from verify.trust.mutants import battery_parts as parts
from verify.trust.mutants import battery_paths as ways
from verify.trust.mutants import battery_plan as plan
from verify.trust.mutants import battery_rates as rates
from verify.trust.mutants import battery_refer as refer
from verify.trust.mutants import battery_refusals as refusals
from verify.trust.mutants import battery_room as room
from verify.trust.mutants import battery_rows as rows
from verify.trust.mutants import battery_sphere as sphere
from verify.trust.mutants import battery_threads as threads
from verify.trust.mutants import battery_turn as turn
from verify.trust.mutants.battery_cap import caps_in_every_way
from verify.trust.mutants.battery_extremes import is_right_or_not_finite
from verify.trust.mutants.battery_nine import trains_nine_of_everything
from verify.trust.mutants.battery_problem import Problem
from verify.trust.mutants.battery_rules import REFERENCES, departure
from verify.trust.mutants.battery_schemes import follows_its_scheme, subjects
from verify.trust.mutants.battery_settings import BUFFERS, SETTINGS, Options
from verify.trust.mutants.battery_twins import ASKED, asks_its_twin

EVERY = (("channel", ((2, 3), (1, 4), (2, 3))), ("whole", ((2, 2), (3,))), (2, ((4, 3),)), (None, ((3,), (2, 2))))
SLICED = EVERY[:3]
REST = ((None, ((3,), (2, 2), (1,))),)
MIXED = Problem(EVERY, torch.float64, seed=5)
SINGLE = Problem(EVERY, torch.float32, seed=6, transposed=True)

Law = tuple[str, partial[str]]


def laws_of(package: ModuleType, files: Collection[str]) -> Iterator[Law]:
    """Those of shared files, then rounds: in each the laws of all optimizers, since a dear one waits for cheap ones."""
    shared = (
        ("_sphere", sphere),
        ("_blocks", plan),
        ("_batches", gradients),
        ("_blocks", block),
        ("_paths", rates),
        ("_paths", refer),
        ("_validation", refer),
        ("_adam", carry),
        ("_neurons", turn),
        ("_base_method", based),
        ("_paths", based),
        ("_blocks", threads),
        ("_blocks", kept),
        ("_paths", either),
        ("_base_method", single),
    )
    wanted = [module for file, module in shared if not files or file in files]
    if not files or {"_blocks", "_paths", "adamp", "adam_g", "sgd_g", "psi_sgd"} & set(files):
        wanted.append(room)
    if not files or {"_batches", "_adam", "adamp", "adam_g", *WITHOUT} & set(files):
        wanted.append(late)
    for module in wanted:
        yield from ((name, partial(law, package)) for name, law in module.LAWS)
    chosen = [cls for cls in package.OPTIMIZERS if not files or cls.__module__.rpartition(".")[2] in files]
    rounds = (
        _takes,
        partial(_by_hand, package=package),
        partial(_follows_schemes, package=package),
        _groups,
        _follows_rules,
        _refusals,
        _steps,
        _ways,
        _runs,
        _blocks,
        _compiles,
    )
    for one in rounds:
        for cls in chosen:
            yield from ((f"{name}: {cls.__name__}", check) for name, check in one(cls))


WITHOUT = ("adam_without_a", "adam_without_ab", "adam_without_abc")
KINDS = ("tangent slices", "tangent whole", "free", "one slice free")


def _follows_schemes(cls: type, package: ModuleType) -> Iterator[Law]:
    for subject in subjects(package, cls.__name__):
        yield "follows its scheme", partial(follows_its_scheme, subject)


def _follows_rules(cls: type) -> Iterator[Law]:
    for options in SETTINGS[cls.__name__].tried if cls.__name__ in REFERENCES else ():
        yield "follows its rule", partial(departure, cls, options, kinds=KINDS)


BY_HAND: dict[str, tuple[tuple[str, Callable[[ModuleType], str]], ...]] = {
    "AdaGradG": (("Theorem 4", rows.theorem_4), ("batches", parts.joins)),
    "SGDP": (("where to project", rows.decides),),
    "AdamP": (("where to project", rows.decides),),
    "SphericalSGD": (("bound of the decay", rows.bounds_the_decay),),
    "PSISGD": (("norm cap", rows.caps), ("cap", caps_in_every_way)),
    "SGDG": (("great circles", parts.turns), ("great circles", inside.stays_on_the_sphere)),
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
        yield "nine", partial(trains_nine_of_everything, cls, options)
        for foreach in (False, True, None):
            problem = Problem(REST, torch.float64, seed=7)
            yield "base method", partial(laws.trains_the_rest_by_its_base, cls, setting.base, problem, options, foreach)
    if cls.__name__ != "Lion":  # which refuses them
        yield "base method", partial(laws.trains_complex_numbers_by_its_base, cls, setting.base, setting.tried[0])


def _steps(cls: type) -> Iterator[Law]:
    setting = SETTINGS[cls.__name__]
    sliced = Problem(SLICED, torch.float64, seed=8)
    first, last = setting.tried[0], setting.tried[-1]
    for cut in ("channel", None):
        yield "path", partial(memory.takes_the_path_it_is_told, cls, cut, last)
    yield "buffers", partial(memory.has_its_buffers, cls, BUFFERS[cls.__name__], setting.tried[0])
    if setting.on_sphere:
        yield "points of the sphere", partial(laws.keeps_points_of_the_sphere, cls)
    for options in setting.tried:
        yield "scale", partial(laws.goes_the_same_way_at_every_norm, cls, setting, options)
        yield "on the sphere", partial(laws.is_on_the_sphere, cls, setting.on_sphere, sliced, options)
        for foreach in (False, True, None):
            chosen = options | {"foreach": foreach}
            yield "what is not its own", partial(memory.leaves_what_is_not_its_own, cls, MIXED, chosen)
            yield "pure update", partial(memory.has_a_pure_update, cls, MIXED, chosen)
    for enabled in (False, True):
        yield "closure", partial(laws.evaluates_a_closure_once, cls, MIXED, first, enabled)
    yield "resumes", partial(laws.resumes, cls, MIXED, first, last, 2, 3)
    yield "resumes", partial(laws.resumes, cls, SINGLE, last, first, 1, 2, early=False)


def _runs(cls: type) -> Iterator[Law]:
    setting = SETTINGS[cls.__name__]
    for options in setting.tried:
        for foreach in (False, True, None):
            chosen = options | {"foreach": foreach}
            yield "missing gradients", partial(memory.leaves_alone_what_has_no_gradient, cls, MIXED, chosen)
        for absent in (0, 2):
            yield "foreach", partial(laws.loop_equals_foreach, cls, SINGLE, options, 3, absent)
        for invariant in ("channel", "whole"):
            yield "extremes", partial(is_right_or_not_finite, cls, options, invariant)
    for foreach in (False, True, None):
        problem = Problem((("channel", ((2, 3),)), ("whole", ((3,),))), torch.float32, seed=9)
        yield "at rest", partial(laws.stays_without_gradients, cls, problem, setting.at_rest | {"foreach": foreach})


def _ways(cls: type) -> Iterator[Law]:
    last = SETTINGS[cls.__name__].tried[-1]
    if cls.__name__ != "Lion":
        for law in (
            ways.trains_shared_memory_in_turn,
            ways.lets_go_of_gradients,
            ways.asks_native_code,
            ways.trains_the_rest_natively,
        ):
            yield "ways", partial(law, cls, last)
    if cls.__name__ in ("SGDG", "AdamG"):
        yield "ways", partial(ways.takes_the_smaller_product, cls)


def _blocks(cls: type) -> Iterator[Law]:
    tried = SETTINGS[cls.__name__].tried
    if cls.__name__ in ASKED:
        yield "twins", partial(asks_its_twin, cls)
    if cls.__name__ in ("SGDG", "AdamG"):
        yield "room", partial(inside.needs_no_more_room, cls)
    for options, others in ((tried[0], tried[-1]), (tried[-1], tried[0])) if cls.__name__ != "Lion" else ():
        yield "double", partial(inside.keeps_double_precision, cls, options)
        yield "in place", partial(inside.needs_no_reference, cls, options)
        yield "wide buffers", partial(inside.takes_buffers_that_are_wider, cls, options)
        yield "blocks", partial(inside.goes_block_by_block, cls, options, others)


def _compiles(cls: type) -> Iterator[Law]:
    if cls.__name__ != "Lion":
        yield "ways", partial(ways.compiles_when_asked, cls, SETTINGS[cls.__name__].tried[-1])


def _takes(cls: type) -> Iterator[Law]:
    setting = SETTINGS[cls.__name__]
    yield "defaults", partial(taken.has_its_defaults, cls, setting)
    yield "forms of parameters", partial(taken.takes_parameters_in_every_form, cls, setting)
    yield "betas", partial(refusals.refuses_betas, cls, setting)
    yield "edges", partial(refusals.accepts_edges, cls, setting)
    yield "foreign groups", partial(refusals.refuses_what_is_not_its_own, cls, setting)


def _refusals(cls: type) -> Iterator[Law]:
    setting = SETTINGS[cls.__name__]
    yield "extreme norms", partial(refusals.refuses_extremes, cls, setting)
    yield "sparse gradients", partial(refusals.refuses_sparse_gradients, cls, setting)
    yield "two paths", partial(refusals.refuses_two_paths, cls, setting)
    yield "parameters", partial(refusals.refuses_parameters, cls, setting)
    yield "options", partial(refusals.refuses_options, cls, setting)
