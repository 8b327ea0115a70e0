"""SGDP on a scale-invariant weight, with L2 regularization."""

from derivations.schemes.sgdp import SGDP
from derivations.sphere import tangent_projection


class SGDPL2(SGDP):
    """SGDP, 003 Algorithm 1, with λx in the momentum: the projection takes this step's λx out again.

    p_k = β p_{k-1} + ∇L(x_k) + λ x_k
    x_{k+1} = x_k - η Π_{x_k}(p_k)
    """

    name = "sgdp-l2"
    title = "SGDP + L2"
    source = "003 Algorithm 1"

    def step(self, space, k, x, gradient, state, h):
        p = h.momentum * state["p"] + gradient + h.weight_decay * x
        return x - h.lr * tangent_projection(space, p, x / space.norm(x)), {"p": p}
