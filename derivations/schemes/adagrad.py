"""AdaGrad."""

from derivations.scheme import Hyperparameter, Scheme


class AdaGrad(Scheme):
    """AdaGrad (Duchi, Hazan & Singer 2011), as torch.optim.Adagrad computes it.

    s_k = s_{k-1} + (∇L(x_k) + λ x_k)²,  s_{-1} = s₀
    x_{k+1} = x_k - η/(1 + kδ) (∇L(x_k) + λ x_k) ⊘ (√s_k + ε)
    """

    name = "adagrad"
    title = "AdaGrad"
    source = "001 §3; torch.optim.Adagrad"
    hyperparameters = {
        "lr": Hyperparameter(1e-2, meaning="a step size"),
        "lr_decay": Hyperparameter(0.0),
        "weight_decay": Hyperparameter(0.0),
        "initial_accumulator_value": Hyperparameter(0.0),
        "eps": Hyperparameter(1e-10),
    }

    def initial_state(self, space, x, h):
        return {"sum": h.initial_accumulator_value * space.ones_like(x)}

    def step(self, space, k, x, gradient, state, h):
        g = gradient + h.weight_decay * x
        new = {"sum": state["sum"] + g * g}
        return x - self.learning_rate(k, h) * (g / self.division(space, k, x, new, h)), new

    def division(self, space, k, x, state, h):
        """b_k = √s_k + ε."""
        root = space.sqrt(state["sum"])
        return root + h.eps * space.ones_like(root)

    def learning_rate(self, k, h):
        return h.lr / (1 + k * h.lr_decay)
