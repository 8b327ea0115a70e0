"""(13): without decay the norm does not decrease."""

import sympy

from derivations.claim import Claim, Step, Verdict, Witness
from derivations.motion.sgd import GRADIENT, LEMMA_1, RATE, UNDECAYED, G, x
from derivations.notation import chain, eta
from derivations.rules import Identity, Sign
from derivations.statement import equal, less

_norm = Step("norm", equal(UNDECAYED.dot(UNDECAYED), x + eta**2 * G), Identity(), ("lemma 1",))
norm = chain("the squared norm", (LEMMA_1,), (_norm,), r"$\|w_{t+1}\|^2=\|w_t\|^2+(\eta\|g_t\|)^2$, exactly.")
growth = chain(
    "the norm increases",
    (LEMMA_1, RATE, GRADIENT),
    (_norm, Step("growth", less(x, UNDECAYED.dot(UNDECAYED)), Sign(eta**2 * G), ("norm", "rate", "gradient"))),
    r"$\|w_{t+1}\|>\|w_t\|$ where $g_t\ne0$.",
)

STATIONARY = Witness(
    r"At a stationary point, $\|w_t\|=1$ and $g_t=0$: $\|w_{t+1}\|^2=\|w_t\|^2=1$.",
    given=(),
    printed=less(1, sympy.Integer(1) + (sympy.Rational(1, 10) * 0) ** 2),
)

CLAIM = Claim(
    id="SMD-E13",
    paper="002",
    where="(13)",
    printed=r"\|w_{t+1}\|_2^2=\|w_t\|_2^2+(\eta\|g_t\|_2)^2>\|w_t\|_2^2",
    verdict=Verdict.HYPOTHESIS,
    finding=r"The equality is exact; the strict inequality needs $g_t\ne0$ (and $\eta\ne0$). In $d=1$ every gradient "
    r"is 0 "
    r"and the norm never moves.",
    theorems=(norm,),
    corrected=(growth,),
    corrected_latex=r"\|w_{t+1}\|^2=\|w_t\|^2+(\eta\|g_t\|)^2\ge\|w_t\|^2,\text{ with equality only at }g_t=0",
    witnesses=(STATIONARY,),
)
