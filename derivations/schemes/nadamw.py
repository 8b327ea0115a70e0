"""NAdam with decoupled weight decay."""

from derivations.schemes.nadam import NAdam


class NAdamW(NAdam):
    """NAdam with decoupled weight decay, as torch.optim.NAdam(decoupled_weight_decay=True) computes it.

    m_k, v_k as in AdamW;  μ_k, Π_k as in NAdam
    x_{k+1} = (1 - ηλ) x_k
              - η [(1-μ_k)/(1-Π_k) ∇L(x_k) + μ_{k+1}/(1-Π_{k+1}) m_k] ⊘ (√(v_k/(1-β₂^{k+1})) + ε)
    """

    name = "nadamw"
    title = "NAdam, decoupled"

    def step(self, space, k, x, gradient, state, h):
        return self.moved(space, k, x, (1 - h.lr * h.weight_decay) * x, gradient, state, h)
