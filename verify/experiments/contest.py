"""Methods compared: all are searched as much, then each is run at its best setting from the same seeds.

`run` returns the summary below, a dict for JSON. Numbers are rounded to 5 significant digits; null stands for one that
was not finite.

    schema, config, versions    as in `trajectories`
    data        name, classes; train, validation: images in the search; train_all, test: in the runs
    runs        architecture → method → object:
      search      a list a candidate: {setting, accuracy, loss}, one value a search seed: on the validation images at
                  the end, and the mean training loss of the last epoch; [] where there was one candidate
      chosen      place of the candidate with the highest mean accuracy; of several, that with the lowest mean loss
      accuracy    on the test images at the end of every epoch: a list a seed
      loss        mean training loss of every epoch: a list a seed
      norm, turned    with `geometry`: means over filters and epoch of ‖w‖ and of ‖Δŵ‖, ŵ = w/‖w‖: a list a seed
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from impl.data import Dataset, cifar10, digits
from verify.experiments.checkpoint import Phase, Progress, begin, run_phase
from verify.experiments.contest_training import Contest, Entrant, Trial, searched, train
from verify.experiments.processes import run_in_processes
from verify.experiments.summary import versions

SCHEMA = 1


def run(
    config: Contest,
    *,
    folder: str | Path,
    resume: bool = True,
    progress: Progress | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Run the comparison and return its summary; the arguments and the errors are those of `trajectories.run`."""
    folder = begin(folder, resume, workers)
    pieces = [(config, folder, name, entrant) for name in config.architectures for entrant in config.entrants]
    if workers > 1:
        run_in_processes(_work, pieces, workers, progress)
        progress = None
    data = _data(config)
    runs: dict[str, dict[str, Any]] = {name: {} for name in config.architectures}
    for _, _, name, entrant in pieces:
        runs[name][entrant.method] = compete(config, data, folder, name, entrant, progress)
    tried = searched(data, config.held_out)
    sizes = {"train": len(tried.train_labels), "validation": len(tried.test_labels)}
    sizes |= {"train_all": len(data.train_labels), "test": len(data.test_labels)}
    about = {"name": data.name, "classes": data.classes, **sizes}
    return {"schema": SCHEMA, "config": config.public(), "data": about, "runs": runs, "versions": versions()}


def _work(config: Contest, folder: Path, name: str, entrant: Entrant, progress: Progress) -> None:
    """Bring one method on one architecture to its last checkpoint: what a worker does."""
    compete(config, _data(config), folder, name, entrant, progress)


def _data(config: Contest) -> Dataset:
    return digits() if config.cifar is None else cifar10(config.cifar)


def compete(
    config: Contest, data: Dataset, folder: Path, name: str, entrant: Entrant, progress: Progress | None
) -> dict[str, Any]:
    """One entry of `runs`: the search of a method on an architecture, and its runs."""
    piece = f"{name}-{entrant.method}"
    search, chosen = [], 0
    if config.budget > 1:
        seeds = range(config.seed + config.seeds, config.seed + config.seeds + config.searches)
        trials = [
            Trial(f"{piece}-try", name, entrant.method, setting, seed, whole=False)
            for setting in entrant.candidates
            for seed in seeds
        ]
        found = series(f"{piece}-search", trials, config, searched(data, config.held_out), folder, progress)
        for i, setting in enumerate(entrant.candidates):
            of = found[i * len(seeds) : (i + 1) * len(seeds)]
            ends = {key: [run[key][-1] for run in of] for key in ("accuracy", "loss")}
            search.append({"setting": asdict(setting), **ends})
        chosen = best(search)
    setting = entrant.candidates[chosen]
    trials = [
        Trial(f"{piece}-one", name, entrant.method, setting, config.seed + i, whole=True) for i in range(config.seeds)
    ]
    done = series(piece, trials, config, data, folder, progress)
    return {"search": search, "chosen": chosen, **{key: [run[key] for run in done] for key in done[0]}}


def best(search: Sequence[dict[str, Any]]) -> int:
    """The candidate with the highest mean accuracy; among equal ones the lowest mean loss, then the first."""

    def merit(i: int) -> tuple[float, float]:
        losses = [math.inf if loss is None else loss for loss in search[i]["loss"]]
        # Accuracies are shares of a few images: sums that are equal must not differ by their rounding.
        return round(math.fsum(search[i]["accuracy"]), 9), -math.fsum(losses)

    return max(range(len(search)), key=merit)


def series(
    name: str, trials: Sequence[Trial], config: Contest, data: Dataset, folder: Path, progress: Progress | None
) -> list[dict[str, Any]]:
    """What each trial gives, those that are done from the checkpoint of the series."""
    entrants = [asdict(entrant) for entrant in config.entrants if entrant.method == trials[0].method]
    content = {**config.public(), "entrants": entrants, "architectures": None, "name": None}
    fingerprint = json.dumps(["contest", SCHEMA, data.name, [asdict(trial) for trial in trials], content, versions()])

    def advance(i: int) -> dict[str, Any]:
        def within(_: str, done: int, steps: int) -> None:
            if progress:
                progress(name, i * steps + done, len(trials) * steps)

        return {"content": train(trials[i], config, data, folder, f"{i} {fingerprint}", within)}

    return run_phase(Phase(name, len(trials), {}, advance), folder, fingerprint, 1)["content"]
