"""Which sampled claim has a batched law, and why another has none: every sampled claim is in exactly one class.

A case is one step of a real scheme from one random model. A claim is `batched` if what is sampled of it, or a part of
that, says something of such a case; `verify.batched.lists.LAWS` has its laws. The others:
"""

from typing import Literal, NamedTuple

from verify.batched.law import CODE
from verify.batched.lists import LAWS

Kind = Literal["many steps", "numbers", "network", "run"]

KINDS: dict[Kind, str] = {
    "many steps": "about a run or its mean: a step alone can neither keep nor break it",
    "numbers": "about numbers alone: no weight, no step",
    "network": "about networks of several weights, layers or samples, not one weight's model",
    "run": "about training runs, or printed tables of them",
}


class Class(NamedTuple):
    kind: Kind
    why: str


def _all(kind: Kind, **why: str) -> dict[str, Class]:
    return {claim.replace("_", "-"): Class(kind, reason) for claim, reason in why.items()}


REST: dict[str, Class] = {
    **_all(
        "many steps",
        OD_UNIFORM="the ratio of two rates drifts apart along a run",
        SP_ADAGRAD="no β₂ gives AdaGrad's sum of all steps; the limit is one of runs",
        SP_P_RATIO="two histories of prescribed radii",
        SMD_L2="a bound on the t-th member of a sequence",
        SMD_T2_INEQ="from a start without momentum, after any number of steps",
        SMD_E88="a bound that holds in the end",
        SMD_E5="a sum over a run",
        SMD_T1="the variance at stationarity",
        SMD_T1_FIX="a mean at stationarity",
        SMD_T2="the variance at stationarity",
        SMD_T2_FIX="a mean at stationarity",
        SMD_T3="an angle at stationarity",
        SMD_T3_SGD="a variance at stationarity",
        SMD_T3_SGDM="a variance at stationarity",
        SMD_R1="a rate of approach",
        SMD_R2="a rate of approach",
        SMD_R5="a variance at stationarity",
        SMD_R12="a variance at stationarity",
        SMD_C1="a lag behind a gradient that drifts",
        SMD_C31="the number of steps to a new equilibrium",
        SMD_RESCALE="how soon a rescaled weight is at its equilibrium",
        SMD_LSP="one large step beside many small ones",
        SMD_A5="a mean over fresh gradients along a run",
        OD_RATES="rates of approach and variances",
        OD_EQUIL="where runs come to rest",
        AP_GROW="sums of a run's growth",
        AP_PROJ="chance over layers, and where runs end",
        AP_TOY="fourteen numbers of two runs of many steps",
        PSI_T2="a bound on the least gradient of a run",
        PSI_T3="a bound on a mean over runs",
        PSI_T4="a bound on the least gradient of a run",
        PSI_T5="a bound on a mean over runs",
        PSI_ACC="norms and losses of two runs compared",
    ),
    **_all(
        "numbers",
        SP_T4_SMALL="a closed form's terms; its unit is that of the law scaled-weight",
        SP_T4_HP="printed hyper-parameters",
        SMD_L3="an inequality of three numbers",
        SMD_T2_EIG="eigenvalues of a matrix of two numbers",
        SMD_S52="a printed schedule in a map of norms",
    ),
    **_all(
        "network",
        SP_INV_BN="layers and their ε",
        SP_INV_NL="layers and their ε",
        OD_EPS="layers and their ε, and the dtypes that lose small changes",
        PSI_E24="Hessians of several neurons",
        PSI_P2="a product of spheres, one for each neuron",
        PSI_P3="a product of spheres, one for each neuron",
        PSI_E17="its second term is the gradient in the other parameters",
        PSI_ALG="statistics of a batch of samples",
        PSI_E14="the variance over samples",
    ),
    **_all(
        "run",
        SP_T4_FIG2="training of a ResNet",
        SMD_ARCH="training of networks",
        PSI_FIG1="training of networks",
        PSI_FIG4="training of networks",
        PSI_TAB1="a printed table of runs",
    ),
}


def batched() -> dict[str, tuple[str, ...]]:
    """claim → the laws that speak about it."""
    claims = dict.fromkeys(claim for law in LAWS for claim in law.claims if claim != CODE)
    return {claim: tuple(law.name for law in LAWS if claim in law.claims) for claim in claims}
