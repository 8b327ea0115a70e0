"""Training in stages at constant learning rates, with and without the rescaling of weights between them (002, 5)."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch.nn.functional import cross_entropy

from impl.data import Batches, Dataset
from impl.groups import as_rows
from verify.experiments.checkpoint import Phase, Progress, Records, Stateful, run_phase
from verify.experiments.gauge import Gauge
from verify.experiments.networks import Network, network
from verify.experiments.pretraining import accuracy

RESCALINGS = ("none", "weights", "weights and buffer")


@dataclass(frozen=True)
class Stage:
    """SGD at one rate. after: the stage it goes on from, None for a random network.

    length: its part of the steps of a whole run. scale: what the invariant weights are multiplied by before the
    first stage, so that they start near their equilibrium; the network does not change by it.

    rescale: what is divided by the fourth root of (old rate)/(new rate) at its start, one of `RESCALINGS`: nothing;
    the invariant weights (002, 5.2); or also the momentum buffer's part along the weight, its tangential part being
    multiplied, so that buffer and weight keep the proportions of an equilibrium.
    """

    name: str
    network: str
    momentum: float
    lr: float
    weight_decay: float
    batch_size: int = 16
    after: str | None = None
    rescale: str = "none"
    length: float = 1.0
    scale: float = 1.0


@dataclass
class Trained:
    """A network and its optimizer at the end of a stage."""

    network: Network
    optimizer: torch.optim.SGD


def waves(stages: Sequence[Stage], others: Sequence[str] = ()) -> list[list[str]]:
    """Names of pieces of work; those of a wave need only the waves before it. The `others` come in the first."""
    found: list[list[str]] = [list(others)]
    known: dict[str | None, int] = {None: -1}
    for stage in stages:
        known[stage.name] = depth = known[stage.after] + 1
        if depth == len(found):
            found.append([])
        found[depth].append(stage.name)
    # The long pieces first: the last to end then ends early.
    lengths = {stage.name: stage.length for stage in stages}
    return [sorted(wave, key=lambda name: -lengths.get(name, 1.0)) for wave in found]


class Sizes(Protocol):
    """What a configuration says of its stages. steps: of a stage of length 1; span: of an accumulated angle."""

    @property
    def stages(self) -> tuple[Stage, ...]: ...
    @property
    def steps(self) -> int: ...
    @property
    def crop(self) -> int: ...
    @property
    def span(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def checkpoint_every(self) -> int: ...


def through(
    name: str,
    c: Sizes,
    data: Dataset,
    ends: dict[str, Trained],
    *,
    folder: Path,
    fingerprint: str,
    progress: Progress | None,
) -> Records:
    """Train through a stage, after those before it that are not in `ends`, where its own end goes; its records."""
    stage = next(s for s in c.stages if s.name == name)
    if stage.after is not None and stage.after not in ends:
        through(stage.after, c, data, ends, folder=folder, fingerprint=fingerprint, progress=progress)
    ends[name], records = train(
        stage,
        None if stage.after is None else ends[stage.after],
        data,
        steps=max(2, round(stage.length * c.steps)),
        crop=c.crop,
        span=c.span,
        width=c.width,
        seed=c.seed,
        checkpoint_every=c.checkpoint_every,
        folder=folder,
        fingerprint=fingerprint,
        progress=progress,
    )
    return records


def train(
    stage: Stage,
    start: Trained | None,
    data: Dataset,
    *,
    steps: int,
    crop: int,
    span: int,
    width: int,
    seed: int,
    checkpoint_every: int,
    folder: Path,
    fingerprint: str,
    progress: Progress | None,
) -> tuple[Trained, Records]:
    """Train through a stage from `start`, which is left as it is; the records hold what `Gauge` measures."""
    if start is None:
        trained = _random(network(stage.network, data, width=width, seed=seed), stage)
    else:
        trained = copy.deepcopy(start)
        rescale(trained, start.optimizer.param_groups[0]["lr"] / stage.lr, stage.rescale)
        for group in trained.optimizer.param_groups:
            group["lr"] = stage.lr
    module = trained.network.module.train()
    batches = Batches(data, stage.batch_size, seed=seed + (0 if start is None else 1), crop=crop)
    gauge = Gauge(trained.network, trained.optimizer, span)

    def advance(step: int) -> dict:
        images, labels = batches[step]
        trained.optimizer.zero_grad()
        loss = cross_entropy(module(images), labels)
        loss.backward()
        gauge.before()
        trained.optimizer.step()
        record = {"loss": loss.item(), **gauge.after(step)}
        return record | ({"test_accuracy": accuracy(module, data, "cpu")} if step + 1 == steps else {})

    stateful: dict[str, Stateful] = {"module": module, "optimizer": trained.optimizer, "gauge": gauge}
    phase = Phase(stage.name, steps, stateful, advance)
    return trained, run_phase(phase, folder, fingerprint, checkpoint_every, progress)


@torch.no_grad()
def rescale(trained: Trained, drop: float, how: str) -> None:
    """Prepare a rate divided by `drop`; `how` is one of `RESCALINGS`."""
    if how not in RESCALINGS:
        raise ValueError(f"rescale={how!r}: choose one of {RESCALINGS}")
    if how == "none":
        return
    factor = drop**0.25
    for p, invariant in trained.network.invariant():
        w = as_rows(p, invariant)
        buffer = trained.optimizer.state[p].get("momentum_buffer")
        if how == "weights and buffer" and buffer is not None:
            v = as_rows(buffer, invariant)
            radial = (v * w).sum(1, keepdim=True) / (w * w).sum(1, keepdim=True) * w
            buffer.copy_(((v - radial) * factor + radial / factor).reshape(buffer.shape))
        p.div_(factor)


@torch.no_grad()
def _random(net: Network, stage: Stage) -> Trained:
    for p, _ in net.invariant():
        p.mul_(stage.scale)
    return Trained(net, torch.optim.SGD(net.groups(stage.weight_decay), lr=stage.lr, momentum=stage.momentum))
