"""Adafactor, not factored."""

from derivations.scheme import Hyperparameter, Scheme


class Adafactor(Scheme):
    """Adafactor (Shazeer & Stern 2018) on a 1-d weight, where nothing is factored, as torch has it.

    v_k = (1 - t^{-c}) v_{k-1} + t^{-c} ∇L(x_k)²,  t = k + 1
    U_k = ∇L(x_k) ⊘ √max(v_k, ε₁²),  RMS(z) = d^{-1/2}‖z‖
    x_{k+1} = (1 - ηλ) x_k - max(ε₂, RMS(x_k)) min(η, t^{-1/2}) U_k/max(1, RMS(U_k)/D)

    Of a matrix the second moment is kept by rows and columns: that is the scheme adafactor-matrix.
    """

    name = "adafactor"
    title = "Adafactor (1-d)"
    source = "torch.optim.Adafactor"
    hyperparameters = {
        "lr": Hyperparameter(1e-2, meaning="a step size"),
        "decay": Hyperparameter(0.8),
        "eps1": Hyperparameter(2.0**-50),
        "eps2": Hyperparameter(1e-3),
        "clip": Hyperparameter(1.0, low=1.0),
        "weight_decay": Hyperparameter(0.0),
    }

    def initial_state(self, space, x, h):
        return {"v": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        weight = (k + 1) ** -h.decay
        v = (1 - weight) * state["v"] + weight * (gradient * gradient)
        return self.moved(space, k, x, gradient, v, h), {"v": v}

    def moved(self, space, k, x, gradient, v, h):
        """x_{k+1}, given the second moment."""
        root = space.sqrt(space.dimension(x))
        update = gradient / space.sqrt(space.maximum(v, h.eps1 * h.eps1 * space.ones_like(v)))
        rate = space.maximum(h.eps2, space.norm(x) / root) * -space.maximum(-h.lr, -1 / space.sqrt(k + 1))
        rate = rate / space.maximum(1, space.norm(update) / (root * h.clip))
        return (1 - h.lr * h.weight_decay) * x - rate * update
