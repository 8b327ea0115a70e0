"""SGD with Nesterov momentum."""

from derivations.schemes.sgd_m import SGDM


class SGDNesterov(SGDM):
    """SGD with Nesterov momentum and L2 regularization, as torch.optim.SGD(nesterov=True) computes it.

    m_k = β m_{k-1} + ∇L(x_k) + λ x_k
    x_{k+1} = x_k - η (∇L(x_k) + λ x_k + β m_k)
    """

    name = "sgd-nesterov"
    title = "SGD, Nesterov"
    source = "torch.optim.SGD"

    def step(self, space, k, x, gradient, state, h):
        g = gradient + h.weight_decay * x
        m = h.momentum * state["m"] + g
        return x - h.lr * (g + h.momentum * m), {"m": m}
