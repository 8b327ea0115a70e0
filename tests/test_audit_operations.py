"""An audit grants as many operations to a step of anyone's code as steps have: counted, in torch's and ours.

`rounding` has to bound what it cannot see into. What it grants must cover every step that is known, or sound code is
accused; and be no multiple of that, or it hides what is wrong.
"""

import inspect
from functools import cache

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import impl.optim
from verify.audit.laws.trial import rounding

GRANTED = inspect.signature(rounding).parameters["operations"].default
EXACT = {
    "_to_copy", "abs", "alias", "as_strided", "cat", "clamp", "clamp_", "clamp_max", "clamp_min", "clone", "copy_",
    "detach", "empty_like", "expand", "index_put_", "lift_fresh", "maximum", "max", "neg", "new_zeros", "ones_like",
    "permute", "scalar_tensor", "select", "sign", "slice", "split", "t", "transpose", "unsqueeze", "view", "where",
    "zero_", "zeros_like", "_unsafe_view", "reshape",
}  # fmt: skip
"""What rounds nothing."""
SEVERAL = {"addcmul_": 3, "addcdiv_": 3, "lerp_": 3, "lerp": 3}
"""A product or quotient, another by a number, a sum."""
LEFT = {"LBFGS", "SparseAdam", "Optimizer"}
"""Twenty steps in one, sparse gradients, none."""


class Count(TorchDispatchMode):
    """The roundings of a number on its way through what is called meanwhile; a sum of many counts once."""

    def __init__(self):
        super().__init__()
        self.roundings = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result, name = function(*args, **(kwargs or {})), function.overloadpacket.__name__
        if isinstance(result, torch.Tensor) and result.is_floating_point() and name not in EXACT:
            self.roundings += SEVERAL.get(name, 1)
        return result


@cache
def counted(cls):
    """The most roundings of a step among three, with every option that adds some."""
    known = inspect.signature(cls).parameters
    options = {"foreach": False} if "foreach" in known else {}
    for name, value in (("weight_decay", 0.1), ("momentum", 0.9), ("amsgrad", True)):
        options |= {name: value} if name in known else {}
    p = torch.nn.Parameter(torch.randn(4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
    optimizer, most = cls([p], **options), 0
    for _ in range(3):
        p.grad = torch.ones_like(p)
        with Count() as count:
            optimizer.step()
        most = max(most, count.roundings)
    return most


def shipped():
    found = vars(torch.optim).values()
    return [cls for cls in found if inspect.isclass(cls) and issubclass(cls, torch.optim.Optimizer)]


CLASSES = [cls for cls in (*shipped(), *impl.optim.OPTIMIZERS) if cls.__name__ not in LEFT]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_no_step_has_more_operations_than_an_audit_grants(cls):
    assert 0 < counted(cls) <= GRANTED


def test_what_is_granted_is_no_multiple_of_the_longest_step():
    assert 2 * max(map(counted, CLASSES)) > GRANTED


def test_a_step_that_is_longer_is_seen():
    class Long(torch.optim.SGD):
        def step(self, closure=None):
            for _ in range(GRANTED):
                super().step(closure)

    assert counted(Long) > GRANTED
