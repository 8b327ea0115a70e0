"""AdamP on a scale-invariant weight."""

from derivations.schemes.adamw import AdamW
from derivations.sphere import tangent_projection


class AdamP(AdamW):
    """AdamP, 003 Algorithm 2, where its test finds a scale-invariant weight, with decoupled weight decay.

    m_k, v_k as in AdamW;  p_k = m_k/(1-β₁^{k+1}) ⊘ (√(v_k/(1-β₂^{k+1})) + ε)
    x_{k+1} = (1 - ηλ) x_k - η Π_{x_k}(p_k)

    Algorithm 2 prints neither bias correction nor decay; the released code has all of them. λ is the effective decay:
    the released code has λ·wd_ratio there, wd_ratio = 0.1.
    """

    name = "adamp"
    title = "AdamP"
    source = "003 Algorithm 2"

    def step(self, space, k, x, gradient, state, h):
        m = h.beta1 * state["m"] + (1 - h.beta1) * gradient
        v = h.beta2 * state["v"] + (1 - h.beta2) * (gradient * gradient)
        new = {"m": m, "v": v}
        p = m / (1 - h.beta1 ** (k + 1)) / self.denominator(space, k, new, h)
        projected = tangent_projection(space, p, x / space.norm(x))
        return (1 - h.lr * h.weight_decay) * x - h.lr * projected, new
