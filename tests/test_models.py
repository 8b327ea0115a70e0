"""The models are radially invariant where they say so, and not where they say not."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from impl.groups import invariant_parameters
from impl.models import LOSSES, MODULES, ResNet20
from impl.models.layers import CLASSES
from verify.tolerance import amplification, roundoff

seeds = st.integers(0, 2**31 - 1)
scales = st.floats(-3, 3).map(lambda e: 10.0**e)
modules = pytest.mark.parametrize("model", MODULES, ids=lambda m: m.name)
losses = pytest.mark.parametrize("name", LOSSES)


def gradient(loss, x):
    x = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(loss(x).sum(), x)
    return g


@losses
@settings(deadline=None)
@given(seed=seeds, d=st.sampled_from([1, 2, 3, 17, 64]), rho=scales)
def test_a_loss_is_radially_invariant_and_its_gradient_obeys_lemma_1(name, seed, d, rho):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(4, d, generator=generator, dtype=torch.float64)
    loss = LOSSES[name](d, seed=seed)
    values, g = loss(x), gradient(loss, x)
    r = x.norm(dim=-1)
    # The terms of every loss here are at most of order d (Rayleigh) before they cancel.
    allowed = roundoff(1000 * d)
    torch.testing.assert_close(loss(rho * x), values, rtol=0, atol=allowed)
    torch.testing.assert_close(rho * gradient(loss, rho * x), g, rtol=0, atol=allowed / r.min().item())
    assert ((g * x).sum(-1).abs() <= allowed).all()


@losses
@given(seed=seeds)
@settings(deadline=None)
def test_a_loss_is_smooth_and_batched_and_its_seed_is_its_identity(name, seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(2, 3, 5, generator=generator, dtype=torch.float64)
    loss = LOSSES[name](5, seed=seed)
    assert loss(x).shape == (2, 3)
    allowed = roundoff(1000 * 5)  # as above
    torch.testing.assert_close(torch.stack([loss(row) for row in x[0]]), loss(x)[0], rtol=0, atol=allowed)
    assert torch.equal(LOSSES[name](5, seed=seed)(x), loss(x))
    single = LOSSES[name](5, seed=seed, dtype=torch.float32)(x.float())
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), loss(x), rtol=0, atol=roundoff(1000 * 5, torch.float32))
    assert torch.autograd.gradcheck(loss, x[0, :1].clone().requires_grad_())


@losses
def test_a_batch_shape_gives_every_element_a_loss_of_its_own(name):
    loss = LOSSES[name](4, seed=0, batch_shape=(3, 2))
    x = torch.ones(3, 2, 4, dtype=torch.float64)
    x[..., 0] = -2
    assert loss(x).shape == (3, 2)
    assert loss(x).unique().numel() == 6


@losses
def test_a_loss_needs_a_positive_dimension(name):
    with pytest.raises(ValueError, match="d=0"):
        LOSSES[name](0, seed=0)


def weight_gradient(module, parameter, images, labels):
    module.zero_grad()
    value = cross_entropy(module(images), labels)
    value.backward()
    return value.detach(), module.get_parameter(parameter).grad.clone()


def carried(run, weight):
    """What a thousand operations may lose, of the largest number, carried on as `run` does changes of a weight."""
    plain, start = run().detach(), weight.detach().clone()

    def moved(w):
        with torch.no_grad():
            weight.copy_(w)
        return run().detach() / plain.abs().max()

    allowed = roundoff(1000) * amplification(moved, start)
    with torch.no_grad():
        weight.copy_(start)
    return allowed


def violation(model, seed, rho, *, evaluate=False, **options):
    """How much the logits change when one slice is scaled by rho, relative to their size."""
    module = model.build(seed=seed, **options)
    x = model.inputs(seed=seed + 1)
    module(x)
    module.train(not evaluate)
    with torch.no_grad():
        before = module(x)
        weight = module.get_parameter(model.parameter)
        weight.reshape(model.slice_count, -1)[seed % model.slice_count] *= rho
        return ((module(x) - before).abs().max() / before.abs().max()).item()


@modules
@settings(deadline=None)
@given(seed=seeds, rho=scales)
def test_scaling_one_invariant_slice_changes_nothing(model, seed, rho):
    module, x = model.build(seed=seed), model.inputs(seed=seed + 1)
    assert violation(model, seed, rho) <= carried(lambda: module(x), module.get_parameter(model.parameter))


@modules
@given(seed=seeds, rho=scales)
@settings(deadline=None)
def test_the_gradient_of_a_module_obeys_lemma_1_on_every_slice(model, seed, rho):
    module = model.build(seed=seed)
    x, labels = model.inputs(seed=seed), torch.arange(6) % CLASSES
    weight = module.get_parameter(model.parameter)
    _, g = weight_gradient(module, model.parameter, x, labels)
    allowed = carried(lambda: weight_gradient(module, model.parameter, x, labels)[1], weight) * g.abs().max().item()
    rows, grads = weight.detach().reshape(model.slice_count, -1), g.reshape(model.slice_count, -1)
    assert ((rows * grads).sum(1).abs() <= allowed * rows.abs().sum(1)).all()
    with torch.no_grad():
        weight.mul_(rho)
    _, scaled = weight_gradient(module, model.parameter, x, labels)
    torch.testing.assert_close(rho * scaled, g, rtol=0, atol=2 * allowed)


@modules
def test_an_epsilon_breaks_the_invariance_of_every_layer_that_has_one(model):
    assert (violation(model, 0, 0.3, eps=1e-2) > 1e-6) == model.eps_breaks


@modules
def test_a_bias_before_the_normalisation_breaks_the_invariance_of_layer_norm_and_group_norm(model):
    assert (violation(model, 0, 3.0, bias=True) > 1e-3) == model.bias_breaks


@modules
def test_evaluation_mode_breaks_the_invariance_of_batch_norm(model):
    assert (violation(model, 0, 3.0, evaluate=True) > 1e-3) == model.eval_breaks


@modules
def test_a_part_of_a_slice_is_not_invariant(model):
    module = model.build(seed=0)
    x = model.inputs(seed=1)
    with torch.no_grad():
        before = module(x)
        module.get_parameter(model.parameter).reshape(model.slice_count, -1)[0, 0] *= 3
        assert (module(x) - before).abs().max() > 1e-3


@modules
def test_a_negative_epsilon_is_refused(model):
    with pytest.raises(ValueError, match="eps=-1"):
        model.build(seed=0, eps=-1)


def filters(model):
    found = invariant_parameters(model)
    assert set(found.values()) == {"channel", None}
    return [name for name, invariant in found.items() if invariant]


@pytest.mark.parametrize("norm", ["bn", "wn"])
def test_resnet20_has_the_size_of_the_paper_and_a_filter_list(norm):
    model = ResNet20(norm=norm)
    assert round(sum(p.numel() for p in model.parameters()), -4) == 270_000
    rows = [model.get_parameter(name).shape[0] for name in filters(model)]
    assert rows == [16] * 7 + [32] * 6 + [64] * 6


@pytest.mark.parametrize("norm", ["bn", "wn"])
@settings(deadline=None, max_examples=5)
@given(seed=seeds, rho=st.floats(0.2, 5))
def test_every_filter_of_resnet20_is_radially_invariant(norm, seed, rho):
    torch.manual_seed(seed)
    model = ResNet20(norm=norm, in_channels=1, width=2, bn_eps=1e-30).double()
    x, labels = torch.randn(5, 1, 8, 8, dtype=torch.float64), torch.arange(5)
    before = model(x)
    loss = cross_entropy(before, labels)
    loss.backward()
    with torch.no_grad():
        for name in filters(model):
            p = model.get_parameter(name)
            rows, grads = p.reshape(p.shape[0], -1), p.grad.reshape(p.shape[0], -1)
            assert ((rows * grads).sum(1).abs() <= 1e-9 * (rows.norm(dim=1) * grads.norm(dim=1) + 1)).all()
            p.mul_(rho)
        torch.testing.assert_close(model(x), before, rtol=1e-8, atol=1e-8)


def test_resnet20_refuses_what_it_cannot_build():
    with pytest.raises(ValueError, match="norm='ln'"):
        ResNet20(norm="ln")
    with pytest.raises(ValueError, match="width=0"):
        ResNet20(width=0)
    with pytest.raises(ValueError, match="bn_eps=-1"):
        ResNet20(bn_eps=-1.0)
