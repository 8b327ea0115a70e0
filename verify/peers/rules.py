"""SGDP and AdamP with everything in which released code departs from 003, each departure a switch of its own.

With no switch set a rule is Algorithm 1 or 2 as printed, with w a row of the tensor. Written on `Tracked` numbers, from
the algorithms and from what the packages do, so that the error allowed is the rounding of one step.
"""

from dataclasses import dataclass, fields, replace
from types import SimpleNamespace

import numpy as np

from verify.tolerance import Tracked, TrackedSpace

State = dict[str, Tracked]

WORDS = {
    "cosine": r"the test is $|\cos(w,\nabla f)|<\delta/\sqrt d$, not $w\cdot\nabla f<\delta$",
    "eps_in_test": r"norms below $\varepsilon$ count as $\varepsilon$ in that cosine",
    "together": "the channels decide together: all or none; then the layer as one vector",
    "spares_vectors": "1-d parameters are never projected",
    "eps_in_norm": r"$\hat w$ is $w/(\Vert w\Vert+\varepsilon)$",
    "projects_buffer": r"without `nesterov` the projection is written into the momentum buffer too: "
    r"$p_t\leftarrow\Pi_{w_t}(p_t)$",
    "bias_correction": r"$m_t$ and $v_t$ are corrected for their start at 0",
    "eps_corrected": r"$\varepsilon$ is divided by $\sqrt{1-\beta_2^t}$ too",
    "decay": r"decoupled weight decay, times `wd_ratio` where projected (SGDP: and divided by $1-\beta$)",
    "nesterov": r"option `nesterov`: $\nabla f+\beta p_t$ (AdamP: $\beta_1m_t+(1-\beta_1)\nabla f$) is projected",
    "dampening": r"option `dampening`: $p_t=\beta p_{t-1}+(1-\tau)\nabla f$",
}
"""What each switch does, for a reader."""


@dataclass(frozen=True)
class Rule:
    """An optimizer of 003: `adaptive` is AdamP, else SGDP; the switches are explained in `WORDS`."""

    adaptive: bool
    cosine: bool = False
    eps_in_test: bool = False
    together: bool = False
    spares_vectors: bool = False
    eps_in_norm: bool = False
    projects_buffer: bool = False
    bias_correction: bool = False
    eps_corrected: bool = False
    decay: bool = False
    nesterov: bool = False
    dampening: bool = False

    @property
    def departures(self) -> tuple[str, ...]:
        """The switches that are set."""
        return tuple(f.name for f in fields(self) if f.name != "adaptive" and getattr(self, f.name))

    def but(self, **switches: bool) -> "Rule":
        """This rule with switches set anew."""
        return replace(self, **switches)

    def without(self, departure: str) -> "Rule":
        """This rule with one departure taken back."""
        return replace(self, **{departure: False})

    def step(
        self,
        space: TrackedSpace,
        k: int,
        x: Tracked,
        gradient: Tracked,
        state: State,
        h: SimpleNamespace,
        shape: tuple[int, ...],
    ) -> tuple[Tracked, State]:
        """x_{k+1} and the buffers. x, gradient, buffers: (rows, coordinates); shape: that of the parameter."""
        p, scale, new = (self._adam if self.adaptive else self._momentum)(space, k, gradient, state, h)
        if self.spares_vectors and len(shape) == 1:
            projected, ratio = p, Tracked(1.0)
        else:
            projected, ratio = self._projection(space, x, gradient, p, h)
        if self.projects_buffer and not self.nesterov:
            new = new | {"p": projected}
        if not self.decay:
            return x - scale * projected, new
        lasting = 1 if self.adaptive else 1 - h.momentum
        return (1 - h.lr * h.weight_decay * ratio / lasting) * x - scale * projected, new

    def _momentum(
        self, space: TrackedSpace, k: int, gradient: Tracked, state: State, h: SimpleNamespace
    ) -> tuple[Tracked, Tracked, State]:
        p = h.momentum * state["p"] + ((1 - h.dampening) * gradient if self.dampening else gradient)
        return (gradient + h.momentum * p if self.nesterov else p), h.lr, {"p": p}

    def _adam(
        self, space: TrackedSpace, k: int, gradient: Tracked, state: State, h: SimpleNamespace
    ) -> tuple[Tracked, Tracked, State]:
        m = h.beta1 * state["m"] + (1 - h.beta1) * gradient
        v = h.beta2 * state["v"] + (1 - h.beta2) * (gradient * gradient)
        first, second = 1 - h.beta1 ** (k + 1), 1 - h.beta2 ** (k + 1)
        numerator = h.beta1 * m + (1 - h.beta1) * gradient if self.nesterov else m
        root = space.sqrt(v)
        if not self.bias_correction:
            return numerator / (root + h.eps), h.lr, {"m": m, "v": v}
        corrected = space.sqrt(second)
        denominator = (root + h.eps) / corrected if self.eps_corrected else root / corrected + h.eps
        return numerator / denominator, h.lr / first, {"m": m, "v": v}

    def _projection(
        self, space: TrackedSpace, x: Tracked, gradient: Tracked, p: Tracked, h: SimpleNamespace
    ) -> tuple[Tracked, Tracked]:
        """The projected update where the test fires, and what weight decay is multiplied by, a row each."""
        rows = len(x.value)
        if not self.together:
            fires, doubt = self._test(space, x, gradient, h)
            return _choose(fires, doubt, self._tangent(space, x, p, h), p), _ratio(fires, doubt, h)
        for count in (rows, 1):
            w, g, q = (_view(t, count) for t in (x, gradient, p))
            fires, doubt = self._test(space, w, g, h)
            settled = (~fires & ~doubt).any()  # one row that surely fails settles it for all
            everywhere = np.full((rows, 1), bool(fires.all()))
            unknown = np.full((rows, 1), bool(doubt.any() and not settled))
            if everywhere.any() or unknown.any():
                tangent = _view(self._tangent(space, w, q, h), rows)
                return _choose(everywhere, unknown, tangent, p), _ratio(everywhere, unknown, h)
        return p, Tracked(np.ones((rows, 1)))

    def _test(self, space: TrackedSpace, w: Tracked, g: Tracked, h: SimpleNamespace) -> tuple[np.ndarray, np.ndarray]:
        """(rows, 1): whether the test fires, and whether rounding may decide it otherwise."""
        limit = float(h.delta.value)
        if self.cosine:
            limit /= np.sqrt(w.value.shape[-1])
            least = h.eps if self.eps_in_test else Tracked(space.precision.tiny)  # 0/0 reads 0
            value = space.dot(w / _at_least(space.norm(w), least), g / _at_least(space.norm(g), least))
            value = Tracked(abs(value.value), value.error, value.precision)
        else:
            value = space.dot(w, g)
        with np.errstate(invalid="ignore"):
            clear = abs(value.value - limit) > value.error + value.precision.unit * limit
        return value.value < limit, ~clear

    def _tangent(self, space: TrackedSpace, w: Tracked, p: Tracked, h: SimpleNamespace) -> Tracked:
        norm = space.norm(w)
        unit = w / (norm + h.eps if self.eps_in_norm else norm)
        return p - unit * space.dot(unit, p)


def _at_least(norm: Tracked, least: Tracked) -> Tracked:
    return Tracked(np.maximum(norm.value, least.value), norm.error, norm.precision)


def _view(t: Tracked, rows: int) -> Tracked:
    error = np.broadcast_to(t.error, t.value.shape)
    return Tracked(t.value.reshape(rows, -1), error.reshape(rows, -1), t.precision)


def _choose(fires: np.ndarray, doubt: np.ndarray, yes: Tracked, no: Tracked) -> Tracked:
    error = np.where(fires, yes.error, no.error)
    return Tracked(np.where(fires, yes.value, no.value), np.where(doubt, np.inf, error), yes.precision)


def _ratio(fires: np.ndarray, doubt: np.ndarray, h: SimpleNamespace) -> Tracked:
    return Tracked(np.where(fires, h.wd_ratio.value, 1.0), np.where(doubt, np.inf, 0.0), h.lr.precision)
