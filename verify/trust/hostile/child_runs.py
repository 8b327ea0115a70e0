"""How long runs are made small, in the process that is to be ended: what is left is how they keep what they have.

Pieces are worked off in that process, one after the other; what is measured there, by no clock, is next to nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

EXPERIMENTS = ("toy", "psi", "trajectories", "equilibrium", "architectures", "epsilon", "ranking", "adamp", "psi-table")
CASES = 40_960
"""Of the campaign: twenty blocks."""
TARGETS = ("PSI-T4", "SMD-E13", "SP-T4-R")
MUTANTS, CHECKS, CELLS, ENVIRONMENTS, OPTIMIZERS = 12, 5, 4, 4, 4
"""How many there are, for once."""


def put(module: Any, **changed: Any) -> None:
    """In the place of what a module has. KeyError for what it has not."""
    for name, value in changed.items():
        vars(module)[name]
        vars(module)[name] = value


def experiments() -> None:
    """Tiny ones; of OD-EPS without the claims, which are measured when all else is and kept nowhere before."""
    from verify import epsilon_claims, recording
    from verify.experiments import architectures, epsilon, equilibrium, psi, toy, trajectories

    for module in (architectures, epsilon, equilibrium, psi, toy, trajectories):
        put(module, Config=_tiny(module.Config))
    put(epsilon_claims, record=lambda: {})
    put(recording, sized=_contest)


def _contest(name: str, **_: Any) -> Any:
    """Two entrants with two settings to try, on one small network."""
    from verify.experiments.contests import CONTESTS

    whole = CONTESTS[name]
    few = tuple(replace(one, candidates=one.candidates[:2]) for one in whole.entrants[:2])
    return replace(whole, entrants=few, architectures=("resnet20",), width=2, epochs=1, searches=1, seeds=1)


@cache
def few_mutants() -> tuple[Any, ...]:
    """Twelve of the schemes, the first of every so many."""
    from verify.trust.mutants import schemes

    every = tuple(schemes.mutants())
    return every[:: -(-len(every) // MUTANTS)]


def mutants() -> None:
    """Those, and nothing listed about others."""
    from verify.trust.mutants import gate

    whole, few = gate.family(gate.FAMILIES["schemes"]), few_mutants()
    small = SimpleNamespace(**vars(whole) | {"mutants": lambda: iter(few), "EQUIVALENT": {}, "sound": lambda: ""})

    def judged(tasks: Any, *_: Any) -> Iterator[Any]:
        for _module, mutant in tasks:
            yield mutant, small.judge(mutant)

    put(gate, family=lambda module: small, judged=judged)


def alarms() -> None:
    """Some checks."""
    from verify.trust import alarms

    put(alarms, CHECKS=alarms.CHECKS[:CHECKS], in_processes=_here)


def tolerances() -> None:
    """Some cells."""
    from verify.trust.tolerances import survey

    few = survey.cells("sgd-m")[:CELLS]
    put(survey, cells=lambda only=None: few, in_processes=_here)


def environments() -> None:
    """Reports of one page."""
    from verify.atomic import write_text
    from verify.trust import determinism

    def run(environment: Any, home: Path, pages: Path, *_: Any) -> tuple[int, str]:
        write_text(pages / "page.md", "the same\n" * 5000)
        return 0, ""

    put(determinism, run=run, make_locale=lambda locales: "C", PACKAGES=("derivations",))


def searches() -> None:
    """Nothing: three targets are few."""


def audits() -> None:
    """Optimizers that are taken for sound, at once."""
    from verify.audit import command, run

    def audited(request: Any, *_: Any) -> dict[str, Any]:
        return {"status": "audited", "optimizer": request.optimizer, "options": request.options, "scheme": None,
                "seed": request.seed, "findings": [], "versions": {}}  # fmt: skip

    put(run, audited=audited, Nursery=_Nursery)
    put(command, listed=lambda package, limit: [f"{package}:{name}" for name in ("ASGD", "Adadelta", "Rprop", "SGD")])


class _Nursery:
    def __init__(self, package: str) -> None:
        self.package = package

    def end(self) -> None: ...
    def close(self) -> None: ...


def benches() -> None:
    """Rows without a clock."""
    from verify.commands import bench

    run, shapes, request = bench._benches()
    from benchmarks import optimizers

    def measured(network: Any, todo: Any, request: Any, progress: Any) -> Iterator[Any]:
        for subject in todo:
            row = {"subject": subject.name, "sources": optimizers.sources(subject), "rounds": request.rounds}
            yield row | {"disturbed": 0}

    put(optimizers, _measured=measured, machine=lambda request: {}, subjects=_few(optimizers.subjects))
    put(run, lines=lambda name, record: iter(()))


def _few(subjects: Callable[[], Any]) -> Callable[[], Any]:
    chosen = [subject for subject in subjects() if subject.whose == "ours"][:OPTIMIZERS]
    return lambda: chosen


def _here(work: Callable[..., None], pieces: Any, *_: Any) -> None:
    for piece in pieces:
        work(*piece)


def _tiny(config: Any) -> Any:
    """The class, made small whatever it is asked for."""
    return getattr(config, "always", None) or _Always(config)


class _Always:
    def __init__(self, config: Any) -> None:
        self.always = self
        self.config = config

    def __call__(self, *_: object, **__: object) -> object:
        return self.config.tiny()
