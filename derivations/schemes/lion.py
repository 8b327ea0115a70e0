"""Lion."""

from derivations.scheme import Hyperparameter, Scheme


class Lion(Scheme):
    """Lion (Chen et al. 2023, Algorithm 2): the sign of an interpolation, with decoupled weight decay.

    c_k = β₁ m_{k-1} + (1-β₁) ∇L(x_k)
    m_k = β₂ m_{k-1} + (1-β₂) ∇L(x_k)
    x_{k+1} = (1 - ηλ) x_k - η sign(c_k)
    """

    name = "lion"
    title = "Lion"
    source = "Chen et al. 2023, Algorithm 2"
    hyperparameters = {
        "lr": Hyperparameter(1e-4, meaning="a step size"),
        "beta1": Hyperparameter(0.9, high=1.0),
        "beta2": Hyperparameter(0.99, high=1.0),
        "weight_decay": Hyperparameter(0.0),
    }

    def initial_state(self, space, x, h):
        return {"m": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        c = h.beta1 * state["m"] + (1 - h.beta1) * gradient
        m = h.beta2 * state["m"] + (1 - h.beta2) * gradient
        return (1 - h.lr * h.weight_decay) * x - h.lr * space.sign(c), {"m": m}
