"""SGD-G for one neuron."""

from derivations.scheme import Hyperparameter, Scheme
from derivations.sphere import exponential, tangent_projection


class SGDG(Scheme):
    """SGD-G (Cho & Lee 2017) for one neuron, without clipping (ν = ∞); ρ is called β here.

    h = g - <y, g> y
    d = β m - η h
    y⁺ = Exp_y(d)
    m⁺ = ‖d‖ (d̂ cos‖d‖ - y sin‖d‖),  d̂ = d/‖d‖

    m⁺ is d, parallel transported along the step. The published term 2ω(YYᵀY - Y) vanishes for a single neuron: see
    `adam_g`. The step divides by ‖d‖: it is undefined while every gradient so far has been zero.
    """

    name = "sgd-g"
    title = "SGD-G"
    source = "Cho & Lee 2017; 004 §6"
    on_sphere = True
    hyperparameters = {
        "lr": Hyperparameter(0.2, meaning="a step size"),
        "momentum": Hyperparameter(0.9, high=1.0),
    }

    def initial_state(self, space, x, h):
        return {"m": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        d = h.momentum * state["m"] - h.lr * tangent_projection(space, gradient, x)
        length = space.norm(d)
        carried = length * (space.cos(length) * (d / length) - space.sin(length) * x)
        return exponential(space, x, d), {"m": carried}
