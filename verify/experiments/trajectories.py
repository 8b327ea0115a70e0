"""ResNet20 with BatchNorm and with WeightNorm in real training: the experiments of 001 D.2.2, D.2.3, D.2.5, D.4, D.5.

`run` trains both networks with SGD-M and with Adam, tracking every filter, and continues from the trained point with
SGD, the schemes that are claimed to equal it, and AdaGrad. It returns the summary below, a dict for JSON. Numbers are
rounded to 5 significant digits (3 for single filters); null stands for a number that was not finite.

    schema          1
    config          the Config, without its paths
    data            name, classes, train, test: the data set and its sizes
    filters         number of radially-invariant filters of the network
    pretraining     {"resnet20-bn-sgd-m", "resnet20-bn-adam", "resnet20-wn-sgd-m", "resnet20-wn-adam"} -> object:
      steps, steps_per_epoch
      step                last step of each bin; the lists below have a value a bin
      loss                mean over the bin
      radial              max |A_k⟨c_k,u_k⟩| over filters and bin           (Fig. 3)
      radial_signed       max A_k⟨c_k,u_k⟩: (H1) asks that it be below 1
      tangential          max η^e‖c^⊥‖ over filters and bin                 (Fig. 4; (H2) asks that it be below π)
      tangential_median   its median over filters and bin
      nu                  {min, median, max} of ν_k = r_k d^{-1/2}‖b_k‖ over filters, the same over the bin (D.2.3)
      scheduling          likewise d^{-1/2}‖b_k‖;  radius: likewise r_k
      test_accuracy       one value an epoch
      largest             {radial, radial_signed, tangential, mismatch}: over the whole run; mismatch is the largest
                          ‖A_kc_k - (x_k - x_{k+1})/r_k‖, formula against step
    continuation    variant -> object (the variants are in config.continuation.variants):
      step                iterations at which the lists below are recorded
      filters             names of the tracked filters, 3 random ones of each residual block
      sgd                 lists along SGD's own run: taylor_printed, max (η‖∇L(u)‖)²/r² (Fig. 5); taylor, max of the
                          scale-free (η‖∇L(u)‖)²/((1-ηλ)²r⁴); taylor_median; ratio_below, max 1 - ρ and ratio_above,
                          max ρ - 1, ρ = η^e_SGD/η^e_AdaGradG along SGD's gradients; bound_width, max
                          1 - (1+t_max/2)^{-1/2}; radial_gradient, max |⟨∇L(x),x⟩|/(‖∇L(x)‖‖x‖), 0 by 001 (2);
                          radius_{min,median,max}; radius_error, max |r_SphericalSGD/r_SGD - 1|
      excess              largest amount, over all steps and filters, by which ρ leaves [(1+t_max/2)^{-1/2}, 1]
      schemes             scheme -> object:
        loss, angle         loss on the batch; median angle of the step, radians
        moved               {mean, median, max} over filters of 1 - cos(filter, filter at the start)
        misalignment        {mean, median, max, tracked} of 1 - cos(filter, SGD's filter); tracked: a list a filter
        lr, inverse_scheduling_{min,median,max}     AdaGrad only: its rate; 1/(d^{-1/2}‖b_k‖) over filters
    versions        what else the numbers depend on
"""

import copy
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from impl.data import Batches, Dataset, cifar10, digits
from impl.models import ResNet20
from verify.atomic import write_text
from verify.experiments.checkpoint import Progress, Records, begin
from verify.experiments.continuation import Continuation, Variant, continue_training, tracked_filters
from verify.experiments.pretraining import Pretraining, filter_weights, pretrain
from verify.experiments.processes import run_in_processes
from verify.experiments.summary import continuation_summary, pretraining_summary, versions

SCHEMA = 1
NORMS, METHODS = ("bn", "wn"), ("sgd-m", "adam")


@dataclass(frozen=True)
class Config:
    """The default runs in minutes on two CPU cores; `full` is the size of the paper.

    cifar: the folder of CIFAR-10's binary version; None takes scikit-learn's digits instead. device: a torch device.
    """

    cifar: str | None = None
    width: int = 16
    seed: int = 0
    device: str = "cpu"
    pretraining: Pretraining = field(default_factory=Pretraining)
    continuation: Continuation = field(default_factory=Continuation)

    @classmethod
    def full(cls, cifar: str, device: str = "cpu") -> "Config":
        """CIFAR-10, 200 epochs, with the usual augmentation: hours on an accelerator."""
        return cls(
            cifar=cifar,
            device=device,
            pretraining=Pretraining(epochs=200, crop=4, flip=True, checkpoint_every=2000),
            continuation=Continuation(
                steps=4000, batch_size=128, log_every=100, crop=4, flip=True, checkpoint_every=500
            ),
        )

    @classmethod
    def tiny(cls) -> "Config":
        """Seconds: for trying the code out, not for conclusions."""
        return cls(
            width=2,
            pretraining=Pretraining(epochs=1, batch_size=256, checkpoint_every=2),
            continuation=Continuation(steps=4, batch_size=64, log_every=2, checkpoint_every=3),
        )

    def public(self) -> dict[str, Any]:
        """The configuration for the summary: no paths, no devices."""
        content = {name: value for name, value in asdict(self).items() if name not in ("cifar", "device")}
        return json.loads(json.dumps(content))


def run(
    config: Config | None = None,
    *,
    folder: str | Path,
    resume: bool = True,
    progress: Progress | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Run the experiment and return its summary; `progress(phase, done, total)` is called after every step.

    folder: where the checkpoints live; an interrupted run continues from them, a finished one is only read.
    resume=False deletes them first. workers: processes, each with one thread, that share the phases; 1 for none but
    this one. Raises ValueError when the checkpoints belong to another configuration, or for workers < 1.
    """
    config, folder = config or Config(), begin(folder, resume, workers)
    data = digits() if config.cifar is None else cifar10(config.cifar)
    if workers > 1:
        for names in (pretraining_names(), [variant.name for variant in config.continuation.variants]):
            run_in_processes(_run_phase, [(config, folder, name) for name in names], workers, progress)
    with deterministic(config.device):
        return _run(config, data, folder, progress if workers == 1 else None)


def pretraining_names() -> list[str]:
    """The runs from scratch whose ends the continuations start from."""
    return [f"resnet20-{norm}-{method}" for norm in NORMS for method in METHODS]


def write(summary: dict[str, Any], path: str | Path) -> None:
    """Write the summary as JSON, in one step; the same summary gives the same bytes."""
    write_text(Path(path), json.dumps(summary, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n")


def _run(config: Config, data: Dataset, folder: Path, progress: Progress | None) -> dict[str, Any]:
    runs = _Runs(config, data, folder, progress)
    per_epoch = Batches(data, config.pretraining.batch_size).steps_per_epoch
    pretraining = {name: pretraining_summary(runs.pretrained(name)[1], per_epoch) for name in pretraining_names()}
    continuation = {}
    for variant in config.continuation.variants:
        model = runs.start(variant)
        tracked = tracked_filters(model, config.continuation.filters_per_block, config.seed)
        continuation[variant.name] = continuation_summary(runs.continued(variant, model), *tracked)
    return {
        "schema": SCHEMA,
        "config": config.public(),
        "data": {
            "name": data.name,
            "classes": data.classes,
            "train": len(data.train_labels),
            "test": len(data.test_labels),
        },
        "filters": sum(len(p) for p in filter_weights(runs.trained("bn"))),
        "pretraining": pretraining,
        "continuation": continuation,
        "versions": versions(),
    }


def _run_phase(config: Config, folder: Path, name: str, progress: Progress) -> None:
    """Bring one phase to its end, that is to its last checkpoint: what a worker does."""
    data = digits() if config.cifar is None else cifar10(config.cifar)
    runs = _Runs(config, data, folder, progress)
    with deterministic(config.device):
        if name in pretraining_names():
            runs.pretrained(name)
        else:
            variant = next(v for v in config.continuation.variants if v.name == name)
            runs.continued(variant, runs.start(variant))


class _Runs:
    """The runs of an experiment, each from its checkpoint where there is one."""

    def __init__(self, config: Config, data: Dataset, folder: Path, progress: Progress | None) -> None:
        self.config, self.data = config, data
        public = config.public()
        self.first = json.dumps([SCHEMA, data.name, {**public, "continuation": None}, versions()])
        self.second = json.dumps([SCHEMA, data.name, public, versions()])
        self.shared: dict[str, Any] = {
            "seed": config.seed,
            "device": config.device,
            "folder": folder,
            "progress": progress,
        }
        self.models: dict[str, tuple[ResNet20, Records]] = {}

    def pretrained(self, name: str) -> tuple[ResNet20, Records]:
        if name not in self.models:
            _, norm, method = name.split("-", 2)
            options, width = self.config.pretraining, self.config.width
            self.models[name] = pretrain(
                norm, method, self.data, options, width=width, fingerprint=self.first, **self.shared
            )
        return self.models[name]

    def trained(self, norm: str) -> ResNet20:
        """Where the continuations start: the end of SGD-M's run."""
        return self.pretrained(f"resnet20-{norm}-sgd-m")[0]

    def start(self, variant: Variant) -> ResNet20:
        if variant.trained:
            return copy.deepcopy(self.trained(variant.norm))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.config.seed)
            return ResNet20(
                norm=variant.norm,
                in_channels=self.data.channels,
                classes=self.data.classes,
                width=self.config.width,
            )

    def continued(self, variant: Variant, model: ResNet20) -> Records:
        return continue_training(
            variant, model, self.data, self.config.continuation, fingerprint=self.second, **self.shared
        )


@contextmanager
def deterministic(device: str) -> Iterator[None]:
    """Only deterministic kernels of torch on a device other than the CPU; as before after it.

    Older versions of torch then refuse products of matrices on CUDA, unless the environment gives cuBLAS workspaces.
    """
    # On a CPU these networks meet no nondeterministic kernel, and the switch would import torch's compiler: seconds.
    if device == "cpu":
        yield
        return
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
