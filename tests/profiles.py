"""What `make test` leaves to CI: HYPOTHESIS_PROFILE=ci, as `.ci/run` sets it, and deep leave nothing out."""

import os

import pytest

DEV = os.environ.get("HYPOTHESIS_PROFILE", "dev") == "dev"
left_to_ci = pytest.mark.skipif(DEV, reason="one of several of its kind; HYPOTHESIS_PROFILE=ci runs them all")
