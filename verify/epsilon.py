"""What ε and rounding do to the claims that assume neither: each violation as a function of the norm of the weight.

The sizes are the formulas of the theorems of OD-EPS; from them the norms at which a statement is off by 1 % and by
half, at named settings.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import mpmath
import sympy
import torch

from derivations.degrees import Inhomogeneous, scaling_law
from derivations.ours import epsilon_adam, epsilon_layer, epsilon_norm, rounding
from derivations.schemes import SCHEMES

LAYER = epsilon_layer.LAYER.relation.right
"""κ of a layer, in r, s and ε."""

ADAM = epsilon_adam.LAW.relation.right
"""κ of Adam, in r, n and ε."""

INSIDE = epsilon_adam.inside_by_radius.statement.right
"""κ of Adam with ε inside the root."""

GROWTH = epsilon_norm.growth.statement.left.subs(epsilon_layer.kappa, LAYER)
DECAY = LAYER * epsilon_layer.gamma**2 / epsilon_norm.r**2

SETTINGS = {"s": 1.0, "gamma": 1.0, "n": 1e-2, "eta": 0.1, "lambda": 5e-4, "G": 1.0, "c": 1.0}
"""Of what a layer normalises, at norm 1: deviation; gain; √v̂ at norm 1; SGD's rate and decay; r²‖∇L‖²; γ∂L/∂γ."""

LAYER_EPS, ADAM_EPS, DIMENSION, ADAM_RATE, BETA2 = 1e-5, 1e-8, 576, 1e-3, 0.999
"""torch's defaults; a filter of 3×3×64."""

ROUNDOFF = {"bfloat16": 2.0**-8, "float16": 2.0**-11, "float32": 2.0**-24, "float64": 2.0**-53}


@dataclass(frozen=True)
class Violation:
    """Claims, what of them is off, by how much of it in LaTeX and as a function of r, and the ε it stands for."""

    claims: tuple[str, ...]
    what: str
    latex: str
    size: sympy.Expr
    eps: float


DIGITS = 90
"""To compute with: κ is as small as 10⁻⁶⁵ where the norms are sought."""

VIOLATIONS = (
    Violation(
        ("SP-INV-BN", "SP-INV-NL", "SMD-INV", "AP-INV", "PSI-DEF"),
        "outputs, short of standardised ones",
        r"1-\sqrt{1-\kappa}",
        1 - sympy.sqrt(1 - LAYER),
        LAYER_EPS,
    ),
    Violation(
        ("SP-L1", "SMD-L1", "AP-ORTH", "PSI-L1", "PSI-P2"),
        r"$\langle\nabla\mathcal L,w\rangle$ in units of $\gamma\partial_\gamma\mathcal L$",
        r"\kappa",
        LAYER,
        LAYER_EPS,
    ),
    Violation(
        ("PSI-E5", "PSI-E24", "PSI-T1", "OD-PSI", "SMD-RESCALE", "SP-L3", "SP-T4", "SP-T4-FIG2", "OD-EXACT"),
        "outputs of a run at the norm $r$ beside its equivalent at norm 1",
        r"\left|r\sqrt{\frac{s^2+\epsilon}{r^2s^2+\epsilon}}-1\right|",
        abs(sympy.sqrt(1 - LAYER) / sympy.sqrt(1 - LAYER.subs(epsilon_norm.r, 1)) - 1),
        LAYER_EPS,
    ),
    Violation(
        ("SP-T4-R", "SMD-E13", "SMD-E15", "SMD-T1-MAP", "AP-L21", "PSI-L1"),
        r"the growth of $\|w\|^2$ in a step of SGD",
        r"\frac{2c\,\kappa r^2}{\eta G}",
        GROWTH,
        LAYER_EPS,
    ),
    Violation(
        ("SP-TAB1-SGD", "SP-TAB1-SGD-L2", "SMD-ETA", "SMD-E10", "AP-EFF"),
        r"$1-\frac\eta{r^2\eta^e}$ of SGD, which is $A\langle c,u\rangle$",
        r"\frac{\eta\kappa c}{r^2}",
        epsilon_norm.eta * LAYER * epsilon_norm.slope / epsilon_norm.r**2,
        LAYER_EPS,
    ),
    Violation(
        ("SMD-T1-FIX", "SMD-E4", "SMD-E5", "SMD-T3", "SMD-ARCH", "OD-EQUIL", "OD-RATES"),
        r"the decay of SGD with L2, and its $1-\cos\Delta^\ast$, where $\gamma$ is decayed and at rest",
        r"\frac{\kappa\gamma^2}{r^2}",
        DECAY,
        LAYER_EPS,
    ),
    Violation(
        ("SP-TAB1-ADAM", "AP-ADAMP", "OD-SCALE", "OD-TABLE1"),
        "steps of Adam, AdamW but for its decay, AdamP before projecting, short of those at $\\epsilon=0$",
        r"\frac{r\epsilon}{n+r\epsilon}",
        ADAM,
        ADAM_EPS,
    ),
    Violation(
        ("SP-TAB1-ADAM", "SP-NU", "SP-SRT-ABC", "SP-P-RATIO", "SP-P-ADAMW"),
        r"the same with $\epsilon$ inside the root, as 000 (7) prints it",
        r"1-\sqrt{1-\frac{r^2\epsilon}{n^2+r^2\epsilon}}",
        1 - sympy.sqrt(1 - INSIDE),
        ADAM_EPS,
    ),
    Violation(
        ("OD-EQUIL",),
        r"$\|w^\ast\|$ of AdamW, $\beta_1=0$, $\sqrt{\hat v}$ alike in all coordinates, at the norm $r$ "
        "(the angle: not at all)",
        r"\frac{r\epsilon}{n+r\epsilon}",
        ADAM,
        ADAM_EPS,
    ),
)


def function(violation: Violation) -> Callable[[float], float]:
    """The violation at the norm r, at the settings."""
    given = {"epsilon": violation.eps} | SETTINGS
    at = {s: given[s.name] for s in violation.size.free_symbols if s.name in given}
    at = {symbol: sympy.Rational(str(value)) for symbol, value in at.items()}
    size = sympy.lambdify(epsilon_norm.r, violation.size.subs(at), "mpmath")

    def value(r: float) -> float:
        with mpmath.workdps(DIGITS):
            found = float(size(mpmath.mpf(r)))
        return found if abs(found) > 10.0 ** (5 - DIGITS) else 0.0

    return value


def norms(size: Callable[[float], float], level: float) -> tuple[str, float] | None:
    """("below" or "above", the norm on the one side of which the violation exceeds `level`); None if it never does.

    By bisection of log r between 10⁻³⁰ and 10³⁰: the sizes cross the levels that are asked for once.
    """
    low, high = -30.0, 30.0
    first, last = size(10**low) > level, size(10**high) > level
    if first == last:
        return ("always", math.nan) if first else None
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (size(10**middle) > level) == first else (low, middle)
    return ("below" if first else "above"), 10**low


def slope_of(level: float) -> float:
    """c/G, the gain's slope over r²‖∇L‖², from which on the growth of ‖w‖² is off by the level at some norm."""
    r = epsilon_norm.r
    given = {"epsilon": LAYER_EPS} | SETTINGS
    most = sympy.limit(GROWTH.subs(epsilon_norm.slope, 1), r, sympy.oo)  # it rises with r, to what is left at 0 · ∞
    return level / float(most.subs({s: given[s.name] for s in most.free_symbols}))


def powers() -> dict[str, tuple[str, ...]]:
    """ε at the norm r is r^a ε at norm 1: "a of ε" → the schemes, from their laws (OD-SCALE)."""
    found: dict[str, tuple[str, ...]] = {}
    for scheme in SCHEMES:
        for name in (n for n in scheme.hyperparameters if n.startswith("eps")):
            try:
                law = scaling_law(scheme)
                power = str(-law.exponents[name].subs(dict.fromkeys(law.free, 0)))
            except Inhomogeneous:
                power = "none"
            found[power] = (*found.get(power, ()), scheme.name + {"eps1": " (ε₁)", "eps2": " (ε₂)"}.get(name, ""))
    return found


def narrow() -> dict[str, dict[str, float]]:
    """dtype → norms at which rounding takes a statement, the least ηλ that may act alone, the norm where v_0 is 0."""
    table, eta, entry = {}, SETTINGS["eta"], DIMENSION**-0.5
    for dtype, u in ROUNDOFF.items():
        at, info = {rounding.u: sympy.Rational(u)}, torch.finfo(getattr(torch, dtype))
        bound = float((rounding.norm.statement.right / rounding.SQUARE).subs(at) - 1)
        table[dtype] = {
            "growth": (eta**2 * SETTINGS["G"] / bound) ** 0.25,
            "sgd": float(sympy.sqrt(rounding.SGD_NORM.subs(at | {rounding.eta: eta, rounding.share: 1}))),
            "adam": float(rounding.ADAM_NORM.subs(at | {rounding.eta: ADAM_RATE, rounding.M: 1, rounding.a: entry})),
            "decay": u / 2,
            "moment": SETTINGS["n"] * (2 * (1 - BETA2) / info.eps) ** 0.5 * info.smallest_normal**-0.5,
        }
    return table
