"""Muon."""

from derivations.scheme import Hyperparameter, Scheme

QUINTIC = (34445, -47750, 20315)
"""a, b, c of the Newton–Schulz step, in units of 10⁻⁴, and how often it is taken."""
TIMES = 5


class Muon(Scheme):
    """Muon (Jordan et al. 2024) of one d₁ × d₂ matrix, with Nesterov's momentum, as torch.optim.Muon has it.

    m_k = β m_{k-1} + (1-β) ∇L(x_k)
    B_k = ∇L(x_k) + β(m_k - ∇L(x_k))
    O_k = p(p(p(p(p(B_k/max(‖B_k‖, ε)))))),  p(X) = aX + bXXᵀX + cXXᵀXXᵀX
    x_{k+1} = (1 - ηλ) x_k - η √max(1, d₁/d₂) O_k

    a = 3.4445, b = -4.775, c = 2.0315. O has the singular vectors of B, and singular values that forget theirs. torch
    rounds B and everything in p to bfloat16. It prints m_k without the factor 1-β, by which m is divided then, not O.
    """

    name = "muon"
    title = "Muon"
    of_matrix = True
    source = "torch.optim.Muon"
    hyperparameters = {
        "lr": Hyperparameter(1e-3, meaning="a step size"),
        "momentum": Hyperparameter(0.95, high=1.0),
        "eps": Hyperparameter(1e-7),
        "weight_decay": Hyperparameter(0.1),
    }

    def initial_state(self, space, x, h):
        return {"m": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        m = h.momentum * state["m"] + (1 - h.momentum) * gradient
        b = self.looked_ahead(gradient, m, h)
        a = tuple(space.number(c, 10000) for c in QUINTIC)
        o = space.quintic(b / space.maximum(space.norm(b), h.eps), *a, TIMES)
        return (1 - h.lr * h.weight_decay) * x - h.lr * self.adjusted(space, x) * o, {"m": m}

    def looked_ahead(self, gradient, m, h):
        return gradient + h.momentum * (m - gradient)

    def adjusted(self, space, x):
        above, across = space.sides(x)
        return space.sqrt(space.maximum(1, above / across))
