"""Centred RMSprop with momentum."""

from derivations.schemes.rmsprop_momentum import RMSpropMomentum


class RMSpropCenteredMomentum(RMSpropMomentum):
    """RMSprop centred and with momentum β, as torch.optim.RMSprop(centered=True, momentum=β, alpha=β₂) computes it.

    v_k = β₂ v_{k-1} + (1-β₂)(∇L(x_k) + λ x_k)²
    ḡ_k = β₂ ḡ_{k-1} + (1-β₂)(∇L(x_k) + λ x_k)
    m_k = β m_{k-1} + (∇L(x_k) + λ x_k) ⊘ (√(v_k - ḡ_k²) + ε)
    x_{k+1} = x_k - η m_k
    """

    name = "rmsprop-centered-momentum"
    title = "RMSprop, centred, momentum"

    def initial_state(self, space, x, h):
        return {**super().initial_state(space, x, h), "mean": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        g = gradient + h.weight_decay * x
        v = h.beta2 * state["v"] + (1 - h.beta2) * (g * g)
        mean = h.beta2 * state["mean"] + (1 - h.beta2) * g
        root = space.sqrt(v - mean * mean)
        m = h.momentum * state["m"] + g / (root + h.eps * space.ones_like(root))
        return x - h.lr * m, {"v": v, "mean": mean, "m": m}
