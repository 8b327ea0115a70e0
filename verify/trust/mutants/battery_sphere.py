"""What the operations on the sphere must compute at their thresholds, by numbers that every type holds exactly."""

from types import ModuleType, SimpleNamespace

import torch

TYPES = (torch.float32, torch.float64)


def keeps_what_a_division_leaves(package: ModuleType) -> str:
    """`projected`: a row stays, bit by bit, while |‖x‖ - 1| is at most ε and (d/2 + 2)·ε of the wide type; then not.

    The rows have one number that is not 0, so that a norm is that number. The bound is that of the docstring; that it
    is enough is seen on rows that are drawn: what is projected once is not moved again.
    """
    projected = package._sphere.projected
    wide = torch.finfo(torch.float64).eps
    for dtype in TYPES:
        step = torch.finfo(dtype).eps
        for d in (1, 2, 3, 101):
            allowed = step + (d / 2 + 2) * wide
            last = int(allowed // step)
            for steps, stays in ((last, True), (-2 * last, True), (last + 1, False), (-2 * last - 2, False)):
                x = torch.zeros(3, d, dtype=dtype)
                x[:, -1] = 1 + steps * (step if steps > 0 else step / 2)  # below 1 the numbers lie twice as near
                found = projected(x)
                if found.dtype != dtype or not torch.equal(found, x if stays else x.sign()):
                    return f"{dtype}, d={d}: a norm of 1 and {steps} units in the last place"
        generator = torch.Generator().manual_seed(0)
        for d in (1, 2, 3, 5, 64):
            once = projected(torch.randn(256, d, generator=generator, dtype=torch.float64).to(dtype))
            if not torch.equal(projected(once), once):
                return f"{dtype}, d={d}: what is projected is moved again"
    return ""


def holds_large_and_small(package: ModuleType) -> str:
    """Norms are summed where their squares are numbers; the largest number of a type is one of its numbers."""
    sphere = package._sphere
    for size in (1e-30, 1e30):
        u = sphere.direction(torch.tensor([[3.0, 4.0]]) * size)
        off = (u - torch.tensor([[0.6, 0.8]])).abs().max().item()
        if not (u.dtype == torch.float32 and off <= 4 * torch.finfo(u.dtype).eps):
            return f"the direction of ({3 * size}, {4 * size}) is {u.tolist()}"
    for dtype in TYPES:
        like, largest = torch.zeros(1, dtype=dtype), torch.tensor([torch.finfo(dtype).max], dtype=torch.float64)
        if not torch.equal(sphere.or_nan(largest, like), largest):
            return f"the largest number of {dtype} is no number of it"
    return ""


def knows_which_devices_lack_float64(package: ModuleType) -> str:
    """Scalars of slices are float64, but float32 on "mps"; a device that is named, and need not be there."""
    for device, expected in (("mps", torch.float32), ("cuda", torch.float64), ("cpu", torch.float64)):
        found = package._sphere.wide_type(SimpleNamespace(device=torch.device(device)))
        if found != expected:
            return f"{found} on {device}"
    return ""


def reflects_where_no_rotation_is_determined(package: ModuleType) -> str:
    """`transport`: up to ‖u + u'‖² = ε the reflection, beyond it the rotation in the plane of both."""
    transport, eps = package._sphere.transport, torch.finfo(torch.float64).eps
    start, q = torch.tensor([[1.0, 0.0]], dtype=torch.float64), torch.tensor([[0.0, 1.0]], dtype=torch.float64)
    root = eps**0.5  # a power of two
    for apart, turned in ((root / 2, 1.0), (root, 1.0), (2 * root, -1.0)):
        end = torch.tensor([[-1.0, apart]], dtype=torch.float64)
        found = transport(q, start, end)
        if not torch.allclose(found, turned * q, rtol=0, atol=2 * apart):
            return f"‖u + u'‖ = {apart}: {q.tolist()} goes to {found.tolist()}"
    return ""


LAWS = (
    ("points of the sphere", keeps_what_a_division_leaves),
    ("extreme norms", holds_large_and_small),
    ("devices", knows_which_devices_lack_float64),
    ("transport", reflects_where_no_rotation_is_determined),
)
