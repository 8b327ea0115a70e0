"""Negative controls of the checks on scaling laws; see `motion_controls`."""

from typing import Any

import torch

from verify.checks import scaling

first_exponents, first_train, first_deviation = scaling.exponents, scaling.train, scaling.deviation


def with_another_power(name: str, change: int):
    """The law with the power of one hyper-parameter off by `change`."""

    def law(scheme):
        options, buffers, at = first_exponents(scheme)
        return options | ({name: options[name] + change} if name in options else {}), buffers, at

    return law


def rounding_once_more(subject, options, h, start, loss):
    """A run that leaves the last bit of its start behind."""
    return first_train(subject, options, h, start * (1 + torch.finfo(start.dtype).eps * (start.abs().max() > 2)), loss)


def only(*names):
    """The optimizers of these names, in place of all."""
    return {"SUBJECTS": [subject for subject in scaling.SUBJECTS if subject.name in names]}


SCALING_CONTROLS: dict[Any, list[tuple]] = {
    scaling.scaled_runs_are_equal_bit_for_bit: [
        ("exponents", with_another_power("lr", 1), "torch.optim.SGD:", only("torch.optim.SGD")),
        ("exponents", with_another_power("weight_decay", 1), "AdamW:", only("torch.optim.AdamW")),
        ("exponents", with_another_power("eps", -1), "RMSprop:", only("torch.optim.RMSprop")),
        ("exponents", with_another_power("v0", 1), "AdaGradG:", only("AdaGradG")),
        ("train", rounding_once_more, "bit for bit", only("torch.optim.SGD")),
    ],
    scaling.an_epsilon_that_is_kept_breaks_the_law: [
        ("deviation", lambda *run, kept, **given: first_deviation(*run, **given), "ε must be scaled"),
    ],
    scaling.adafactor_of_matrices_has_no_law_above_its_threshold: [
        ("deviation", lambda *run, law, eps1, clip: first_deviation(*run, law=law), "power -1"),
        ("deviation", lambda *run, law, eps1, clip: 0.0, "power -2"),
    ],
    scaling.radam_has_no_power_of_its_own: [
        ("deviation", lambda *run, law, beta2: first_deviation(*run, law=law, beta2=0.1), "p = 2"),
        ("deviation", lambda *run, law, beta2: 0.0, "p = 1"),
    ],
}
