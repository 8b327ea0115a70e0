"""LARS."""

from derivations.schemes.sgd_m import SGDM


class LARS(SGDM):
    """LARS (You, Gitman & Ginsburg 2017, Algorithm 1), for one layer x, with the rate outside the momentum.

    τ_k = ‖x_k‖/(‖∇L(x_k)‖ + λ‖x_k‖)
    m_k = β m_{k-1} + τ_k (∇L(x_k) + λ x_k)
    x_{k+1} = x_k - η m_k

    η is the rate times the trust coefficient: only their product matters. Algorithm 1 has it inside the momentum, which
    is the same at a constant rate. τ is undefined at λ = 0 where the gradient is 0. Released code puts τ = 1 there.
    """

    name = "lars"
    title = "LARS"
    source = "You, Gitman & Ginsburg 2017, Algorithm 1"

    def step(self, space, k, x, gradient, state, h):
        radius = space.norm(x)
        trust = radius / (space.norm(gradient) + h.weight_decay * radius)
        m = h.momentum * state["m"] + trust * (gradient + h.weight_decay * x)
        return x - h.lr * m, {"m": m}
