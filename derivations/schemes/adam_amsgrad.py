"""Adam with AMSGrad."""

from derivations.schemes.adam_torch import AdamTorch


class AdamAMSGrad(AdamTorch):
    """AMSGrad (Reddi et al. 2018) with coupled L2, as torch.optim.Adam(amsgrad=True) computes it.

    m_k, v_k as in Adam;  V_k = max(V_{k-1}, v_k)
    x_{k+1} = x_k - η m_k/(1-β₁^{k+1}) ⊘ (√(V_k/(1-β₂^{k+1})) + ε)

    The maximum is taken before the bias correction, which makes the divisor fall again while the correction grows.
    """

    name = "adam-amsgrad"
    title = "Adam, AMSGrad"
    source = "torch.optim.Adam"

    def initial_state(self, space, x, h):
        return {**super().initial_state(space, x, h), "largest": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        return self.moved(space, k, x, gradient + h.weight_decay * x, state, h)

    def moved(self, space, k, start, g, state, h):
        """The step from `start` along the gradient g of the moments."""
        m = h.beta1 * state["m"] + (1 - h.beta1) * g
        v = h.beta2 * state["v"] + (1 - h.beta2) * (g * g)
        new = {"m": m, "v": v, "largest": space.maximum(state["largest"], v)}
        return start - h.lr * (m / (1 - h.beta1 ** (k + 1)) / self.denominator(space, k, new, h)), new

    def denominator(self, space, k, state, h):
        return super().denominator(space, k, {"v": state["largest"]}, h)
