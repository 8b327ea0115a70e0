"""Schemes for matrices, and the last ones of torch.optim, by other routes than their own; broken ones are rejected."""

from dataclasses import replace

import numpy as np
import pytest
import sympy
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from derivations.normal import Context
from derivations.rules import Homogeneous
from derivations.schemes import by_name
from derivations.space import CoordinateSpace
from derivations.statement import equal, positive
from verify.cases import seeded_cases
from verify.matrices import nearly_square
from verify.oracle import Exact, Float64, Multiprecision, Torch
from verify.rows import as_matrix
from verify.shipped import subjects
from verify.subject import Subject
from verify.tolerance import Tracked, TrackedSpace, judge, roundoff
from verify.trace import compare
from verify.trust.mutants.by_hand import ByHand

A, B, C = 3.4445, -4.775, 2.0315
FLOAT = Float64()
NEW = ("radamw", "rmsprop-centered-momentum", "adafactor-matrix", "muon", "muon-plain")


def five_times(s):
    for _ in range(5):
        s = A * s + B * s**3 + C * s**5
    return s


def by_singular_values(matrix):
    """p(p(p(p(p(X))))) of each singular value, in float64."""
    u, s, v = torch.linalg.svd(matrix.double(), full_matrices=False)
    return u @ torch.diag(five_times(s)) @ v


def muon(p, g, state, h, k, bug, nesterov=True):
    m = h.momentum * state.get("m", torch.zeros_like(p)) + (1 if bug == "gradient not weighed" else 1 - h.momentum) * g
    state["m"] = m
    b = m if not nesterov or bug == "no Nesterov" else g + h.momentum * (m - g)
    size = b.abs().sum() if bug == "another norm" else b.norm()
    o = by_singular_values(b / size.clamp(min=h.eps)) if size > 0 else torch.zeros_like(p)
    above, across = (p.shape[1], p.shape[0]) if bug == "sides exchanged" else p.shape
    rate = max(1, above / across) ** 0.5 if nesterov else 0.2 * max(above, across) ** 0.5
    p *= 1 - h.lr * h.weight_decay * (rate if bug == "decay at the adjusted rate" else 1)
    p -= h.lr * rate * o.to(p.dtype)


def muon_plain(p, g, state, h, k, bug):
    muon(p, g, state, h, k, "" if bug == "Nesterov" else bug, nesterov=bug == "Nesterov")


def adafactor(p, g, state, h, k, bug):
    t, square = k + 1, g * g
    w = t**-h.decay
    axes = (-2, -1) if bug == "rows for columns" else (-1, -2)
    old = [state.get(n, torch.zeros_like(p)) for n in "RC"]
    r, c = ((1 - w) * o + w * square.mean(a, keepdim=True).expand(p.shape) for o, a in zip(old, axes, strict=True))
    state |= {"R": r, "C": c}
    threshold = h.eps1**2 if bug == "one square too many" else h.eps1
    whole = c.max() if bug == "largest for mean" else r.mean()
    u = g / (r * c / max(whole.item(), threshold)).clamp(min=h.eps1**2).sqrt()
    size, d = max(h.eps2, p.norm().item() / p.numel() ** 0.5), p.numel()
    p *= 1 - h.lr * h.weight_decay
    p -= size * min(h.lr, t**-0.5) / max(1, u.norm().item() / d**0.5 / h.clip) * u


def radamw(p, g, state, h, k, bug):
    t = k + 1
    inside = h.weight_decay * p if bug == "decay in the moments" else 0
    m = h.beta1 * state.get("m", torch.zeros_like(p)) + (1 - h.beta1) * (g + inside)
    v = h.beta2 * state.get("v", torch.zeros_like(p)) + (1 - h.beta2) * (g + inside) ** 2
    state |= {"m": m, "v": v}
    limit = 2 / (1 - h.beta2) - 1
    rho = limit - 2 * t * h.beta2**t / (1 - h.beta2**t)
    step = m / (1 - h.beta1**t)
    if rho > 5:
        r = ((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)) ** 0.5
        step = step * r * (1 - h.beta2**t) ** 0.5 / (v.sqrt() + h.eps)
    p *= 1 - (0 if bug else h.lr * h.weight_decay)
    p -= h.lr * step


def centered(p, g, state, h, k, bug):
    g = g + h.weight_decay * p
    v = h.beta2 * state.get("v", torch.zeros_like(p)) + (1 - h.beta2) * g**2
    mean = h.beta2 * state.get("mean", torch.zeros_like(p)) + (1 - h.beta2) * g
    above = g - mean if bug == "gradient centred too" else g
    m = h.momentum * state.get("m", torch.zeros_like(p)) + above / ((v - mean**2).sqrt() + h.eps)
    state |= {"v": v, "mean": mean, "m": m}
    p -= h.lr * m


RULES = {
    "muon": (
        muon,
        ("gradient not weighed", "no Nesterov", "another norm", "sides exchanged", "decay at the adjusted rate"),
    ),
    "muon-plain": (muon_plain, ("Nesterov", "another norm")),
    "adafactor-matrix": (adafactor, ("rows for columns", "one square too many", "largest for mean")),
    "radamw": (radamw, ("decay in the moments",)),
    "rmsprop-centered-momentum": (centered, ("gradient centred too",)),
}


def compared(name, bug, count, **fixed):
    scheme, (rule, _) = by_name(name), RULES[name]
    names = list(scheme.initial_state(FLOAT, np.ones(2), scheme.numbers()))
    subject = Subject(
        name, scheme, lambda p, h: ByHand(p, rule, h, bug), lambda h: {n: n for n in names}, shaped=as_matrix
    )
    drawn = seeded_cases(scheme, count, seed=4, dtype=torch.float64)
    return compare(subject, [replace(c, steps=6, **fixed) for c in drawn])


@pytest.mark.parametrize("name", NEW)
def test_a_rule_written_by_hand_follows_its_scheme(name):
    result = compared(name, "", 6)
    assert result.ok, result.divergence
    assert result.decided > 3 * result.undecided


@pytest.mark.parametrize(("name", "bug"), [(name, bug) for name, (_, bugs) in RULES.items() for bug in bugs])
def test_a_broken_rule_is_rejected(name, bug):
    fixed = {}
    if bug == "one square too many":  # it shows where the mean of R is between ε₁² and ε₁
        fixed = {"hyperparameters": by_name(name).numbers(eps1=0.1), "gradient_scale": 0.1, "gradient": "gaussian"}
    assert not compared(name, bug, 40, shapes=((2, 3), (3, 2)), **fixed).ok


@pytest.mark.parametrize("sides", [(3, 5), (5, 3), (4, 4), (1, 6)])
def test_the_quintic_is_that_of_the_singular_values_within_a_bound_that_means_something(sides):
    matrix = torch.tensor(np.random.default_rng(0).normal(size=sides))
    matrix = matrix / matrix.norm()
    truth = by_singular_values(matrix).numpy().ravel()
    for dtype in (torch.float64, torch.float32):
        space, number = TrackedSpace(dtype), lambda v: Tracked(v)
        space.matrix = sides
        x = space.vector(matrix.to(dtype).double().numpy().reshape(1, -1))
        found = space.quintic(x, number(A), number(B), number(C), 5)
        single = Torch()
        single.matrix = sides
        rounded = single.quintic(matrix.to(dtype).reshape(1, -1), A, B, C, 5).double().numpy()
        assert judge(found, rounded).ok
        assert found.error.max() < roundoff(1e6, dtype) < 1
        if dtype == torch.float64:
            assert judge(found, truth[None]).ok
        assert not judge(found, 1.3 * rounded).ok


def test_matrices_are_the_same_in_every_space():
    x, sides = np.random.default_rng(1).normal(size=12).round(3), (4, 3)
    spaces = [FLOAT, Multiprecision(30), Exact(), Torch(), TrackedSpace(torch.float64)]
    table = x.reshape(sides)
    rows = np.repeat(table.mean(1, keepdims=True), 3, axis=1).ravel()
    columns = np.repeat(table.mean(0, keepdims=True), 4, axis=0).ravel()
    for space in spaces:
        vector = space.vector(x[None] if isinstance(space, TrackedSpace) else x)
        space.matrix = sides
        try:
            found = [side.value if isinstance(side, Tracked) else side for side in space.sides(vector)]
            assert [float(n) for n in found] == [4.0, 3.0]
            for found, expected in ((space.row_mean(vector), rows), (space.column_mean(vector), columns)):
                values = found.value if isinstance(found, Tracked) else [float(c) for c in found]
                np.testing.assert_allclose(np.ravel(values), expected, rtol=0, atol=roundoff(4) * abs(x).max())
        finally:
            space.matrix = None
    assert [nearly_square(d) for d in (1, 7, 12, 64)] == [(1, 1), (1, 7), (3, 4), (8, 8)]


def test_muon_keeps_no_size_of_the_gradient_and_no_tangency():
    """W = (12, 0; 0, -5) ⊥ G = (5, 0; 0, 12), exactly, from an empty buffer: the step is that of 7G, and not tangent.

    Orthogonalised in full it would be the identity, and ⟨1, W⟩ = 7.
    """
    space, scheme = Exact(), by_name("muon")
    h = scheme.numbers(lr=1.0, weight_decay=0.0, eps=0.0)
    h = type(h)(**{n: space.scalar(v) for n, v in vars(h).items()})
    w, g = space.vector([12, 0, 0, -5]), space.vector([5, 0, 0, 12])
    assert space.dot(w, g) == 0
    moved = [w - scheme.step(space, 0, w, g * s, {"m": 0 * g}, h)[0] for s in (1, 7)]
    assert list(moved[0]) == list(moved[1])
    assert [moved[0][0], moved[0][3]] == [rational(sympy.Rational(5, 13)), rational(sympy.Rational(12, 13))]
    radial = space.dot(moved[0], w)
    assert radial == 12 * moved[0][0] - 5 * moved[0][3]
    assert radial > 9


def rational(s):
    """p five times, exactly."""
    for _ in range(5):
        s = sympy.Rational(34445, 10000) * s - sympy.Rational(4775, 1000) * s**3 + sympy.Rational(20315, 10000) * s**5
    return s


def test_after_five_steps_no_singular_value_is_far_from_1_unless_it_was_tiny():
    """|p'| < 4.1 on [0, 1.205], so that between points h apart the iterate moves by at most 4.1⁵ h/2."""
    t = np.linspace(0, 1.205, 10_001)
    assert abs(A + 3 * B * t**2 + 5 * C * t**4).max() < 4.1 - 1e-3
    s, step = np.linspace(0.002, 1, 2_000_001, retstep=True)
    found, slack = five_times(s), 4.1**5 * step / 2
    for low, least, most in ((0.002, 0.681, 1.203), (0.0075, 0.681, 1.135)):
        assert least < found[s >= low].min() - slack
        assert found[s >= low].max() + slack < most


def test_without_momentum_muon_rests_where_its_decay_meets_its_step():
    """x = η‖O‖²/(λ(2-ηλ)) for gradients as likely as their opposites; ‖O‖² is 0.46 to 1.45 of the rank."""
    space, scheme, d = Torch(), by_name("muon"), 16
    h, generator = scheme.numbers(lr=0.1, weight_decay=0.5, momentum=0.0), torch.Generator().manual_seed(0)
    x = torch.randn(400, d, dtype=torch.float64, generator=generator)
    state, norms = scheme.initial_state(space, x, h), []
    for k in range(200):
        g = torch.randn(x.shape, dtype=x.dtype, generator=generator)
        g = g - space.dot(g, x) / space.dot(x, x) * x
        x, state = scheme.step(space, k, x, g, state, h)
        norms.append(float(space.dot(x, x).mean()))
    per_rank = float(np.mean(norms[100:])) * h.weight_decay * (2 - h.lr * h.weight_decay) / (h.lr * 4)
    assert 0.46 < per_rank < 1.45


class Watched(TorchDispatchMode):
    """Each product of matrices in bfloat16, against its own operands in float64.

    One rounding of what is stored, and one in float32 of each product and sum: |error| ≤ 2⁻⁸|value| + 4n 2⁻²⁴ Σ|terms|.
    """

    def __init__(self, unit=2.0**-8):
        super().__init__()
        self.unit, self.worst, self.seen = unit, 0.0, 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = function(*args, **kwargs)
        name = function.overloadpacket.__name__
        if name in ("mm", "addmm"):
            *added, x, y = (a.double() for a in args)
            weight, factor = kwargs.get("beta", 1), kwargs.get("alpha", 1)
            start = weight * added[0] if added else 0 * (x @ y)
            size = abs(start) + abs(factor) * (abs(x) @ abs(y))
            allowed = (
                self.unit * size.new_tensor(1.0) * abs(start + factor * (x @ y))
                + 4 * (x.shape[1] + 2) * 2.0**-24 * size
            )
            worst = (abs(out.double() - start - factor * (x @ y)) / allowed).max()
            self.worst, self.seen = max(self.worst, float(worst)), self.seen + (out.dtype == torch.bfloat16)
        return out


@pytest.mark.parametrize("sides", [(8, 8), (5, 3), (16, 40)])
def test_what_torch_rounds_to_bfloat16_in_muon_is_each_product_once(sides):
    """With the operations of the formula (above) and one rounding each, nothing else is left to differ."""
    gradient = torch.tensor(np.random.default_rng(2).normal(size=sides))
    with Watched() as watched:
        torch.optim._muon._zeropower_via_newtonschulz(gradient, (A, B, C), 5, 1e-7)
    assert watched.seen == 15
    assert watched.worst <= 1
    with Watched(unit=2.0**-10) as strict:  # the control: a rounding of 10 digits is not what it is
        torch.optim._muon._zeropower_via_newtonschulz(gradient, (A, B, C), 5, 1e-7)
    assert strict.worst > 1


@pytest.mark.parametrize("nesterov", [True, False])
def test_of_bfloat16_weights_muon_without_nesterov_normalises_the_momentum_that_it_keeps(nesterov):
    """`.bfloat16()` of a bfloat16 buffer is the buffer, and `div_` writes into it (torch 2.13)."""
    parameter = torch.nn.Parameter(torch.ones(2, 3, dtype=torch.bfloat16))
    parameter.grad = torch.full((2, 3), 4.0, dtype=torch.bfloat16)
    optimizer = torch.optim.Muon([parameter], momentum=0.5, nesterov=nesterov)
    optimizer.step()
    kept = float(optimizer.state[parameter]["momentum_buffer"].double().norm())
    assert abs(kept - (2 * 6**0.5 if nesterov else 1.0)) < 0.01 * kept


@pytest.mark.parametrize("foreach", [True, False])
def test_radam_without_epsilon_ends_in_nan_after_a_gradient_that_is_0(foreach):
    """At once where it computes both rules (foreach), else when ρ_t passes 5 (torch 2.13); the scheme has ε > 0."""
    parameter = torch.nn.Parameter(torch.ones(3))
    parameter.grad = torch.zeros(3)
    optimizer = torch.optim.RAdam([parameter], eps=0.0, foreach=foreach)
    optimizer.step()
    assert bool(parameter.isfinite().all()) != foreach
    with pytest.raises(ValueError, match="eps"):
        by_name("radam").numbers(eps=0.0)


def test_a_weight_that_code_rounds_is_allowed_for_where_it_is_a_power_of_the_step():
    """1 - t^-c, c small: torch rounds t^-c to float32, of which 1 - t^-c keeps fewer digits."""
    (row,) = (s for s in subjects("adafactor") if s.scheme.name == "adafactor")
    h = row.scheme.numbers(decay=0.0101)
    drawn = seeded_cases(row.scheme, 3, seed=1, dtype=torch.float32)
    cases = [replace(c, hyperparameters=h, gradient="heavy-tailed", steps=6) for c in drawn]
    assert compare(replace(row, options=row.options[:1]), cases).ok
    weight = 5.0 ** -Tracked(0.01)
    kept = (1 - weight) * TrackedSpace(torch.float32).vector([[1000.0]])
    assert kept.error.item() > 0.9 * 2**-24 * 1000
    plain = 0.5 * TrackedSpace(torch.float32).vector([[1000.0]])
    assert plain.error.item() < 2**-21 * 1000


def test_homogeneity_knows_means_and_refuses_a_polynomial_of_what_has_a_degree():
    rho, x = sympy.Symbol("rho", real=True), sympy.Symbol("x", real=True)
    space, context = CoordinateSpace(), Context([positive(rho)])

    def verdict(function, degree, weight):
        rule = Homogeneous(rho, ((x, weight),) if weight else (), (("", degree),))
        return rule.apply(equal(function(rho**weight * x), rho**degree * function(x)), context)

    assert verdict(lambda v: space.row_mean(v * v), 2, 1).ok
    assert not verdict(lambda v: space.column_mean(v * v), 1, 1).ok
    assert verdict(lambda v: space.quintic(v, 1, 2, 3, 5), 0, 0).ok
    assert not verdict(lambda v: space.quintic(v, 1, 2, 3, 5), 0, 1).ok
    assert not verdict(lambda v: space.quintic(v, 1, 2, 3, 5), 1, 1).ok
