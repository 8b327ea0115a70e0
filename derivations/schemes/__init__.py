"""The schemes: one update rule per file, listed here."""

from difflib import get_close_matches

from derivations.scheme import Scheme
from derivations.schemes.adadelta import Adadelta
from derivations.schemes.adafactor import Adafactor
from derivations.schemes.adafactor_matrix import AdafactorMatrix
from derivations.schemes.adagrad import AdaGrad
from derivations.schemes.adagrad_g import AdaGradG
from derivations.schemes.adam import Adam
from derivations.schemes.adam_amsgrad import AdamAMSGrad
from derivations.schemes.adam_g import AdamG
from derivations.schemes.adam_torch import AdamTorch
from derivations.schemes.adam_without_a import AdamWithoutA
from derivations.schemes.adam_without_ab import AdamWithoutAB
from derivations.schemes.adam_without_abc import AdamWithoutABC
from derivations.schemes.adamax import Adamax
from derivations.schemes.adamp import AdamP
from derivations.schemes.adamw import AdamW
from derivations.schemes.adamw_amsgrad import AdamWAMSGrad
from derivations.schemes.asgd import ASGD
from derivations.schemes.lamb import LAMB
from derivations.schemes.lars import LARS
from derivations.schemes.lion import Lion
from derivations.schemes.muon import Muon
from derivations.schemes.muon_plain import MuonPlain
from derivations.schemes.nadam import NAdam
from derivations.schemes.nadamw import NAdamW
from derivations.schemes.psi_sgd import PSISGD
from derivations.schemes.psi_sgdm import PSISGDM
from derivations.schemes.radam import RAdam
from derivations.schemes.radamw import RAdamW
from derivations.schemes.rmsprop import RMSprop
from derivations.schemes.rmsprop_centered import RMSpropCentered
from derivations.schemes.rmsprop_centered_momentum import RMSpropCenteredMomentum
from derivations.schemes.rmsprop_momentum import RMSpropMomentum
from derivations.schemes.rprop import Rprop
from derivations.schemes.sgd import SGD
from derivations.schemes.sgd_dampened import SGDDampened
from derivations.schemes.sgd_g import SGDG
from derivations.schemes.sgd_l2 import SGDL2
from derivations.schemes.sgd_m import SGDM
from derivations.schemes.sgd_nesterov import SGDNesterov
from derivations.schemes.sgdp import SGDP
from derivations.schemes.sgdp_l2 import SGDPL2
from derivations.schemes.sgdw import SGDW
from derivations.schemes.spherical_sgd import SphericalSGD

SCHEMES: tuple[Scheme, ...] = (
    SGD(),
    SGDL2(),
    SGDM(),
    SGDNesterov(),
    SGDDampened(),
    SGDW(),
    ASGD(),
    LARS(),
    SGDP(),
    SGDPL2(),
    Adam(),
    AdamTorch(),
    AdamAMSGrad(),
    AdamW(),
    AdamWAMSGrad(),
    NAdam(),
    NAdamW(),
    RAdam(),
    RAdamW(),
    Adamax(),
    AdamP(),
    LAMB(),
    RMSprop(),
    RMSpropCentered(),
    RMSpropMomentum(),
    RMSpropCenteredMomentum(),
    Lion(),
    Muon(),
    MuonPlain(),
    AdaGrad(),
    Adadelta(),
    Adafactor(),
    AdafactorMatrix(),
    Rprop(),
    AdaGradG(),
    SphericalSGD(),
    AdamG(),
    SGDG(),
    PSISGD(),
    PSISGDM(),
    AdamWithoutA(),
    AdamWithoutAB(),
    AdamWithoutABC(),
)


def all_schemes() -> tuple[Scheme, ...]:
    """Ours, then those of others (`derivations.outside`)."""
    from derivations.outside import load  # its schemes are judged beside the list above

    return (*SCHEMES, *load().of("schemes"))


def by_name(name: str) -> Scheme:
    """The scheme called `name`, ours ("sgd", …) or another's; ValueError with the nearest names otherwise."""
    schemes = {scheme.name: scheme for scheme in SCHEMES}
    if name not in schemes:  # those of others are loaded only for a name that is not ours
        from derivations.outside import load

        schemes |= {scheme.name: scheme for scheme in all_schemes()}
        if name not in schemes:
            near = ", ".join(get_close_matches(name, schemes, n=3, cutoff=0.5))
            meant = f"; did you mean {near}?" if near else f": choose one of {', '.join(sorted(schemes))}"
            lost = "".join(f"; not loaded: {broken}" for broken in load().broken)
            raise ValueError(f"no scheme is called {name!r}{meant}{lost}")
    return schemes[name]
