"""Adamax."""

from derivations.scheme import Hyperparameter, Scheme


class Adamax(Scheme):
    """Adamax (Kingma & Ba 2015, Algorithm 2) with coupled L2, as torch.optim.Adamax computes it.

    m_k = β₁ m_{k-1} + (1-β₁)(∇L(x_k) + λ x_k)
    u_k = max(β₂ u_{k-1}, |∇L(x_k) + λ x_k| + ε)
    x_{k+1} = x_k - η m_k/(1-β₁^{k+1}) ⊘ u_k

    The paper has no ε. The buffer u is called `norm` in code.
    """

    name = "adamax"
    title = "Adamax"
    source = "torch.optim.Adamax"
    hyperparameters = {
        "lr": Hyperparameter(2e-3, meaning="a step size"),
        "beta1": Hyperparameter(0.9, high=1.0),
        "beta2": Hyperparameter(0.999, high=1.0),
        "eps": Hyperparameter(1e-8),
        "weight_decay": Hyperparameter(0.0),
    }

    def initial_state(self, space, x, h):
        return {"m": space.zeros_like(x), "norm": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        g = gradient + h.weight_decay * x
        size = space.maximum(g, -g) + h.eps * space.ones_like(g)
        m = h.beta1 * state["m"] + (1 - h.beta1) * g
        norm = space.maximum(h.beta2 * state["norm"], size)
        return x - h.lr / (1 - h.beta1 ** (k + 1)) * (m / norm), {"m": m, "norm": norm}

    def division(self, space, k, x, state, h):
        """b_k = (1-β₁^{k+1})/(1-β₁) u_k."""
        return (1 - h.beta1 ** (k + 1)) / (1 - h.beta1) * state["norm"]
