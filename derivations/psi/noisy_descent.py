"""What Theorems 3 and 5 of 004 have in common: the descent in expectation, its sum, and the printed constants.

T = q² steps at the rates 1/(L̃_i q). The usual sum gives 2(A+B)/(2q-1), A = L̃Δ, B = L̃σ²S/2; the printed bound is
(2A+B)/q, which is less where B > 2(q-1)A. But there it exceeds 2A, which is no less than the first gradient.
"""

import sympy

from derivations.claim import Hypothesis, Step
from derivations.notation import chain, k, sequence
from derivations.psi.smooth_descent import after, before, i, largest, n, q, sigma
from derivations.psi.theorem_2 import (
    GRADIENTS,
    INFIMUM,
    LARGEST,
    LEAST,
    MEAN,
    MINIMUM,
    SHARE,
    STEPS,
    infimum,
    least,
    loss,
    share,
    shares,
    square,
    squares,
)
from derivations.rules import Cases, Induction, Sign
from derivations.statement import at_most, equal, nonnegative, positive

# N = ‖∇_i‖², B = 1/L̃_i, D = σ² - E‖G_i - ∇_i‖²; S ≥ Σ_i 1/L̃_i.
N, B, D = sequence("N"), sequence("B"), sequence("D")
S = sympy.Symbol("S", real=True)


def _total(summand: sympy.Expr) -> sympy.Expr:
    return sympy.Sum(summand, (i, 0, n - 1))


in_expectation = chain(
    "one step in expectation",
    (
        Hypothesis("constants", nonnegative(B(i)), (i,), "B_i = 1/L̃_i"),
        Hypothesis("variance", nonnegative(D(i)), (i,), "D_i = σ² - E‖G_i - ∇_i‖² ≥ 0, given the past"),
        Hypothesis(
            "expected",
            at_most(
                2 * q**2 * after,
                2 * q**2 * before - 2 * q * _total(B(i) * N(i)) + _total(B(i) * (N(i) + sigma**2 - D(i))),
            ),
            meaning="the expectation of Taylor's formula and the row sums, ξ_i = -G_i/(L̃_i q): E G_i = ∇_i, "
            "E‖G_i‖² = ‖∇_i‖² + E‖G_i - ∇_i‖²",
        ),
    ),
    (
        Step(
            "descent",
            at_most(
                2 * q**2 * after,
                2 * q**2 * before - (2 * q - 1) * _total(B(i) * N(i)) + sigma**2 * _total(B(i)),
            ),
            Sign(
                (
                    2 * q**2 * before
                    - 2 * q * _total(B(i) * N(i))
                    + _total(B(i) * (N(i) + sigma**2 - D(i)))
                    - 2 * q**2 * after
                )
                + _total(B(i) * D(i))
            ),
            ("expected", "constants", "variance"),
        ),
    ),
    r"With $\eta_i=\frac1{\tilde L_i\sqrt T}$: $E\mathcal L^+\le\mathcal L-\frac{2\sqrt T-1}{2T}\sum_i\frac{\|\nabla_i"
    r"\mathcal L\|^2}{\tilde L_i}+\frac{\sigma^2}{2T}\sum_i\frac1{\tilde L_i}$.",
)

# In what follows the sequences are expectations: ℓ(k) = E L, A(k) and G(k) of the squared gradients.
HORIZON = Hypothesis("horizon", equal(k, q**2), meaning="k = T = q²")
ROOT = Hypothesis("q > 0", positive(q), meaning="q = √T")
LONG = Hypothesis("q", nonnegative(q - 1), meaning="q = √T ≥ 1")
NOISY = Hypothesis(
    "descent in expectation",
    at_most(2 * q**2 * loss(k + 1), 2 * q**2 * loss(k) - (2 * q - 1) * share(k) + sigma**2 * S),
    (k,),
    "one step in expectation, S ≥ Σ 1/L̃_i: the printed sum, in which L̃_g counts m times",
)
FIRST = Hypothesis("first", at_most(least(k), square(0)), meaning="μ = min over 0 ≤ t < T ≤ G(0)")
ONE_STEP = Hypothesis(
    "one exact step",
    nonnegative(2 * largest * (loss(0) - infimum) - square(0)),
    meaning="‖∇_0‖² ≤ 2L̃Δ: one step without noise cannot go below ℓ*",
)
_gap = loss(0) - infimum
_total_noise = 2 * q**2 * (loss(0) - loss(k)) + k * sigma**2 * S
_usual = 2 * largest * _gap + largest * sigma**2 * S
_noise, _first = sigma**2 * S / 2 * largest, largest * _gap
_printed = 2 * largest * _gap / q + sigma**2 * largest / (2 * q) * S
_margin = _noise - 2 * (q - 1) * _first
_fallen = _total_noise - (2 * q - 1) * shares
rate = chain(
    "the rate in expectation",
    (NOISY, SHARE, *MINIMUM, LARGEST, INFIMUM, STEPS, HORIZON, ROOT, LONG, FIRST, ONE_STEP),
    (
        Step(
            "summed",
            at_most((2 * q - 1) * shares, _total_noise),
            Induction(
                k,
                Sign(),
                Sign(_fallen + (2 * q**2 * loss(k) - (2 * q - 1) * share(k) + sigma**2 * S - 2 * q**2 * loss(k + 1))),
            ),
            ("descent in expectation",),
        ),
        GRADIENTS,
        LEAST,
        MEAN,
        Step("2q > 1", positive(2 * q - 1), Sign(), ("q > 0", "q")),
        Step(
            "all",
            at_most((2 * q - 1) * squares, k * _usual),
            Sign(
                largest * _fallen
                + 2 * q**2 * largest * (loss(k) - infimum)
                + (2 * q - 1) * (largest * shares - squares)
            ),
            ("summed", "gradients", "largest", "infimum", "2q > 1", "horizon"),
        ),
        Step(
            "usual",
            at_most((2 * q - 1) * least(k), _usual),
            Sign((2 * q - 1) * (squares / k - least(k)) + (k * _usual - (2 * q - 1) * squares) / k),
            ("mean", "all", "2q > 1", "steps"),
        ),
        Step(
            "first gradient",
            at_most(least(k), 2 * largest * _gap),
            Sign((q * (square(0) - least(k)) + q * (2 * largest * _gap - square(0))) / q),
            ("first", "one exact step", "q > 0"),
        ),
        Step(
            "rate",
            at_most(least(k), _printed),
            Cases(
                _margin,
                Sign((_usual - (2 * q - 1) * least(k)) / (2 * q - 1) - _margin / (q * (2 * q - 1))),
                Sign((2 * largest * _gap - least(k)) + _margin / q),
            ),
            ("usual", "first gradient", "q > 0", "2q > 1"),
        ),
    ),
    r"$\min_{0\le t<T}E\|\nabla\mathcal L\|^2\le\frac{2\tilde L(\mathcal L_0-\mathcal L^*)}{\sqrt T}+"
    r"\frac{\sigma^2\tilde L}{2\sqrt T}S$ for every $T\ge1$ and every $S\ge\sum_i\frac1{\tilde L_i}$.",
)
