"""SGD."""

from derivations.scheme import Hyperparameter, Scheme


class SGD(Scheme):
    """Plain stochastic gradient descent, 000 (3) with β = 0, λ = 0, b = 1.

    x_{k+1} = x_k - η ∇L(x_k)
    """

    name = "sgd"
    title = "SGD"
    source = "000 Table 1"
    hyperparameters = {"lr": Hyperparameter(1e-2, meaning="a step size")}

    def step(self, space, k, x, gradient, state, h):
        return x - h.lr * gradient, {}
