"""What stands between a parameter and the output: the shortest way to a normalisation, read off the autograd graph."""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn
from torch.utils import _pytree as pytree

NORM = re.compile(r"Norm|Rsqrt|Std|Var(Mean)?Backward")
"""Nodes that divide by a length, or lead to what divides by one."""

PLAIN = re.compile(
    r"^(T|View|UnsafeView|Reshape\w*|Transpose|Permute|Expand|Unsqueeze|Squeeze|Alias|Slice|Select|Clone|Split\w*|"
    r"Unbind|Stack|Cat|Copy\w*|Identity|ToCopy|Contiguous|AccumulateGrad)$"
)
"""Nodes that only move numbers about."""


@contextmanager
def named_nodes(model: nn.Module) -> Iterator[dict[Any, str]]:
    """Within, a run of `model` fills: node of the autograd graph → name of the innermost module that made it."""
    names: dict[Any, str] = {}
    nodes = {name: module for name, module in model.named_modules() if name}

    def hook(name: str) -> Any:
        def note(_module: nn.Module, _args: Any, made: Any) -> None:
            for leaf in pytree.tree_leaves(made):
                if isinstance(leaf, Tensor) and leaf.grad_fn is not None:
                    names.setdefault(leaf.grad_fn, name)

        return note

    handles = [module.register_forward_hook(hook(name)) for name, module in nodes.items()]
    try:
        yield names
    finally:
        for handle in handles:
            handle.remove()


def ways(parameters: Mapping[str, nn.Parameter], made: Sequence[Tensor], names: Mapping[Any, str]) -> dict[str, str]:
    """For each parameter the operations from it to the nearest normalisation, or that there is none on its way."""
    readers: dict[Any, list[Any]] = {}
    leaves: dict[int, Any] = {}
    seen, queue = set(), deque(t.grad_fn for t in made if t.grad_fn is not None)
    while queue:
        node = queue.popleft()
        if node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            leaves[id(node.variable)] = node
        for following, _ in node.next_functions:
            if following is not None:
                readers.setdefault(following, []).append(node)
                queue.append(following)
    return {
        name: _way(leaves[id(p)], readers, names) if id(p) in leaves else "the outputs do not depend on it"
        for name, p in parameters.items()
    }


def _way(leaf: Any, readers: Mapping[Any, list[Any]], names: Mapping[Any, str]) -> str:
    came: dict[Any, Any] = {leaf: None}
    queue = deque([leaf])
    while queue:
        node = queue.popleft()
        if node is not leaf and NORM.search(node.name()):
            steps = []
            while node is not None:
                steps.append(node)
                node = came[node]
            shown = [(_title(n), names.get(n)) for n in reversed(steps)]
            words = [title + (f" ({name})" if name else "") for title, name in shown if not PLAIN.match(title)]
            return " → ".join(words) if len(words) > 1 else f"part of {words[0]}"
        for reader in readers.get(node, ()):
            if reader not in came:
                came[reader] = node
                queue.append(reader)
    return "no normalisation on its way"


def _title(node: Any) -> str:
    return re.sub(r"Backward\d*$", "", node.name().rpartition("::")[2])
