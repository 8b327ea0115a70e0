"""The page of equilibria: every scheme's formulas and numbers, from its update rule."""

import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from derivations.equilibrium import Numbers, first_oscillation, largest_decay, numbers
from derivations.equilibrium.formulas import latex
from derivations.schemes import SCHEMES
from verify.digest import ROOT
from verify.equilibria import Formulas, Without, formulas, survey

SETTING = {"lr": 0.01, "weight_decay": 0.01}
DIMENSION = 1000.0
BEYOND = 15.0
"""An ηλ that is never left is shown as none."""

INSTEAD = {
    "sgd": r"$\Vert w\Vert ^4$ grows by $2\eta^2L$ a step, $\Delta_t\to\frac{1}{\sqrt{2t}}$ whatever $\eta$",
    "asgd": "its rate falls for ever",
    "lars": r"simulated: without momentum $\Delta\approx\eta$ and "
    r"$\Vert w\Vert ^2\approx\frac{\eta\sqrt L}{2\lambda}$, the balance of "
    r"$2\lambda\Vert w\Vert ^2(\sqrt L+\lambda\Vert w\Vert ^2)=\eta(L+\lambda^2\Vert w\Vert ^4)$",
    "lamb": r"every step is $\eta\Vert w\Vert $ long: $\Delta\approx\eta$ whatever the norm",
    "radam": r"once $\rho_t>5$ it is Adam with a factor that tends to 1: the equilibrium is that of `adam-torch`",
    "radamw": r"once $\rho_t>5$ it is AdamW with a factor that tends to 1: the equilibrium is that of `adamw`",
    "muon": r"its step is $\eta\sqrt{\max(1,d_1/d_2)}\Vert O\Vert$ long, whatever the gradient; $\Vert O\Vert ^2$ is "
    r"between 0.46 and 1.45 $\min(d_1,d_2)$ where no singular value of $B_k$ is below 0.2 % of its norm. Without "
    r"momentum, and with gradients as likely as their opposites, "
    r"$\Vert w\Vert ^2=\frac{\eta\max(1,d_1/d_2)E\Vert O\Vert ^2}{\lambda(2-\eta\lambda)}$",
    "rprop": "its step sizes follow the signs alone: nothing decays",
    "sgdp-l2": r"the projection takes the decay out again: where $\beta\eta\lambda<(1-\beta)^2$, "
    r"$\Vert w\Vert ^4$ grows in proportion to $t$, $\Delta_t\to\frac{1}{\sqrt{2t}}$; beyond, it turns by itself and "
    r"grows exponentially ([OD-TURN](ours.md#od-turn))",
    "adadelta": r"with $\epsilon=0$, as here, it never moves: its first moves are made of $\epsilon$",
    "adagrad": "its second moment is a sum over all steps: the steps become ever smaller",
    "adagrad-g": "its second moment carries the schedule that the norm would have given: the angle is its own",
    "spherical-sgd": "the angle is set by the effective rate, which tends, by a law of its own, to that of SGD + L2",
    "adam-g": "the angle is set by the rate alone",
    "sgd-g": "the angle is set by the rate alone",
    "psi-sgd": r"the norm grows or shrinks exponentially, and the direction never sees it ([OD-PSI](ours.md#od-psi)): "
    r"$\tan\Delta=\frac{\eta\sqrt L}{1-\eta\lambda}$ from the first step on",
    "psi-sgdm": "the norm grows or shrinks exponentially, and the direction never sees it ([OD-PSI](ours.md#od-psi))",
}
"""What happens where there is no equilibrium."""


@dataclass(frozen=True)
class EquilibriumView:
    """One scheme: LaTeX without dollars, words, and numbers at `SETTING` with d = `DIMENSION`, L = 1.

    largest: the ηλ up to which the equilibrium is stable, the other hyper-parameters at their defaults; None beyond
    `BEYOND`. swings: the ηλ from which on deviations oscillate; None if they never do.
    """

    name: str
    title: str
    norm: str
    norm_small: str
    cosine: tuple[str, ...]
    angle_small: str
    rate_small: str
    exists: str
    largest: float | None
    swings: float | None
    assumptions: tuple[str, ...]
    exact: bool
    numbers: Numbers


@dataclass(frozen=True)
class EquilibriaView:
    """The page: the schemes with an equilibrium, and those without, with the reason."""

    rows: tuple[EquilibriumView, ...]
    without: tuple[tuple[str, str, str], ...]


def equilibria(progress: Callable[[str, int, int], None] | None = None) -> EquilibriaView:
    """Every scheme, in its order. progress(name, done, total) before each."""
    found: Sequence[Formulas | Without] = survey(progress)
    return EquilibriaView(
        tuple(view(row) for row in found if row.reason is None),
        tuple((r.scheme.name, r.reason, INSTEAD.get(r.scheme.name, "")) for r in found if r.reason is not None),
    )


PROGRAM = (
    "import pickle, sys\n"
    "from verify.report.equilibria import equilibria\n"
    "sys.stdout.buffer.write(pickle.dumps(equilibria()))\n"
)


@cache
def elsewhere() -> EquilibriaView:
    """The same, found by another process, once."""
    run = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE)
    if run.returncode != 0:
        raise RuntimeError(f"the process that was to find the equilibria ended with {run.returncode}")
    return pickle.loads(run.stdout)


@cache
def view(row: Formulas) -> EquilibriumView:
    """One scheme as the page shows it."""
    name, (left, right), (power, small) = row.scheme.name, row.norm, row.norm_small
    lr = row.scheme.hyperparameters["lr"].default
    decay, swings = largest_decay(name, dimension=DIMENSION) * lr, first_oscillation(name, dimension=DIMENSION)
    return EquilibriumView(
        name=name,
        title=row.scheme.title,
        norm=f"{latex(left)}={latex(right)}",
        norm_small=rf"\left({latex(small)}\right)^{{1/{2 * power}}}",
        cosine=(latex(row.cosine), *(f"{latex(s)}^2={latex(square)}" for s, square in row.roots)),
        angle_small=latex(row.angle_small),
        rate_small=latex(row.rate_small),
        exists="" if row.existence is None else latex(row.existence),
        largest=None if decay > BEYOND else decay,
        swings=None if swings is None else swings * lr,
        assumptions=row.assumptions,
        exact=row.exact,
        numbers=numbers(name, dimension=DIMENSION, **SETTING),
    )


def of(name: str) -> EquilibriaView:
    """The page with one scheme on it."""
    if name not in {scheme.name for scheme in SCHEMES}:
        raise ValueError(f"no scheme is called {name!r}")
    return EquilibriaView((view(formulas(name)),), ())
