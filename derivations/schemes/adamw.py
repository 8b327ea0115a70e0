"""AdamW."""

from derivations.scheme import Hyperparameter
from derivations.schemes.adam_torch import AdamTorch


class AdamW(AdamTorch):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019), as torch.optim.AdamW computes it.

    m_k = β₁ m_{k-1} + (1-β₁) ∇L(x_k)
    v_k = β₂ v_{k-1} + (1-β₂) ∇L(x_k)²
    x_{k+1} = (1 - ηλ) x_k - η m_k/(1-β₁^{k+1}) ⊘ (√(v_k/(1-β₂^{k+1})) + ε)
    """

    name = "adamw"
    title = "AdamW"
    source = "000 §4.1; torch.optim.AdamW"
    hyperparameters = {**AdamTorch.hyperparameters, "weight_decay": Hyperparameter(1e-2)}

    def step(self, space, k, x, gradient, state, h):
        m = h.beta1 * state["m"] + (1 - h.beta1) * gradient
        v = h.beta2 * state["v"] + (1 - h.beta2) * (gradient * gradient)
        new = {"m": m, "v": v}
        direction = m / (1 - h.beta1 ** (k + 1)) / self.denominator(space, k, new, h)
        return (1 - h.lr * h.weight_decay) * x - h.lr * direction, new
