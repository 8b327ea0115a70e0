"""Hypothesis profiles, chosen by HYPOTHESIS_PROFILE: dev (default), ci (derandomized), deep."""

import os

import torch
from hypothesis import HealthCheck, settings

quiet = [HealthCheck.too_slow]
settings.register_profile("dev", max_examples=20, deadline=None, suppress_health_check=quiet)
settings.register_profile("ci", max_examples=50, deadline=None, suppress_health_check=quiet, derandomize=True)
settings.register_profile("deep", max_examples=2000, deadline=None, suppress_health_check=quiet)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

torch.set_num_threads(1)
