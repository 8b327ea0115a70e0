"""The monitor: two hooks of an optimizer, around each step that is to be logged."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from impl.groups import Discovery
from impl.groups.slices import PerRow, Rows
from impl.monitor.alarms import Alarm, Past, alarms
from impl.monitor.effective import effective, root_mean_square
from impl.monitor.equilibrium import equilibrium
from impl.monitor.records import MEASURED, PREDICTED, mean, record
from impl.monitor.rules import Rule, division, rule
from impl.monitor.sinks import Record, Sink
from impl.monitor.slices import Batch, batches, chosen, discovered, doubts

LOG = logging.getLogger("orthodrome")


class SphericalMonitor:
    """Logs the effective quantities of the radially-invariant slices that `optimizer` trains, at every `every`-th step.

    sample: a batch as the model takes it: watched is what `impl.groups.find_groups(model, sample)` finds; or give that
    as slices. Without either, what the parameter groups call `invariant`, and where none does, what
    `invariant_parameters(model)` finds: where that may not be all, a warning says so. sinks: see `impl.monitor.sinks`.
    keep: collect the records in `records`. by_slice: each record has a list over its slices too. average: steps over
    which the second moment L of the gradients is averaged, for the predictions. patience: steps to equilibrium that
    are worth an alarm.

    A record is the mean over the slices of one parameter that are not 0: `step`, counted from 0; `name`, `kind` (of
    the rule, None where it is not known), `slices`, `dimension`, `lr`, `weight_decay` (as the equilibrium has it); the
    columns of `Effective`; and `equilibrium_radius`, `equilibrium_angle`, their ratios to the measured ones `distance`
    = r/r* and `angle_ratio`, `steps_left`, None where nothing is predicted. Of a rule that is not known
    `effective_learning_rate` and `c_tangent` are None, and `velocity` is their product all the same. Gradients are
    taken as the step takes them: unscaled, accumulated, clipped. Parameters that are unfrozen, or added by
    add_param_group, are watched from then on.
    In a distributed run the first process alone logs. Parameters must be whole: no FSDP.

    Raises ValueError for an option out of range, or when there is nothing to watch.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        *,
        sample: Any = None,
        slices: Discovery | None = None,
        every: int = 10,
        sinks: Sequence[Sink] = (),
        keep: bool = True,
        by_slice: bool = False,
        average: float = 100.0,
        patience: int = 1000,
    ) -> None:
        if every < 1:
            raise ValueError(f"every={every!r}: give a positive number of steps, 1 for each step")
        if not average >= 1:
            raise ValueError(f"average={average!r}: give a number of steps, at least 1")
        self.every, self.sinks = every, tuple(sinks)
        self.keep, self.by_slice, self.patience = keep, by_slice, patience
        self.model, self.optimizer, self.slices = model, optimizer, discovered(model, slices, sample)
        self.batches: tuple[Batch, ...] = ()
        self._averages: list[Tensor] = []
        if not self._watch():
            raise ValueError(
                f"model={type(model).__name__}: the optimizer trains no radially-invariant slice that is known; give "
                "sample=batch to look for them, or parameter groups with their invariant"
            )
        if self.slices is None and _first_process() and (words := doubts(model, optimizer)):
            LOG.warning("%s", words)
        self.memory = (1 - 1 / average) ** every
        self.step = 0
        self.records: list[Record] = []
        self.alarms: list[Alarm] = []
        self._past: dict[str, Past] = {}
        self._before: list[tuple[Rows, Rows | None, tuple[bool, ...]]] | None = None
        self._begun = False
        self._handles = [optimizer.register_step_pre_hook(self._pre), optimizer.register_step_post_hook(self._post)]

    def remove(self) -> None:
        """Take the hooks off the optimizer."""
        for handle in self._handles:
            handle.remove()

    def columns(self) -> dict[str, list[Any]]:
        """The records by column, as pandas.DataFrame and others take them."""
        return {key: [record[key] for record in self.records] for key in (self.records[0] if self.records else ())}

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs: the step, averages, what alarms compare with. The records are not part of it."""
        return {
            "step": self.step,
            "names": self._names(),
            "averages": list(self._averages),
            "past": {name: asdict(past) for name, past in self._past.items()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from `state_dict`. Raises ValueError when it is about other parameters."""
        if list(state["names"]) != self._names():
            odd = sorted(set(state["names"]) ^ set(self._names())) or ["their order"]
            raise ValueError(f"state: it watched other parameters ({', '.join(odd[:3])}); load it into the same model")
        sizes, ours = ([tuple(t.shape) for t in averages] for averages in (state["averages"], self._averages))
        if sizes != ours:
            raise ValueError(
                f"state: it watched other slices (of shapes {sizes}, here {ours}); load it into the same model"
            )
        self.step = int(state["step"])
        self._averages = list(state["averages"])
        self._past = {name: Past(**past) for name, past in state["past"].items()}

    def _watch(self) -> bool:
        """Gather the slices that the optimizer has now, if any, and keep the averages of those that it had."""
        kept = dict[str, Tensor]()
        for batch, averages in zip(self.batches, self._averages, strict=True):
            parts = averages.split([w.count for w in batch.members], dim=1)
            kept |= {w.name: part for w, part in zip(batch.members, parts, strict=True)}
        self._sizes = self._trained()
        self.batches = batches(self.optimizer, chosen(self.model, self.optimizer, self.slices))
        self._averages = [
            torch.cat([kept.get(w.name, torch.zeros(2, w.count, dtype=torch.float64)).cpu() for w in b.members], dim=1)
            for b in self.batches
        ]
        return bool(self.batches)

    def _trained(self) -> list[int]:
        return [len(group["params"]) for group in self.optimizer.param_groups]

    def _names(self) -> list[str]:
        return [member.name for batch in self.batches for member in batch.members]

    @torch.no_grad()
    def _pre(self, optimizer: torch.optim.Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._before, self._begun = None, True
        if self.step % self.every or not _first_process():
            return
        if self._trained() != self._sizes:  # add_param_group since then
            self._watch()
        late = any(callable(given) for given in (*args, *kwargs.values()))  # a closure: gradients come inside the step
        scale = getattr(optimizer, "grad_scale", None)  # a fused optimizer unscales inside the step
        self._before = []
        for batch in self.batches:
            grads = [w.p.grad for w in batch.members]
            x = batch.gather([w.p for w in batch.members], _wide(batch))
            g = None if late else batch.gather(grads, x.dtype)
            if g is not None and scale is not None:
                g = g / scale.to(g)
            self._before.append((x, g, tuple(grad is not None for grad in grads)))

    @torch.no_grad()
    def _post(self, optimizer: torch.optim.Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        begun, self._begun = self._begun, False
        if not begun:
            return  # of a step that calls that of its base class, which has hooks too: that one is counted
        overflow = getattr(optimizer, "found_inf", None)
        if overflow is not None and bool(overflow):
            return  # the step was left out
        before, self._before, step = self._before, None, self.step
        self.step += 1
        if before is None:
            return
        rules = [rule(optimizer, group) for group in optimizer.param_groups]
        before = [
            (x, g, tuple(w.p.grad is not None for w in batch.members) if g is None else active)
            for batch, (x, g, active) in zip(self.batches, before, strict=True)
        ]
        rows = [
            self._rows(i, batch, rules[batch.group], *held)
            for i, (batch, held) in enumerate(zip(self.batches, before, strict=True))
        ]
        self._log(step, rules, rows, [active for _, _, active in before])

    def _rows(self, i: int, batch: Batch, known: Rule, x: Rows, g: Rows | None, active: tuple[bool, ...]) -> Tensor:
        """`QUANTITIES` of every slice of a batch, shape (quantities, slices); NaN where nothing is predicted."""
        members = batch.members
        if g is None:
            g = batch.gather([w.p.grad for w in members], x.dtype)
        following = batch.gather([w.p for w in members], x.dtype)
        size: PerRow | float = 1.0 if known.kind is not None else torch.nan
        if known.divided:
            divisions = [division(known, self.optimizer.state[w.p], w.p) for w in members]
            size = root_mean_square(batch.gather(divisions, x.dtype))  # 0, and nothing said, before its first step
            size = torch.where(size > 0, size, torch.nan)
        seen = effective(x, following, g, known.lr, size)
        rest = equilibrium(known, seen.radius, self._averaged(i, batch, seen.second_moment, active), batch.dimension)
        measured = [getattr(seen, name) for name in MEASURED]
        if rest is None:
            return torch.stack([*measured, *[torch.full_like(seen.radius, torch.nan)] * len(PREDICTED)])
        ratios = (seen.radius / rest.radius, seen.angle / rest.angle)
        return torch.stack([*measured, rest.radius, rest.angle, *ratios, rest.steps_left])

    def _averaged(self, i: int, batch: Batch, moment: PerRow, active: tuple[bool, ...]) -> PerRow:
        """The exponential average of the second moments, without the weight of its start."""
        device = moment.device
        on = torch.tensor(active, device=device).repeat_interleave(
            torch.tensor([w.count for w in batch.members], device=device)
        )
        on = on & moment.isfinite()
        before = self._averages[i].to(device)
        new = torch.stack([moment.nan_to_num(0.0, 0.0, 0.0), torch.ones_like(moment)])
        self._averages[i] = after = torch.where(on, self.memory * before + (1 - self.memory) * new, before)
        return after[0] / after[1]

    def _log(
        self, step: int, rules: Sequence[Rule], rows: Sequence[Tensor], active: Sequence[tuple[bool, ...]]
    ) -> None:
        """One transfer from the device for all of it, then records, alarms, sinks."""
        together = torch.cat([r.to(rows[0].device) for r in rows], dim=1).cpu()
        counts = [w.count for batch in self.batches for w in batch.members]
        parts = together.split(counts, dim=1)
        means = torch.stack([mean(part) for part in parts]).tolist()
        watched = [
            (batch, w, on)
            for batch, ons in zip(self.batches, active, strict=True)
            for w, on in zip(batch.members, ons, strict=True)
        ]
        records, raised = list[Record](), list[Alarm]()
        for (batch, w, on), numbers, part in zip(watched, means, parts, strict=True):
            if not on:
                continue
            known = rules[batch.group]
            found = record(step, w, known, numbers, part if self.by_slice else None)
            past = self._past.setdefault(w.name, Past(found["radius"], known.lr, {}))
            raised += alarms(found, known, past, eps=torch.finfo(w.p.dtype).eps, patience=self.patience)
            records.append(found)
        for alarm in raised:
            LOG.warning("step %d: %s", alarm.step, alarm.message)
        self.alarms += raised
        if self.keep:
            self.records += records
        for sink in self.sinks:
            sink(step, records, raised)


def _wide(batch: Batch) -> torch.dtype:
    """Half precision is not enough for a difference of weights."""
    return torch.promote_types(batch.members[0].p.dtype, torch.float32)


def _first_process() -> bool:
    distributed = torch.distributed
    return not (distributed.is_available() and distributed.is_initialized()) or distributed.get_rank() == 0
