"""The numbers at the place where an optimizer leaves its scheme, so that a script can show it again."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from verify.tolerance import Tracked

Numbers = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Evidence:
    """One quantity after one step, as (rows, d): expected, the bound of its error, seen, and before the step.

    given: the gradients of the run so far, [step][tensor].
    """

    expected: np.ndarray
    error: np.ndarray
    seen: np.ndarray
    before: np.ndarray
    given: list[list[np.ndarray]]


def evidence_of(
    quantity: str, expected: Mapping[str, Tracked], seen: Numbers, before: Numbers, given: list[list[np.ndarray]]
) -> Evidence | None:
    """None for what the scheme has no numbers of: a step count, a gradient written to, a buffer that is missing."""
    if quantity not in expected or quantity not in seen:
        return None
    value, error, now = np.broadcast_arrays(expected[quantity].value, expected[quantity].error, seen[quantity])
    start = before.get(quantity, np.zeros_like(now))
    return Evidence(value.copy(), error.copy(), now.copy(), start, list(given))
