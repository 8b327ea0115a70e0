"""Native kernels of the update rules, for the CPU: one pass over the memory, compiled when first asked for.

`step("adamp", optimizer, group, parameters)` does what the rule's update function in impl/optim does to every slice of
theirs; the option fused=True asks for it, by `attempt`. Nothing is compiled at import, or unasked.
"""

from impl.native.build import NativeError, available, load
from impl.native.rules import BASE, RULES
from impl.native.stepping import attempt, refusal, repeat, step

__all__ = ["BASE", "RULES", "NativeError", "attempt", "available", "load", "refusal", "repeat", "step"]
