"""RMSprop with momentum."""

from derivations.scheme import Hyperparameter
from derivations.schemes.rmsprop import RMSprop


class RMSpropMomentum(RMSprop):
    """RMSprop with a momentum β after the division, as torch.optim.RMSprop(momentum=β, alpha=β₂) computes it.

    v_k = β₂ v_{k-1} + (1-β₂)(∇L(x_k) + λ x_k)²
    m_k = β m_{k-1} + (∇L(x_k) + λ x_k) ⊘ (√v_k + ε)
    x_{k+1} = x_k - η m_k
    """

    name = "rmsprop-momentum"
    title = "RMSprop, momentum"
    hyperparameters = {
        "lr": Hyperparameter(1e-2, meaning="a step size"),
        "beta2": Hyperparameter(0.99, high=1.0),
        "eps": Hyperparameter(1e-8),
        "weight_decay": Hyperparameter(0.0),
        "momentum": Hyperparameter(0.9, high=1.0),
    }

    def initial_state(self, space, x, h):
        return {**super().initial_state(space, x, h), "m": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        g = gradient + h.weight_decay * x
        v = h.beta2 * state["v"] + (1 - h.beta2) * (g * g)
        root = space.sqrt(v)
        m = h.momentum * state["m"] + g / (root + h.eps * space.ones_like(root))
        return x - h.lr * m, {"v": v, "m": m}

    def division(self, space, k, x, state, h):
        """The momentum is divided when it is made, at every step by another vector: b_k = 1."""
        return None
