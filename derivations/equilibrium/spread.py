"""How far norm and angle fluctuate about an equilibrium, to leading order in the noise."""

from typing import Any

import mpmath

from derivations.equilibrium.one_step import OneStep


def variances_of(
    compiled: dict[str, Any], point: list[Any], values: list[Any], step: OneStep, jacobian: Any, cosine: Any
) -> list[tuple[Any, Any]]:
    """Var ‖w‖² and Var Δ by each source of noise: the size of the gradient, then its inner product with each buffer."""
    n = len(values)
    sources = [(compiled["by_gradient"](*point), compiled["cosine_by_gradient"](*point)[0], mpmath.mpf(1))]
    by_cross, cosine_by_cross = compiled["by_cross"](*point), compiled["cosine_by_cross"](*point)
    entries = {u.name: v for u, v in zip(step.unknowns, values, strict=True)}
    for i, cross in enumerate(step.crosses):
        buffer = cross.name[len(r"\langle g,") : -len(r"\rangle")]
        # Var⟨g, m⟩ = ‖m⊥‖² ‖g‖²/(d-1), the gradient's direction being uniform; the factor 1/(d-1) is left out.
        tangent = entries[rf"\|{buffer}\|^2"] - entries[rf"\langle w,{buffer}\rangle"] ** 2 / values[0]
        sources.append((by_cross[i * n : (i + 1) * n], cosine_by_cross[i], tangent * point[1] / values[0]))
    response = mpmath.matrix([compiled["cosine_by"](*point)])
    found = []
    for injected, direct, variance in sources:
        covariance = _lyapunov(jacobian, mpmath.matrix(injected) * mpmath.matrix(injected).T * variance)
        cosines = (response * covariance * response.T)[0, 0] + direct**2 * variance
        found.append((covariance[0, 0], cosines / (1 - cosine**2)))
    return found


def _lyapunov(jacobian: Any, source: Any) -> Any:
    """The solution of Σ = J Σ Jᵀ + Q."""
    n = jacobian.rows
    system, right = mpmath.eye(n * n), mpmath.matrix(n * n, 1)
    for i in range(n):
        for j in range(n):
            right[i * n + j] = source[i, j]
            for a in range(n):
                for b in range(n):
                    system[i * n + j, a * n + b] -= jacobian[i, a] * jacobian[j, b]
    with mpmath.workdps(4 * mpmath.mp.dps):  # entries of very different size are not taken for a singular system
        solution = mpmath.lu_solve(system, right)
    return mpmath.matrix([[solution[i * n + j] for j in range(n)] for i in range(n)])
