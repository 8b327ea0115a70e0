"""Any torch optimizer on radially-invariant weights whose gradients are random: the paper's assumptions made true.

At each step the gradient is normal to the weight, in a uniformly random direction, and of the norm √L_t/‖w_t‖ with L_t
drawn from a `Noise`. So E[g_t | past] = 0 and E[‖g_t‖² | past] = L/‖w_t‖² hold exactly, as no training run can promise.

    >>> import numpy as np, torch
    >>> from verify.noise import uniform
    >>> from verify.random_gradients import run, sphere
    >>> generator = np.random.default_rng(0)
    >>> make = lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9, weight_decay=0.01)
    >>> motion = run(make, sphere(8, 100, 1.0, generator), uniform(0.5, 1.5), 50, generator)
    >>> motion.norm_squared.shape, sorted(motion.gram)[-1]
    ((51, 8), ('w', 'w'))

A parameter of shape (replicas, d) is `replicas` independent weights to an elementwise optimizer, and to ours.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from verify.noise import Noise

Make = Callable[[list[torch.Tensor]], torch.optim.Optimizer]
Direction = Callable[[int, torch.Tensor, np.random.Generator], torch.Tensor]


@dataclass(frozen=True)
class Motion:
    """The recorded steps t = 0, …, steps-1 of all replicas.

    norm_squared: ‖w_t‖², (steps + 1, replicas). inner: ⟨w_{t+1}, w_t⟩ and angle: Δ_t = ∠(w_t, w_{t+1}), (steps,
    replicas). displacement_squared: ‖w_{t+1} - w_t‖², from the difference itself. from_start: ⟨w_t, w_0⟩, (steps + 1,
    replicas). unit_gradient_squared: L_t, (steps, replicas).
    gram: inner products among w_t, g_t and the buffers as they stand before step t, (steps, replicas) each, by pairs of
    names in alphabetical order: "w", "g" and the optimizer's own ("momentum_buffer", "exp_avg", …), zero as long as the
    optimizer has not made them.
    """

    norm_squared: np.ndarray
    inner: np.ndarray
    angle: np.ndarray
    displacement_squared: np.ndarray
    from_start: np.ndarray
    unit_gradient_squared: np.ndarray
    gram: dict[tuple[str, str], np.ndarray]

    @property
    def cosine(self) -> np.ndarray:
        """cos Δ_t = ⟨w_{t+1}, w_t⟩/(‖w_{t+1}‖‖w_t‖)."""
        return self.inner / np.sqrt(self.norm_squared[1:] * self.norm_squared[:-1])

    def dot(self, left: str, right: str) -> np.ndarray:
        """⟨left, right⟩ before each step, in either order."""
        return self.gram[(min(left, right), max(left, right))]


def sphere(replicas: int, d: int, norm_squared: float, generator: np.random.Generator) -> torch.Tensor:
    """Weights in uniformly random directions, of the given ‖w‖²; shape (replicas, d), float64."""
    drawn = generator.standard_normal((replicas, d))
    return torch.from_numpy(drawn * (norm_squared**0.5 / np.linalg.norm(drawn, axis=1, keepdims=True)))


def uniform_direction(t: int, w: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
    """Vectors whose parts normal to w are uniformly distributed in direction."""
    return torch.from_numpy(generator.standard_normal(w.shape)).to(w)


def unit_tangent(q: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """The direction of q's part normal to w, row by row."""
    u = w / torch.linalg.vector_norm(w, dim=-1, keepdim=True)
    for _ in range(2):  # where q is nearly parallel to w, once leaves rounding errors along w
        q = q - (q * u).sum(-1, keepdim=True) * u
        q = q / torch.linalg.vector_norm(q, dim=-1, keepdim=True)
    return q


def run(
    make: Make,
    start: torch.Tensor,
    noise: Noise,
    steps: int,
    generator: np.random.Generator,
    warm_up: int = 0,
    direction: Direction = uniform_direction,
) -> Motion:
    """`steps` recorded steps, after `warm_up` others, of the optimizer make([parameter]) from `start`, (replicas, d).

    direction(t, w, generator) → vectors (replicas, d), of which the gradient takes the direction normal to w.
    """
    replicas, d = start.shape
    if d < 2:
        raise ValueError("a weight with d = 1 has no direction normal to it: d must be at least 2")
    sizes = noise.draw(warm_up + steps, replicas, generator)
    parameter = torch.nn.Parameter(start.clone())
    optimizer = make([parameter])
    recorder = _Recorder()
    with torch.no_grad():
        for t in range(warm_up + steps):
            w = parameter.detach().clone()
            norm = torch.linalg.vector_norm(w, dim=-1, keepdim=True)
            size = torch.from_numpy(sizes[t]).to(w).sqrt().unsqueeze(-1)
            parameter.grad = unit_tangent(direction(t, w, generator), w) * (size / norm)
            gradient = parameter.grad.clone()
            buffers = _buffers(optimizer, parameter) if t >= warm_up else {}
            optimizer.step()
            if t >= warm_up:
                recorder.record({"w": w, "g": gradient, **buffers}, parameter.detach())
    return recorder.motion(sizes[warm_up:])


class _Recorder:
    """Collects the inner products of a run, so that no vector outlives its step."""

    def __init__(self) -> None:
        self.rows: list[dict[tuple[str, str], torch.Tensor]] = []
        self.following: list[dict[str, torch.Tensor]] = []
        self.first: torch.Tensor | None = None

    def record(self, vectors: dict[str, torch.Tensor], after: torch.Tensor) -> None:
        w = vectors["w"]
        if self.first is None:
            self.first = w
        pairs = itertools.combinations_with_replacement(sorted(vectors), 2)
        row = {pair: _dot(vectors[pair[0]], vectors[pair[1]]) for pair in pairs}
        inner, square = _dot(after, w), row["w", "w"]
        # The arctangent of the step normal to w over the one along it: an arccosine is blind to small angles.
        normal = torch.linalg.vector_norm(after - (inner / square).unsqueeze(-1) * w, dim=-1)
        angle = torch.atan2(normal, inner / square.sqrt())
        self.rows.append(row)
        moved = {"inner": inner, "angle": angle, "displacement": _dot(after - w, after - w)}
        self.following.append(moved | {"square": _dot(after, after), "from_start": _dot(after, self.first)})

    def motion(self, sizes: np.ndarray) -> Motion:
        empty = np.zeros_like(sizes)
        names = sorted({pair for row in self.rows for pair in row})
        gram = {pair: empty.copy() for pair in names}
        for t, row in enumerate(self.rows):
            for pair, value in row.items():
                gram[pair][t] = value.cpu().numpy()
        start = [row["w", "w"] for row in self.rows[:1]]
        after = {name: [row[name] for row in self.following] for name in ("inner", "angle", "displacement")}
        squares = _stack(start + [row["square"] for row in self.following])
        starts = _stack(start + [row["from_start"] for row in self.following])
        inner, angle, moved = map(_stack, after.values())
        return Motion(squares, inner, angle, moved, starts, sizes, gram)


def _buffers(optimizer: torch.optim.Optimizer, parameter: torch.Tensor) -> dict[str, torch.Tensor]:
    state = optimizer.state[parameter].items()
    return {n: v.clone() for n, v in state if isinstance(v, torch.Tensor) and v.shape == parameter.shape}


def _dot(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (x * y).sum(-1)


def _stack(rows: Sequence[torch.Tensor]) -> np.ndarray:
    return torch.stack(list(rows)).double().cpu().numpy()
