"""The equilibrium of norm and angle: maps, vectors and networks, measured against Theorems 1 to 3 (002, Figs 2 to 9).

`run` returns the summary below, a dict for JSON. Numbers are rounded to 4 significant digits; null stands for a number
that was not finite. "Over weights" means over the invariant slices; a triple is their 5 %, 50 % and 95 % quantiles.

    schema, config, data, versions    as in `trajectories`
    synthetic       what `synthetic.simulate` returns (C.1, Figs 4, 5)
    vectors         piece → what `approach.pieces` gives: norm and angle relative to their equilibrium
    stages          name → object:
      stage             the `Stage`
      steps, weights    how many steps; how many invariant slices
      product           λη;  angle_predicted: arccos(1 - λη/(1+α))
      loss, step        mean over the bin, and last step of each bin
      angle             angle/predicted, root mean square over the bin: a triple over weights a bin
      norm              ‖w‖²/predicted a bin, a triple; predicted: √(s h̄), h̄ the mean of the last `average` h̃
      first             angle/predicted (root mean square over weights) of each of the first 60 steps
      example           one weight: norm_squared, norm_predicted, gradient, adjusted, angle_mean, angle_rms:
                        lists over the bins
      late              over the second half of the stage:
        norm_squared, norm_predicted, angle_mean, angle_rms    a list over (at most 120) weights; angles over predicted
        ratio           ‖w‖²/predicted;  spread: angle_mean, angle_rms, and angle_off, root mean square of the angle's
                        distance from the predicted one, as triples
        gradient        E‖g̃‖²
        momentum        E⟨v,g⟩‖w‖²/E‖g̃‖²;  correction: 2α of it
        autocorrelation lag → triple of the autocorrelation of ‖g̃‖²
        variation       standard deviation/mean of ‖g̃‖²;  adjusted_variation: of h̃
        least           min/mean of ‖g̃‖²;  adjusted_least: of h̃;  negative: share of steps with h̃ < 0
        radial          max |⟨g,w⟩|/(‖g‖‖w‖)
        silent          share of weights that had no gradient for half of these steps, left out of all quantiles
        accumulated     root mean square angle over `span` steps, radians: a list over all weights, null where silent
        step_angle      likewise over one step
      test_accuracy
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from impl.data import Dataset, cifar10, digits
from verify.experiments.approach import Approach, pieces
from verify.experiments.checkpoint import Phase, Progress, Records, begin, run_phase
from verify.experiments.processes import run_in_processes
from verify.experiments.stage_summary import stage_summary, tidied
from verify.experiments.stages import Stage, Trained, through, waves
from verify.experiments.summary import versions
from verify.experiments.synthetic import Synthetic, simulate

SCHEMA = 1
SGDM: dict[str, Any] = {"momentum": 0.9, "lr": 0.02, "weight_decay": 0.0125}
SGD: dict[str, Any] = {"momentum": 0.0, "lr": 0.1, "weight_decay": 0.01}
NEAR = 0.4
"""ResNet20's filters start with ‖w‖² = 2: times NEAR², that is near the equilibria below."""


def _dropped(name: str, network: str) -> tuple[Stage, ...]:
    dropped = SGDM | {"lr": SGDM["lr"] / 10}
    return (
        Stage(f"{name}-dropped", network, **dropped, after=name, length=2.0),
        Stage(f"{name}-rescaled", network, **dropped, after=name, rescale="weights"),
    )


STAGES = (
    Stage("bn-sgdm", "resnet20-bn", **SGDM, scale=NEAR),
    Stage("wn-sgdm", "resnet20-wn", **SGDM, scale=NEAR),
    Stage("bn-sgd", "resnet20-bn", **SGD, scale=NEAR),
    Stage("wn-sgd", "resnet20-wn", **SGD, scale=NEAR),
    Stage("gn-sgdm", "conv-gn", **SGDM),
    Stage("mlp-bn-sgdm", "mlp-bn", **SGDM),
    Stage("mlp-ln-sgdm", "mlp-ln", **SGDM),
    *_dropped("bn-sgdm", "resnet20-bn"),
    *_dropped("wn-sgdm", "resnet20-wn"),
    Stage(
        "bn-sgdm-rescaled-buffer",
        "resnet20-bn",
        **SGDM | {"lr": SGDM["lr"] / 10},
        after="bn-sgdm",
        rescale="weights and buffer",
        length=0.25,
    ),
    Stage(
        "bn-sgdm-small",
        "resnet20-bn",
        **SGDM | {"lr": SGDM["lr"] / 4},
        batch_size=4,
        after="bn-sgdm",
        rescale="weights and buffer",
    ),
    Stage(
        "bn-sgd-small", "resnet20-bn", **SGD | {"lr": SGD["lr"] / 4}, batch_size=4, after="bn-sgd", rescale="weights"
    ),
)
"""The products λη are such that every stage sees several times (1-α)/(4λη) steps. The small batches have rates that
are smaller by the same factor, 4, as linear scaling asks."""


@dataclass(frozen=True)
class Config:
    """The default runs in minutes on two CPU cores. cifar: CIFAR-10's folder; None takes scikit-learn's digits.

    steps: of a stage of length 1. span: steps of an accumulated angle. average: steps of the mean of h̃ (002, Fig. 2).
    """

    cifar: str | None = None
    width: int = 8
    seed: int = 0
    steps: int = 2400
    span: int = 4
    average: int = 200
    crop: int = 1
    checkpoint_every: int = 1200
    stages: tuple[Stage, ...] = STAGES
    synthetic: Synthetic = field(default_factory=Synthetic)
    vectors: Approach = field(default_factory=Approach)

    @classmethod
    def full(cls, cifar: str) -> "Config":
        """CIFAR-10, ResNet20 at its full width, five times the steps: hours."""
        return cls(cifar=cifar, width=16, steps=12_000, crop=4, checkpoint_every=3000)

    @classmethod
    def tiny(cls) -> "Config":
        """Seconds: for trying the code out, not for conclusions."""
        vectors = Approach(
            replicas=8, dimension=10, weight_decay=0.1, momenta=(0.0, 0.5), settle=2.0, slow=2e-3, alphas=(0.0, 0.5)
        )
        return cls(width=2, steps=16, average=4, checkpoint_every=6, synthetic=Synthetic(steps=800), vectors=vectors)

    def public(self) -> dict[str, Any]:
        """The configuration for the summary: no paths."""
        return json.loads(json.dumps({name: value for name, value in asdict(self).items() if name != "cifar"}))


def run(
    config: Config | None = None,
    *,
    folder: str | Path,
    resume: bool = True,
    progress: Progress | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Run the experiment and return its summary; the arguments and the errors are those of `trajectories.run`."""
    config, folder = config or Config(), begin(folder, resume, workers)
    if workers > 1:
        for names in waves(config.stages, ("synthetic", "vectors")):
            run_in_processes(_work, [(config, folder, name) for name in names], workers, progress)
        progress = None
    return _summary(_Runs(config, _data(config), folder, progress))


def _data(config: Config) -> Dataset:
    return digits() if config.cifar is None else cifar10(config.cifar)


def _work(config: Config, folder: Path, name: str, progress: Progress) -> None:
    """Bring one piece of work to its last checkpoint: what a worker does."""
    runs = _Runs(config, _data(config), folder, progress)
    if name == "synthetic":
        runs.synthetic()
    elif name == "vectors":
        runs.vectors()
    else:
        runs.stage(name)


class _Runs:
    """The pieces of the experiment, each from its checkpoint where there is one."""

    def __init__(self, config: Config, data: Dataset, folder: Path, progress: Progress | None) -> None:
        self.config, self.data, self.folder, self.progress = config, data, folder, progress
        self.ends: dict[str, Trained] = {}

    def synthetic(self) -> dict[str, Any]:
        o, seed = self.config.synthetic, self.config.seed
        return self._simple("synthetic", o, 1, lambda _: {"content": simulate(o, seed)})["content"][0]

    def vectors(self) -> dict[str, Any]:
        o, seed = self.config.vectors, self.config.seed
        work = pieces(o, seed)
        records = self._simple("vectors", o, len(work), lambda i: {"content": work[i][1]()})
        return {name: content for (name, _), content in zip(work, records["content"], strict=True)}

    def stage(self, name: str) -> Records:
        """Train through a stage, after those before it; the records of what was measured."""
        fingerprint = self._fingerprint([self.data.name, {**self.config.public(), "synthetic": None, "vectors": None}])
        return through(
            name,
            self.config,
            self.data,
            self.ends,
            folder=self.folder,
            fingerprint=fingerprint,
            progress=self.progress,
        )

    def _simple(self, name: str, options: Synthetic | Approach, steps: int, advance: Any) -> Records:
        fingerprint = self._fingerprint([asdict(options), self.config.seed])
        return run_phase(Phase(name, steps, {}, advance), self.folder, fingerprint, 1, self.progress)

    def _fingerprint(self, options: Any) -> str:
        """What the numbers depend on. Training does not depend on the simulations, nor they on it."""
        return json.dumps(["equilibrium", SCHEMA, options, versions()])


def _summary(runs: _Runs) -> dict[str, Any]:
    config, data = runs.config, runs.data
    return {
        "schema": SCHEMA,
        "config": config.public(),
        "data": {"name": data.name, "classes": data.classes, "train": len(data.train_labels)},
        "synthetic": tidied(runs.synthetic()),
        "vectors": tidied(runs.vectors()),
        "stages": {s.name: stage_summary(s, runs.stage(s.name), config.average, config.span) for s in config.stages},
        "versions": versions(),
    }
