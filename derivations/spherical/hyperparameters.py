"""The hyper-parameters of the experiment in D.5."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import one_step, r
from derivations.rules import Arithmetic, Identity
from derivations.statement import at_most, equal, positive

_eta, _lam = sympy.Rational(1, 100), sympy.Rational(1, 1000)
_beta = (1 - _eta * _lam) ** 4

memory = one_step(
    "β",
    (),
    at_most(sympy.Abs(_beta - sympy.Rational(99996, 100000)), sympy.Rational(1, 10**8)),
    Arithmetic(),
    r"$|(1-10^{-5})^4-0.99996|\le10^{-8}$.",
)
rate = one_step(
    "learning rate",
    (),
    at_most(sympy.Abs(1 / sympy.sqrt(2 * _beta) - sympy.Rational(71, 100)), sympy.Rational(5, 1000)),
    Arithmetic(),
    r"$|(2\beta)^{-1/2}-0.71|\le0.005$.",
)
_sgd, _adagrad, _n = sympy.symbols("eta_SGD eta_AdaGrad n", real=True)
equal_steps = one_step(
    "steps of equal size",
    (
        Hypothesis("radius", positive(r), meaning="r > 0"),
        Hypothesis("division", positive(_n), meaning="n = d^{-1/2}‖b‖ > 0"),
        Hypothesis("rate", equal(_adagrad, _sgd * _n), meaning="η_AdaGrad = η_SGD · n"),
    ),
    equal(_adagrad / (r**2 * _n), _sgd / r**2),
    Identity(),
    r"$\frac{\eta_{\mathrm{AdaGrad}}}{r^2d^{-1/2}\|b\|}=\frac{\eta_{\mathrm{SGD}}}{r^2}$ for "
    r"$\eta_{\mathrm{AdaGrad}}=\eta_{\mathrm{SGD}}\,d^{-1/2}\|b\|$: multiply, not divide.",
)

CLAIM = Claim(
    id="SP-T4-HP",
    paper="001",
    where="D.5",
    printed=r"\eta=10^{-2},\lambda=10^{-3}\text{ give }\beta\approx0.99996,\ "
    r"\eta_{\mathrm{AdaGradG}}\approx0.71;\text{ with }\frac1{d^{-1/2}\|b\|}\sim10^{-1},\text{ AdaGrad needs "
    r"}10^{-3}\text{ for steps of equal size}",
    verdict=Verdict.FALSE,
    finding=r"$\beta$ and 0.71 are right. The AdaGrad rate is not: with $1/(d^{-1/2}\|b\|)=10^{-1}$ equal steps need "
    r"$10^{-2}\cdot10=10^{-1}$; at $10^{-3}$ AdaGrad's steps are 100 times smaller. (Or the quantity tracked was "
    r"$d^{-1/2}\|b\|$ itself.)",
    theorems=(memory, rate),
    witnesses=(
        Witness(
            r"$\eta_{\mathrm{SGD}}=10^{-2}$, $d^{-1/2}\|b\|=10$, $r=1$: with $10^{-3}$ AdaGrad's effective rate is "
            r"$10^{-4}$, SGD's is $10^{-2}$.",
            given=(equal(1 / sympy.Integer(10), sympy.Rational(1, 10)),),
            printed=equal(sympy.Rational(1, 1000) / 10, sympy.Rational(1, 100)),
        ),
    ),
    corrected=(equal_steps,),
    corrected_latex=r"\eta_{\mathrm{AdaGrad}}=\eta_{\mathrm{SGD}}\,d^{-1/2}\|b\|=10^{-1}",
    notes=(
        "The same paragraph says that SGD and AdaGrad have the same effective direction; AdaGrad's is deformed by "
        "its b (SP-P-DEFORM).",
        "Table 1 is used without SGD's factor 1/(1-ηλ) and AdaGrad's (1 - A⟨c,u⟩)⁻¹, which an elementwise b makes "
        "differ from 1.",
        "On digits the median of 1/(d^{-1/2}‖b‖) is in the hundreds and falls throughout: no constant rate gives "
        "equal steps.",
    ),
)
