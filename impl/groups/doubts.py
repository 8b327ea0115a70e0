"""Where torch.fx alone cannot exclude a slice: parameters that `invariant_parameters` leaves out, and perhaps wrongly.

A parameter is in doubt when something on its way to the outputs may normalise: a module that is a normalisation, or
an operation that is not known to be none. The way ends at what is not homogeneous, such as tanh: no later normalisation
undoes it. That a parameter is in doubt does not say that it has a slice; `find_groups` says whether.
"""

import re
from typing import Any

import torch
from torch import nn

from impl.groups.structure import BATCH_NORM, invariant_parameters, unwrapped

ENDS = re.compile(
    "tanh|(log|hard)?sigmoid|gelu|silu|mish|elu|selu|celu|softplus|softsign|hardtanh|relu6|hardswish|exp|sin|cos"
    "|(log_?|gumbel_)?softmax[1-3]?d?|softmin|(tanh|soft|hard)shrink|threshold"
)
"""Not homogeneous, by the names of functions, of methods, and of modules in lower case."""
PASSES = re.compile(
    "i?(add|sub|mul)|neg|matmul|bmm|mm|einsum|linear|embedding|conv(_transpose)?[1-3]d|(leaky_|p|r)?relu|glu|mean|sum|amax"
    "|(alpha_|feature_)?dropout[1-3]?d?|(adaptive_)?(avg|max)_pool[1-3]d|interpolate|pad|pixel_(un)?shuffle"
    "|(un)?flatten|view|reshape|permute|transpose|t|T|mT|contiguous|clone|chunk|split|unbind|cat|concat|stack|getitem"
    "|getattr|size|shape|dim|numel|(un)?squeeze|expand(_as)?|repeat(_interleave)?|movedim|roll|flip|narrow|select"
    "|index_select|to|type_as|float|double|half|bfloat16|detach|masked_fill|tril|triu|scaled_dot_product_attention"
)
"""Operations that divide by nothing."""
DIVISIONS = re.compile("i?truediv|div|true_divide")


def in_doubt(model: nn.Module) -> tuple[str, ...]:
    """The names of the trainable parameters without a slice by structure that may have one all the same.

    Raises ValueError when torch.fx cannot trace `model.forward`.
    """
    known = invariant_parameters(model)
    model = unwrapped(model)
    nodes = list(torch.fx.symbolic_trace(model).graph.nodes)
    modules, readers = dict(model.named_modules()), _readers(model, nodes)
    trainable = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    return tuple(
        name
        for (name, p), invariant in zip(trainable, known.values(), strict=True)
        if invariant is None and _doubtful(p, readers.get(id(p)), modules, model.training)
    )


def _readers(model: nn.Module, nodes: list[torch.fx.Node]) -> dict[int, list[tuple[torch.fx.Node, nn.Module | None]]]:
    """By id of a parameter, where it is read: the node, and the module that is called there."""
    modules = dict(model.named_modules())
    found: dict[int, list[tuple[torch.fx.Node, nn.Module | None]]] = {}
    for node in nodes:
        if node.op == "call_module":
            for p in modules[str(node.target)].parameters():
                found.setdefault(id(p), []).append((node, modules[str(node.target)]))
        elif node.op == "get_attr":
            owner, _, name = str(node.target).rpartition(".")
            found.setdefault(id(getattr(model.get_submodule(owner), name, None)), []).append((node, None))
    return found


def _doubtful(
    p: nn.Parameter,
    read: list[tuple[torch.fx.Node, nn.Module | None]] | None,
    modules: dict[str, nn.Module],
    training: bool,
) -> bool:
    if read is None:  # read in a way that torch.fx does not see, or not at all
        return p.dim() > 1
    for node, module in read:
        inside = None if module is None else _inside(module, p)
        if inside is None and module is not None and p.dim() < 2 and len(list(module.parameters())) > 1:
            continue  # a bias, or a gain beside a shift: invariant only together
        if inside or (inside is None and _meets(node, modules, training)):
            return True
    return False


def _inside(module: nn.Module, p: nn.Parameter) -> bool | None:
    """Whether a module normalises p by itself: by a parametrization, a hook or a normalisation in it.

    None: it does not, and what follows decides. False: p is the length of a weight_norm.
    """
    for each in module.modules():
        if isinstance(each, nn.utils.parametrize.ParametrizationList) and any(q is p for q in each.parameters()):
            return not (type(each[0]).__name__ == "_WeightNorm" and p is getattr(each, "original0", None))
        if any(q is p for name, q in each.named_parameters(recurse=False) if name.endswith(("_orig", "_v"))):
            return True  # the spectral_norm and weight_norm of torch.nn.utils
    nested = [m for m in module.modules() if m is not module]
    return True if p.dim() > 1 and any(_is_norm(m) for m in nested) else None


def _meets(start: torch.fx.Node, modules: dict[str, nn.Module], training: bool) -> bool:
    """Whether a way from `start` leads to what may normalise."""
    seen, queue = {start}, [start]
    while queue:
        for node in queue.pop().users:
            if node in seen or node.op == "output":
                continue
            seen.add(node)
            passes = _passes(node, modules, training)
            if passes is None:
                return True
            if passes:
                queue.append(node)
    return False


def _passes(node: torch.fx.Node, modules: dict[str, nn.Module], training: bool) -> bool | None:
    """None: it may normalise. False: nothing after it can, of what came before. True: what follows decides."""
    if node.op == "call_module":
        module: Any = modules[str(node.target)]
        if isinstance(module, BATCH_NORM) and training and not module.training and module.running_mean is not None:
            return True  # it stands still
        if any(_is_norm(m) for m in module.modules()):
            return None
        return not ENDS.fullmatch(type(module).__name__.lower())
    name = (node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")).strip("_")
    if ENDS.fullmatch(name):
        return False
    if DIVISIONS.fullmatch(name):
        return None if len(node.args) < 2 or isinstance(node.args[1], torch.fx.Node) else True
    return True if PASSES.fullmatch(name) else None


def _is_norm(module: nn.Module) -> bool:
    """By its name: BatchNorm, LayerNorm, GroupNorm, InstanceNorm, RMSNorm, CosineSimilarity and their like."""
    name = type(module).__name__.lower()
    return "norm" in name or "cosine" in name
