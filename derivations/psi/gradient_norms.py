"""(17): the norm of the gradient at W from that at V, the normalised weights."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict, Witness
from derivations.notation import chain, i, k, one_step, sequence
from derivations.rules import Identity, Induction, Sign
from derivations.statement import at_most, equal, nonnegative, positive

# Of block k: ‖∇_{w}L(W)‖², ‖∇_{v}L(V)‖² and ‖w‖²; and ‖∇_g L‖², the same at W and at V.
at_w, at_v, square = sequence("W"), sequence("V"), sequence("q")
G = sympy.Symbol("G", real=True)
BY_5 = Hypothesis(
    "(5)", equal(at_w(k), at_v(k) / square(k)), (k,), "(5) with a = 1/‖w‖: W = ‖∇_w L(W)‖², V = ‖∇_v L(V)‖², q = ‖w‖²"
)
WEIGHTS = Hypothesis("weights", positive(square(k)), (k,), "w_i ≠ 0")
LONG = Hypothesis("long", nonnegative(square(k) - 1), (k,), "‖w_i‖² ≥ 1")
SQUARES = Hypothesis("squares", nonnegative(at_v(k)), (k,), "‖∇_v L(V)‖² ≥ 0")


def _total(function: type[sympy.Function]) -> sympy.Expr:
    return sympy.Sum(function(i), (i, 0, k - 1))


_scaled = sympy.Sum(at_v(i) / square(i), (i, 0, k - 1))
_blocks = Step("the blocks", equal(_total(at_w), _scaled), Induction(k), ("(5)", "weights"))
identity = chain(
    "the norm of the whole gradient",
    (BY_5, WEIGHTS),
    (
        _blocks,
        Step("with g", equal(_total(at_w) + G, _scaled + G), Identity(), ("the blocks", "weights")),
    ),
    r"$\|\nabla_{W,g}\mathcal L(W,g)\|^2=\sum_{i=1}^m\frac{\|\nabla_{v_i}\mathcal L(V,g)\|^2}{\|w_i\|^2}"
    r"+\|\nabla_g\mathcal L(V,g)\|^2$, for every $m$.",
)
smaller = chain(
    "for long weights it is the smaller one",
    (BY_5, WEIGHTS, LONG, SQUARES),
    (
        Step(
            "the blocks",
            at_most(_total(at_w), _total(at_v)),
            Induction(k, Sign(), Sign(_total(at_v) - _total(at_w) + at_v(k) * (square(k) - 1) / square(k))),
            ("(5)", "weights", "long", "squares"),
        ),
        Step(
            "with g",
            at_most(_total(at_w) + G, _total(at_v) + G),
            Sign(_total(at_v) - _total(at_w)),
            ("the blocks",),
        ),
    ),
    r"If $\|w_i\|\ge1$ for every $i$: $\|\nabla_{W,g}\mathcal L(W,g)\|\le\|\nabla_{V,g}\mathcal L(V,g)\|$.",
)
counted = one_step(
    "what is printed counts g more than once",
    (Hypothesis("weights", positive(sympy.Symbol("q", real=True)), meaning="q = ‖w‖²"),),
    equal(
        (sympy.Symbol("V", real=True) + G) / sympy.Symbol("q", real=True) + G,
        sympy.Symbol("V", real=True) / sympy.Symbol("q", real=True) + G + G / sympy.Symbol("q", real=True),
    ),
    Identity(),
    r"$\frac1{\|w\|^2}\|\nabla_{v,g}\mathcal L\|^2+\|\nabla_g\mathcal L\|^2$ exceeds it by $\frac1{\|w\|^2}\|\nabla_g"
    r"\mathcal L\|^2$ for each block.",
)

_r, _v, _g = sympy.Integer(2), sympy.Integer(0), sympy.Integer(1)
EXCEEDS = Witness(
    r"One block, $\|w\|=2$, $\nabla_v\mathcal L=0$, $\|\nabla_g\mathcal L\|=1$: the printed middle is $\frac14+1$, the "
    r"right side 1.",
    given=(at_most(1, _r),),
    printed=at_most((_v + _g) / _r**2 + _g, _v + _g),
)
DIFFERS = Witness(
    r"The same: $\|\nabla_{W,g}\mathcal L\|^2=1$, not $\frac54$.",
    given=(at_most(1, _r),),
    printed=equal(_v / _r**2 + _g, (_v + _g) / _r**2 + _g),
)

CLAIM = Claim(
    id="PSI-E17",
    paper="004",
    where="(17)",
    printed=r"\|\nabla_{W_t,g_t}\mathcal L(W_t,g_t)\|^2=\sum_{i=1}^m\frac1{\|w_t^{(i)}\|^2}\|\nabla_{v_t^{(i)},g_t}"
    r"\mathcal L(V_t,g_t)\|^2+\|\nabla_{g_t}\mathcal L(V_t,g_t)\|^2\le\|\nabla_{V_t,g_t}\mathcal L(V_t,g_t)\|^2\text{ "
    r"if }"
    r"\|w_t^{(i)}\|^2\ge1",
    verdict=Verdict.MISPRINT,
    finding=r"$\nabla_{v^{(i)},g}$ within the sum should be $\nabla_{v^{(i)}}$: as printed $\|\nabla_g\mathcal L\|^2$ "
    r"counts $1+\sum_i\|w_i\|^{-2}$ times ($m+1$ times at $\|w_i\|=1$), the equality fails wherever $\nabla_g\mathcal "
    r"L\ne0$, and so does the inequality where $\sum_i\|w_i\|^{-2}\|\nabla_g\mathcal L\|^2$ is larger than what the "
    r"blocks lose. Corrected, both hold, for every $m$. The inequality compares a gradient with itself in other units: "
    r"it says that $W$ is long.",
    theorems=(counted,),
    witnesses=(DIFFERS, EXCEEDS),
    corrected=(identity, smaller),
    corrected_latex=r"\|\nabla_{W,g}\mathcal L(W,g)\|^2=\sum_{i=1}^m\frac{\|\nabla_{v_i}\mathcal "
    r"L(V,g)\|^2}{\|w_i\|^2}+"
    r"\|\nabla_g\mathcal L(V,g)\|^2\le\|\nabla_{V,g}\mathcal L(V,g)\|^2\text{ if }\|w_i\|\ge1",
)
