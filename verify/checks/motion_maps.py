"""The maps of ‖w‖² that the theorems on spherical motion are about, iterated in float64, and their linear response.

The map of SGD is the one of SGD with momentum at α = 0. A `Setting` names the numbers; arrays are (…, replicas).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Setting:
    """η, λ, α and the mean L of L_t (of h̃_t with momentum): numbers, or arrays that broadcast with ‖w‖²."""

    lr: Any
    weight_decay: Any
    momentum: Any = 0.0
    mean: Any = 1.0

    @property
    def product(self) -> Any:
        """λη."""
        return self.lr * self.weight_decay

    @property
    def scale(self) -> Any:
        """s = η/(λ(1-α)(2 - λη/(1+α))), with which E‖w‖² = s L E‖w‖^-2 at stationarity, whatever the noise."""
        a = self.momentum
        return self.lr / (self.weight_decay * (1 - a) * (2 - self.product / (1 + a)))

    @property
    def equilibrium(self) -> Any:
        """x* = √(s L): ‖w‖² at rest under the constant L."""
        return (self.scale * self.mean) ** 0.5

    @property
    def printed_equilibrium(self) -> Any:
        """(w*)² = √(Lη/(2λ)) of Theorem 1."""
        return np.sqrt(self.mean * self.lr / (2 * self.weight_decay))

    @property
    def cosine(self) -> Any:
        """cos Δ* = 1 - λη/(1+α)."""
        return 1 - self.product / (1 + self.momentum)

    @property
    def matrix(self) -> np.ndarray:
        """A of (63)."""
        a, k = self.momentum, 1 + self.momentum - self.product
        return np.array([[k * k, -2 * a * k, a * a], [k, -a, 0.0], [1.0, 0.0, 0.0]])

    @property
    def jacobian(self) -> np.ndarray:
        """J = A - (η² L/x*²) e e₁ᵀ: how X_t - X* moves on near the equilibrium."""
        jacobian = self.matrix
        jacobian[0, 0] -= self.lr**2 * self.mean / self.equilibrium**2
        return jacobian

    @property
    def rest(self) -> np.ndarray:
        """X* = (x*, x* cos Δ*, x*)."""
        return self.equilibrium * np.array([1.0, self.cosine, 1.0])

    def stationary(self) -> tuple[float, float]:
        """Var ‖w‖² and Var Δ at stationarity over V, to leading order in the variance V of L_t and exact in λη.

        Σ = J Σ Jᵀ + (η⁴ V/x*²) e eᵀ, and Δ is linear in X near X*.
        """
        noise = np.zeros((3, 3))
        noise[0, 0] = self.lr**4 / self.equilibrium**2
        jacobian = self.jacobian
        covariance = np.linalg.solve(np.eye(9) - np.kron(jacobian, jacobian), noise.ravel()).reshape(3, 3)
        response = self.angle_response
        return float(covariance[0, 0]), float(response @ covariance @ response)

    @property
    def angle_response(self) -> np.ndarray:
        """∂Δ_t/∂X_{t+1} at X*, where cos Δ_t = X[1]/√(X[0] X[2])."""
        x = self.equilibrium
        return -np.array([-0.5 / x, 1 / (self.cosine * x), -0.5 / x]) * self.cosine / (1 - self.cosine**2) ** 0.5


def step(setting: Setting, state: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(66), (131): X_{t+1} = A X_t + (η² L_t/X_t[0]) e, exact; X is (3, replicas)."""
    a, k = setting.momentum, 1 + setting.momentum - setting.product
    x, inner, before = state
    following = k * k * x - 2 * a * k * inner + a * a * before + setting.lr**2 * sizes / x
    return np.stack([following, k * x - a * inner, x])


def truncated(setting: Setting, x: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(42), (130): x_{t+1} = (1-2λη) x_t + η² L_t/x_t."""
    return (1 - 2 * setting.product) * x + setting.lr**2 * sizes / x


def full(setting: Setting, x: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(41): x_{t+1} = (1-λη)² x_t + η² L_t/x_t."""
    return (1 - setting.product) ** 2 * x + setting.lr**2 * sizes / x


def angle(state: np.ndarray) -> np.ndarray:
    """Δ_t of X_{t+1}."""
    return np.arccos(state[1] / np.sqrt(state[0] * state[2]))
