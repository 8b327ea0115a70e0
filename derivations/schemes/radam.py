"""RAdam."""

from derivations.scheme import Hyperparameter
from derivations.schemes.adam import Adam


class RAdam(Adam):
    """RAdam (Liu et al. 2020) with coupled L2, as torch.optim.RAdam computes it; t = k + 1.

    m_k, v_k as in Adam;  ρ_∞ = 2/(1-β₂) - 1,  ρ_t = ρ_∞ - 2t β₂^t/(1-β₂^t)
    x_{k+1} = x_k - η m_k/(1-β₁^t) r_t √(1-β₂^t) ⊘ (√v_k + ε)  where ρ_t > 5,
    r_t = √((ρ_t-4)(ρ_t-2)ρ_∞ / ((ρ_∞-4)(ρ_∞-2)ρ_t));  else  x_{k+1} = x_k - η m_k/(1-β₁^t)

    The paper has ρ_t > 4 for the test, and no ε. At ε = 0 torch's foreach path is nan after a gradient that is 0: it
    divides 0 by 0, and adds 0 times that.
    """

    name = "radam"
    title = "RAdam"
    source = "torch.optim.RAdam"
    hyperparameters = {
        **Adam.hyperparameters,
        "lr": Hyperparameter(1e-3, meaning="a step size"),
        "eps": Hyperparameter(1e-8, low=2.0**-1022, meaning="at 0 a gradient that is 0 ends in 0/0"),
    }

    def denominator(self, space, k, state, h):
        _, rho = self.lengths(k, h)
        return space.choose(rho - 5, self.rectified(space, k, state, h), space.ones_like(state["v"]))

    def lengths(self, k, h):
        """(ρ_∞, ρ_t)."""
        longest = 2 / (1 - h.beta2) - 1
        return longest, longest - 2 * (k + 1) * h.beta2 ** (k + 1) / (1 - h.beta2 ** (k + 1))

    def rectified(self, space, k, state, h):
        """(√v_k + ε)/(r_t √(1-β₂^t)), where ρ_t > 5; both ρ are raised to 5 so that r_t is a number elsewhere too."""
        top, rho = (space.maximum(length, 5) for length in self.lengths(k, h))
        r = space.sqrt((rho - 4) * (rho - 2) * top / ((top - 4) * (top - 2) * rho))
        root = space.sqrt(state["v"])
        return (root + h.eps * space.ones_like(root)) / (space.sqrt(1 - h.beta2 ** (k + 1)) * r)
