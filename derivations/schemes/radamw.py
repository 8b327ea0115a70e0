"""RAdam with decoupled weight decay."""

from derivations.schemes.radam import RAdam


class RAdamW(RAdam):
    """RAdam with decoupled weight decay, as torch.optim.RAdam(decoupled_weight_decay=True) computes it; t = k + 1.

    m_k, v_k as in AdamW;  ρ_t, r_t as in RAdam
    x_{k+1} = (1 - ηλ) x_k - η m_k/(1-β₁^t) r_t √(1-β₂^t) ⊘ (√v_k + ε)  where ρ_t > 5;
    else  x_{k+1} = (1 - ηλ) x_k - η m_k/(1-β₁^t)
    """

    name = "radamw"
    title = "RAdam, decoupled"

    def step(self, space, k, x, gradient, state, h):
        m = h.beta1 * state["m"] + (1 - h.beta1) * gradient
        v = h.beta2 * state["v"] + (1 - h.beta2) * (gradient * gradient)
        new = {"m": m, "v": v}
        moved = m / (1 - h.beta1 ** (k + 1)) / self.denominator(space, k, new, h)
        return (1 - h.lr * h.weight_decay) * x - h.lr * moved, new
