"""SphericalSGD: SGD + L2 on the sphere, at all orders."""

from derivations.scheme import Hyperparameter, Scheme
from derivations.sphere import direction


class SphericalSGD(Scheme):
    """OD-EXACT: the hypersphere-constrained scheme equal to SGD + L2 at all orders, for any schedule of η and λ.

    With q = 1 - ηλ and G = ‖∇L(x_k)‖²:

    η^e_k = η/(q √w_k)
    x_{k+1} = x̂/‖x̂‖,  x̂ = x_k - η^e_k ∇L(x_k)
    w_{k+1} = q⁴ w_k + 2q²η² G + η⁴ G²/w_k

    w_k = r_k⁴ is the fourth power of the radius that SGD would have; a run started at x has w_0 = ‖x‖⁴.
    """

    name = "spherical-sgd"
    title = "SphericalSGD"
    source = "OD-EXACT"
    on_sphere = True
    hyperparameters = {
        "lr": Hyperparameter(1e-2, meaning="a step size"),
        "weight_decay": Hyperparameter(1e-3),
    }

    @classmethod
    def validate(cls, h):
        if not h.lr * h.weight_decay < 1:
            raise ValueError(
                f"lr={h.lr!r}, weight_decay={h.weight_decay!r}: SGD reverses the weight unless ηλ < 1; lower one"
            )

    def initial_state(self, space, x, h):
        square = space.dot(x, x)
        return {"w": square * square}

    def step(self, space, k, x, gradient, state, h):
        w = state["w"]
        q = 1 - h.lr * h.weight_decay
        square = space.dot(gradient, gradient)
        moved = x - self.effective_learning_rate(space, k, state, h) * gradient
        w_next = q**4 * w + 2 * q**2 * h.lr**2 * square + h.lr**4 * (square * square) / w
        return direction(space, moved), {"w": w_next}

    def effective_learning_rate(self, space, k, state, h):
        """η^e_k = η/((1-ηλ) r_k²), Table 1's SGD + L2."""
        return h.lr / ((1 - h.lr * h.weight_decay) * space.sqrt(state["w"]))
