"""Adadelta."""

from derivations.scheme import Hyperparameter, Scheme


class Adadelta(Scheme):
    """Adadelta (Zeiler 2012) with coupled L2 and a learning rate, as torch.optim.Adadelta computes it; ρ is called β.

    v_k = β v_{k-1} + (1-β)(∇L(x_k) + λ x_k)²
    Δ_k = √(u_{k-1} + ε) ⊘ √(v_k + ε) ⊙ (∇L(x_k) + λ x_k)
    u_k = β u_{k-1} + (1-β) Δ_k²
    x_{k+1} = x_k - η Δ_k

    One ε for two quantities, of the units of ∇L² and of Δ². u is called `moves` in code.
    """

    name = "adadelta"
    title = "Adadelta"
    source = "torch.optim.Adadelta"
    hyperparameters = {
        "lr": Hyperparameter(1.0, meaning="a step size"),
        "beta": Hyperparameter(0.9, high=1.0),
        "eps": Hyperparameter(1e-6),
        "weight_decay": Hyperparameter(0.0),
    }

    def initial_state(self, space, x, h):
        return {"v": space.zeros_like(x), "moves": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        g = gradient + h.weight_decay * x
        small = h.eps * space.ones_like(g)
        v = h.beta * state["v"] + (1 - h.beta) * (g * g)
        move = space.sqrt(state["moves"] + small) / space.sqrt(v + small) * g
        return x - h.lr * move, {"v": v, "moves": h.beta * state["moves"] + (1 - h.beta) * (move * move)}
