"""Adafactor of a matrix."""

from derivations.schemes.adafactor import Adafactor


class AdafactorMatrix(Adafactor):
    """Adafactor (Shazeer & Stern 2018) on a matrix, its second moment kept by rows and columns, as torch has it.

    R_k = (1 - t^{-c}) R_{k-1} + t^{-c} rows(∇L(x_k)²),  t = k + 1
    C_k = (1 - t^{-c}) C_{k-1} + t^{-c} columns(∇L(x_k)²)
    V_k = R_k ⊙ C_k ⊘ max(columns(R_k), ε₁)
    U_k = ∇L(x_k) ⊘ √max(V_k, ε₁²),  RMS(z) = d^{-1/2}‖z‖
    x_{k+1} = (1 - ηλ) x_k - max(ε₂, RMS(x_k)) min(η, t^{-1/2}) U_k/max(1, RMS(U_k)/D)

    rows(z), columns(z): each coordinate replaced by the mean of its row, of its column; columns(R) is the mean of all.
    torch stores R and C once a row and a column. ε₁ stands beside a second moment, and its square, too.
    """

    name = "adafactor-matrix"
    title = "Adafactor (matrix)"
    of_matrix = True

    def initial_state(self, space, x, h):
        return {"R": space.zeros_like(x), "C": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        weight, square = (k + 1) ** -h.decay, gradient * gradient
        rows = (1 - weight) * state["R"] + weight * space.row_mean(square)
        columns = (1 - weight) * state["C"] + weight * space.column_mean(square)
        v = rows * columns / self.whole(space, space.column_mean(rows), h)
        return self.moved(space, k, x, gradient, v, h), {"R": rows, "C": columns}

    def whole(self, space, mean, h):
        """max(mean, ε₁)."""
        return space.maximum(mean, h.eps1 * space.ones_like(mean))
