"""Mutants of update rules that are the same rule, and why; most are shown to be by their normal form."""

from collections.abc import Mapping

EQUIVALENT: Mapping[str, str] = {}
"""{label: reason}."""
