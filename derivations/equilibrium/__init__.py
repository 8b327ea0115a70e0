"""From an update rule to its equilibrium: the one-step map of ‖w‖² and the buffers, its fixed point, its approach.

`equilibrium(name)` is exact, in symbols; `numbers(name, lr=…, …)` evaluates it. The map is exact for gradients with
⟨g, w⟩ = 0, E‖g̃‖² = L and E⟨g, buffer⟩ = 0 where the scheme is linear in its vectors; `mean_field` names the
assumptions that the others need.
"""

from derivations.equilibrium.numbers import Numbers, first_oscillation, largest_decay, numbers
from derivations.equilibrium.one_step import NoEquilibrium
from derivations.equilibrium.symbolic import Equilibrium, equilibrium

__all__ = ["Equilibrium", "NoEquilibrium", "Numbers", "equilibrium", "first_oscillation", "largest_decay", "numbers"]
