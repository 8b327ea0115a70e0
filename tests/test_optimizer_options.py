"""What the optimizers refuse, and what they say; the options that Theorem 4 sets."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from optimizer_cases import log_uniform, problems
from torch import nn

from impl.optim import OPTIMIZERS, AdaGradG, SphericalSGD
from impl.optim.adagrad_g import theorem_4
from verify.tolerance import roundoff
from verify.trust.mutants.battery_problem import numbers, parameters_of, run
from verify.trust.mutants.battery_refusals import PARAMETERS

every_optimizer = pytest.mark.parametrize("cls", OPTIMIZERS, ids=lambda cls: cls.__name__)
numeric = [
    (cls, name)
    for cls in OPTIMIZERS
    for name, value in cls([torch.ones(2, 2)]).defaults.items()
    if type(value) is float
]


@pytest.mark.parametrize(("cls", "name"), numeric, ids=lambda x: getattr(x, "__name__", x))
@pytest.mark.parametrize("value", [-1e-3, float("nan"), float("inf"), "0.1", torch.tensor(0.1)], ids=repr)
def test_a_number_out_of_range_is_refused_by_name_in_the_constructor_and_in_a_group(cls, name, value):
    for invariant in ("channel", None):
        with pytest.raises((ValueError, TypeError), match=rf"(?s){name}=.*required.*; "):
            cls([nn.Parameter(torch.ones(2, 2))], invariant=invariant, **{name: value})
        with pytest.raises((ValueError, TypeError), match=rf"(?s)(lr|{name})=.*required.*; "):
            cls([{"params": [nn.Parameter(torch.ones(2, 2))], "invariant": invariant, name: value}])


@every_optimizer
@pytest.mark.parametrize("what", PARAMETERS)
def test_a_parameter_that_has_no_slices_is_refused_and_changes_nothing(cls, what):
    data, invariant, message = PARAMETERS[what]
    with pytest.raises(ValueError, match=f"(?s){message}"):
        cls([nn.Parameter(data.clone())], invariant=invariant)
    optimizer = cls([nn.Parameter(torch.ones(2, 2))])
    good, bad = nn.Parameter(torch.full((2, 2), 3.0)), nn.Parameter(data.clone())
    before = copy.deepcopy(optimizer.state_dict())
    with pytest.raises(ValueError, match=f"(?s){message.replace('parameter 0', 'parameter 1')}"):
        optimizer.add_param_group(
            {"params": [good, bad], "invariant": invariant if invariant != 3 else "channel"}
            | ({"invariant": 3, "params": [bad]} if invariant == 3 else {})
        )
    assert optimizer.state_dict()["param_groups"] == before["param_groups"]
    assert torch.equal(good, torch.full((2, 2), 3.0))


@every_optimizer
def test_names_of_parameters_appear_in_the_errors(cls):
    with pytest.raises(ValueError, match=r"parameter 0 \(fc\.weight\) of shape \(2, 2\), slice 0"):
        cls([("fc.weight", nn.Parameter(torch.zeros(2, 2)))])


@every_optimizer
@pytest.mark.parametrize("invariant", ["channel", None])
def test_a_sparse_gradient_is_refused(cls, invariant):
    p = nn.Parameter(torch.ones(3, 2))
    optimizer = cls([p], invariant=invariant)
    p.grad = torch.sparse_coo_tensor([[0]], [[1.0, 1.0]], (3, 2), check_invariants=True)
    with pytest.raises(ValueError, match="parameter 0 .*layout torch.sparse_coo.*SparseAdam"):
        optimizer.step()


WAYS: list[dict] = [{}, {"foreach": False}, {"foreach": True}, {"fused": True}, {"compile": True}]


@every_optimizer
@pytest.mark.parametrize("invariant", ["channel", None])
@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("wrong", ["type", "layout", "options"])
def test_what_a_later_group_is_refused_for_is_told_before_any_group_has_stepped(cls, invariant, way, wrong):
    first, second, third = (nn.Parameter(torch.ones(3, 2)) for _ in range(3))
    way = {name: value for name, value in way.items() if name in cls([torch.ones(2, 2)]).defaults}
    optimizer = cls([{"params": [first]}, {"params": [second, third]}], invariant=invariant, **way)
    third.grad_dtype = None  # any
    for p in (first, second, third):
        p.grad = torch.linspace(-1, 1, 6).reshape(3, 2)
    if wrong == "type":
        third.grad, told = third.grad.double(), "in group 1, .*parameter 1 .*is torch.float64, .*float32.*p.grad.to"
    elif wrong == "layout":
        third.grad, told = third.grad.to_sparse(), "in group 1, .*parameter 1 .*layout torch.sparse_coo.*SparseAdam"
    else:
        del optimizer.param_groups[1]["lr"]
        told = "no option 'lr'"
    before = copy.deepcopy([optimizer.state, *[p.detach() for p in (first, second, third)]])
    with pytest.raises(ValueError, match=told):
        optimizer.step()
    assert str([optimizer.state, *[p.detach() for p in (first, second, third)]]) == str(before)


@every_optimizer
def test_a_non_contiguous_parameter_is_trained_like_a_contiguous_one(cls):
    x, gradient = torch.arange(1.0, 13.0).reshape(3, 4), torch.linspace(-1, 1, 12).reshape(3, 4)
    plain, strided = nn.Parameter(x.clone()), nn.Parameter(x.t().contiguous().t())
    for foreach in (False, None):
        for p in (plain, strided):
            optimizer = cls([p], foreach=foreach)
            p.grad = gradient.clone()
            optimizer.step()
            optimizer.step()
        assert strided.stride() == (1, 3)
        # The plain path is the same to the bit; unasked, a contiguous one takes another: 8 roundings a step.
        rounding = 0.0 if foreach is False else roundoff(16, x.dtype) * plain.abs().max()
        assert (plain - strided).abs().max() <= rounding


def test_weight_decay_that_reverses_the_weight_is_refused_at_every_step():
    with pytest.raises(ValueError, match=r"lr=2.0, weight_decay=0.5: required lr·weight_decay < 1"):
        SphericalSGD([nn.Parameter(torch.ones(2, 2))], lr=2.0, weight_decay=0.5)
    p = nn.Parameter(torch.ones(2, 2))
    optimizer = SphericalSGD([p], lr=1.0, weight_decay=0.5)
    p.grad = torch.zeros_like(p)
    optimizer.param_groups[0]["lr"] = 2.0
    with pytest.raises(ValueError, match=r"lr=2.0, weight_decay=0.5"):
        optimizer.step()


def test_theorem_4_gives_the_numbers_of_001_d5():
    options = theorem_4(lr=1e-2, weight_decay=1e-3)
    assert f"{options['beta']:.5f}" == "0.99996"
    assert f"{options['lr']:.2f}" == "0.71"


@given(lr=log_uniform(-6, 1), product=st.floats(0, 0.999))
def test_theorem_4_options_are_those_printed(lr, product):
    options = theorem_4(lr=lr, weight_decay=product / lr)
    beta = options["beta"]
    assert options["lr"] == pytest.approx((2 * beta) ** -0.5, rel=roundoff(4), abs=0)
    assert options["v0"] == pytest.approx(1 / (2 * lr**2 * beta**0.5), rel=roundoff(10), abs=0)
    allowed = roundoff(4) / (1 - product)  # conditioned by the difference
    assert beta**0.25 == pytest.approx(1 - product, rel=allowed, abs=0)


@pytest.mark.parametrize("options", [{"lr": 0.0}, {"lr": 2.0, "weight_decay": 0.5}, {"lr": 0.1, "weight_decay": -1.0}])
def test_theorem_4_refuses_what_it_is_not_about(options):
    with pytest.raises(ValueError, match="(lr|weight_decay)=.*(required|requires)"):
        theorem_4(**{"weight_decay": 0.0} | options)
    with pytest.raises(ValueError, match="(lr|weight_decay)=.*(required|requires)"):
        AdaGradG.matching_sgd([nn.Parameter(torch.ones(2, 2))], **options)


@given(problem=problems(), lr=log_uniform(-3, -1), weight_decay=st.sampled_from([0.0, 1e-2]), momentum=st.just(0.9))
def test_matching_sgd_takes_groups_as_sgd_does_and_trains_the_rest_by_sgd(problem, lr, weight_decay, momentum):
    def groups():
        own = [{}, {"lr": 0.5 * lr}, {"weight_decay": 0.1}]
        return [group | changes for group, changes in zip(problem.groups(), own, strict=False)]

    given_groups = groups()
    ours = AdaGradG.matching_sgd(given_groups, lr=lr, weight_decay=weight_decay, momentum=momentum, foreach=False)
    sgd = torch.optim.SGD(groups(), lr=lr, weight_decay=weight_decay, momentum=momentum)
    assert [set(group) for group in given_groups] == [set(group) for group in groups()]
    for group, theirs in zip(ours.param_groups, sgd.param_groups, strict=True):
        if group["invariant"] is not None:
            expected = theorem_4(lr=theirs["lr"], weight_decay=theirs["weight_decay"])
            assert {name: group[name] for name in expected} == expected
    run(problem, ours, 3)
    run(problem, sgd, 3)
    for group, theirs in zip(ours.param_groups, sgd.param_groups, strict=True):
        if group["invariant"] is None:
            assert all(torch.equal(p, q) for p, q in zip(group["params"], theirs["params"], strict=True))


@every_optimizer
def test_a_list_of_tensors_and_a_list_of_groups_are_the_same(cls):
    def weight():
        return nn.Parameter(torch.arange(1.0, 5.0).reshape(2, 2))

    a, b = cls([weight()]), cls([{"params": weight()}])
    for optimizer in (a, b):
        parameters_of(optimizer)[0].grad = torch.eye(2)
        optimizer.step()
    assert all(torch.equal(x, y) for x, y in zip(numbers(a), numbers(b), strict=True))
    with pytest.raises(TypeError):
        cls(weight())


def test_matching_sgd_refuses_a_bare_tensor():
    with pytest.raises(TypeError, match=r"pass \[params\]"):
        AdaGradG.matching_sgd(torch.ones(2, 2), lr=0.1)
