"""Adam, as torch computes it."""

from derivations.schemes.adam import Adam


class AdamTorch(Adam):
    """Adam with epsilon outside the root, as torch.optim.Adam computes it.

    x_{k+1} = x_k - η m_k/(1-β₁^{k+1}) ⊘ (√(v_k/(1-β₂^{k+1})) + ε)
    """

    name = "adam-torch"
    title = "Adam (ε outside the root)"
    source = "torch.optim.Adam"

    def denominator(self, space, k, state, h):
        root = space.sqrt(state["v"] / (1 - h.beta2 ** (k + 1)))
        return root + h.eps * space.ones_like(root)
