"""How a parameter is cut into radially-invariant slices: the option `invariant` of a parameter group."""

from typing import Literal

from jaxtyping import Float
from torch import Tensor

Invariant = Literal["channel", "whole"] | int | None

Rows = Float[Tensor, "rows d"]  # noqa: F722
"""The slices of a parameter, or of several: one a row."""
PerRow = Float[Tensor, " rows"]
"""A number for each slice."""


def check_invariant(invariant: Invariant) -> None:
    """Raise ValueError unless `invariant` is one of "channel", "whole", a positive int, None."""
    number = isinstance(invariant, int) and not isinstance(invariant, bool) and invariant > 0
    if not (number or invariant is None or invariant in ("channel", "whole")):
        raise ValueError(
            f'invariant={invariant!r}: choose "channel" (a slice a filter), "whole" (one slice), '
            "a positive int G (G groups of consecutive filters) or None (not radially invariant)"
        )


def row_count(p: Tensor, invariant: Invariant) -> int:
    """The number of invariant slices of `p`, of shape (n, ...): n for "channel", 1 for "whole", G for an int G.

    Raises ValueError when `p` cannot be cut so: it is empty, it has one number a slice where one filter a slice is
    meant, or G does not divide n.
    """
    check_invariant(invariant)
    shape = tuple(p.shape)
    if invariant is None:
        raise ValueError(
            'invariant=None: the parameter has no radially-invariant slices; choose "channel", "whole" or G'
        )
    if p.numel() == 0:
        raise ValueError(
            f"invariant={invariant!r}: shape {shape} is empty; put the parameter in a group with invariant=None"
        )
    if invariant == "whole":
        return 1
    if p.dim() == 0 or (p.dim() == 1 and invariant == "channel"):
        raise ValueError(
            f"invariant={invariant!r}: shape {shape} has no filters to make slices of. Use invariant=None for biases "
            'and the weights of normalisations (impl.groups.invariant_groups finds them), "whole" for a single neuron'
        )
    if invariant == "channel":
        return shape[0]
    if shape[0] % invariant:
        raise ValueError(
            f"invariant={invariant!r} must divide the {shape[0]} filters of shape {shape}; choose a divisor"
        )
    return invariant


def as_rows(t: Tensor, invariant: Invariant) -> Tensor:
    """`t`, of shape (n, ...), as a matrix (rows, d) of its slices: a view where its layout allows it, else a copy."""
    return t.reshape(row_count(t, invariant), -1)
