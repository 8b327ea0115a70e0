"""SGDP on a scale-invariant weight."""

from derivations.schemes.sgd_m import SGDM
from derivations.sphere import tangent_projection


class SGDP(SGDM):
    """SGDP, 003 Algorithm 1, where its test finds a scale-invariant weight, with decoupled weight decay.

    p_k = β p_{k-1} + ∇L(x_k)
    x_{k+1} = (1 - ηλ) x_k - η Π_{x_k}(p_k)

    Algorithm 1 prints no decay. λ is the effective one: the released code has λ·wd_ratio/(1-β) there, wd_ratio = 0.1.
    """

    name = "sgdp"
    title = "SGDP"
    source = "003 Algorithm 1"

    def initial_state(self, space, x, h):
        return {"p": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        p = h.momentum * state["p"] + gradient
        projected = tangent_projection(space, p, x / space.norm(x))
        return (1 - h.lr * h.weight_decay) * x - h.lr * projected, {"p": p}
