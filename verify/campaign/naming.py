"""What a law is called in a table."""

from collections.abc import Mapping
from typing import Any

from verify.campaign.address import FULL


def called(law: Mapping[str, Any]) -> str:
    """A law of the figures, with its dtype where that is a short one."""
    return " in ".join([law["law"], *(dtype for dtype in law["dtypes"] if dtype != FULL)])
