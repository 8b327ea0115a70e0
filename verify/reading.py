"""Recorded files as data: JSON that is whole, or an error that names the file and the way out."""

import json
from pathlib import Path
from typing import Any, NoReturn


class RecordError(ValueError):
    """A recorded file that is not what it should be; the message names it and the way out."""


NOT_THAT = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a value of another shape than it was written in may raise."""


def read_json(path: Path, what: str, command: str) -> Any:
    """The value in a JSON file. RecordError where it cannot be read, is no UTF-8 or no JSON, or has what JSON has not.

    what: what the file should be; command: what writes it.
    """
    try:
        value = json.loads(path.read_bytes().decode("utf-8"), parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()  # 1e999, half of a surrogate pair
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise RecordError(f"{path} is not {what} ({reason}): `{command}` writes it") from error
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
