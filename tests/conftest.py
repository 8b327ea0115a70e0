"""Hypothesis profiles, chosen by HYPOTHESIS_PROFILE: dev (default), ci (derandomized), deep.

What is proved in a run is kept for the run: no judgement of another day counts, and no claim is proved twice.
"""

import gc
import os
import shutil
import tempfile

import pytest
from hypothesis import HealthCheck, settings

quiet = [HealthCheck.too_slow]
settings.register_profile("dev", max_examples=20, deadline=None, suppress_health_check=quiet)
settings.register_profile("ci", max_examples=25, deadline=None, suppress_health_check=quiet, derandomize=True)
settings.register_profile("deep", max_examples=2000, deadline=None, suppress_health_check=quiet)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

CACHE = pytest.StashKey[str]()


def pytest_configure(config):
    """An empty cache of judgements, which the processes that share the tests inherit."""
    if not hasattr(config, "workerinput"):
        os.environ["ORTHODROME_CACHE"] = config.stash[CACHE] = tempfile.mkdtemp(prefix="orthodrome-tests-")


def pytest_collection_finish():
    """One thread; and what is loaded by now stays to the end: no search for garbage looks at it again."""
    import torch  # where tests are run; the process that deals them out to others starts without

    torch.set_num_threads(1)
    gc.freeze()


def pytest_unconfigure(config):
    gc.unfreeze()  # what stays frozen at the end looks like a leak to nanobind, which DuckDB is bound with
    if CACHE in config.stash:
        shutil.rmtree(config.stash[CACHE], ignore_errors=True)
