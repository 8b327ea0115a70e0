"""SGDP, AdamP, PSI-SGD, SGD-G and Adam-G with every option follow rules that were written down a second time."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from optimizer_cases import CASES, log_uniform

import impl.optim
from impl.groups import invariant_groups
from impl.optim import PSISGD, SGDG, SGDP, AdamG, AdamP
from impl.optim._projection import decide
from verify.tolerance import amplification, roundoff
from verify.trust.mutants.battery_rules import KINDS, REFERENCES, blocks, departure

every_reference = pytest.mark.parametrize("name", REFERENCES)


@every_reference
@given(
    data=st.data(),
    seed=st.integers(0, 2**20),
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4),
    dtype=st.sampled_from([torch.float64, torch.float32]),
    foreach=st.booleans(),
    radius=st.sampled_from([0.3, 1.0, 3.0]),
)
def test_an_optimizer_with_any_options_follows_its_rule(name, data, seed, kinds, dtype, foreach, radius):
    cls = getattr(impl.optim, name)
    options = data.draw(CASES[cls].options)
    if "delta" in options:
        # At δ = 0 the sign of a rounding error decides about tangent gradients.
        options |= {"delta": max(options["delta"], 0.1)}
    assert not departure(cls, options, kinds=tuple(kinds), seed=seed, dtype=dtype, foreach=foreach, radius=radius)


@given(
    seed=st.integers(0, 2**20),
    momentum=st.sampled_from([0.0, 0.9]),
    nesterov=st.booleans(),
    max_norm=log_uniform(-1, 1),
    foreach=st.booleans(),
)
def test_the_norm_cap_divides_weight_and_buffer(seed, momentum, nesterov, max_norm, foreach):
    options = {"lr": 0.3, "momentum": momentum, "nesterov": nesterov, "max_norm": max_norm}
    assert not departure(PSISGD, options, kinds=("tangent slices",) * 4, seed=seed, foreach=foreach, radius=2.0)


def rows(*values):
    return torch.tensor(values, dtype=torch.float64)


HALF = {  # two slices of d = 2 and what passes at δ = 0.1: (gradients, expected blocks)
    "both slices pass": (rows([0.0, 1.0], [1.0, 0.0]), [[0], [1]]),
    "one slice fails, the layer passes": (rows([1.0, 0.0], [-1.0, -1.0]), [[0, 1]]),
    "one slice fails, and so does the layer": (rows([1.0, 0.0], [1.0, 0.0]), []),
    "the gradient of one slice is zero": (rows([0.0, 0.0], [1.0, 0.0]), [[0], [1]]),
    "all gradients are zero": (rows([0.0, 0.0], [0.0, 0.0]), [[0], [1]]),
    "the inner products are negative": (rows([-1.0, 0.0], [1.0, -2.0]), []),
}


@pytest.mark.parametrize("what", HALF)
def test_the_released_code_tries_the_slices_then_the_layer(what):
    x, (g, expected) = rows([1.0, 0.0], [0.0, 1.0]), HALF[what]
    found = decide(x, g, [2], projection="cosine", delta=0.1, wd_ratio=0.25)
    assert blocks(list(x.numpy()), list(g.numpy()), "cosine", 0.1) == expected
    assert found.decay.tolist() == [0.25 if expected else 1.0] * 2
    assert found.together.tolist() == [len(expected) == 1] * 2
    scale = {0: 0.0, 1: 0.5**0.5, 2: 1.0}[len(expected)]
    torch.testing.assert_close(found.radial, scale * x, rtol=roundoff(8), atol=0)


def test_each_parameter_decides_for_itself():
    x = torch.eye(3, dtype=torch.float64)
    g = rows([0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0])
    together = decide(x, g, [3], projection="cosine", delta=0.1, wd_ratio=0.5)
    apart = decide(x, g, [1, 1, 1], projection="cosine", delta=0.1, wd_ratio=0.5)
    assert together.decay.tolist() == [1.0, 1.0, 1.0]
    assert apart.decay.tolist() == [0.5, 1.0, 0.5]


@pytest.mark.parametrize(("delta", "passes"), [(1.2, False), (float(np.nextafter(1.2, 2)), True), (0.0, False)])
def test_a_cosine_at_the_bound_does_not_pass(delta, passes):
    """cos = 3/5 and d = 4: the bound is δ/2."""
    x, g = rows([1.0, 0.0, 0.0, 0.0]), rows([3.0, 4.0, 0.0, 0.0])
    found = decide(x, g, [1], projection="cosine", delta=delta, wd_ratio=0.5)
    assert (found.decay.item() == 0.5) == passes


@pytest.mark.parametrize(("inner", "passes"), [(0.125, False), (0.1249, True), (0.0, True), (-100.0, True)])
def test_the_printed_test_is_signed_and_strict(inner, passes):
    """<x, g> < 1/8: also where the gradient points straight against the weight."""
    x, g = rows([0.0, 0.5]), rows([7.0, 2 * inner])
    found = decide(x, g, [1], projection="inner_product", delta=0.125, wd_ratio=0.5)
    assert (found.decay.item() == 0.5) == passes


def test_a_slice_of_one_number_passes_the_cosine_only_with_a_zero_gradient():
    found = decide(rows([2.0]), rows([1e-9]), [1], projection="cosine", delta=0.9, wd_ratio=0.5)
    assert found.decay.item() == 1.0
    assert decide(rows([2.0]), rows([0.0]), [1], projection="cosine", delta=0.9, wd_ratio=0.5).decay.item() == 0.5


def test_a_vector_that_became_zero_is_not_projected_and_stays_finite():
    for rule in ("always", "inner_product", "cosine"):
        found = decide(rows([0.0, 0.0]), rows([1.0, 2.0]), [1], projection=rule, delta=0.1, wd_ratio=0.5)
        assert found.radial.tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["SGDP", "AdamP"])
def test_without_threshold_nothing_is_projected_which_is_decoupled_decay_alone(name, kind):
    """δ = 0 and the cosine: what the released code does to parameters of one dimension. AdamP is then AdamW."""
    parameter = torch.nn.Parameter(torch.arange(1.0, 7.0, dtype=torch.float64).reshape(2, 3))
    twin = torch.nn.Parameter(parameter.detach().clone())
    optimizer = getattr(impl.optim, name)([parameter], projection="cosine", delta=0.0, lr=0.1, weight_decay=0.2)
    if name == "AdamP":
        other = torch.optim.AdamW([twin], lr=0.1, weight_decay=0.2)
    else:
        other = torch.optim.SGD([twin], lr=0.1, momentum=0.9)
    for k in range(5):
        generator = torch.Generator().manual_seed(k)
        parameter.grad = torch.randn(2, 3, dtype=torch.float64, generator=generator)
        twin.grad = parameter.grad.clone()
        if name == "SGDP":
            twin.data.mul_(1 - 0.1 * 0.2 / (1 - 0.9))
        optimizer.step()
        other.step()
    torch.testing.assert_close(parameter, twin, rtol=0, atol=roundoff(5 * 20) * 6.0)  # 5 steps from at most 6


@pytest.mark.parametrize("scale", [1e-30, 1e-15, 1.0, 1e15, 1e30])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_psi_sgd_takes_the_same_way_at_every_norm_that_float32_has(scale, momentum):
    """Theorem 1 where ‖x‖² is 0 or infinite in float32: the gradients are those of norm 1, divided by the norm."""
    scale = 2.0 ** round(np.log2(scale))
    directions = []
    for size in (1.0, scale):
        p = torch.nn.Parameter(size * torch.tensor([[3.0, 4.0, 0.0], [0.0, 1.0, 1.0]]))
        optimizer = PSISGD([p], lr=0.1, momentum=momentum, weight_decay=0.01, max_norm=None)
        for k in range(4):
            generator = torch.Generator().manual_seed(k)
            p.grad = torch.randn(2, 3, generator=generator) / size
            optimizer.step()
        directions.append(p.detach() / size)
    assert torch.equal(*directions)


@given(seed=st.integers(0, 2**20), momentum=st.sampled_from([0.0, 0.9]), nesterov=st.booleans())
def test_the_norm_cap_leaves_the_way_on_the_sphere(seed, momentum, nesterov):
    """Also where it divides at the first step, as the start has norm 2, and again and again."""
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(2, 5, generator=generator, dtype=torch.float64)
    features = torch.randn(5, 5, generator=generator, dtype=torch.float64)

    def run(cap, x, norms):
        p = torch.nn.Parameter(2 * x / x.norm(dim=1, keepdim=True))
        optimizer = PSISGD([p], lr=0.1, momentum=momentum, nesterov=nesterov, max_norm=cap)
        for _ in range(20):
            optimizer.zero_grad()
            torch.sin(p / p.norm(dim=1, keepdim=True) @ features).sum().backward()
            optimizer.step()
            norms.append(p.detach().norm(dim=1).max().item())
        return p.detach() / p.detach().norm(dim=1, keepdim=True)

    free, capped = [], []
    off = (run(None, start, free) - run(1.5, start, capped)).abs().max().item()
    assert min(free) > 1.5 >= max(capped)
    # Per step: fewer than 100 roundings, each carried on like a perturbation of the start.
    assert off <= roundoff(20 * 100) * amplification(lambda x: run(None, x, []), start)


def test_orthogonality_pulls_the_neurons_of_a_layer_apart_and_leaves_one_alone():
    for cls in (SGDG, AdamG):
        pair = torch.nn.Parameter(torch.tensor([[1.0, 0.2, 0.0], [1.0, -0.2, 0.1]], dtype=torch.float64))
        single = torch.nn.Parameter(torch.tensor([[1.0, 0.2, 0.0]], dtype=torch.float64))
        optimizer = cls([pair, single])
        start = single.detach().clone()
        for _ in range(400):
            for p in (pair, single):
                p.grad = torch.zeros_like(p)
            optimizer.step()
        assert abs((pair[0] @ pair[1]).item()) < 0.05
        assert (single.detach() - start / start.norm()).abs().max() <= roundoff(20 * 400)  # every step rounds anew


def test_the_new_optimizers_train_a_network_with_its_groups():
    """One step each on a network with filters before BatchNorm, a bias and a head."""
    for cls in (SGDP, AdamP, PSISGD, SGDG, AdamG):
        torch.manual_seed(0)
        model = torch.nn.Sequential(
            torch.nn.Linear(6, 4, bias=False), torch.nn.BatchNorm1d(4), torch.nn.ReLU(), torch.nn.Linear(4, 2)
        )
        optimizer = cls(invariant_groups(model), lr=0.01)
        before = [p.detach().clone() for p in model.parameters()]
        model(torch.randn(16, 6)).square().sum().backward()
        optimizer.step()
        assert all(not torch.equal(p, q) for p, q in zip(model.parameters(), before, strict=True))
