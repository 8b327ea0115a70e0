"""What to audit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """The optimizer's name, its options as typed, the scheme it is said to follow; laws: () for all."""

    optimizer: str
    options: str = ""
    scheme: str | None = None
    seed: int = 0
    laws: tuple[str, ...] = ()
