"""Interrupting a run at a given place, to see it resume."""

from collections.abc import Callable


class Interruption(Exception):
    """Raised in the middle of a run."""


def interrupt_at(name: str, step: int) -> Callable[[str, int, int], None]:
    """A progress callback that interrupts the run when phase `name` has done `step` steps."""

    def progress(phase: str, done: int, total: int) -> None:
        if (phase, done) == (name, step):
            raise Interruption

    return progress
