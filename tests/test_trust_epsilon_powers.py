"""OD-EPS: by which power of the norm a rate counts, and what holds at every ε and norm, measured."""

from fractions import Fraction

import pytest
import sympy
import torch

from derivations import CLAIMS
from derivations.claim import Claim, Hypothesis, Theorem
from derivations.degrees import scaling_law
from derivations.ours.scaling import homogeneous_step
from derivations.schemes import by_name
from derivations.space import vector
from derivations.statement import equal, less
from derivations.verdict import Verdict
from verify import epsilon_claims
from verify.epsilon import LAYER_EPS
from verify.epsilon_claims import assumes_a_norm, assumes_homogeneity, layer, rounding
from verify.epsilon_powers import derived, power
from verify.epsilon_rounding import DRAWS, _side, decays_only, lost
from verify.tolerance import roundoff

BY_ID = {claim.id: claim for claim in CLAIMS}
ETA, W, G = sympy.Symbol("eta"), vector("w"), vector("g")


def of(claim, name):
    return next(t for t in (*BY_ID[claim].theorems, *BY_ID[claim].corrected) if t.name == name)


def stated(right, *hypotheses):
    return Theorem("step", tuple(hypotheses), equal(vector("w'"), right), ())


@pytest.mark.parametrize("name", ["sgd", "sgd-m", "sgdw", "sgdp", "lars", "adam-torch", "adamw", "rmsprop", "adagrad"])
def test_a_statement_gives_the_power_that_the_rule_gives(name):
    law = scaling_law(by_name(name))
    found = derived(homogeneous_step(by_name(name), law), "OD-SCALE")
    assert found is not None and found == law.exponents["lr"]


def test_a_power_is_read_from_the_relation_and_not_from_a_name():
    root = sympy.sqrt(sympy.Symbol("second"))
    moment = Hypothesis("moment", equal(sympy.Symbol("second"), G.dot(G)))
    assert derived(stated(W - ETA * G)) == 2
    assert derived(stated(W - ETA / root * G, moment)) == 1
    assert derived(stated(W - ETA * W.dot(W) * G)) == 0
    assert derived(stated(W - ETA**2 * G)) == 1


def test_a_statement_that_is_of_one_norm_or_leaves_it_open_gives_no_power():
    assert derived(stated(W - ETA * G + ETA * W.dot(W) * G)) is None
    assert derived(stated(W - ETA / sympy.Symbol("n") * G)) is None
    assert power(of("SP-T2-DIST", "cosine of the step"), "SP-T2-DIST").by == "sgd-m"


@pytest.mark.parametrize(
    ("claim", "theorem", "value"),
    [
        ("SP-GEN-SGD", "SGD-M: the step", 2),
        ("SP-GEN-ADAM", "Adam: the step", 1),
        ("AP-ADAMP", "where it points inward", 1),
        ("AP-SGDP", "the norm", 2),
        ("OD-PSI", "the radius of PSI-SGD", 0),
    ],
)
def test_powers_of_the_claims(claim, theorem, value):
    found = power(of(claim, theorem), claim)
    assert found.value == Fraction(value)


def test_draws_are_many_and_their_spread_is_kept():
    loss = lost(of("SP-GEN-SGD", "SGD-M: the step"))
    part, whole = loss.norms["float32"]
    assert loss.draws == DRAWS >= 8 and part.least < part.middle < part.largest < whole.least
    fixed = lost(of("AP-L21", "one step")).norms["float32"][1]
    assert fixed.least == fixed.middle == fixed.largest


def test_a_rate_that_cancels_or_stands_beside_its_decay_is_no_step():
    x, lam, g = sympy.symbols("x lambda g")
    assert lost(Theorem("cancels", (), equal(x, ETA**2 * g / (2 * ETA**2)), ())) is None
    assert decays_only(Theorem("decays", (), equal(x, (1 - ETA * lam) * g), ()))
    assert not decays_only(Theorem("moves", (), equal(x, x - ETA * g), ()))
    assert rounding(BY_ID["SMD-E4"]) == epsilon_claims.DECAYED


def test_what_is_drawn_does_not_depend_on_the_order_of_a_set():
    k, names = sympy.Symbol("k", integer=True), "edcbafg"
    terms = [(2**i * sympy.Function(name)(k)) for i, name in enumerate(names)]
    side = _side(Theorem("terms", (), equal(sympy.Symbol("y"), ETA * sympy.Add(*terms)), ()))
    numbers = {s.name: s for s in side.free_symbols if s != ETA}
    order = [f"number{sorted(names).index(name)}" for name in names]
    assert [sympy.expand(side).coeff(ETA * numbers[name]) for name in order] == [2**i for i in range(len(names))]


def test_a_number_out_of_range_is_not_taken_for_rounding():
    product = Theorem("product", (), equal(sympy.Symbol("y"), ETA**2 * sympy.Symbol("g")), ())
    assert lost(product).norms["float32"][1].middle < float("inf")
    assert lost(product, ranged=False).norms["float32"][1].middle == float("inf")


@pytest.mark.parametrize("claim", ["SP-P-RADIAL", "SP-NU", "SP-SRT-ABC", "OD-SCALE"])
def test_a_gradient_written_on_the_sphere_takes_lemma_1(claim):
    assert layer(BY_ID[claim]) == layer(BY_ID["PSI-E5"])


@pytest.mark.parametrize("claim", ["SP-TAB1-SGDM", "SMD-A5", "SMD-T2-EIG", "AP-ADAMP", "OD-TURN", "PSI-P3"])
def test_what_takes_no_loss_holds_with_every_epsilon(claim):
    assert layer(BY_ID[claim]) == epsilon_claims.ALGEBRA


def test_a_bound_or_a_name_is_no_law_of_the_norm_and_an_equation_is():
    x, y = sympy.symbols("x y")
    assert not assumes_a_norm(Hypothesis("bound", less(x, 2 * y), meaning="ηL/(2λ) < ‖w‖²"))
    assert not assumes_a_norm(Hypothesis("name", equal(W.dot(W), x), meaning="x = ‖w_t‖²"))
    assert assumes_a_norm(Hypothesis("law", equal(x, y**2), meaning="x* = ηL/(2λ)"))
    sphere, r = vector(r"\nabla\mathcal{L}(u)"), sympy.Symbol("r")
    assert assumes_homogeneity(stated(W - ETA / r * sphere)) and not assumes_homogeneity(stated(W - ETA * sphere))
    plain = Claim("X", "002", "", "", Verdict.HOLDS, "", theorems=(stated(W - ETA / r * sphere),))
    assert layer(plain) == layer(BY_ID["PSI-E5"])


def turning(exponent, steps=40, lr=0.1, decay=0.5, memory=0.9):
    """SGDP with λw in its momentum and no gradient, float32, from the norm 2^exponent: w/2^exponent step by step, and
    the growths of ‖w‖² over that of the law."""
    w = torch.tensor([1.0, 0.0, 0.0]) * 2.0**exponent
    kept = 1 + memory * lr * decay - (1 - memory) ** 2
    p = torch.tensor([(1 - memory) / (memory * lr), (kept - 1) ** 0.5 / (memory * lr), 0.0]) * 2.0**exponent
    found, growth = [], []
    for _ in range(steps):
        p = memory * p + decay * w
        step = p - (p @ w) / (w @ w) * w
        before, w = w, w - lr * step
        found.append(w * 2.0**-exponent)
        growth.append(float((w @ w) / (before @ before)) / kept)
    return torch.stack(found), growth


def test_od_turn_is_the_same_run_bit_for_bit_at_every_norm():
    plain, growth = turning(0)
    assert all(torch.equal(turning(e)[0], plain) for e in (-30, -7, 9, 30))
    assert growth == pytest.approx([1.0] * len(growth), rel=roundoff(20 * len(growth), torch.float32), abs=0)


def layered(r):
    """A weight of norm r in front of BatchNorm, its gradient and what of that is radial: float64, ε = 10⁻⁵."""
    generator = torch.Generator().manual_seed(0)
    data = torch.randn(64, 6, generator=generator, dtype=torch.float64)
    w = torch.randn(6, generator=generator, dtype=torch.float64)
    w = (r * w / w.norm()).requires_grad_()
    out = torch.nn.functional.batch_norm((data @ w)[:, None], None, None, training=True, eps=LAYER_EPS)
    out.retain_grad()
    (torch.sin(3 * out) * data[:, :1]).sum().backward()
    spread = (data @ w.detach()).var(correction=0)
    return w.detach(), w.grad, LAYER_EPS / (spread + LAYER_EPS) * (out.grad * out.detach()).sum()


@pytest.mark.parametrize("r", [1e-4, 1.0])
def test_adamp_keeps_its_norm_law_where_epsilon_takes_lemma_1_and_sgd_does_not(r):
    w, g, radial = layered(r)
    assert float(g @ w) == pytest.approx(float(radial), abs=roundoff(64 * 8) * float(g.norm() * w.norm()))
    eta, scale = 1e-3 * r, float(w @ w)
    p = g / g.abs()  # Adam's first step, ε = 0
    tangent = p - (p @ w) / (w @ w) * w
    for step, square in ((tangent, tangent @ tangent), (g / g.norm(), 1.0)):
        after = w - eta * step
        off = float((after @ after - (w @ w) - eta**2 * square) / (eta**2 * square))
        expected = 0.0 if step is tangent else float(-2 * (step @ w) / eta)
        assert off == pytest.approx(expected, abs=roundoff(50) * scale / eta**2)


@pytest.mark.parametrize("r", [1e-6, 1.0, 1e6])
def test_the_roots_of_sgdm_are_those_of_its_run_without_a_gradient_at_every_norm(r):
    lr, decay, memory = 0.1, 0.01, 0.5
    w, before = torch.full((4,), r, dtype=torch.float64), torch.full((4,), r, dtype=torch.float64)
    for _ in range(120):
        w, before = (1 + memory - lr * decay) * w - memory * before, w
    middle = (1 + memory - lr * decay) / 2
    root = middle + (middle**2 - memory) ** 0.5
    assert float(w[0] / before[0]) == pytest.approx(root, rel=roundoff(120 * 4), abs=0)
