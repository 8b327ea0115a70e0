"""geoopt's Riemannian SGD and Adam beside SGD-G, Adam-G (Cho & Lee 2017) and the image of PSI-SGD on the sphere.

Points are rows on the unit sphere; `b` is geoopt's momentum buffer, of which SGD-G's m is -η times: with
h = g - <y, g> y,  b' = β b + h,  d = -η b',  y⁺ = Exp_y(d),  b⁺ = b' carried in parallel along d.
"""

from dataclasses import dataclass, fields, replace
from types import SimpleNamespace

from verify.tolerance import Tracked, TrackedSpace

State = dict[str, Tracked]

WORDS = {
    "doubled_start": r"the momentum begins as the first gradient, not projected, which is then added again: the "
    r"first step is $1+\beta$ times as long",
    "retracts": r"the step is $(y+d)/\Vert y+d\Vert$, not $\mathrm{Exp}_y(d)$",
    "projects_momentum": r"the momentum is carried by projection on the new tangent space: shorter by the factor "
    r"$\cos\theta$, $\theta$ the angle of the step",
    "eps_outside": r"$\varepsilon$ stands outside of the root, $\sqrt{v/(1-\beta_2^t)}+\varepsilon$, not "
    r"$\sqrt{v+\varepsilon}$",
}


@dataclass(frozen=True)
class SphereRule:
    """SGD-G, or Adam-G where `adaptive`, without clipping; the switches are explained in `WORDS`.

    shrinks: the momentum is PSI-SGDM's u/‖w‖ instead, carried unchanged and divided by the growth of ‖w‖.
    """

    adaptive: bool = False
    doubled_start: bool = False
    retracts: bool = False
    projects_momentum: bool = False
    eps_outside: bool = False
    shrinks: bool = False

    @property
    def departures(self) -> tuple[str, ...]:
        """The switches that are set."""
        return tuple(f.name for f in fields(self) if f.name in WORDS and getattr(self, f.name))

    def but(self, **switches: bool) -> "SphereRule":
        """This rule with switches set anew."""
        return replace(self, **switches)

    def without(self, departure: str) -> "SphereRule":
        """This rule with one departure taken back."""
        return self.but(**{departure: False})

    def step(
        self, space: TrackedSpace, k: int, y: Tracked, gradient: Tracked, state: State, h: SimpleNamespace
    ) -> tuple[Tracked, State]:
        """The next point and buffers; y: (rows, coordinates), gradient: that of the loss there, Euclidean."""
        tangent = gradient - space.dot(y, gradient) * y
        if self.adaptive:
            first, second = 1 - h.beta1 ** (k + 1), 1 - h.beta2 ** (k + 1)
            b = h.beta1 * state["b"] + (1 - h.beta1) * tangent
            v = h.beta2 * state["v"] + (1 - h.beta2) * space.dot(tangent, tangent)
            root = space.sqrt(v / second) + h.eps if self.eps_outside else space.sqrt(v + h.eps) / space.sqrt(second)
            d, new = -h.lr * (b / first / root), {"v": v}
        else:
            before = gradient if self.doubled_start and k == 0 else state["b"]
            b, new = h.momentum * before + tangent, {}
            d = -h.lr * b
        reached = y + d
        length = space.norm(reached)
        if self.shrinks:
            return reached / length, new | {"b": b / length}
        after = reached / length if self.retracts else self._exponential(space, y, d)
        if self.projects_momentum:
            return after, new | {"b": b - space.dot(after, b) * after}
        angle = space.norm(d)
        unit = d / angle
        moved = space.dot(unit, b) * (space.sin(angle) * y + (1 - space.cos(angle)) * unit)
        return after, new | {"b": b - moved}

    def _exponential(self, space: TrackedSpace, y: Tracked, d: Tracked) -> Tracked:
        angle = space.norm(d)
        return space.cos(angle) * y + space.sin(angle) * (d / angle)
