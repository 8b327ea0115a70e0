"""What `make test` leaves to CI: HYPOTHESIS_PROFILE=ci, as `.ci/run` sets it, and deep leave nothing out."""

import os
from fractions import Fraction

import pytest
from hypothesis import settings

DEV = os.environ.get("HYPOTHESIS_PROFILE", "dev") == "dev"
left_to_ci = pytest.mark.skipif(DEV, reason="one of several of its kind; HYPOTHESIS_PROFILE=ci runs them all")


def examples(dev: str, others: str) -> int:
    """How many cases a law draws that is put to many subjects: shares of what a profile says, of dev and of others."""
    share = Fraction(dev if DEV else others)
    return max(int(share * settings.default.max_examples), 1)
