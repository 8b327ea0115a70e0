"""What an equilibrium was derived under, in words."""

from derivations.equilibrium import Equilibrium
from derivations.equilibrium.mean_field import GAUSSIAN_SIGNS, ISOTROPY
from derivations.scheme import Scheme

FREE = {
    ISOTROPY: "isotropy: √v = √(E‖g‖²/d); no coordinate is special, d ≫ 1, 1-β₂ ≪ 1 (‖w‖² 20 % off at d = 5)",
    GAUSSIAN_SIGNS: "Gaussian signs: the coordinates under the sign are centred and Gaussian, "
    "sign(c) = √(2d/π) c/‖c‖ + what is uncorrelated with everything, its past included (‖w‖² 4 % off), and ‖c‖ hardly "
    "varies",
}
OF_OPTIONS = {
    "eps": "ε = 0",
    "momentum_decay": "μ_k = β₁: its schedule has ended, after 17 000 steps at the default ψ = 0.004 (to 3 %); before, "
    "momentum is smaller, and the angle another",
}
"""Of schemes with a hyper-parameter of that name."""


def assumptions(e: Equilibrium, scheme: Scheme) -> tuple[str, ...]:
    words = ["⟨g, w⟩ = 0; E‖g̃‖² = L, the same at every step"]
    if e.step.crosses:
        buffers = (str(c).removeprefix(r"\langle g,").removesuffix(r"\rangle") for c in e.step.crosses)
        words.append(", ".join(f"E⟨g, {buffer}⟩ = 0" for buffer in buffers))
    words += [FREE[name] for name in sorted(e.step.assumed)]
    if not e.step.assumed and scalars(e):
        words.append("the scalar second moment at its mean")
    return (*words, *(said for name, said in OF_OPTIONS.items() if name in scheme.hyperparameters))


def scalars(e: Equilibrium) -> bool:
    """Whether the scheme keeps a scalar buffer."""
    return any(not u.name.startswith("\\") for u in e.step.unknowns[1:])
