"""Adam without (a), (b) and the ratio of radii (c)."""

from derivations.schemes.adam_without_ab import AdamWithoutAB


class AdamWithoutABC(AdamWithoutAB):
    """Adam w/o (abc), 000 (18)–(20) in full: past gradients are rescaled to the present radius.

    m_k = β₁ r_{k-1}/r_k Γ_{u_{k-1}}^{u_k}(m_{k-1}) + (1-β₁)(∇L(x_k) + λ x_k)
    v_k = β₂ r_{k-1}²/r_k² v_{k-1} + (1-β₂) d⁻¹ ‖∇L(x_k) + λ x_k‖²
    x_{k+1} = x_k - η m_k/(1-β₁^{k+1}) / √(v_k/(1-β₂^{k+1}) + ε)
    """

    name = "adam-without-abc"
    title = "Adam w/o (abc)"

    def carried(self, space, x, state):
        m, v = super().carried(space, x, state)
        ratio = space.norm(state["x"]) / space.norm(x)
        return ratio * m, ratio * ratio * v
