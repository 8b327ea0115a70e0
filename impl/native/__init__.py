"""Native kernels of the update rules, for the CPU: one pass over the memory, compiled when first asked for.

`step("adamp", optimizer, group, parameters)` does what the rule's update function in
impl/optim does to every slice of theirs, and `fused=True` asks for it. Nothing is compiled at import, or unasked.
"""

from impl.native.build import NativeError, available, load
from impl.native.rules import RULES
from impl.native.stepping import refusal, step

__all__ = ["RULES", "NativeError", "available", "load", "refusal", "step"]
