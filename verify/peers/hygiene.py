"""What an optimizer owes its user besides the formula: questions put to it as a black box."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from verify.tolerance import roundoff

Make = Callable[..., torch.optim.Optimizer]
"""(params, **options) -> optimizer; options it does not know raise TypeError."""
Wrap = Callable[[torch.Tensor], torch.Tensor]
"""A start → the parameter that holds it."""


@dataclass(frozen=True)
class Answer:
    """Whether the question is answered with yes; the note is the error, where one was raised."""

    question: str
    yes: bool
    note: str = ""


@dataclass(frozen=True)
class Subject:
    """An optimizer class under question: how to make it and its parameters, and the options tried one by one."""

    make: Make
    wrap: Wrap
    options: tuple[dict[str, Any], ...]


def answers(subject: Subject) -> Iterator[Answer]:
    """Every question, answered for this class: yes, no, no with a note, or None where it does not arise."""
    for ask in QUESTIONS:
        words = (ask.__doc__ or "").rstrip(".")
        try:
            yes = ask(subject)
        except Exception as error:  # the optimizer is anyone's code
            yield Answer(words, False, f"{type(error).__name__}: {str(error).splitlines()[0].partition('. ')[0]}")
        else:
            if yes is not None:
                yield Answer(words, yes is True, yes if isinstance(yes, str) else "")


def _draw(seed: int, shape: tuple[int, ...] = (3, 4)) -> torch.Tensor:
    drawn = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return drawn / torch.linalg.vector_norm(drawn, dim=-1, keepdim=True)


def _walk(optimizer: torch.optim.Optimizer, p: torch.Tensor, steps: range) -> None:
    for k in steps:
        p.grad = _draw(100 + k)
        optimizer.step()


def _leaves_the_gradient(subject: Subject) -> bool | str:
    """Leaves p.grad as it was."""
    written = []
    for options in subject.options:
        p = subject.wrap(_draw(0))
        optimizer = subject.make([p], **options)
        p.grad = _draw(1)
        optimizer.step()
        if not torch.equal(p.grad, _draw(1)):
            written.append(" and ".join(options) or "its defaults")
    return not written or f"with {', '.join(written)}"


def _owns_its_buffers(subject: Subject) -> bool:
    """Buffers share no memory with p or p.grad."""
    for options in subject.options:
        p = subject.wrap(_draw(0))
        optimizer = subject.make([p], **options)
        p.grad = _draw(1)
        optimizer.step()
        held = [value for value in optimizer.state[p].values() if isinstance(value, torch.Tensor)]
        if {tensor.data_ptr() for tensor in held} & {p.data_ptr(), p.grad.data_ptr()}:
            return False
    return True


def _loss(p: torch.Tensor, optimizer: torch.optim.Optimizer, seen: list[bool]) -> Callable[[], Any]:
    def closure() -> Any:
        seen.append(torch.is_grad_enabled())
        optimizer.zero_grad()
        loss = (p**3).sum()
        loss.backward()
        return loss

    return closure


def _returns_the_loss(subject: Subject) -> bool:
    """Calls the closure once and returns its loss."""
    p, seen = subject.wrap(_draw(0)), list[bool]()
    optimizer = subject.make([p])
    expected = float((p.detach() ** 3).sum())
    loss = optimizer.step(_loss(p, optimizer, seen))
    return isinstance(loss, torch.Tensor) and float(loss.detach()) == expected and len(seen) == 1


def _enables_gradients(subject: Subject) -> bool:
    """Enables gradients for the closure when called under no_grad."""
    p, seen = subject.wrap(_draw(0)), list[bool]()
    optimizer = subject.make([p])
    with torch.no_grad():
        optimizer.step(_loss(p, optimizer, seen))
    return seen == [True]


def _skips_none(subject: Subject) -> bool:
    """Leaves a parameter without a gradient alone."""
    p, q = subject.wrap(_draw(0)), subject.wrap(_draw(1))
    optimizer = subject.make([p, q])
    q.grad = _draw(2)
    optimizer.step()
    return torch.equal(p.detach(), _draw(0)) and not torch.equal(q.detach(), _draw(1))


def _resumes(subject: Subject) -> bool | str:
    """Takes up, bit for bit, where its state_dict left off."""
    worst = 0.0
    for options in subject.options:
        p = subject.wrap(_draw(0))
        optimizer = subject.make([p], **options)
        _walk(optimizer, p, range(3))
        q = subject.wrap(p.detach().clone())
        other = subject.make([q], **options)
        other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
        _walk(optimizer, p, range(3, 6))
        _walk(other, q, range(3, 6))
        worst = max(worst, float((p - q).detach().abs().max()))
    return worst == 0.0 or f"off by {worst:.0e} after three steps"


def _takes_channels_last(subject: Subject) -> bool:
    """Takes a channels_last parameter, and makes of it what it makes of a contiguous one."""
    found = []
    for memory_format in (torch.contiguous_format, torch.channels_last):
        p = subject.wrap(_draw(0, (4, 3, 2, 2)).contiguous(memory_format=memory_format))
        optimizer = subject.make([p])
        p.grad = _draw(1, (4, 3, 2, 2)).contiguous(memory_format=memory_format)
        optimizer.step()
        found.append(p.detach().contiguous())
    return bool(torch.allclose(found[0], found[1], rtol=0, atol=CLOSE))


CLOSE = roundoff(2 * (2 * 48 + 4))
"""Two sums of 48 products, their quotient, its product with a number below 1 and the step, in either order."""


def _survives_zero_gradients(subject: Subject) -> bool:
    """Stays finite when the gradient is 0 from the first step on."""
    p = subject.wrap(_draw(0))
    optimizer = subject.make([p])
    for _ in range(2):
        p.grad = torch.zeros_like(p)
        optimizer.step()
    return bool(torch.isfinite(p).all())


def _decays_when_coupled(subject: Subject) -> bool | str | None:
    """With weight_decouple=False, weight_decay changes the step."""
    found: list[torch.Tensor] = []
    gradients: list[Any] = []
    for decay in (0.0, 0.1):
        p = subject.wrap(_draw(0))
        try:
            optimizer = subject.make([p], weight_decay=decay, weight_decouple=False)
        except TypeError:
            return None  # there is no such option
        _walk(optimizer, p, range(3))
        found.append(p.detach().clone())
        gradients.append(p.grad)
    written = "" if torch.equal(*gradients) else ": it is added into p.grad, and the step does not see it"
    return not torch.equal(*found) or f"the same bits with and without{written}"


QUESTIONS = (
    _leaves_the_gradient,
    _owns_its_buffers,
    _returns_the_loss,
    _enables_gradients,
    _skips_none,
    _resumes,
    _takes_channels_last,
    _survives_zero_gradients,
    _decays_when_coupled,
)
