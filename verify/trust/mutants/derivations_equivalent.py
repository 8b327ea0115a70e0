"""Mutants of proofs that are true, where no numbers can be found to show it; and why they are."""

from collections.abc import Mapping

EQUIVALENT: Mapping[str, str] = {}
"""{label: reason}."""
