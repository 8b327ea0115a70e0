"""Scaling laws read off update rules by degrees, against Table 1's dependence on the radius and on altered schemes."""

import pytest
import sympy

from derivations.degrees import Degrees, Graded, Inhomogeneous, scaling_law
from derivations.ours import scaling
from derivations.scheme import Hyperparameter, Scheme
from derivations.schemes import all_schemes, by_name

LAWFUL = [s for s in all_schemes() if s.name not in scaling.PARTS]


@pytest.mark.parametrize("scheme", LAWFUL, ids=lambda s: s.name)
def test_every_scheme_has_one_scaling_law(scheme):
    law = scaling_law(scheme)
    assert not law.free
    assert law.point == (0 if scheme.on_sphere else 1)
    assert all(law.exponents[name] == 0 for name in law.exponents if name.startswith(("beta", "momentum", "damp")))


def test_radam_has_none_but_each_of_its_rules_has_one():
    with pytest.raises(Inhomogeneous, match="radam"):
        scaling_law(by_name("radam"))
    at_first, later = (scaling_law(half).exponents for half in (scaling.RAdamAtFirst(), scaling.RAdamLater()))
    assert (at_first["lr"], later["lr"]) == (2, 1)
    assert at_first["weight_decay"] == later["weight_decay"] == -2


@pytest.mark.parametrize("scheme", all_schemes(), ids=lambda s: s.name)
def test_no_two_hyper_parameters_of_a_scheme_share_a_symbol(scheme):
    symbols = vars(scheme.symbols()).values()
    assert len(set(symbols)) == len(scheme.hyperparameters)


@pytest.mark.parametrize(
    ("name", "p", "q"),
    [("sgd-l2", 2, -2), ("sgd-nesterov", 2, -2), ("adam-torch", 1, -2), ("adamw", 1, -1), ("lion", 1, -1)]
    + [("nadam", 1, -2), ("nadamw", 1, -1), ("adam-amsgrad", 1, -2), ("adamw-amsgrad", 1, -1), ("adamax", 1, -2)]
    + [("adadelta", 2, -2), ("rmsprop-centered", 1, -2), ("rmsprop-momentum", 1, -2), ("asgd", 2, -2)]
    + [("lamb", 0, -1), ("lars", 0, -2), ("adafactor", 0, 0)],
)
def test_the_powers_are_those_of_the_effective_rate_and_of_the_decay(name, p, q):
    """η/r^p is the effective rate of 001 Table 1; λ is λr² coupled, and ηλ decoupled."""
    exponents = scaling_law(by_name(name)).exponents
    assert (exponents["lr"], exponents["weight_decay"]) == (p, q)


@pytest.mark.parametrize(
    "name", ["adam", "adam-torch", "adamw", "adamp", "rmsprop", "adagrad", "adam-without-abc", "nadam", "lamb"]
)
def test_an_epsilon_that_stays_leaves_no_law(name):
    with pytest.raises(Inhomogeneous, match="p_eps = 0"):
        scaling_law(by_name(name), fixed={"eps": 0})


class _Rule(Scheme):
    name, title, source = "rule", "rule", "here"
    hyperparameters = {"lr": Hyperparameter(0.1), "weight_decay": Hyperparameter(0.0)}


class _DecayOfDegreeThree(_Rule):
    def step(self, space, k, x, gradient, state, h):
        return x - h.lr * space.dot(x, x) * (gradient + h.weight_decay * x), {}


class _AngleOfTheGradient(_Rule):
    def step(self, space, k, x, gradient, state, h):
        return space.cos(space.norm(gradient)) * x, {}


class _Indifferent(_Rule):
    def step(self, space, k, x, gradient, state, h):
        return x - h.lr * h.weight_decay * (x * 0.5 + x), {}


def test_l2_in_the_loss_of_psi_sgd_has_a_power_but_none_if_it_stays():
    """004 Theorem 1 with an L2 term: λ would have to be scaled with the weight."""
    assert scaling_law(_DecayOfDegreeThree()).exponents == {"lr": 0, "weight_decay": -2}
    with pytest.raises(Inhomogeneous, match="rule"):
        scaling_law(_DecayOfDegreeThree(), fixed={"weight_decay": 0})


def test_a_wave_of_what_has_a_degree_has_none():
    with pytest.raises(Inhomogeneous, match=" 1 = 0"):
        scaling_law(_AngleOfTheGradient())


def test_what_the_rule_leaves_open_stays_free():
    law = scaling_law(_Indifferent())
    assert len(law.free) == 1
    assert sympy.simplify(law.exponents["lr"] + law.exponents["weight_decay"]) == 0


def test_zero_has_every_degree_and_divides_nothing():
    space = Degrees()
    x = Graded(space, sympy.Integer(1))
    assert (space.zero + x).degree == (x + space.zero).degree == (x + 0).degree == 1
    assert (x * 0).degree is None
    assert space.demands == []
    with pytest.raises(ZeroDivisionError):
        x / space.zero
    x + 1
    assert space.demands == [1]


def test_rprop_asks_for_step_sizes_in_the_units_of_the_weight():
    exponents = scaling_law(by_name("rprop")).exponents
    assert [exponents[n] for n in ("lr", "smallest", "largest", "etaminus", "etaplus")] == [1, 1, 1, 0, 0]


def test_a_choice_and_a_maximum_are_of_one_degree():
    space = Degrees()
    g, x = Graded(space, sympy.Integer(-1)), Graded(space, sympy.Integer(1))
    assert space.choose(g, x, x).degree == space.maximum(x, space.zero).degree == 1
    assert space.demands == []
    space.maximum(g, x)
    space.choose(x, g, x)
    assert space.demands == [-2, -2]


def test_a_power_with_a_hyper_parameter_asks_for_degree_0_of_both():
    space = Degrees()
    a, b = (Graded(space, sympy.Symbol(n)) for n in "ab")
    assert (a**b).degree == (2**b).degree == 0
    assert set(space.demands) == set(sympy.symbols("a b"))
