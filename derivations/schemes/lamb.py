"""LAMB."""

from derivations.schemes.adamw import AdamW


class LAMB(AdamW):
    """LAMB (You et al. 2020, Algorithm 2) with φ(z) = z, for one layer x.

    m_k, v_k as in AdamW
    r_k = m_k/(1-β₁^{k+1}) ⊘ (√(v_k/(1-β₂^{k+1})) + ε) + λ x_k
    x_{k+1} = x_k - η ‖x_k‖/‖r_k‖ r_k

    The step divides by ‖r_k‖: it is undefined while r = 0. Released code steps by η r_k there.
    """

    name = "lamb"
    title = "LAMB"
    source = "You et al. 2020, Algorithm 2"

    def step(self, space, k, x, gradient, state, h):
        m = h.beta1 * state["m"] + (1 - h.beta1) * gradient
        v = h.beta2 * state["v"] + (1 - h.beta2) * (gradient * gradient)
        new = {"m": m, "v": v}
        r = m / (1 - h.beta1 ** (k + 1)) / self.denominator(space, k, new, h) + h.weight_decay * x
        return x - h.lr * (space.norm(x) / space.norm(r)) * r, new

    def division(self, space, k, x, state, h):
        """The step is normalised as a whole, not by coordinate: b_k = 1."""
        return None
