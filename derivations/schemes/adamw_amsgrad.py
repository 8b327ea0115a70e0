"""AdamW with AMSGrad."""

from derivations.scheme import Hyperparameter
from derivations.schemes.adam_amsgrad import AdamAMSGrad


class AdamWAMSGrad(AdamAMSGrad):
    """AMSGrad with decoupled weight decay, as torch.optim.AdamW(amsgrad=True) computes it.

    m_k, v_k as in AdamW;  V_k = max(V_{k-1}, v_k)
    x_{k+1} = (1 - ηλ) x_k - η m_k/(1-β₁^{k+1}) ⊘ (√(V_k/(1-β₂^{k+1})) + ε)
    """

    name = "adamw-amsgrad"
    title = "AdamW, AMSGrad"
    source = "torch.optim.AdamW"
    hyperparameters = {**AdamAMSGrad.hyperparameters, "weight_decay": Hyperparameter(1e-2)}

    def step(self, space, k, x, gradient, state, h):
        return self.moved(space, k, (1 - h.lr * h.weight_decay) * x, gradient, state, h)
