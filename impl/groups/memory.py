"""Whether tensors share memory: what updates several at once must not take them together then."""

from collections.abc import Iterable

from torch import Tensor


def lie_apart(tensors: Iterable[Tensor]) -> bool:
    """Whether no two of them share memory; False, too, where the numbers of one lie in the gaps of another.

    What has no memory of its own, as on the device meta, is passed over.
    """
    spans = sorted([(start, start + _reach(t)) for t in tensors if (start := t.data_ptr())])
    return all([end <= start for (_, end), (start, _) in zip(spans, spans[1:], strict=False)])


def _reach(t: Tensor) -> int:
    """From the first byte of a tensor to behind its last."""
    if t.is_contiguous() or not t.numel():
        return t.nbytes
    return t.element_size() * (1 + sum((n - 1) * stride for n, stride in zip(t.shape, t.stride(), strict=True)))
