"""The schemes: one update rule per file, listed here."""

from difflib import get_close_matches

from derivations.scheme import Scheme
from derivations.schemes.adagrad import AdaGrad
from derivations.schemes.adagrad_g import AdaGradG
from derivations.schemes.adam import Adam
from derivations.schemes.adam_g import AdamG
from derivations.schemes.adam_torch import AdamTorch
from derivations.schemes.adam_without_a import AdamWithoutA
from derivations.schemes.adam_without_ab import AdamWithoutAB
from derivations.schemes.adam_without_abc import AdamWithoutABC
from derivations.schemes.adamp import AdamP
from derivations.schemes.adamw import AdamW
from derivations.schemes.lion import Lion
from derivations.schemes.psi_sgd import PSISGD
from derivations.schemes.psi_sgdm import PSISGDM
from derivations.schemes.rmsprop import RMSprop
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
    SGDP(),
    SGDPL2(),
    Adam(),
    AdamTorch(),
    AdamW(),
    AdamP(),
    RMSprop(),
    Lion(),
    AdaGrad(),
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


def by_name(name: str) -> Scheme:
    """The scheme called `name` ("sgd", "adam-without-ab", …); ValueError with the nearest names otherwise."""
    schemes = {scheme.name: scheme for scheme in SCHEMES}
    if name not in schemes:
        near = get_close_matches(name, schemes, n=3) or sorted(schemes)
        raise ValueError(f"no scheme is called {name!r}; did you mean {', '.join(near)}?")
    return schemes[name]
