"""Changes of impl.optim that were made by hand, and that once no law noticed: each is noticed by the law named."""

import pytest

import impl.optim
from verify.trust.mutants.battery_rounds import laws_of
from verify.trust.mutants.sources_loader import importers, loaded, sources

BY_HAND = {
    "threads share what each keeps": ("threads", "_blocks", "class _Kept(threading.local):", "class _Kept:"),
    "a count that stops": ("late steps", "adamp", "1 - beta1 ** (k + 1)", "1 - beta1 ** min(k + 1, 8)"),
    "a count that begins anew": (
        "late steps",
        "_batches",
        'return int(state["step"])',
        'return int(state["step"]) % 64',
    ),
    "plans blind to buffers": (
        "replaced buffers",
        "_blocks",
        "[[t.data_ptr() for own in held for t in own]",
        "[[t.data_ptr() for own in held for t in own[:1]]",
    ),
    "a count that stops for the reference": (
        "late steps",
        "_paths",
        "_taken(rule, block.k,",
        "_taken(rule, min(block.k, 8),",
    ),
    "blocks that are too full": ("full blocks", "_blocks", "block is None or sum(", "block is None or max("),
    "plans kept alive": ("dropped", "_blocks", "= WeakKeyDictionary()\n", "= {}\n"),
    "a gradient out of order": ("one of two", "_blocks", "if not all([g.is", "if not any([g.is"),
    "one accelerator": ("one device", "_batches", "foreach = all(p.device", "foreach = any(p.device"),
    "the last overlaps": ("last overlaps", "_batches", "lie_apart(parameters)", "lie_apart(parameters[:2])"),
    "the ninth group": ("nine", "_paths", "return optimizer.param_groups\n", "return optimizer.param_groups[:8]\n"),
    "the tenth group": ("one asks not", "_paths", "for group in optimizer.param_groups)", "for group in [])"),
    "the first out of order": ("one of nine", "_base_method", "in tensors])", "in tensors[1:]])"),
}


def noticed(law, stem, package):
    """By the laws of that name, until one does not hold."""
    found = (check() for name, check in laws_of(package, importers(stem)) if name.partition(":")[0] == law)
    return any(found)


@pytest.mark.parametrize("change", BY_HAND)
def test_a_change_made_by_hand_is_noticed_by_the_law_that_was_written_for_it(change):
    law, stem, before, after = BY_HAND[change]
    assert sources()[stem].count(before) == 1
    with loaded(stem, sources()[stem].replace(before, after)) as package:
        assert noticed(law, stem, package)
    assert law in {name.partition(":")[0] for name, _ in laws_of(impl.optim, importers(stem))}
