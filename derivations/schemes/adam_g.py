"""Adam-G for one neuron."""

from derivations.scheme import Hyperparameter, Scheme
from derivations.sphere import exponential, tangent_projection


class AdamG(Scheme):
    """Adam-G (Cho & Lee 2017) for one neuron, without clipping (ν = ∞), t = k + 1.

    h = g - <y, g> y
    m' = β₁ m + (1-β₁) h
    v' = β₂ v + (1-β₂) ‖h‖²
    d = -η √(1-β₂^t)/(1-β₁^t) m'/√(v' + ε)
    y⁺ = Exp_y(d)
    m⁺ = m' - <d̂, m'>(sin‖d‖ y + (1 - cos‖d‖) d̂),  d̂ = d/‖d‖

    The term 2ω(YYᵀY - Y) of the published gradient couples the neurons of a layer: it is the gradient of
    (ω/2)‖YᵀY - I‖². For a single neuron Y = y has yᵀy = 1, so y(yᵀy) - y = 0 and the term vanishes whatever ω is.
    The step divides by ‖d‖: it is undefined while every gradient so far has been zero.
    """

    name = "adam-g"
    title = "Adam-G"
    source = "Cho & Lee 2017; 000 §4.1"
    on_sphere = True
    hyperparameters = {
        "lr": Hyperparameter(0.05, meaning="a step size"),
        "beta1": Hyperparameter(0.9, high=1.0),
        "beta2": Hyperparameter(0.99, high=1.0),
        "eps": Hyperparameter(1e-8),
    }

    def initial_state(self, space, x, h):
        return {"m": space.zeros_like(x), "v": space.dot(x, x) * 0}

    def step(self, space, k, x, gradient, state, h):
        tangent = tangent_projection(space, gradient, x)
        m = h.beta1 * state["m"] + (1 - h.beta1) * tangent
        v = h.beta2 * state["v"] + (1 - h.beta2) * space.dot(tangent, tangent)
        correction = space.sqrt(1 - h.beta2 ** (k + 1)) / (1 - h.beta1 ** (k + 1))
        d = -h.lr * correction * (m / space.sqrt(v + h.eps))
        length = space.norm(d)
        unit = d / length
        moved = space.dot(unit, m) * (space.sin(length) * x + (1 - space.cos(length)) * unit)
        return exponential(space, x, d), {"m": m - moved, "v": v}
