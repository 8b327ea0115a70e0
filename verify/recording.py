"""Running a training experiment and recording its summary under the pages' directory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from verify.experiments import architectures, contest, epsilon, equilibrium, psi, toy, trajectories
from verify.experiments.contests import CONTESTS, sized

EXPERIMENTS = ("trajectories", "equilibrium", "architectures", "toy", "psi", "epsilon", *CONTESTS)
CHECKPOINTS = Path("runs")

Progress = Callable[[str, int, int], None]


def summary_path(name: str) -> Path:
    """Where the summary of an experiment is, under the pages' directory."""
    return Path("data") / f"{name}.json"


def record(
    name: str,
    reports: Path,
    *,
    full: bool = False,
    cifar: Path | None = None,
    device: str = "cpu",
    resume: bool = True,
    workers: int = 2,
    progress: Progress | None = None,
) -> Path:
    """Run an experiment of `EXPERIMENTS` and write its summary; returns the file.

    The default is minutes on digits; with `cifar` on CIFAR-10; `full`, which needs `cifar`, is the paper's size.
    Checkpoints live under runs/ in the working directory, so that a run that was interrupted goes on.
    """
    if name not in EXPERIMENTS:
        raise ValueError(f"name={name!r}: choose one of {', '.join(EXPERIMENTS)}")
    if name in ("toy", "psi", "epsilon") and (full or cifar is not None or device != "cpu"):
        raise ValueError(f"{name} has one size, no CIFAR-10, and runs on a CPU: leave --full, --cifar and --device out")
    if full and cifar is None:
        raise ValueError("--full is the paper's size, on CIFAR-10: give --cifar PATH with its binary version too")
    if name in ("equilibrium", "architectures") and device != "cpu":
        raise ValueError(f"--device {device}: the {name} experiment runs on a CPU; leave the option out")
    folder = CHECKPOINTS / f"{name}-{'digits' if cifar is None else 'cifar10'}{'-full' if full else ''}"
    shared: dict[str, Any] = {"folder": folder, "resume": resume, "progress": progress, "workers": workers}
    images = None if cifar is None else str(cifar)
    if name == "toy":
        summary = toy.run(folder=CHECKPOINTS / name, resume=resume, progress=progress)
    elif name == "epsilon":
        from verify import epsilon_claims

        summary = epsilon.run(folder=CHECKPOINTS / name, resume=resume, progress=progress)
        summary = {**summary, "claims": epsilon_claims.record()}
    elif name == "psi":
        summary = psi.run(**shared | {"folder": CHECKPOINTS / name})
    elif name in CONTESTS:
        summary = contest.run(sized(name, full=full, cifar=images, device=device), **shared)
    elif name == "architectures":
        wanted = architectures.Config
        summary = architectures.run(wanted.full(str(cifar)) if full else wanted(cifar=images), **shared)
    elif name == "equilibrium":
        sizes = equilibrium.Config
        summary = equilibrium.run(sizes.full(str(cifar)) if full else sizes(cifar=images), **shared)
    else:
        config = (
            trajectories.Config.full(str(cifar), device) if full else trajectories.Config(cifar=images, device=device)
        )
        summary = trajectories.run(config, **shared)
    path = reports / summary_path(name)
    trajectories.write(summary, path)
    return path
