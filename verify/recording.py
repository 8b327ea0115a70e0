"""Running a training experiment and recording its summary under the pages' directory."""

from collections.abc import Callable
from pathlib import Path

from verify.experiments import trajectories

EXPERIMENTS = ("trajectories",)
TRAJECTORIES = Path("data") / "trajectories.json"
CHECKPOINTS = Path("runs")

Progress = Callable[[str, int, int], None]


def record_trajectories(
    reports: Path,
    *,
    full: bool = False,
    cifar: Path | None = None,
    device: str = "cpu",
    resume: bool = True,
    workers: int = 2,
    progress: Progress | None = None,
) -> Path:
    """Run the trajectories experiment and write its summary; returns the file.

    The default is minutes on digits; with `cifar` on CIFAR-10; `full`, which needs `cifar`, is the paper's size.
    Checkpoints live under runs/ in the working directory, so that a run that was interrupted goes on.
    """
    if full and cifar is None:
        raise ValueError("--full is the paper's size, on CIFAR-10: give --cifar PATH with its binary version too")
    if full:
        config = trajectories.Config.full(str(cifar), device)
    else:
        config = trajectories.Config(cifar=None if cifar is None else str(cifar), device=device)
    name = f"trajectories-{'digits' if cifar is None else 'cifar10'}{'-full' if full else ''}"
    summary = trajectories.run(config, folder=CHECKPOINTS / name, resume=resume, progress=progress, workers=workers)
    path = reports / TRAJECTORIES
    trajectories.write(summary, path)
    return path
