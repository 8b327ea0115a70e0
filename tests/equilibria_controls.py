"""Negative controls of the checks on derived equilibria: what is put in the place of which prediction or optimizer."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

from verify.checks import equilibria, equilibria_response
from verify.noise import Noise

first_numbers, first_optimizer = equilibria.numbers, equilibria.optimizer
first_arcsines, first_iterated = equilibria.lion_with_arcsines, equilibria_response.iterated


def with_other(**changes):
    """Predictions for other hyper-parameters than the optimizer has."""

    def numbers(name, **chosen):
        return first_numbers(name, **chosen | {n: change(chosen[n]) for n, change in changes.items() if n in chosen})

    return numbers


def of_another_scheme(name, other):
    """The prediction of one scheme for another one."""
    return lambda scheme, **chosen: first_numbers(other if scheme == name else scheme, **chosen)


def of_another_optimizer(name, other):
    """Steps of another scheme with the same hyper-parameters."""
    return lambda scheme, h: first_optimizer(other if scheme == name else scheme, h)


def with_twice_the_variance(which):
    def numbers(name, **chosen):
        found = first_numbers(name, **chosen)
        return replace(found, **{which: tuple(2 * part for part in getattr(found, which))})

    return numbers


def a_larger_mean(law):
    """A noise that says that its mean is a quarter less than it is."""
    return Noise(law.name, law.mean, law.variance, law.lower, law.upper, lambda g, shape: 1.25 * law.sample(g, shape))


def slower(name, h, x, steps):
    lazy = SimpleNamespace(**vars(h) | {"weight_decay": 0.9 * h.weight_decay})
    return first_iterated(name, lazy, x, steps)


def without_decoupling(name, h, x, steps):
    return first_iterated("sgd-m" if name == "sgdw" else name, h, x, steps)


def linear(*names):
    """These schemes alone: what is cheap."""
    return {"LINEAR": {name: equilibria.LINEAR[name] for name in names}}


def others(*names):
    return {"OTHERS": {name: equilibria.OTHERS[name] for name in names}}


EQUILIBRIA_CONTROLS: dict[Callable[[int, int], list], list[tuple]] = {
    equilibria.linear_schemes_balance_whatever_the_noise: [
        ("numbers", with_other(momentum=lambda a: 0.8 * a), "SGD (momentum)", linear("sgd-m")),
        ("numbers", with_other(momentum=lambda a: 0.8 * a), "SGD (nesterov)", linear("sgd-nesterov")),
        ("numbers", with_other(weight_decay=lambda wd: 1.3 * wd), "SGD (weight_decay)", linear("sgd-l2")),
        ("numbers", with_other(dampening=lambda tau: 0.7 * tau), "SGD (dampening)", linear("sgd-dampened")),
        ("numbers", of_another_scheme("sgdw", "sgd-m"), "sgdw", linear("sgdw")),
        ("numbers", of_another_scheme("sgd-nesterov", "sgd-m"), "SGD (nesterov)", linear("sgd-nesterov")),
        ("optimizer", of_another_optimizer("sgdw", "sgdp"), "SGDP", linear("sgdw")),
        ("NOISE", a_larger_mean(equilibria.NOISE), "SGD (weight_decay)", linear("sgd-l2")),
    ],
    equilibria.other_schemes_come_to_their_equilibria: [
        ("numbers", with_other(weight_decay=lambda wd: 1.5 * wd), "SGDP", others("sgdp")),
        ("numbers", with_other(weight_decay=lambda wd: 1.5 * wd), "torch.optim.Adam: ", others("adam-torch")),
        ("numbers", with_other(lr=lambda lr: 1.5 * lr), "torch.optim.RMSprop", others("rmsprop")),
        ("numbers", with_other(beta1=lambda beta: 0.5 * beta), "AdamWithoutA", others("adam-without-a")),
        ("numbers", of_another_scheme("adamp", "adamw"), "AdamP", others("adamp")),
        ("numbers", of_another_scheme("adamw", "adamp"), "AdamW", others("adamw")),
        ("optimizer", of_another_optimizer("adamw", "adam-torch"), "Adam: ", others("adamw")),
    ],
    equilibria.lion_comes_to_its_equilibrium: [
        ("lion_with_arcsines", lambda h, d: first_arcsines(SimpleNamespace(**vars(h) | {"beta2": 0.9}), d), "arcsine"),
        ("numbers", with_other(weight_decay=lambda wd: 1.3 * wd), "as derived"),
    ],
    equilibria_response.the_norm_approaches_by_the_mean_map: [
        ("iterated", slower, "approaches"),
        ("iterated", without_decoupling, "approaches"),
    ],
    equilibria_response.fluctuations_are_those_of_the_linear_response: [
        ("numbers", with_twice_the_variance("norm_squared_variance"), "sgdw"),
        ("numbers", with_twice_the_variance("angle_variance"), "sgd-m"),
    ],
    equilibria_response.without_an_equilibrium_the_norm_grows: [
        ("GROWING", {"sgd-l2": {"lr": 0.5, "weight_decay": 0.02}}, "grows at every step"),
        ("GROWING", {"sgd-l2": {"lr": 0.5, "weight_decay": 0.001}}, "1/(2t)"),
    ],
    equilibria_response.decay_in_the_buffer_keeps_sgdp_turning: [
        ("lasting_angle", lambda h: (h.momentum * h.lr * h.weight_decay) ** 0.5, "turns by itself"),
    ],
}
"""Check → the name that its law is written under, what is put there instead, part of the name of the law that fails."""
