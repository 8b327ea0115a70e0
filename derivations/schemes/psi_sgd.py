"""PSI-SGD: stochastic gradient descent on the PSI manifold."""

from derivations.scheme import Hyperparameter, Scheme


class PSISGD(Scheme):
    """PSI-SGD, 004 (10), for one radially-invariant weight, with decoupled weight decay; on the full batch PSI-GD (9).

    x_{k+1} = (1 - ηλ) x_k - η ‖x_k‖² ∇L(x_k)

    The paper has no decay. λx is of degree 1 in x, as Theorem 1 needs; an L2 term in the loss would be of degree 3.
    """

    name = "psi-sgd"
    title = "PSI-SGD"
    source = "004 (10)"
    hyperparameters = {
        "lr": Hyperparameter(1e-1, meaning="a step size"),
        "weight_decay": Hyperparameter(0.0),
    }

    def step(self, space, k, x, gradient, state, h):
        return (1 - h.lr * h.weight_decay) * x - h.lr * space.dot(x, x) * gradient, {}
