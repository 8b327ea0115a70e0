"""Adam without the deformation (a)."""

from derivations.scheme import Hyperparameter, Scheme


class AdamWithoutA(Scheme):
    """Adam w/o (a) of 000 §4.2: one second moment for the whole slice, so that the division cannot turn the direction.

    m_k = β₁ m_{k-1} + (1-β₁)(∇L(x_k) + λ x_k)
    v_k = β₂ v_{k-1} + (1-β₂) d⁻¹ ‖∇L(x_k) + λ x_k‖²
    x_{k+1} = x_k - η m_k/(1-β₁^{k+1}) / √(v_k/(1-β₂^{k+1}) + ε)

    (18)–(20) without the transport Γ and the ratios r_{k-1}/r_k.
    """

    name = "adam-without-a"
    title = "Adam w/o (a)"
    source = "000 (18)–(20)"
    hyperparameters = {
        "lr": Hyperparameter(1e-3, meaning="a step size"),
        "beta1": Hyperparameter(0.9, high=1.0),
        "beta2": Hyperparameter(0.999, high=1.0),
        "eps": Hyperparameter(1e-8),
        "weight_decay": Hyperparameter(0.0),
    }

    def initial_state(self, space, x, h):
        return {"m": space.zeros_like(x), "v": space.dot(x, x) * 0}

    def step(self, space, k, x, gradient, state, h):
        g = gradient + h.weight_decay * x
        m_carried, v_carried = self.carried(space, x, state)
        m = h.beta1 * m_carried + (1 - h.beta1) * g
        v = h.beta2 * v_carried + (1 - h.beta2) * (space.dot(g, g) / space.dimension(g))
        new = self.remember(x, {"m": m, "v": v})
        return x - h.lr * (m / (1 - h.beta1 ** (k + 1)) / self.denominator(space, k, new, h)), new

    def carried(self, space, x, state):
        """m_{k-1}, v_{k-1} as they enter step k."""
        return state["m"], state["v"]

    def remember(self, x, state):
        """The buffers to keep beside m and v."""
        return state

    def denominator(self, space, k, state, h):
        return space.sqrt(state["v"] / (1 - h.beta2 ** (k + 1)) + h.eps)

    def division(self, space, k, x, state, h):
        """b_k = (1-β₁^{k+1})/(1-β₁) √(v_k/(1-β₂^{k+1}) + ε) in every coordinate, as (9)."""
        size = (1 - h.beta1 ** (k + 1)) / (1 - h.beta1) * self.denominator(space, k, state, h)
        return size * space.ones_like(x)
