"""SGD with L2 regularization."""

from derivations.scheme import Hyperparameter, Scheme


class SGDL2(Scheme):
    """SGD + L2, 000 (3), (4) with β = 0, b = 1. (3.2 of both papers prints ∇L - λx; Theorem 4 needs the sign below.)

    x_{k+1} = x_k - η(∇L(x_k) + λ x_k)
    """

    name = "sgd-l2"
    title = "SGD + L2"
    source = "000 Table 1"
    hyperparameters = {
        "lr": Hyperparameter(1e-2, meaning="a step size"),
        "weight_decay": Hyperparameter(1e-3),
    }

    def step(self, space, k, x, gradient, state, h):
        return x - h.lr * (gradient + h.weight_decay * x), {}
