"""What PSI-SGD's cap on norms must do in every way to compute a step, by hand: empty where it does."""

import math
from types import ModuleType

import torch
from torch import nn


def caps_in_every_way(package: ModuleType) -> str:
    """A slice of the very norm of the cap stays; one that is longer by less than its type tells of norms does not; the
    buffer is divided too, where there is one. Of one parameter or of several."""
    just = torch.nextafter(torch.tensor(3.0), torch.tensor(4.0)).item()
    start = torch.tensor([[3.0, 4.0], [4.0, just], [5.0, 7.0], [0.25, 0.5]])
    pushed = torch.tensor([[0.0, 0.0], [0.0, 0.0], [2.0, 2.0], [0.0, 0.0]])
    for foreach in (False, None):
        p = nn.Parameter(start[1:2].clone())  # alone: of those beside it none is longer
        optimizer = package.PSISGD([p], lr=0.0, max_norm=5.0, foreach=foreach)
        p.grad = torch.zeros_like(p)
        optimizer.step()
        if not p.norm().item() < 2:
            return f"foreach={foreach}: a slice that is longer by less than an ulp has norm {p.norm().item()}"
        for momentum, decay in ((0.0, 0.0), (0.5, 0.0), (0.5, 0.25)):
            for beside in ([], [nn.Parameter(torch.tensor([[0.0, 0.0, 8.0]]))]):
                p = nn.Parameter(start + (1.0 if not momentum else 0.0) * pushed / 2)
                options = {"lr": 0.0, "momentum": momentum, "weight_decay": decay, "max_norm": 5.0}
                optimizer = package.PSISGD([p, *beside], foreach=foreach, **options)
                for each in (p, *beside):
                    each.grad = torch.zeros_like(each)
                    if momentum:
                        optimizer.state[each]["momentum_buffer"] = torch.zeros_like(each)
                if momentum:
                    optimizer.state[p]["momentum_buffer"].copy_(pushed)
                optimizer.step()
                size = math.hypot(4.0, just)
                expected = torch.tensor([[3.0, 4.0], [4.0 / size, just / size], [0.6, 0.8], [0.25, 0.5]])
                told = f"foreach={foreach}, momentum={momentum}, weight_decay={decay}, {len(beside)} beside"
                if not torch.allclose(p, expected, rtol=2 * torch.finfo(p.dtype).eps, atol=0):
                    return f"{told}: a cap of 5 makes {p.tolist()}"
                if beside and beside[0].tolist() != [[0.0, 0.0, 1.0]]:
                    return f"{told}: beside it, {beside[0].tolist()}"
                if momentum and not torch.equal(optimizer.state[p]["momentum_buffer"], pushed / 20):
                    return f"{told}: the buffer is {optimizer.state[p]['momentum_buffer'].tolist()}"
    return ""
