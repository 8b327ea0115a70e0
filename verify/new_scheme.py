"""What `orthodrome new-scheme` writes: a scheme, PyTorch code for it and their lists, in a file that runs as it is."""

from errno import ENOTDIR
from pathlib import Path
from shlex import quote

from derivations.outside import NAME, VARIABLE
from derivations.schemes import SCHEMES
from verify.atomic import write_text

TEMPLATE = '''\
"""{title}: what it does, in a line. Bring it in by {variable}=FILE.py, or by entry points from a package."""

import torch

from derivations.scheme import Hyperparameter, Scheme
from verify.rows import row


class {cls}(Scheme):
    """m_k = β m_{{k-1}} + ∇L(x_k),  x_{{k+1}} = (1 - ηλ) x_k - η m_k."""

    name, title, source = "{name}", "{title}", "its paper, its equation"
    hyperparameters = {{"lr": Hyperparameter(0.1), "weight_decay": Hyperparameter(1e-4)}}  # default; low=0, high=inf
    hyperparameters["momentum"] = Hyperparameter(0.9, high=1.0)

    def initial_state(self, space, x, h):  # the buffers before the first step
        return {{"m": space.zeros_like(x)}}

    def step(self, space, k, x, gradient, state, h):  # the rule, over any vectors: no torch, no numpy; k = 0, 1, …
        m = h.momentum * state["m"] + gradient
        return (1 - h.lr * h.weight_decay) * x - h.lr * m, {{"m": m}}


class Torch{cls}(torch.optim.Optimizer):  # the code that is to follow it, written from the paper and not from above
    def __init__(self, params, lr=0.1, weight_decay=1e-4, momentum=0.9):
        super().__init__(params, {{"lr": lr, "weight_decay": weight_decay, "momentum": momentum}})

    @torch.no_grad()
    def step(self, closure=None):
        loss = torch.enable_grad()(closure)() if closure else None
        for group in self.param_groups:
            for p in (p for p in group["params"] if p.grad is not None):
                m = self.state[p].setdefault("momentum_buffer", torch.zeros_like(p))
                m.mul_(group["momentum"]).add_(p.grad)
                p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(m, alpha=group["lr"])
        return loss


SCHEMES = ({cls}(),)
OPTIMIZERS = (row(Torch{cls}, SCHEMES[0], m="momentum_buffer"),)  # the buffer m, under its name in torch
'''


def write(name: str, output: Path | None = None) -> Path:
    """Write the file; ValueError for a name that cannot be one, or a file that is there already."""
    if not (NAME.fullmatch(name) and name[0].isalpha()):
        raise ValueError(f"{name!r}: a scheme is called by small letters, digits and hyphens, a letter first: my-sgd")
    if any(scheme.name == name for scheme in SCHEMES):
        raise ValueError(f"{name!r} is ours already: choose another name")
    path = output or Path(f"{name.replace('-', '_')}.py")
    if path.suffix != ".py":
        raise ValueError(f"--output {str(path)!r}: a Python file is needed, like {path.with_suffix('.py')}")
    words = [word.capitalize() for word in name.split("-")]
    text = TEMPLATE.format(name=name, cls="".join(words), title=" ".join(words), variable=VARIABLE)
    if path.exists() or path.is_symlink():
        raise ValueError(f"{path} exists, and is left as it is: give another --output")
    try:
        if not path.parent.is_dir():
            raise NotADirectoryError(ENOTDIR, f"there is no directory {str(path.parent)!r}")
        write_text(path, text)
    except OSError as error:
        raise ValueError(f"--output {str(path)!r}: {error.strerror or error}") from error
    return path


def commands(name: str, path: Path) -> list[str]:
    """What to type next."""
    return [
        f"export {VARIABLE}={quote(str(path.resolve()))}",
        f"orthodrome check {name}          # the code against the rule, in parameters and buffers",
        f"orthodrome scale {name}          # its scaling law",
        f"orthodrome equilibrium {name}    # where training comes to rest",
        f"orthodrome report --outside {path.stem}.md",
    ]
