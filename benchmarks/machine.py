"""What a record says of where it was measured: nothing that names a machine."""

import platform
from importlib import metadata
from typing import Any

from benchmarks.request import Request


def machine(request: Request) -> dict[str, Any]:
    """Threads, rounds, and the versions that times depend on."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {
        "threads": request.threads,
        "rounds": request.rounds,
        "python": python,
        "torch": metadata.version("torch").partition("+")[0],
    }
