"""The batched laws, an explicit list."""

from difflib import get_close_matches

from verify.batched.domains import between, decay_product
from verify.batched.law import CODE as FOLLOWS
from verify.batched.law import Law
from verify.batched.laws import (
    adam,
    code,
    derived,
    equivalents,
    generic,
    instances,
    invariance,
    norms,
    projections,
    rows,
    sphere,
)
from verify.batched.laws.generic import NUMERATORS
from verify.shipped import SUBJECTS

FLAT = tuple(NUMERATORS)
SPHERICAL = ("spherical-sgd", "adagrad-g")
PSI = ("psi-sgd", "PSISGD")
WITHOUT = ("adam-without-a", "adam-without-ab", "adam-without-abc")
PROJECTED = ("sgdp", "adamp", "SGDP", "AdamP")
DECAYING = (
    "sgd-l2",
    "sgd-m",
    "sgd-nesterov",
    "sgdw",
    "adamw",
    "adamw-amsgrad",
    "lion",
    "sgdp",
    "adamp",
    "psi-sgd",
    "psi-sgdm",
)
"""Schemes that a decay with ηλ > 1 turns round: it is not divided by a root of what it is in, nor projected out."""
CODE = tuple(s.name for s in SUBJECTS if s.scheme.name in (*FLAT, *SPHERICAL))
"""Every optimizer of torch's and of ours whose scheme is one of these."""

SGD_M = ("sgd-m", "torch.optim.SGD (momentum)")
NO_DECAY = {"weight_decay": 0.0}
TABLE_1 = ("sgd", "sgd-l2", "sgd-m", "adam", "torch.optim.SGD", "torch.optim.SGD (weight_decay)", SGD_M[1])
ADAMW = ("adamw", "torch.optim.AdamW")

LAWS: tuple[Law, ...] = (
    Law("tangent-gradient", invariance.tangent_gradient, ("SP-L1", "AP-INV", "AP-ORTH"), ("sgd",)),
    Law("two-neurons", invariance.two_neurons, ("PSI-DEF", "PSI-E5"), ("sgd",), k=0),
    Law("image-step", generic.image_step, ("SP-T2-STEP", "SP-T2-RADIUS"), (*FLAT, *SPHERICAL)),
    Law("image-step-code", generic.image_step, ("SP-T2-STEP", "SP-T2-RADIUS"), CODE),
    Law(
        "reversed-step",
        generic.reversed_step,
        ("SP-T2-H",),
        DECAYING,
        {"weight_decay": decay_product(0, 6, zeros=False)},
    ),
    Law("right-angle", sphere.right_angle, ("SP-T2-H",), FLAT, {"lr": between(14, 30)}),
    Law("distance", sphere.distance, ("SP-T2-DIST", "SP-T2-EXP", "OD-EXP"), FLAT),
    Law("table-1", rows.table_1, tuple(claim for claim, _ in rows.ROWS.values()), TABLE_1),
    Law("first-rates", rows.first_rates, ("SP-T4",), ("sgd-l2", "torch.optim.SGD (weight_decay)")),
    Law("adagrad-g-rate", rows.rate_of_adagrad_g, ("SP-T4-ETA",), ("adagrad-g", "AdaGradG")),
    Law("radius-dynamics", rows.radius_dynamics, ("SP-T4-R",), ("sgd", "torch.optim.SGD")),
    Law(
        "generic-instance",
        instances.generic_instance,
        ("SP-GEN-SGD", "SP-GEN-ADAM"),
        (*SGD_M, "adam", "adam-torch", "torch.optim.Adam"),
    ),
    Law("sign-of-decay", instances.sign_of_decay, ("SP-SGD-L2",), ("torch.optim.SGD (weight_decay)", "sgd-l2")),
    Law("decomposed-momentum", instances.decomposed_momentum, ("SP-P-RADIAL",), (*SGD_M, "adam", "torch.optim.Adam")),
    Law("where-it-stands", instances.where_it_stands, ("AP-MOM",), SGD_M, NO_DECAY),
    Law("second-moment", adam.second_moment, ("SP-NU",), ("adam",)),
    Law("second-moment-without-epsilon", adam.second_moment, ("SP-NU",), ("adam",), {"eps": 0.0}),
    Law(
        "deformed-gradient", adam.deformed_gradient, ("SP-P-DEFORM",), ("adam",), {"eps": 0.0, "weight_decay": 0.0}, k=0
    ),
    Law("no-explicit-decay", adam.no_explicit_decay, ("SP-P-ADAMW",), ADAMW),
    Law("other-radius", equivalents.other_radius, ("SP-L3",), FLAT),
    Law(
        "exponential-schedule",
        equivalents.exponential_schedule,
        ("SP-T4-WD",),
        ("sgd-l2", "torch.optim.SGD (weight_decay)"),
        {"weight_decay": decay_product(-26, 3)},
    ),
    Law("all-orders", equivalents.all_orders, ("OD-EXACT",), ("sgd-l2", "torch.optim.SGD (weight_decay)")),
    Law("normalised-descent", equivalents.normalised_descent, ("OD-PSI",), ("psi-sgd", "PSISGD")),
    Law(
        "transported-momentum",
        equivalents.transported_momentum,
        tuple(claim for claim, _ in equivalents.FACTORS.values()),
        (*SGD_M, *WITHOUT, "AdamWithoutA", "AdamWithoutAB", "AdamWithoutABC"),
    ),
    Law("plain-growth", norms.plain_growth, ("AP-L21", "PSI-L1"), ("sgd", "torch.optim.SGD", *PSI), NO_DECAY),
    Law("decayed-map", norms.decayed_map, ("SMD-T1-MAP",), ("sgd-l2", "torch.optim.SGD (weight_decay)")),
    Law("momentum-map", norms.momentum_map, ("SMD-T2-MAP",), SGD_M),
    Law(
        "remembered-growth",
        norms.remembered_growth,
        ("AP-L22",),
        (*SGD_M, "sgd-nesterov", "torch.optim.SGD (nesterov)"),
        NO_DECAY,
    ),
    Law("chord", norms.chord, ("AP-EFF",), ("sgd", "torch.optim.SGD", *SGD_M)),
    Law("projected-step", projections.projected_step, ("AP-SGDP", "AP-ADAMP"), PROJECTED, NO_DECAY),
    Law("derived-row", derived.derived_row, ("OD-TABLE1",), (*FLAT, *SPHERICAL), prepare=derived.prepare),
    Law("scaled-step", derived.scaled_step, ("OD-SCALE",), (*FLAT, *SPHERICAL, *CODE), prepare=derived.prepare),
    Law("beside-the-scheme", code.beside_the_scheme, (FOLLOWS,), CODE),
    Law("scaled-weight", invariance.twice_the_norm, ("PSI-T1", "PSI-NORM"), ("psi-sgd", "psi-sgdm", "sgd")),
)


def by_name(name: str) -> Law:
    """The law called `name`; ValueError with the nearest names otherwise."""
    laws = {law.name: law for law in LAWS}
    if name not in laws:
        near = ", ".join(get_close_matches(name, laws, n=3)) or ", ".join(laws)
        raise ValueError(f"no batched law is called {name!r}; did you mean {near}?")
    return laws[name]


def about(claim: str) -> tuple[Law, ...]:
    """The laws that speak about a claim; none for one that is not batched."""
    return tuple(law for law in LAWS if claim in law.claims)
