"""What `orthodrome scale` says: by which powers of ρ a scheme's numbers follow the scale of its weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from rich.console import Console

from derivations.claim import Evidence
from derivations.degrees import Inhomogeneous, ScalingLaw, scaling_law
from derivations.ours.scaling import homogeneous_step
from derivations.outside import Faulty, blamed
from derivations.proof import prove
from derivations.scheme import Scheme
from derivations.schemes import all_schemes, by_name


@dataclass(frozen=True)
class Scale:
    """A scheme with its law and how that is known, or with the reason why it has none."""

    scheme: Scheme
    law: ScalingLaw | None
    evidence: Evidence = Evidence.OPEN
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.law is not None and self.evidence is not Evidence.OPEN


def scale(name: str) -> Scale:
    """The law of one scheme, read off its rule by degrees, proved by the kernel; ValueError with the nearest names."""
    return of(by_name(name))


def survey() -> tuple[Scale, ...]:
    """Every scheme, ours and others'; one of theirs that cannot be run is a row with the reason."""
    return tuple(map(row, all_schemes()))


def of(scheme: Scheme) -> Scale:
    """The law of a scheme. A power that is free or no integer is read off, and not proved."""
    try:
        with blamed(scheme.name, Inhomogeneous, ZeroDivisionError):
            law = scaling_law(scheme)
            powers = (*law.exponents.values(), *law.buffers.values(), law.point)
            proved = all(sympy.sympify(power).is_Integer for power in powers)
            return Scale(scheme, law, prove(homogeneous_step(scheme, law)).evidence if proved else Evidence.OPEN)
    except (Inhomogeneous, ZeroDivisionError) as error:
        return Scale(scheme, None, reason=str(error).removeprefix(f"{scheme.name}: "))


def row(scheme: Scheme) -> Scale:
    """The law of a scheme; a scheme of others that cannot be run has none, and the reason."""
    try:
        return of(scheme)
    except Faulty as error:
        return Scale(scheme, None, reason=str(error))


def plain(row: Scale) -> dict[str, Any]:
    """A row for programs: powers as text, since they may be fractions or free."""
    if row.law is None:
        return {"scheme": row.scheme.name, "ok": False, "reason": row.reason}
    powers = {
        "start": "1",
        "point": str(row.law.point),
        "hyperparameters": _texts(row.law.exponents),
        "buffers": _texts(row.law.buffers),
        "free": [str(symbol) for symbol in row.law.free],
    }
    return {"scheme": row.scheme.name, "ok": row.ok, "evidence": str(row.evidence), "powers": powers}


def show(rows: Sequence[Scale]) -> None:
    """Every scheme, a line each; what keeps its value is left out."""
    out = Console(soft_wrap=True, highlight=False)
    out.print("A run from ρ·x_0 is the run from x_0, seen on the sphere, when these are multiplied by:\n", markup=False)
    for row in rows:
        law = f"no law: {row.reason}" if row.law is None else _moving(row.law.exponents) or "nothing"
        out.print(f"{row.scheme.name:18}{law}", markup=False)


def show_one(row: Scale) -> None:
    """One scheme, with everything that it has."""
    out, name = Console(soft_wrap=True, highlight=False), row.scheme.name
    if row.law is None:
        out.print(f"{name}: no law: {row.reason}", markup=False)
        return
    out.print(f"{name} · {row.evidence}\n\nx_0 times ρ gives the same run on the sphere with", markup=False)
    for option, power in row.law.exponents.items():
        out.print(f"  {option:16}{_times(power)}", markup=False)
    for buffer, power in row.law.buffers.items():
        out.print(f"  buffer {buffer:9}{_times(power)}", markup=False)


def _moving(powers: Mapping[str, sympy.Expr]) -> str:
    return ", ".join(f"{name} by {_power(power)}" for name, power in powers.items() if power != 0)


def _times(power: sympy.Expr) -> str:
    return "as it is" if power == 0 else f"times {_power(power)}"


def _power(power: sympy.Expr) -> str:
    return "ρ" if power == 1 else f"ρ^{power}" if sympy.sympify(power).is_nonnegative else f"ρ^({power})"


def powers(law: ScalingLaw) -> tuple[tuple[str, str], ...]:
    """All that follows ρ, and its power of ρ in LaTeX."""
    named = (*law.exponents.items(), *((f"buffer {name}", power) for name, power in law.buffers.items()))
    return tuple((name, sympy.latex(sympy.Symbol("rho") ** power)) for name, power in named)


def _texts(powers: Mapping[str, sympy.Expr]) -> dict[str, str]:
    return {name: str(power) for name, power in powers.items()}
