"""The comparisons of the papers: 000 Fig. 3 and Table 2; 003 Fig. 3; 004 Table 1. Where a paper is silent, what is
chosen here stands beside it, and on the page."""

from dataclasses import replace

from verify.experiments.contest_methods import Setting
from verify.experiments.contest_training import Contest, Entrant

DECAYS = (1e-4, 1e-3, 1e-2)
DECOUPLED = (1e-2, 1e-1, 1.0)
"""AdamW's decay is multiplied by the rate alone, not by what Adam divides by: it is searched where that is as large."""


def powers(low: float, high: float, count: int) -> tuple[float, ...]:
    """`count` rates from 10^low to 10^high, equally spaced in their logarithms, to 4 significant digits."""
    return tuple(float(f"{10 ** (low + (high - low) * i / (count - 1)):.4g}") for i in range(count))


def _grid(decays: tuple[float, ...]) -> tuple[Setting, ...]:
    return tuple(Setting(lr, decay) for lr in powers(-3, -1, 5) for decay in decays)


RANKING = Contest(
    "ranking",
    (
        Entrant("adam", _grid(DECAYS)),
        Entrant("adamw", _grid(DECOUPLED)),
        # On the unit sphere there is no decay: as many rates instead, of a step's angle, three times as dense.
        Entrant("adam-g", tuple(Setting(lr) for lr in powers(-2.5, -0.25, 15))),
        *(Entrant(name, _grid(DECAYS)) for name in ("adam-without-a", "adam-without-ab", "adam-without-abc")),
    ),
    architectures=("resnet20", "vgg"),
)
"""000 §4.2. Its Appendix D.3, which has the grid, is not in the copy at hand. A first search, of rates from 10^-3.5 to
10^-1.5 and of two decays, often chose the largest rate that it had: this one is wider on that side, for all."""

ADAMP = Contest(
    "adamp",
    tuple(Entrant(name, (Setting(0.1, 1e-4),)) for name in ("vanilla-sgd", "momentum-sgd", "sgdp")),
    epochs=30,
    seeds=10,
    geometry=True,
)
"""003 Fig. 3: one rate for all three, for the figure is about what becomes of the norms."""

PSI_TABLE = Contest(
    "psi-table",
    (
        Entrant("sgd", tuple(map(Setting, (0.01, 0.1, 1.0, 10.0)))),
        Entrant("plain-adam", tuple(map(Setting, (1e-4, 1e-3, 1e-2, 1e-1)))),
        Entrant("sgdg", tuple(map(Setting, (0.02, 0.2, 2.0, 20.0)))),
        Entrant("psi-sgd", tuple(map(Setting, (0.01, 0.1, 1.0, 10.0)))),
        Entrant("psi-sgdm", tuple(map(Setting, (0.01, 0.1, 1.0, 10.0)))),
    ),
    drops=(0.3, 0.6, 0.8),
    factor=0.2,
    seeds=10,
)
"""004 §6.2. The first three rates of SGD and Adam are those that it searched; the others had theirs given: .1, and
SGDG's .2. A first search, of three rates, chose the largest for four of the five: all have one more."""

CONTESTS = {contest.name: contest for contest in (RANKING, ADAMP, PSI_TABLE)}


def sized(name: str, *, full: bool = False, cifar: str | None = None, device: str = "cpu") -> Contest:
    """One of `CONTESTS`: minutes on digits; `full`, the size of the paper on CIFAR-10, as far as there is one."""
    config = replace(CONTESTS[name], cifar=cifar, device=device)
    if not full:
        return config
    return replace(
        config,
        architectures=tuple("vgg16" if of == "vgg" else of for of in config.architectures),
        width=16,
        epochs=100 if name == "adamp" else 200,
        searches=1,
        crop=4,
        flip=True,
        checkpoint_every=2000,
    )
