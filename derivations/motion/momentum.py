"""SGD with momentum as a map of (‖w_t‖², ⟨w_t, w_{t-1}⟩, ‖w_{t-1}‖²): its matrix (63), modes and symbols."""

import sympy

from derivations.claim import Hypothesis, Step, Theorem
from derivations.notation import chain
from derivations.rules import Rule, Sign
from derivations.space import Vector
from derivations.statement import Relation, positive

m, n = sympy.symbols(r"\mu_{+} \mu_{-}", real=True)
"""The roots of μ² - (1+α-λη)μ + α, so that α = μ₊μ₋ and λη = (1-μ₊)(1-μ₋)."""
ALPHA, BETA, P = m * n, (1 - m) * (1 - n), m + n
"""α, λη and 1+α-λη in the roots."""
MODES = (m**2, m * n, n**2)
"""λ₁, λ₂ = α, λ₃: the eigenvalues of A."""
SHARES = (m**2 / (m - n) ** 2, -2 * m * n / (m - n) ** 2, n**2 / (m - n) ** 2)
"""k = S⁻¹e: how the noise spreads over the modes. The shares add up to 1."""
KAPPA = (1 - m**2) * (1 - n**2) * (1 - m * n) / (1 + m * n)
"""Lη²/x*² = λη(1-α)(2 - λη/(1+α)), by SMD-T2-FIX."""

SMALLER = Hypothesis("μ₋ > 0", positive(n), meaning="μ₋ > 0")
APART = Hypothesis("real", positive(m - n), meaning="μ₋ < μ₊: the roots are real and distinct, λη < (1-√α)²")
BELOW_1 = Hypothesis("μ₊ < 1", positive(1 - m), meaning="μ₊ < 1: λη > 0")
ROOTS = (SMALLER, APART, BELOW_1)
"""By SMD-T2-EIG they say 0 < α < 1, 0 < λη < (1-√α)²."""
LARGER = Step("μ₊ > 0", positive(m), Sign((n * (m - n) + n**2) / n), ("μ₋ > 0", "real"))
SMALLER_BELOW_1 = Step("μ₋ < 1", positive(1 - n), Sign((n * (1 - m) + n * (m - n)) / n), ("μ₋ > 0", "real", "μ₊ < 1"))
SLOW = Step("α < 1", positive(1 - m * n), Sign((1 - m) + m * (1 - n)), ("μ₊ > 0", "μ₊ < 1", "μ₋ < 1"))
_KNOWN: dict[str, Hypothesis | Step] = {h.name: h for h in (*ROOTS, LARGER, SMALLER_BELOW_1, SLOW)}


def in_the_roots(
    name: str,
    relation: Relation,
    rule: Rule,
    uses: tuple[str, ...],
    words: str = "",
    hypotheses: tuple[Hypothesis, ...] = (),
    steps: tuple[Step, ...] = (),
) -> Theorem:
    """A theorem in μ₊ and μ₋: its last step, preceded by what it and `steps` use of the roots' signs."""
    wanted = {u for s in steps for u in s.uses} | set(uses)
    for step in (SLOW, SMALLER_BELOW_1, LARGER):
        wanted |= set(step.uses) if step.name in wanted else set()
    known = [fact for key, fact in _KNOWN.items() if key in wanted]
    return chain(
        name,
        (*(h for h in known if isinstance(h, Hypothesis)), *hypotheses),
        (*(s for s in known if isinstance(s, Step)), *steps, Step(name, relation, rule, uses)),
        words,
    )


def matrix(alpha: sympy.Expr, p: sympy.Expr) -> sympy.Matrix:
    """A of (63), with p = 1+α-λη."""
    return sympy.Matrix([[p**2, -2 * alpha * p, alpha**2], [p, -alpha, 0], [1, 0, 0]])


def combined(entries: sympy.Matrix) -> Vector:
    """A matrix as a combination of named unit matrices, so that one relation states all its entries."""
    rows, columns = entries.shape
    return Vector.combine((f"E_{{{i + 1}{j + 1}}}", entries[i, j]) for i in range(rows) for j in range(columns))
