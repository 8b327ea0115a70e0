"""SGDW: momentum with decoupled weight decay."""

from derivations.schemes.sgd_m import SGDM


class SGDW(SGDM):
    """SGD-M with decoupled weight decay (Loshchilov & Hutter 2019, Algorithm 1, with the decay scaled by η).

    m_k = β m_{k-1} + ∇L(x_k)
    x_{k+1} = (1 - ηλ) x_k - η m_k
    """

    name = "sgdw"
    title = "SGDW"
    source = "Loshchilov & Hutter 2019, Algorithm 1"

    def step(self, space, k, x, gradient, state, h):
        m = h.momentum * state["m"] + gradient
        return (1 - h.lr * h.weight_decay) * x - h.lr * m, {"m": m}

    def division(self, space, k, x, state, h):
        """SGD-M divides by nothing: b_k = 1."""
        return None
