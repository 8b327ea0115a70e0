"""Which slices of which parameters are radially invariant.

A parameter p is cut into the rows of `p.reshape(rows, -1)`, each of d = p.numel()/rows numbers. The option `invariant`
of a parameter group says how:

- "channel": a row for each of the p.shape[0] filters or neurons (BatchNorm, InstanceNorm, WeightNorm; 001 App. B, C);
- "whole": one row (LayerNorm);
- an int G: G groups of consecutive filters (GroupNorm);
- None: the parameter is not radially invariant.

`find_groups` finds them in any model that runs on a sample; `invariant_groups` needs no sample, and knows BatchNorm and
weight_norm only.
"""

from impl.groups.cuts import Cut
from impl.groups.discovery import Discovery, Found, find_groups
from impl.groups.doubts import in_doubt
from impl.groups.memory import lie_apart
from impl.groups.slices import Invariant, PerRow, Rows, as_rows, check_invariant, row_count
from impl.groups.structure import BATCH_NORM, FILTERED, invariant_groups, invariant_parameters, unwrapped

__all__ = [
    "BATCH_NORM",
    "FILTERED",
    "Cut",
    "Discovery",
    "Found",
    "Invariant",
    "PerRow",
    "Rows",
    "as_rows",
    "check_invariant",
    "find_groups",
    "in_doubt",
    "invariant_groups",
    "invariant_parameters",
    "lie_apart",
    "row_count",
    "unwrapped",
]
