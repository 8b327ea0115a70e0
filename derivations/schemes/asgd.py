"""ASGD."""

from derivations.scheme import Hyperparameter, Scheme


class ASGD(Scheme):
    """Averaged SGD (Polyak & Juditsky 1992), as torch.optim.ASGD computes it; κ is `lambd`.

    x_{k+1} = (1 - κη_k) x_k - η_k (∇L(x_k) + λ x_k)
    a_{k+1} = a_k + μ_k (x_{k+1} - a_k)
    η_0 = η,  η_{k+1} = η/(1 + κη(k+1))^α;  μ_0 = 1,  μ_{k+1} = 1/max(1, k + 1 - t₀)

    The average a, called `average` in code, is kept and never used. η_k is a buffer: a schedule acts one step late.
    """

    name = "asgd"
    title = "ASGD"
    source = "torch.optim.ASGD"
    hyperparameters = {
        "lr": Hyperparameter(1e-2, meaning="a step size"),
        "lambd": Hyperparameter(1e-4),
        "alpha": Hyperparameter(0.75),
        "t0": Hyperparameter(1e6),
        "weight_decay": Hyperparameter(0.0),
    }

    def initial_state(self, space, x, h):
        none = space.dot(x, x) * 0
        return {"rate": none + h.lr, "weight": none + 1, "average": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        rate, average = state["rate"], state["average"]
        moved = (1 - h.lambd * rate) * x - rate * (gradient + h.weight_decay * x)
        t = rate * 0 + (k + 1)  # a number of the rate's own precision, as it is in code
        new = {
            "rate": h.lr / (1 + h.lambd * h.lr * t) ** h.alpha,
            "weight": 1 / space.maximum(1, t - h.t0),
            "average": average + state["weight"] * (moved - average),
        }
        return moved, new
