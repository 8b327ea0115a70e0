"""PSI-SGDM: PSI-SGD with momentum."""

from derivations.scheme import Hyperparameter
from derivations.schemes.psi_sgd import PSISGD


class PSISGDM(PSISGD):
    """PSI-SGDM, 004 (11), for one radially-invariant weight, with decoupled weight decay; ρ is called β here.

    b_k = β b_{k-1} - η ‖x_k‖² ∇L(x_k)
    x_{k+1} = (1 - ηλ) x_k + b_k

    004 writes u_{k+1} for b_k, the buffer "u", and prints w_{t+1} on both sides of the second
    line. The buffer contains the learning rate, unlike that of SGD-M.
    """

    name = "psi-sgdm"
    title = "PSI-SGDM"
    source = "004 (11)"
    hyperparameters = {**PSISGD.hyperparameters, "momentum": Hyperparameter(0.9, high=1.0)}

    def initial_state(self, space, x, h):
        return {"u": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        u = h.momentum * state["u"] - h.lr * space.dot(x, x) * gradient
        return (1 - h.lr * h.weight_decay) * x + u, {"u": u}
