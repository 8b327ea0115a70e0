"""Architectures whose radially-invariant slices are known by hand: what `impl.groups.find_groups` is measured on."""

from verify.zoo import convolutional, dense, sequences
from verify.zoo.architecture import Architecture

ARCHITECTURES: tuple[Architecture, ...] = (
    *dense.ARCHITECTURES,
    *convolutional.ARCHITECTURES,
    *sequences.ARCHITECTURES,
)

__all__ = ["ARCHITECTURES", "Architecture"]
