"""Negative controls of the checks on the derived rows of Table 1; see `motion_controls`."""

from typing import Any

from derivations.schemes import by_name
from verify.checks import effective_table

first = effective_table.in_numbers


def uncorrected(t, scheme):
    """The row without 1 - A⟨c, u⟩."""
    rate, c = first(t, scheme)
    row = effective_table.row_of(scheme, t.k)
    return (rate if row.prefactor is None else effective_table.Numbers(row, t).number(row.prefactor)), c


def split_elsewhere(t, scheme):
    """The same product, with a factor on the other side."""
    rate, c = first(t, scheme)
    return 2 * rate, c / 2


def of(name):
    """The row of one scheme alone: what is cheap."""
    return {"SCHEMES": (by_name(name),)}


EFFECTIVE_TABLE_CONTROLS: dict[Any, list[tuple]] = {
    effective_table.every_derived_row_is_what_the_steps_do: [
        ("in_numbers", uncorrected, "of sgd-l2", of("sgd-l2")),
        ("in_numbers", lambda t, scheme: (first(t, scheme)[0], t.on_sphere), "of adam", of("adam")),
    ],
    effective_table.derived_rows_are_split_as_in_table_1: [
        ("in_numbers", split_elsewhere, "sgd: the derived rate"),
        ("in_numbers", split_elsewhere, "adam: the derived direction"),
    ],
}
