"""Adam."""

from derivations.scheme import Hyperparameter, Scheme


class Adam(Scheme):
    """Adam with coupled L2, as printed in 000 (7), (8) and 001 (21)–(23): epsilon inside the root.

    m_k = β₁ m_{k-1} + (1-β₁)(∇L(x_k) + λ x_k)
    v_k = β₂ v_{k-1} + (1-β₂)(∇L(x_k) + λ x_k)²
    x_{k+1} = x_k - η m_k/(1-β₁^{k+1}) ⊘ √(v_k/(1-β₂^{k+1}) + ε)
    """

    name = "adam"
    title = "Adam"
    source = "000 (7), (8)"
    hyperparameters = {
        "lr": Hyperparameter(1e-3, meaning="a step size"),
        "beta1": Hyperparameter(0.9, high=1.0),
        "beta2": Hyperparameter(0.999, high=1.0),
        "eps": Hyperparameter(1e-8),
        "weight_decay": Hyperparameter(0.0),
    }

    def initial_state(self, space, x, h):
        return {"m": space.zeros_like(x), "v": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        g = gradient + h.weight_decay * x
        m = h.beta1 * state["m"] + (1 - h.beta1) * g
        v = h.beta2 * state["v"] + (1 - h.beta2) * (g * g)
        new = {"m": m, "v": v}
        return x - h.lr * (m / (1 - h.beta1 ** (k + 1)) / self.denominator(space, k, new, h)), new

    def denominator(self, space, k, state, h):
        v_hat = state["v"] / (1 - h.beta2 ** (k + 1))
        return space.sqrt(v_hat + h.eps * space.ones_like(v_hat))

    def division(self, space, k, x, state, h):
        """(9): b_k = (1-β₁^{k+1})/(1-β₁) √(v_k/(1-β₂^{k+1}) + ε)."""
        return (1 - h.beta1 ** (k + 1)) / (1 - h.beta1) * self.denominator(space, k, state, h)
