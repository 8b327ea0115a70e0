"""AdaGradG (AdamG* in 000)."""

import math
from types import SimpleNamespace

from derivations.scheme import Hyperparameter, Scheme
from derivations.sphere import direction


class AdaGradG(Scheme):
    """The scheme on the sphere of Theorem 4: 001 §3.2 (AdaGradG), 000 §3.2 (AdamG*). v is used before its update.

    x̂_{k+1} = x_k - η ∇L(x_k)/√v_k
    x_{k+1} = x̂_{k+1}/‖x̂_{k+1}‖
    v_{k+1} = β v_k + ‖∇L(x_k)‖²

    A run started at x begins at x/‖x‖ with v_0 = `v0` ‖x‖⁴: the printed v_0 = r_0⁴ (2η²β^{1/2})^{-1} with r_0 = ‖x‖.
    """

    name = "adagrad-g"
    title = "AdaGradG"
    source = "001 §3.2"
    on_sphere = True
    hyperparameters = {
        "lr": Hyperparameter(2**-0.5, meaning="a step size"),
        "beta": Hyperparameter(1.0, high=math.nextafter(1.0, 2.0), meaning="β = (1-ηλ)⁴ lies in [0, 1]"),
        "v0": Hyperparameter(5e3, low=math.ulp(0.0), meaning="v_0/r_0⁴ > 0; to match SGD (2η²β^{1/2})^{-1}"),
    }

    def initial_state(self, space, x, h):
        square = space.dot(x, x)
        return {"v": h.v0 * square * square}

    def step(self, space, k, x, gradient, state, h):
        moved = x - self.effective_learning_rate(space, k, state, h) * gradient
        return direction(space, moved), {"v": h.beta * state["v"] + space.dot(gradient, gradient)}

    def effective_learning_rate(self, space, k, state, h):
        """(50): η^e_k = η/√v_k."""
        return h.lr / space.sqrt(state["v"])

    @staticmethod
    def matching_sgd(lr: float, weight_decay: float) -> SimpleNamespace:
        """Theorem 4: the hyper-parameters that match SGD with (η, λ), for ηλ < 1."""
        decay = 1 - lr * weight_decay
        if not (lr > 0 and decay > 0):
            raise ValueError(f"lr={lr!r}, weight_decay={weight_decay!r}: Theorem 4 needs η > 0 and ηλ < 1")
        beta = decay**4
        return AdaGradG.numbers(lr=(2 * beta) ** -0.5, beta=beta, v0=1 / (2 * lr**2 * beta**0.5))
