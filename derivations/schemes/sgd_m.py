"""SGD with momentum."""

from derivations.scheme import Hyperparameter, Scheme


class SGDM(Scheme):
    """SGD-M with L2 regularization, 000 (5), (6): momentum without dampening, as torch.optim.SGD computes it.

    m_k = β m_{k-1} + ∇L(x_k) + λ x_k
    x_{k+1} = x_k - η m_k
    """

    name = "sgd-m"
    title = "SGD-M"
    source = "000 (5), (6)"
    hyperparameters = {
        "lr": Hyperparameter(1e-1, meaning="a step size"),
        "momentum": Hyperparameter(0.9, high=1.0),
        "weight_decay": Hyperparameter(1e-4),
    }

    def initial_state(self, space, x, h):
        return {"m": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        m = h.momentum * state["m"] + gradient + h.weight_decay * x
        return x - h.lr * m, {"m": m}
