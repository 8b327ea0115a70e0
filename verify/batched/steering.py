"""Hypothesis at the wheel: it draws the block and the dials, and shrinks them; a case's own numbers are the block's.

@given(blocks(by_name("image-step")))
def test_the_image_step(block):
    hold(block)
"""

from dataclasses import dataclass

from hypothesis import strategies as st

from derivations.schemes import by_name as scheme_by_name
from verify.batched.generate import AS_DRAWN, Dials
from verify.batched.law import Address, Law
from verify.batched.replay import replay_with
from verify.shipped import SUBJECTS
from verify.strategies import hyperparameters, seeds

BLOCKS = 2**16


@dataclass(frozen=True)
class Block:
    """A block as drawn, with its dials."""

    law: Law
    seed: int
    block: int
    dials: Dials


@st.composite
def blocks(draw: st.DrawFn, law: Law) -> Block:
    """A block of a law: its seed and number; and, in half of them, subject, dimension, step and numbers of its own."""
    seed, block = draw(seeds()), draw(st.integers(0, BLOCKS - 1))
    if not draw(st.booleans()):
        return Block(law, seed, block, AS_DRAWN)
    subject = draw(st.sampled_from(law.subjects))
    code = next((s.scheme for s in SUBJECTS if s.name == subject), None)
    drawn = vars(draw(hyperparameters(code or scheme_by_name(subject))))
    numbers = {name: value for name, value in drawn.items() if name not in law.fixed}
    return Block(law, seed, block, Dials(subject, draw(st.integers(2, 64)), draw(st.integers(0, 1)), numbers))


def first_failure(block: Block) -> Address | None:
    """The first case of the block that breaks the law, which with the dials is all of the counterexample."""
    for _, verdict in block.law.verdicts(block.seed, block.block, block.dials):
        rows = (verdict.ratio > 1).flatten().nonzero().flatten()
        if len(rows):
            return Address(block.seed, block.law.name, block.block, int(rows[0]))
    return None


def hold(block: Block) -> None:
    """AssertionError with the case, its numbers and both sides, where one breaks the law."""
    where = first_failure(block)
    if where is not None:
        raise AssertionError(
            f"{block.law.name} fails at {where}, {block.dials}:\n{replay_with(block.law, where, block.dials)}"
        )
