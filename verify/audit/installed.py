"""What is installed under which version, asked without importing it."""

import json
from functools import cache
from importlib import metadata


@cache
def distribution(top: str) -> tuple[str, str]:
    """The name and the version of what a top-level module was installed from; empty where it was not installed."""
    for name in dict.fromkeys((*_distributions().get(top, ()), top)):
        try:
            return name, metadata.version(name).partition("+")[0]
        except metadata.PackageNotFoundError:
            continue
    return "", ""


@cache
def settled(top: str) -> bool:
    """Whether its version says what its code is: it is installed, and not from a folder that may still change."""
    name, _ = distribution(top)
    if not name:
        return False
    found = metadata.distribution(name)
    if found.read_text("RECORD") is None:  # the egg-info of a source tree, seen from within it
        return False
    origin = found.read_text("direct_url.json")
    return origin is None or not json.loads(origin).get("dir_info", {}).get("editable", False)


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())
