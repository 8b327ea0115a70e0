"""Rprop."""

import math

from derivations.scheme import Hyperparameter, Scheme


class Rprop(Scheme):
    """Rprop (Riedmiller & Braun 1993; iRprop⁻ of Igel & Hüsken 2000), as torch.optim.Rprop computes it.

    s_k = g_{k-1} ⊙ ∇L(x_k),  by coordinate:
    Δ_k = Δ_{k-1} times η⁺ where s_k > 0, η⁻ where s_k < 0, 1 where s_k = 0; then kept in [Δ_min, Δ_max]
    g_k = 0 where s_k < 0, else ∇L(x_k)
    x_{k+1} = x_k - Δ_k ⊙ sign(g_k);  g_{-1} = 0, Δ_{-1} = η

    torch finds s_k < 0 again by its factor, η⁻: where η⁻ rounds to 1 in the dtype, weights with s_k = 0 never move.
    Only the sign of the gradient counts; η is used once, so that schedules have no effect.
    """

    name = "rprop"
    title = "Rprop"
    source = "torch.optim.Rprop"
    hyperparameters = {
        "lr": Hyperparameter(1e-2, meaning="a step size"),
        "etaminus": Hyperparameter(0.5, low=math.ulp(0.0), high=1 - 2**-20, meaning="0 < η⁻ < 1 in float32 too"),
        "etaplus": Hyperparameter(1.2, low=1 + 2**-52, meaning="η⁺ > 1"),
        "smallest": Hyperparameter(1e-6),
        "largest": Hyperparameter(50.0),
    }

    def initial_state(self, space, x, h):
        return {"before": space.zeros_like(x), "size": h.lr * space.ones_like(x)}

    def step(self, space, k, x, gradient, state, h):
        ones, agreement = space.ones_like(x), gradient * state["before"]
        factor = space.choose(agreement, h.etaplus * ones, space.choose(-agreement, h.etaminus * ones, ones))
        size = space.maximum(factor * state["size"], h.smallest * ones)
        size = -space.maximum(-size, -h.largest * ones)
        kept = space.choose(-agreement, space.zeros_like(x), gradient)
        return x - space.sign(kept) * size, {"before": kept, "size": size}
