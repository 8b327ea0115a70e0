"""Adam without the deformation (a) and the radial terms (b)."""

from derivations.schemes.adam_without_a import AdamWithoutA
from derivations.sphere import direction, transport


class AdamWithoutAB(AdamWithoutA):
    """Adam w/o (ab) of 000 §4.2: the momentum is carried along the sphere, so that it does not become radial.

    m_k = β₁ Γ_{u_{k-1}}^{u_k}(m_{k-1}) + (1-β₁)(∇L(x_k) + λ x_k)
    v_k = β₂ v_{k-1} + (1-β₂) d⁻¹ ‖∇L(x_k) + λ x_k‖²
    x_{k+1} = x_k - η m_k/(1-β₁^{k+1}) / √(v_k/(1-β₂^{k+1}) + ε)

    The buffer "x" is x_{k-1}; before step 0 it is x_0, whose transport is the identity (m_{-1} = 0 in any case).
    """

    name = "adam-without-ab"
    title = "Adam w/o (ab)"

    def initial_state(self, space, x, h):
        return {**super().initial_state(space, x, h), "x": x}

    def carried(self, space, x, state):
        m = transport(space, state["m"], direction(space, state["x"]), direction(space, x))
        return m, state["v"]

    def remember(self, x, state):
        return {**state, "x": x}
