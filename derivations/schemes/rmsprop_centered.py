"""Centred RMSprop."""

from derivations.schemes.rmsprop import RMSprop


class RMSpropCentered(RMSprop):
    """RMSprop divided by the deviation of the gradient, as torch.optim.RMSprop(centered=True) computes it.

    v_k = β v_{k-1} + (1-β)(∇L(x_k) + λ x_k)²
    ḡ_k = β ḡ_{k-1} + (1-β)(∇L(x_k) + λ x_k)
    x_{k+1} = x_k - η (∇L(x_k) + λ x_k) ⊘ (√(v_k - ḡ_k²) + ε)

    v_k - ḡ_k² ≥ 0, but 0 at β = 0, and as small as one likes where the gradient hardly varies.
    """

    name = "rmsprop-centered"
    title = "RMSprop, centred"

    def initial_state(self, space, x, h):
        return {**super().initial_state(space, x, h), "mean": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        g = gradient + h.weight_decay * x
        new = {
            "v": h.beta * state["v"] + (1 - h.beta) * (g * g),
            "mean": h.beta * state["mean"] + (1 - h.beta) * g,
        }
        return x - h.lr * (g / self.division(space, k, x, new, h)), new

    def division(self, space, k, x, state, h):
        """b_k = √(v_k - ḡ_k²) + ε."""
        return super().division(space, k, x, {"v": state["v"] - state["mean"] * state["mean"]}, h)
