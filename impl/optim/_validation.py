"""Hyper-parameters, checked once: the error says what was required, what came and what to do."""

import math
from typing import Any


def check_number(
    name: str, value: Any, low: float = 0.0, high: float = math.inf, *, excluded: tuple[float, ...] = (), advice: str
) -> None:
    """Raise unless `value` is a finite real number in [low, high] and not one of `excluded`."""
    if not isinstance(value, (int, float)):
        raise TypeError(f"{name}={value!r}: required a Python number, got {type(value).__name__}; {advice}")
    if not (low <= value <= high and math.isfinite(value)) or value in excluded:
        without = "".join(f" without {x}" for x in excluded)
        raise ValueError(f"{name}={value!r}: required a finite number in [{low}, {high}]{without}; {advice}")


def check_learning_rate(name: str, value: Any) -> None:
    check_number(name, value, advice=f"for example {name}=1e-2, changed during training by a torch.optim.lr_scheduler")


def check_weight_decay(name: str, value: Any) -> None:
    check_number(name, value, advice=f"for example {name}=1e-4, or 0.0 for none")


def check_memory(name: str, value: Any) -> None:
    check_number(name, value, high=1.0, excluded=(1.0,), advice=f"for example {name}=0.9, or 0.0 for none")


def check_momentum(name: str, value: Any) -> None:
    check_number(name, value, advice=f"for example {name}=0.9, or 0.0 for none")


def check_flag(name: str, value: Any) -> None:
    """Raise TypeError unless `value` is True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name}={value!r}: required True or False, got {type(value).__name__}; leave it out for False")


def chosen_paths(foreach: bool | None, fused: bool | None, compile: bool) -> dict[str, Any]:
    """The options of how a step is computed, checked."""
    chosen = {"foreach": foreach, "fused": fused, "compile": compile}
    check_paths(chosen)
    return chosen


def check_paths(group: dict[str, Any]) -> None:
    """Raise unless foreach and fused are flags or None, compile is a flag, and one way at most is asked for."""
    for name in ("foreach", "fused"):
        if group.get(name) is not None:
            check_flag(name, group[name])
    check_flag("compile", group.get("compile", False))
    asked = [n for n in ("foreach", "fused", "compile") if group.get(n) or (n == "foreach" and group.get(n) is False)]
    if len(asked) > 1:
        told = ", ".join(f"{name}={group[name]}" for name in asked)
        raise ValueError(f"{told}: required one of them at most; leave the others out")
