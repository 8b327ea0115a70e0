"""The runs on which peers are compared: shapes, losses, norms, options, dtypes; an explicit list."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch

LOSSES = {
    "channel": "loss invariant by channel",
    "layer": "loss invariant by layer",
    "free": "loss not invariant",
    "outward": "gradient -w",
    "below": "cosine of one channel 2 % below the threshold",
    "above": "cosine of one channel 2 % above the threshold",
    "pausing": "loss invariant by channel, every second gradient zero",
}
STEPS = 6
SHAPE = (4, 6)
DELTA = 0.1


@dataclass(frozen=True)
class Setting:
    """One run. radius: the norm of a row at the start; options: of the optimizer, beyond its learning rate.

    Gradients are of the size of the weights, so that tiny weights stay tiny; steep: of the size of 1/radius, as those
    of an invariant loss are.
    """

    shape: tuple[int, ...] = SHAPE
    loss: str = "channel"
    radius: float = 1.0
    options: Mapping[str, float | bool] = field(default_factory=dict)
    dtype: torch.dtype = torch.float64
    seed: int = 0
    steep: bool = False

    @property
    def rows(self) -> int:
        """A 1-d parameter is one weight vector; otherwise each of the first axis is one."""
        return self.shape[0] if len(self.shape) > 1 else 1

    @property
    def words(self) -> str:
        """The setting for a reader."""
        options = [name if value is True else f"{name} {value:g}" for name, value in self.options.items()]
        size, norm = "×".join(str(n) for n in self.shape), f"norm {self.radius:g}"
        norm += " and gradients 1/norm" if self.steep else ""
        parts = [size, norm, LOSSES[self.loss], *options, str(self.dtype).removeprefix("torch.")]
        return ", ".join(parts).replace("_", " ")

    def start(self) -> torch.Tensor:
        """The parameter before training, every row of norm `radius`."""
        rows = np.random.default_rng((self.seed, 0)).normal(size=(self.rows, -(-int(np.prod(self.shape)) // self.rows)))
        rows *= self.radius / np.linalg.norm(rows, axis=1, keepdims=True)
        return torch.tensor(rows.reshape(self.shape), dtype=self.dtype)

    def gradient(self, k: int, x: np.ndarray) -> np.ndarray:
        """∇L_k at x, both (rows, coordinates), in float64."""
        scale = 1 / self.radius if self.steep else self.radius
        drawn = scale * np.random.default_rng((self.seed, 1, k)).normal(size=x.shape)
        if self.loss == "free":
            return x - drawn
        if self.loss == "outward":
            return -x
        if self.loss == "layer":
            return _tangent(drawn.reshape(1, -1), x.reshape(1, -1)).reshape(x.shape)
        tangent = _tangent(drawn, x)
        if self.loss == "pausing":
            return tangent * (k % 2 == 0)
        if self.loss in ("below", "above"):
            cosine = (0.98 if self.loss == "below" else 1.02) * DELTA / np.sqrt(x.shape[1])
            tangent[0] += np.linalg.norm(tangent[0]) * cosine / np.sqrt(1 - cosine**2) * x[0] / np.linalg.norm(x[0])
        return tangent


def _tangent(drawn: np.ndarray, x: np.ndarray) -> np.ndarray:
    u = x / np.linalg.norm(x, axis=1, keepdims=True)
    return drawn - (drawn * u).sum(1, keepdims=True) * u


SIZES = (1e-6, 1e-9, 1e-20, 1e6)
SHAPES = ((4, 6), (3, 2, 3, 3), (5,), (1, 7))
OPTIONS: tuple[dict[str, float | bool], ...] = (
    {},
    {"nesterov": True},
    {"weight_decay": 0.1},
    {"nesterov": True, "weight_decay": 0.1},
)

HUGE: tuple[dict[str, float | bool], ...] = ({"lr": 50.0}, {"lr": 50.0, "weight_decay": 10.0})
"""A rate at which a step is many times the weight, and a decay that turns it round."""

_BASE = (
    *(Setting(shape=shape, options=options) for shape in SHAPES for options in OPTIONS),
    *(Setting(loss=loss, options=options) for loss in LOSSES if loss != "channel" for options in OPTIONS[::2]),
    *(Setting(loss=loss, radius=radius) for radius in SIZES for loss in ("channel", "free", "outward")),
    *(Setting(radius=radius, options=OPTIONS[3]) for radius in SIZES),
    *(Setting(loss="free", radius=radius, options=OPTIONS[2]) for radius in SIZES),
    *(Setting(shape=(5,), loss=loss) for loss in ("free", "outward")),
    Setting(shape=(3, 2, 3, 3), loss="above"),
    *(Setting(radius=radius, steep=True) for radius in SIZES),
    *(Setting(options=options) for options in HUGE),
    Setting(shape=(1, 1)),
)
SETTINGS = tuple(replace(s, dtype=dtype) for dtype in (torch.float64, torch.float32) for s in _BASE)
"""All settings that both SGDP and AdamP take; the first is the plainest."""

DAMPENED = tuple(Setting(options=options | {"dampening": 0.5}) for options in OPTIONS)
"""Settings for SGDP alone."""
