"""SGD with dampened momentum."""

from derivations.scheme import Hyperparameter
from derivations.schemes.sgd_m import SGDM


class SGDDampened(SGDM):
    """SGD-M with dampening τ, as torch.optim.SGD computes it: the first gradient enters the buffer undampened.

    m_0 = ∇L(x_0) + λ x_0,  m_k = β m_{k-1} + (1-τ)(∇L(x_k) + λ x_k)
    x_{k+1} = x_k - η m_k

    β > 0: without momentum torch leaves the dampening out.
    """

    name = "sgd-dampened"
    title = "SGD-M, dampened"
    source = "torch.optim.SGD"
    hyperparameters = {**SGDM.hyperparameters, "dampening": Hyperparameter(0.9, high=1.0)}

    @classmethod
    def validate(cls, h):
        if h.momentum == 0 and h.dampening != 0:
            raise ValueError(
                f"momentum=0.0, dampening={h.dampening!r}: torch.optim.SGD leaves the dampening out where there is no "
                "momentum; use sgd-l2, or a positive momentum"
            )

    def step(self, space, k, x, gradient, state, h):
        g = gradient + h.weight_decay * x
        m = g if k == 0 else h.momentum * state["m"] + (1 - h.dampening) * g
        return x - h.lr * m, {"m": m}
