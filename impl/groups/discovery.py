"""Finding the radially-invariant slices of any model that runs on a sample: by gradients, confirmed by rescaling.

1. In float64, without the epsilons of the normalisations, at a generic point near the weights: the slices x to which
   the gradients of random functions of the outputs are orthogonal, ⟨∇L, x⟩ = 0 (`impl.groups.cuts`).
2. There too: multiplying each slice by a factor of its own must leave the outputs as they are.
3. At the weights, with the epsilons as they are: how far the model is from that, `violation` and `shift`.

What counts as 0 is √ε of float64: half of its digits, far from rounding and from what is not invariant alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from impl.groups.arithmetic import without_epsilons
from impl.groups.cuts import SILENT, Cut, find_cuts, invariant_of
from impl.groups.paths import named_nodes, ways
from impl.groups.probe import Loss, Subject, check_repeatable, distance, generic, gradients, outputs, prepare
from impl.groups.slices import Invariant
from impl.groups.structure import unwrapped

TOLERANCE = torch.finfo(torch.float64).eps ** 0.5
NEARLY = 1e-3
"""A cosine that is worth a remark: three gradients are not that close to orthogonal by chance."""
FUNCTIONALS = 3
FACTORS = (0.25, 0.5, 2.0, 4.0)
"""Powers of two, so that a rescaled slice has the same digits."""


@dataclass(frozen=True)
class Found:
    """What is known of one parameter.

    invariant: the option for the optimizers of `impl.optim`, in training mode. training, evaluation: the slices in
    either mode. residual: the largest |cos(∇L, slice)| without epsilons; violation: with them, at the weights; shift:
    how much of the outputs changes there when the slices are scaled by 1/4 to 4. Each None where there is no slice.
    silent: filters that the sample says nothing about. reason: the operations up to the nearest normalisation.
    """

    name: str
    shape: tuple[int, ...]
    trainable: bool
    invariant: Invariant
    training: tuple[Cut, ...]
    evaluation: tuple[Cut, ...]
    residual: float | None
    violation: float | None
    shift: float | None
    silent: int
    reason: str


@dataclass(frozen=True)
class Discovery:
    """What `find_groups` found, a row a parameter in the order of `named_parameters()`; tied ones once."""

    model: nn.Module
    found: tuple[Found, ...]

    def param_groups(self) -> list[dict[str, Any]]:
        """Parameter groups for an optimizer, one for each `invariant`; frozen parameters are left out."""
        parameters = dict(self.model.named_parameters())
        rows = [row for row in self.found if row.trainable]
        return [
            {"params": [parameters[row.name] for row in rows if row.invariant == invariant], "invariant": invariant}
            for invariant in dict.fromkeys(row.invariant for row in rows)
        ]

    def rows(self) -> list[dict[str, Any]]:
        """What `found` says, in JSON's types."""
        return [asdict(row) for row in self.found]

    def table(self) -> str:
        """A line a parameter, for reading."""
        lines = [("parameter", "shape", "invariant", "slices in training", "in eval", "violation", "why")]
        for row in self.found:
            cuts = ", ".join(cut.words() for cut in row.training) or "-"
            same = "same" if row.training == row.evaluation else ", ".join(c.words() for c in row.evaluation) or "-"
            size = "-" if row.violation is None else f"{row.violation:.1e}"
            why = row.reason + (f"; {row.silent} filters without gradient" if row.silent else "")
            frozen = "" if row.trainable else " (frozen)"
            lines.append((row.name + frozen, str(row.shape), str(row.invariant), cuts, same, size, why))
        widths = [max(len(line[i]) for line in lines) for i in range(6)]
        return "\n".join(
            "  ".join([*(cell.ljust(w) for cell, w in zip(line, widths, strict=False)), line[6]]) for line in lines
        )


def find_groups(model: nn.Module, sample: Any, *, loss: Loss | None = None, seed: int = 0) -> Discovery:
    """The radially-invariant slices of every parameter of `model`, in training and in evaluation mode.

    sample: what the model's forward takes: a tensor, a tuple of arguments or a dict of keywords; a batch of a few
    examples, with more than one where there is a BatchNorm. loss(model, sample): what is trained, where the outputs
    alone do not say it (a loss that reads the weights, say). The model itself is not touched: a float64 copy runs, in
    float64 also where the model asks for less. Of a model in training mode, the parts in evaluation mode stay so.
    Around torch.compile, DataParallel and DistributedDataParallel the parameters have the names of the model inside.

    An epsilon is found where it is an attribute of a module or the eps of one of torch's normalisations. One that is
    written into other code stays, its slices are then not found, and the reason says that they are nearly invariant.

    Raises ValueError when the model cannot be copied, does not run on the sample, returns nothing with a gradient, or
    returns something else when it runs again.
    """
    model = unwrapped(model)
    training, ways_to, residuals, silent = _decide(model, sample, loss, True, seed)
    evaluation = _decide(model, sample, loss, False, seed)[0]
    violations, shifts = _measured(prepare(model, sample, loss=loss, training=True, seed=seed), training)
    rows = tuple(
        Found(
            name,
            tuple(p.shape),
            p.requires_grad,
            invariant_of(p, training[name]),
            training[name],
            evaluation[name],
            residuals.get(name),
            violations.get(name),
            shifts.get(name),
            silent[name],
            ways_to[name],
        )
        for name, p in model.named_parameters()
    )
    return Discovery(model, rows)


Cuts = Mapping[str, tuple[Cut, ...]]


def _decide(
    model: nn.Module, sample: Any, loss: Loss | None, training: bool, seed: int
) -> tuple[Cuts, dict[str, str], dict[str, float], dict[str, int]]:
    """Steps 1 and 2 in one mode: cuts, the ways to a normalisation, residuals, silent filters."""
    subject = prepare(model, sample, loss=loss, training=training, seed=seed)
    generic(subject)
    with without_epsilons(subject.model):
        with named_nodes(subject.model) as names:
            made = outputs(subject)
        reasons = ways(subject.parameters, made, names)
        slopes = gradients(subject, made, FUNCTIONALS)
        strides = _transposed(subject.model)
        lengths = [float((g.norm() * p.norm()).detach()) for s in slopes for g, p in _pairs(subject, s)]
        floor = SILENT * max(lengths, default=0.0)
        cuts: dict[str, tuple[Cut, ...]] = {}
        silent: dict[str, int] = {}
        residuals: dict[str, float] = {}
        plain = [t.detach() for t in made]
        check_repeatable(subject, plain, TOLERANCE)
        partners = _together(subject, slopes, floor)
        for name, p in subject.parameters.items():
            own = [s[name] for s in slopes]
            groups = strides.get(name, 1)
            cuts[name], silent[name] = find_cuts(p.detach(), own, groups, tolerance=TOLERANCE, floor=floor)
            if cuts[name] and _shift(subject, p, cuts[name], plain) > TOLERANCE:
                cuts[name] = ()
                reasons[name] += "; orthogonal to its gradient here, but not invariant"
            elif not cuts[name] and name in partners:
                reasons[name] += f"; invariant only together with {partners[name]}"
            elif not cuts[name] and (near := find_cuts(p.detach(), own, groups, tolerance=NEARLY, floor=floor)[0]):
                size = _cosine(p.detach(), own, near, floor)
                words = ", ".join(cut.words() for cut in near)
                reasons[name] += (
                    f"; {words} nearly invariant, to {size:.0e}: an epsilon that is neither attribute nor eps?"
                )
            if cuts[name]:
                residuals[name] = _cosine(p.detach(), own, cuts[name], floor)
    return cuts, reasons, residuals, silent


def _measured(subject: Subject, cuts: Cuts) -> tuple[dict[str, float], dict[str, float]]:
    """Step 3: by name, the largest cosine between gradient and slice, and the change of the outputs."""
    made = outputs(subject)
    slopes = gradients(subject, made, FUNCTIONALS)
    plain = [t.detach() for t in made]
    violations: dict[str, float] = {}
    shifts: dict[str, float] = {}
    for name, p in subject.parameters.items():
        if cuts[name]:
            violations[name] = _cosine(p.detach(), [s[name] for s in slopes], cuts[name], 0.0)
            shifts[name] = _shift(subject, p, cuts[name], plain)
    return violations, shifts


@torch.no_grad()
def _shift(subject: Subject, p: nn.Parameter, cuts: Sequence[Cut], plain: Sequence[Tensor]) -> float:
    """‖outputs with rescaled slices - outputs‖/‖outputs‖, the largest of the outputs."""
    generator, before = torch.Generator().manual_seed(subject.seed), p.detach().clone()
    try:
        for cut in cuts:
            chosen = torch.randint(len(FACTORS), (cut.count,), generator=generator)
            p.copy_(cut.scaled(p, torch.tensor(FACTORS, dtype=p.dtype)[chosen]))
        with torch.enable_grad():
            made = outputs(subject)
        return distance(made, plain)
    finally:
        p.copy_(before)


def _cosine(p: Tensor, slopes: Sequence[Tensor], cuts: Sequence[Cut], floor: float) -> float:
    """The largest |cos(∇L, slice)| of the slices that have a gradient."""
    largest = 0.0
    for cut in cuts:
        x = cut.rows(p)
        for slope in slopes:
            g = cut.rows(slope)
            length = g.norm(dim=1) * x.norm(dim=1)
            known = length > floor
            largest = max(largest, float(((g * x).sum(1).abs() / length)[known].max() if known.any() else 0.0))
    return largest


def _together(subject: Subject, slopes: Sequence[Mapping[str, Tensor]], floor: float) -> dict[str, str]:
    """Pairs of parameters, such as a weight and its bias, to which the gradients are orthogonal only as one vector."""
    names = list(subject.parameters)
    inner = torch.stack([torch.stack([(s[n] * subject.parameters[n]).sum() for n in names]) for s in slopes]).detach()
    sizes = torch.stack([torch.stack([s[n].norm() * subject.parameters[n].norm() for n in names]) for s in slopes])
    found = {}
    for i, name in enumerate(names):
        whole = (inner + inner[:, [i]]).abs() <= TOLERANCE * sizes[:, [i]]
        for j in torch.nonzero(whole.all(0) & (inner[:, [i]].abs() > TOLERANCE * sizes[:, [i]]).all(0)).flatten():
            if int(j) != i and bool((sizes[:, i] > floor).all()):
                found[name] = names[int(j)]
    return found


def _pairs(subject: Subject, slopes: Mapping[str, Tensor]) -> list[tuple[Tensor, Tensor]]:
    return [(slopes[name], p.detach()) for name, p in subject.parameters.items()]


def _transposed(model: nn.Module) -> dict[str, int]:
    """The groups of transposed convolutions, by the name of their weights."""
    kinds = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    layers = {name: module for name, module in model.named_modules() if isinstance(module, kinds)}
    found = {f"{name}.weight".lstrip("."): module.groups for name, module in layers.items()}
    return found | {
        f"{name}.parametrizations.weight.{part}".lstrip("."): module.groups
        for name, module in layers.items()
        for part in ("original", "original0", "original1")
    }
