"""The optimizer under audit as a row of `verify.trace`: its options under the names of a scheme, its buffers found."""

import math
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import torch

from derivations.scheme import Scheme
from verify.audit.target import Needs, Optimizer, Target, given
from verify.cases import Case, seeded_cases
from verify.tolerance import TrackedSpace
from verify.trace import Subject, compare

ALIASES = {"beta": ("alpha", "rho", "beta"), "v0": ("initial_accumulator_value",)}
"""Other names of a scheme's hyper-parameters. β₁ and β₂ are also the two `betas`."""

OFF = ("weight_decay", "dampening", "lr_decay", "momentum")
"""What an optimizer that does not take it does without."""

BUFFERS = {
    "m": ("exp_avg", "momentum_buffer", "momentum"),
    "v": ("exp_avg_sq", "square_avg", "second_moment"),
    "p": ("momentum_buffer", "momentum"),
    "u": ("momentum_buffer", "momentum"),
    "sum": ("sum",),
}
"""Names that a scheme's buffer usually has, for an optimizer whose numbers do not tell."""

WD_RATIO = 0.5
"""Of optimizers that have one: it multiplies without rounding, and released code refuses 1."""

TANGENT_ONLY = ("adamp", "sgdp", "sgdp-l2")
"""Schemes written for weights that their test takes for scale-invariant: their gradients are tangent."""


@dataclass(frozen=True)
class Binding:
    """A target as a subject of `verify.trace`.

    arguments: hyper-parameters → the arguments beyond the audit's options. fixed: values of those that cannot be
    chosen: given as options, or not taken.
    """

    target: Target
    subject: Subject
    arguments: Callable[[SimpleNamespace], dict[str, Any]]
    fixed: Mapping[str, float]
    slices: str

    def cases(self, count: int, seed: int, dtype: torch.dtype) -> Iterator[Case]:
        """Plain cases first, so that a difference shows in one that can be read; then drawn ones, extremes included.

        Those that the optimizer refuses are left out.
        """
        scheme = self.subject.scheme
        for case in (*_plain(scheme, dtype), *seeded_cases(scheme, count, seed, dtype=dtype)):
            h = SimpleNamespace(**{**vars(case.hyperparameters), **self.fixed})
            gradient = "tangent" if scheme.name in TANGENT_ONLY else case.gradient
            case = replace(case, hyperparameters=h, slices=self.slices, gradient=gradient)
            if self.target.needs.matrices:
                case = replace(case, shapes=tuple((shape[0], math.prod(shape[1:])) for shape in case.shapes))
            if self._taken(case):
                yield case

    def plain(self) -> Iterator[tuple[Case, Mapping[str, Any]]]:
        """The plain cases in float64, with each way of computing."""
        for case in self.cases(0, 0, torch.float64):
            for options in self.subject.options:
                yield case, options

    def _taken(self, case: Case) -> bool:
        try:
            self.target.make([torch.nn.Parameter(torch.ones(2, 2))], **self.arguments(case.hyperparameters))
        except ValueError:  # the usual word of an optimizer for options that exclude one another
            return False
        return True


def bind(target: Target, scheme: Scheme, slices: str = "channel", buffers: bool = True) -> Binding:
    """The target beside `scheme`, a row of a tensor a weight ("channel") or the tensor itself ("whole").

    buffers: find them in the optimizer's state; without, parameters alone are compared.
    """
    names = {name: spelled(name, target) for name in scheme.hyperparameters}
    fixed = {name: _given(name, names[name], target, scheme) for name in names}
    known = {name: value for name, value in fixed.items() if value is not None}

    def arguments(h: SimpleNamespace) -> dict[str, Any]:
        found = {names[n]: getattr(h, n) for n in names if names[n] in target.accepted and n not in known}
        found.pop("betas", None)
        if "betas" in target.accepted and "betas" not in target.kwargs and hasattr(h, "beta1"):
            found["betas"] = (h.beta1, h.beta2)
        if "wd_ratio" in target.accepted and "weight_decay" in found:  # the schemes' λ is the effective decay
            found |= {"wd_ratio": target.kwargs.get("wd_ratio", WD_RATIO)}
            undone = 1 - getattr(h, "momentum", 0.0) if scheme.name.startswith("sgd") else 1
            found["weight_decay"] *= undone / found["wd_ratio"]
        return found

    def make(params: Any, h: SimpleNamespace, **options: Any) -> Optimizer:
        return _driven(_keeping_gradients(target.make(params, **arguments(h), **options)), target.needs)

    subject = Subject(target.name, scheme, make, lambda h: {}, options=_variants(target))
    binding = Binding(target, subject, arguments, known, slices)
    return replace(binding, subject=replace(subject, buffers=_buffers(binding))) if buffers else binding


def weights(scheme: Scheme) -> tuple[str, ...]:
    """What may be a weight of the scheme: a row of a tensor, or the tensor."""
    if scheme.of_matrix:
        return ("whole",)
    return ("channel",) if scheme.name in TANGENT_ONLY else ("channel", "whole")


def spelled(name: str, target: Target) -> str:
    """The option under which the target takes a hyper-parameter; the name itself where it takes none."""
    if name in ("beta1", "beta2") and "betas" in target.accepted:
        return "betas"
    return next((alias for alias in (name, *ALIASES.get(name, ())) if target.accepts(alias)), name)


def _given(name: str, option: str, target: Target, scheme: Scheme) -> float | None:
    """The value that a hyper-parameter has in every run; None where runs may choose it."""
    if option in target.kwargs:
        value = target.kwargs[option]
        return float(value[name == "beta2"] if option == "betas" else value)
    if target.accepts(option):
        return None
    domain = scheme.hyperparameters[name]
    return 0.0 if name in OFF and domain.low == 0 else domain.default


def _variants(target: Target) -> tuple[dict[str, Any], ...]:
    """foreach, fused and the loop, where the target offers the choice; fused on a CPU is torch's."""
    foreach = target.accepts("foreach") and "foreach" not in target.kwargs
    fused = target.package == "torch" and target.accepts("fused") and "fused" not in target.kwargs
    loops: tuple[dict[str, Any], ...] = ({"foreach": False}, {"foreach": True}) if foreach else ({},)
    return loops + (({"fused": True},) if fused and foreach else ())


def _keeping_gradients(optimizer: Optimizer) -> Optimizer:
    """What becomes of p.grad is another law's question: here it is put back after each step."""
    kept: list[tuple[torch.Tensor, torch.Tensor | None]] = []

    def before(o: Optimizer, args: Any, kwargs: Any) -> None:
        parameters = [p for group in o.param_groups for p in group["params"]]
        kept[:] = [(p, None if p.grad is None else p.grad.clone()) for p in parameters]

    def after(o: Optimizer, args: Any, kwargs: Any) -> None:
        for p, gradient in kept:
            p.grad = gradient

    optimizer.register_step_pre_hook(before)
    optimizer.register_step_post_hook(after)
    return optimizer


def _driven(optimizer: Optimizer, needs: Needs) -> Optimizer:
    """The optimizer with a plain `step()` that gives it what it needs, from the p.grad that it finds."""

    def take(self: Optimizer) -> None:
        parameters = [p for group in self.param_groups for p in group["params"] if p.grad is not None]
        dense = [p.grad for p in parameters]

        def give() -> torch.Tensor:
            for p, gradient in zip(parameters, dense, strict=True):
                p.grad = given(p, gradient, needs)
            return torch.zeros(())

        give()
        type(self).step(self, *((give,) if needs.closure else ()))
        for p, gradient in zip(parameters, dense, strict=True):
            p.grad = gradient

    if needs.closure or needs.sparse or needs.graph:
        vars(optimizer)["step"] = types.MethodType(take, optimizer)  # a method, as torch's schedulers ask
    return optimizer


def _plain(scheme: Scheme, dtype: torch.dtype) -> Iterator[Case]:
    """Four steps of six numbers: without decay and momentum, with each, with both; then longer, larger, smaller."""
    h = {name: domain.default for name, domain in scheme.hyperparameters.items()}
    h |= {"lr": 0.1} | {name: 0.0 for name in OFF if name in h and scheme.hyperparameters[name].low == 0}
    decays = (0.0, 0.1) if "weight_decay" in h else (None,)
    momenta = (0.0, 0.9) if "momentum" in h else (None,)
    for momentum in momenta:
        for decay in decays:
            chosen = {"weight_decay": decay, "momentum": momentum}
            numbers = SimpleNamespace(**(h | {name: v for name, v in chosen.items() if v is not None}))
            for radius, scale in ((1.0, 1.0), (100.0, 1.0), (1.0, 1e-4)):
                yield Case(
                    1,
                    ((2, 3),),
                    numbers,
                    radius=radius,
                    gradient_scale=scale,
                    gradient="gaussian",
                    steps=4,
                    dtype=dtype,
                )


def _buffers(binding: Binding) -> Callable[[SimpleNamespace], Mapping[str, str]]:
    """Where the scheme's buffers are in the state: those that agree on plain runs; by usual names where x differs."""
    scheme = binding.subject.scheme
    space, trial = TrackedSpace(torch.float64), list(binding.cases(0, 0, torch.float64))
    if not trial:
        return lambda h: {}
    case = trial[-1]
    p = torch.nn.Parameter(torch.tensor(case.start()[0]))
    optimizer = binding.subject.make([p], case.hyperparameters)
    p.grad = torch.ones_like(p)
    optimizer.step()
    state, rows = optimizer.state[p].items(), case.rows(case.shapes[0])
    kept = [name for name, value in state if isinstance(value, torch.Tensor) and value.numel() % rows == 0]
    held = scheme.initial_state(space, space.vector(case.start()[0]), _numbers(space, case))
    found = {}
    for ours in held:
        for theirs in kept:
            tried = compare(replace(binding.subject, buffers=_always({ours: theirs})), trial[-1:])
            elsewhere = tried.divergence is not None and tried.divergence.quantity == "x"
            if tried.ok or (elsewhere and theirs in BUFFERS.get(ours, ())):
                found[ours] = theirs
                break
    optional = "momentum" in scheme.hyperparameters  # without momentum torch keeps no buffer
    return lambda h: {} if optional and not h.momentum else found


def _numbers(space: TrackedSpace, case: Case) -> SimpleNamespace:
    """A case's hyper-parameters as tracked scalars."""
    return SimpleNamespace(**{name: space.scalar(value) for name, value in vars(case.hyperparameters).items()})


def _always(buffers: Mapping[str, str]) -> Callable[[SimpleNamespace], Mapping[str, str]]:
    return lambda h: buffers
