"""Parameters that share memory make their steps in turn, whatever the way; what lies apart is taken together."""

import pytest
import torch

from impl.groups import lie_apart
from impl.native import stepping
from impl.optim import PSISGD, AdamP, Lion, _batches
from verify.trust.hostile import structures
from verify.trust.hostile.outcome import Outcome

BASE = torch.arange(24.0).view(4, 6)
APART = {
    "rows": (BASE[:2], BASE[2:]),
    "columns, each contiguous": (BASE.t().contiguous()[:3], BASE[2:]),
    "one": (BASE,),
    "none": (),
    "an empty one within": (BASE, BASE[1:1]),
    "without memory": (torch.empty(3, device="meta"), torch.empty(3, device="meta")),
    "gaps at the end": (BASE[:1, ::2], BASE[1:]),
}
TOGETHER = {
    "the same": (BASE, BASE),
    "a row of both": (BASE[:3], BASE[2:]),
    "the last number": (BASE.view(-1)[:7], torch.zeros(3), BASE.view(-1)[6:]),
    "one within": (BASE, BASE[1:2]),
    "a column, whose end is far": (BASE[:, 0], BASE[3]),
}


@pytest.mark.parametrize("backwards", [False, True])
def test_memory_is_shared_exactly_by_tensors_whose_bytes_meet(backwards):
    for tensors in APART.values():
        assert lie_apart(tensors[::-1] if backwards else tensors)
    for tensors in TOGETHER.values():
        assert not lie_apart(tensors[::-1] if backwards else tensors)


@pytest.mark.parametrize(("views", "calls"), [((BASE[:3], BASE[2:]), 2), ((BASE[:2], BASE[2:]), 1)])
def test_threads_never_write_to_the_same_memory(views, calls):
    assert len(stepping._parts([torch.nn.Parameter(v) for v in views], {})) == calls


@pytest.mark.parametrize("cls", [Lion, AdamP, PSISGD])
def test_steps_that_are_made_together_though_memory_is_shared_are_found(monkeypatch, cls):
    monkeypatch.setattr(_batches, "lie_apart", lambda tensors: True)
    shared = {key: value for key, value in structures.STRUCTURES.items() if key[0] == "two parameters that overlap"}
    monkeypatch.setattr(structures, "STRUCTURES", shared)
    assert [t.way for t in structures.trials((cls,)) if t.outcome is Outcome.FAULT] == ["foreach"]


def test_an_optimizer_that_steps_before_it_refuses_is_found(monkeypatch):
    class Hasty(AdamP):
        def step(self, closure=None):
            for p in self.param_groups[0]["params"]:
                p.detach().mul_(2)
            return super().step(closure)

    of_type = {key: v for key, v in structures.STRUCTURES.items() if key[0] == "a gradient of another type"}
    monkeypatch.setattr(structures, "STRUCTURES", of_type)
    for cls, wrong in ((Hasty, True), (AdamP, False)):
        assert {t.outcome is Outcome.FAULT for t in structures.trials((cls,))} == {wrong}
