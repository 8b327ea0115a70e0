"""The gate: every mutant is judged, and each must be killed or be equivalent with a reason."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from verify.trust.mutants import FAMILIES
from verify.trust.mutants.entry import entry_of
from verify.trust.mutants.ledger import FOLDER, Ledger
from verify.trust.mutants.mutant import Family, Fate, Mutant, State, family
from verify.trust.mutants.workers import BROKEN, LIMIT, judged

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Options:
    """What to run: families (name -> module), targets (none: all), a sample (None: all), and how."""

    families: Mapping[str, str]
    targets: Collection[str] = ()
    sample: int | None = None
    seed: int = 0
    workers: int = 2
    limit: float = LIMIT
    resume: bool = True
    runs: Path = FOLDER

    @property
    def whole(self) -> bool:
        """Whether every mutant of its families is run."""
        return not self.targets and self.sample is None


@dataclass(frozen=True)
class Outcome:
    """The mutants with their fates, and what is wrong: nothing is, when every one is killed or equivalent."""

    results: tuple[tuple[Mutant, Fate], ...]
    problems: tuple[str, ...]

    def of(self, name: str) -> tuple[tuple[Mutant, Fate], ...]:
        return tuple(result for result in self.results if result[0].family == name)


def run(options: Options, progress: Progress | None = None) -> Outcome:
    """Judge the mutants that are asked for, but for those whose fate is known from an earlier run. ValueError for a
    target that no family has."""
    loaded = {name: family(module) for name, module in options.families.items()}
    chosen, problems = _chosen(loaded, options)
    ledgers = {name: Ledger(options.runs, name) for name in loaded}
    if not options.resume:
        for ledger in ledgers.values():
            ledger.forget()
    known = {name: ledger.load() for name, ledger in ledgers.items()}
    prints = {m: loaded[m.family].fingerprint(m) for m in chosen}  # before files are changed while mutants are judged
    labelled = {(m.family, m.label): m for m in chosen}
    fates = {
        m: fate
        for name, entries in known.items()
        for (label, rests_on), fate in entries.items()
        if (m := labelled.get((name, label))) and _rests_on(loaded[name], m, fate, prints[m]) == rests_on
    }
    tasks = ((options.families[m.family], m) for m in chosen if m not in fates)
    done, total = len(fates), len(chosen)
    for mutant, fate in judged(list(tasks), options.workers, options.limit):
        rests_on = _rests_on(loaded[mutant.family], mutant, fate, prints[mutant])
        ledgers[mutant.family].add(mutant.label, rests_on, fate)
        fates[mutant] = fate
        done += 1
        if progress:
            progress(f"{mutant.family} {mutant.target}", done, total)
    results = tuple((m, _argued(loaded[m.family], m, fates[m])) for m in chosen)
    return Outcome(results, (*problems, *_wrong(loaded, results)))


def _chosen(loaded: Mapping[str, Family], options: Options) -> tuple[list[Mutant], list[str]]:
    """The mutants that are asked for, and what is wrong with the lists that they come from."""
    chosen: list[Mutant] = []
    problems: list[str] = []
    for name, one in loaded.items():
        quick = getattr(one, "quick", None) if options.sample is not None else None
        mutants = list(quick(options.seed) if quick else one.mutants())
        labels = Counter(m.label for m in mutants)
        problems += [f"{name}: two mutants are called {label!r}" for label, n in labels.items() if n > 1]
        if not mutants:
            problems.append(f"{name}: there are no mutants")
        if not quick:
            problems += [
                f"{name}: {label!r} is listed as equivalent, and is no mutant"
                for label in set(one.EQUIVALENT) - set(labels)
            ]
            problems += [
                f"{name}: {label!r} is listed as true, and is no mutant" for label in set(_true(one)) - set(labels)
            ]
        sound = getattr(one, "sound", None)
        if sound is not None and options.whole and (found := sound()):
            problems.append(f"{name}: what is not changed is killed too: {found}")
        chosen += mutants
    if unknown := sorted(set(options.targets) - {m.target for m in chosen}):
        raise ValueError(f"no mutant changes {', '.join(map(repr, unknown))}")
    if options.targets:
        chosen = [m for m in chosen if m.target in options.targets]
    if options.sample is not None and options.sample < len(chosen):
        drawn = set(random.Random(options.seed).sample(range(len(chosen)), options.sample))
        chosen = [m for i, m in enumerate(chosen) if i in drawn]
    return chosen, sorted(problems)


def _rests_on(one: Family, mutant: Mutant, fate: Fate, fingerprint: str) -> str:
    """The fingerprint of a fate; of a kill only of the check that made it, where the family tells them apart."""
    lasting = getattr(one, "lasting", None)
    return lasting(mutant, fate.by) if lasting and fate.state is State.KILLED else fingerprint


def _argued(one: Family, mutant: Mutant, fate: Fate) -> Fate:
    """What is listed as equivalent, and not killed, is that, for the reason listed; a survivor that is listed as true
    is that."""
    if fate.state in (State.SURVIVED, State.ANOTHER) and BROKEN not in fate.note and mutant.label in one.EQUIVALENT:
        return replace(fate, state=State.EQUIVALENT, by="argument", note=one.EQUIVALENT[mutant.label])
    if fate.state is State.SURVIVED and BROKEN not in fate.note and mutant.label in _true(one):
        return replace(fate, state=State.ANOTHER, by="argument", note=_true(one)[mutant.label])
    return fate


def _true(one: Family) -> Mapping[str, str]:
    return getattr(one, "TRUE", {})


def _wrong(loaded: Mapping[str, Family], results: Sequence[tuple[Mutant, Fate]]) -> Iterator[str]:
    for mutant, fate in results:
        if fate.state is State.SURVIVED:
            yield f"{mutant.family}: survived: {mutant.label}" + (f" ({fate.note})" if fate.note else "")
        if fate.state in (State.KILLED, State.STILLBORN) and mutant.label in loaded[mutant.family].EQUIVALENT:
            yield f"{mutant.family}: listed as equivalent, but {fate.state} by {fate.by}: {mutant.label}"
        if fate.state is not State.ANOTHER and mutant.label in _true(loaded[mutant.family]):
            yield f"{mutant.family}: listed as true, but {fate.state} by {fate.by}: {mutant.label}"


def record(outcome: Outcome, before: Mapping[str, Any] | None = None, whole: bool = True) -> dict[str, Any]:
    """The record of the families that were run, among those of `before`; not whole: of their targets that were run, of
    families that were recorded before."""
    old = {entry["name"]: entry for entry in (before or {}).get("families", ())}
    ran = {m.family for m, _ in outcome.results} & (set(FAMILIES) if whole else set(old))
    entries = [
        entry_of(family(FAMILIES[name]), outcome.of(name), None if whole else old[name]) if name in ran else old[name]
        for name in FAMILIES
        if name in ran | set(old)
    ]
    return {**(before or {}), "families": entries}


def record_sample(
    outcome: Outcome, before: Mapping[str, Any] | None, options: Options, seconds: float
) -> dict[str, Any]:
    """The record of before, and in it the sample: its fates and what it took, to compare with the whole."""
    states = Counter(str(fate.state) for _, fate in outcome.results)
    sample: dict[str, Any] = {"mutants": len(outcome.results), "seed": options.seed, "workers": options.workers}
    sample |= {str(state): states[str(state)] for state in State} | {"seconds": round(seconds, 1)}
    return {"families": [], **(before or {}), "sample": sample}
