"""Runs of geoopt's optimizers on the unit sphere, and the rules from this house that they are held against."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

import impl.optim
from derivations.schemes import by_name
from verify.peers.follow import Step
from verify.peers.packages import load
from verify.peers.settings import STEPS
from verify.peers.sphere import SphereRule
from verify.tolerance import Tracked, TrackedSpace

State = dict[str, Tracked]
Expected = Callable[["Spherical", TrackedSpace, int, Step], Mapping[str, Tracked]]
MEMORIES = ("momentum", "beta1", "beta2")
MOMENTS = {"b": "exp_avg", "v": "exp_avg_sq"}
EPS = 1e-8


OPTIMIZERS: dict[str, dict[str, Any]] = {"RiemannianSGD": {"momentum": 0.9}, "RiemannianAdam": {}}
"""geoopt's optimizers, with the options under which they have buffers."""


@dataclass(frozen=True)
class Spherical:
    """One run on the product of spheres that the rows of a matrix are. options: of the optimizer, beyond lr."""

    shape: tuple[int, int] = (4, 6)
    lr: float = 0.2
    invariant: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)
    dtype: torch.dtype = torch.float64

    @property
    def words(self) -> str:
        """The setting for a reader."""
        size = "×".join(str(n) for n in self.shape)
        loss = "invariant" if self.invariant else "not invariant"
        return f"{size}, lr {self.lr:g}, loss {loss}, {str(self.dtype).removeprefix('torch.')}"

    def hyperparameters(self, space: TrackedSpace) -> SimpleNamespace:
        """As tracked scalars."""
        given = {"lr": self.lr, "momentum": 0.0, "eps": EPS, **self.options}
        given["beta1"], given["beta2"] = given.pop("betas", (0.9, 0.99))
        return SimpleNamespace(**{name: space.scalar(v, memory=name in MEMORIES) for name, v in given.items()})


SHAPES = ((4, 6), (1, 2), (3, 40))
RATES = (0.2, 0.003, 3.0)


def settings(invariant: bool | None, **options: Any) -> tuple[Spherical, ...]:
    """The runs of one comparison; invariant: which losses, None for both."""
    losses = (True, False) if invariant is None else (invariant,)
    return tuple(
        Spherical(shape, lr, loss, options, dtype)
        for dtype in (torch.float64, torch.float32)
        for loss in losses
        for shape in SHAPES
        for lr in RATES
    )


def run(optimizer: str, manifold: str, setting: Spherical, steps: int = STEPS) -> list[Step]:
    """The steps of `geoopt.optim.optimizer` on a parameter that lies on `geoopt.manifold()`."""
    generator = np.random.default_rng(0)
    start = generator.normal(size=setting.shape)
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    sphere = load("geoopt", f"geoopt:{manifold}")()
    p = load("geoopt", "geoopt:ManifoldParameter")(torch.tensor(start, dtype=setting.dtype), manifold=sphere)
    follower = load("geoopt", f"geoopt.optim:{optimizer}")([p], lr=setting.lr, **setting.options)
    taken, after = [], _read(follower, p)
    for _ in range(steps):
        before = after
        u = before["x"] / np.linalg.norm(before["x"], axis=1, keepdims=True)
        drawn = generator.normal(size=setting.shape)
        radial = (drawn * u).sum(1, keepdims=True) * u
        p.grad = torch.tensor(drawn - radial * setting.invariant, dtype=setting.dtype)
        gradient = p.grad.to(torch.float64).numpy().copy()
        follower.step()
        after = _read(follower, p)
        taken.append(Step(before, gradient, after))
    return taken


def rule(of: SphereRule) -> Expected:
    """What a rule on the sphere makes of a step; a buffer that is not kept is not compared."""

    def expected(setting: Spherical, space: TrackedSpace, k: int, step: Step) -> dict[str, Tracked]:
        y, g = space.vector(step.before["x"]), space.vector(step.gradient)
        state = {name: space.vector(step.before.get(name, np.zeros_like(step.gradient))) for name in ("b", "v")}
        after, new = of.step(space, k, y, g, state, setting.hyperparameters(space))
        return {"x": after} | {name: value for name, value in new.items() if name in step.after}

    return expected


def image(radius: float, weight_decay: float = 0.0) -> Expected:
    """The direction after one step of PSI-SGD from `radius` times the point.

    The gradient of an invariant loss there is 1/radius of that on the sphere, and tangent: what rounding has left of a
    radial part is taken out. With weight decay λ the geodesic rate η is that of PSI-SGD at rate η/(1 + ηλ).
    """

    def expected(setting: Spherical, space: TrackedSpace, k: int, step: Step) -> dict[str, Tracked]:
        y, g = space.vector(step.before["x"]), space.vector(step.gradient)
        tangent = g - space.dot(y, g) * y
        numbers = by_name("psi-sgd").numbers(lr=setting.lr / (1 + setting.lr * weight_decay), weight_decay=weight_decay)
        h = SimpleNamespace(**{name: space.scalar(value) for name, value in vars(numbers).items()})
        after, _ = by_name("psi-sgd").step(space, k, radius * y, tangent / radius, {}, h)
        return {"x": after / space.norm(after)}

    return expected


def ours(name: str, like: SphereRule, radius: float, **options: Any) -> Expected:
    """The direction after one step of `impl.optim.name` without momentum, which may round as `like` does.

    It starts from `radius`, a power of 2, times the point. The gradient is known up to its rounding.
    """

    def expected(setting: Spherical, space: TrackedSpace, k: int, step: Step) -> dict[str, Tracked]:
        y, g = space.vector(step.before["x"]), space.vector(step.gradient)
        g = Tracked(g.value, space.norm(g).value * space.precision.unit + 0 * g.value, g.precision)
        zeros = {"b": space.zeros_like(y)}
        bound, _ = like.step(space, k, y, g, zeros, setting.hyperparameters(space))
        p = torch.nn.Parameter(torch.tensor(radius * step.before["x"], dtype=setting.dtype))
        p.grad = torch.tensor(step.gradient / radius, dtype=setting.dtype)
        getattr(impl.optim, name)([p], lr=setting.lr, momentum=0.0, **options).step()
        reached = p.detach().to(torch.float64).numpy()
        return {"x": Tracked(reached / np.linalg.norm(reached, axis=1, keepdims=True), 2 * bound.error, g.precision)}

    return expected


@dataclass(frozen=True)
class Comparison:
    """A geoopt optimizer on a manifold of geoopt's, what it should equal, and the rule that it is found to follow.

    against: for a reader. expected: all of these are one thing, written several times. found: with what departures;
    None where it equals what is expected.
    """

    optimizer: str
    manifold: str
    against: str
    expected: tuple[Expected, ...]
    settings: tuple[Spherical, ...]
    found: SphereRule | None = None
    explains: bool = True
    """Whether the departures of `found` are from what is expected."""

    @property
    def name(self) -> str:
        """The optimizer for a reader."""
        return f"geoopt.{self.optimizer} on {self.manifold}"


SGD, ADAM = OPTIMIZERS
SGDG, ADAMG = SphereRule(), SphereRule(adaptive=True)
PSI = ours("PSISGD", SphereRule(retracts=True), 8.0)
EXACT = ours("SGDG", SGDG, 1.0, clip=None, orthogonality=0.0)
CARRIED = {"doubled_start": True, "projects_momentum": True}
ADAPTED = {"eps_outside": True, "projects_momentum": True}
COMPARISONS = (
    Comparison(SGD, "Sphere", "the image of PSI-SGD", (*map(image, (1e-6, 1.0, 1e6)), PSI), settings(True)),
    Comparison(
        SGD,
        "Sphere",
        r"the image of PSI-SGD with weight decay $\lambda=0.1$ and learning rate $\eta/(1+\eta\lambda)$",
        (image(2.0, 0.1),),
        settings(True, weight_decay=0.1),
    ),
    Comparison(SGD, "SphereExact", "SGD-G without momentum", (rule(SGDG), EXACT), settings(True)),
    Comparison(SGD, "Sphere", "SGD-G without momentum", (rule(SGDG),), settings(None), SGDG.but(retracts=True)),
    Comparison(SGD, "SphereExact", "SGD-G", (rule(SGDG),), settings(None, momentum=0.9), SGDG.but(**CARRIED)),
    Comparison(SGD, "Sphere", "SGD-G", (rule(SGDG),), settings(None, momentum=0.9), SGDG.but(retracts=True, **CARRIED)),
    Comparison(
        SGD,
        "Sphere",
        "the image of PSI-SGDM",
        (rule(SphereRule(shrinks=True)),),
        settings(True, momentum=0.9),
        SGDG.but(retracts=True, **CARRIED),
        explains=False,
    ),
    Comparison(ADAM, "SphereExact", "Adam-G", (rule(ADAMG),), settings(None, betas=(0.9, 0.99)), ADAMG.but(**ADAPTED)),
    Comparison(
        ADAM,
        "Sphere",
        "Adam-G",
        (rule(ADAMG),),
        settings(None, betas=(0.9, 0.99)),
        ADAMG.but(retracts=True, **ADAPTED),
    ),
)
"""geoopt beside the optimizers of this house, in the order of the page."""


def first(comparison: Comparison, count: int) -> Comparison:
    """The comparison with its first settings only."""
    return replace(comparison, settings=comparison.settings[:count])


def _read(optimizer: torch.optim.Optimizer, p: torch.Tensor) -> dict[str, np.ndarray]:
    """The point, and of the buffers those that there are."""
    kept = optimizer.state.get(p, {})
    names = {"b": "momentum_buffer"} if "momentum_buffer" in kept else MOMENTS
    found = {ours: kept[theirs] for ours, theirs in names.items() if theirs in kept}
    return {name: t.detach().to(torch.float64).numpy().copy() for name, t in ({"x": p} | found).items()}
