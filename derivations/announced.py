"""Whether others bring anything at all, for those who need not wait for it if not. What they bring: `outside`."""

import os
from importlib import metadata

VARIABLE = "ORTHODROME_PATH"
KINDS = ("schemes", "claims", "optimizers", "checks")


def anything() -> bool:
    """Whether a file is listed in the environment variable, or an installed package has an entry point for us."""
    return bool(os.environ.get(VARIABLE)) or any(metadata.entry_points(group=f"orthodrome.{kind}") for kind in KINDS)
