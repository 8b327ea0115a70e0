"""RMSprop."""

from derivations.scheme import Hyperparameter, Scheme


class RMSprop(Scheme):
    """RMSprop with coupled L2, not centred and without momentum, as torch.optim.RMSprop computes it.

    v_k = β v_{k-1} + (1-β)(∇L(x_k) + λ x_k)²
    x_{k+1} = x_k - η (∇L(x_k) + λ x_k) ⊘ (√v_k + ε)
    """

    name = "rmsprop"
    title = "RMSprop"
    source = "torch.optim.RMSprop"
    hyperparameters = {
        "lr": Hyperparameter(1e-2, meaning="a step size"),
        "beta": Hyperparameter(0.99, high=1.0),
        "eps": Hyperparameter(1e-8),
        "weight_decay": Hyperparameter(0.0),
    }

    def initial_state(self, space, x, h):
        return {"v": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        g = gradient + h.weight_decay * x
        new = {"v": h.beta * state["v"] + (1 - h.beta) * (g * g)}
        return x - h.lr * (g / self.division(space, k, x, new, h)), new

    def division(self, space, k, x, state, h):
        """b_k = √v_k + ε."""
        root = space.sqrt(state["v"])
        return root + h.eps * space.ones_like(root)
