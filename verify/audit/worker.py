"""One audit in a process of its own: `python -m verify.audit.worker REQUEST ANSWER`, two JSON files.

The answer is written after every law, so that what a crash or the time limit cuts off loses no more than one.
"""

import json
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from derivations.schemes import by_name
from verify.atomic import write_text
from verify.audit import against, equilibrium, identity
from verify.audit.finding import Finding, Law, Setting, Verdict
from verify.audit.laws import LAWS, zero_gradient
from verify.audit.laws.examine import raised
from verify.audit.load import load, optimizers, package
from verify.audit.options import TargetError, parse, written
from verify.audit.target import Target


def parts(scheme: str | None, chosen: Sequence[str] = ()) -> tuple[Law, ...]:
    """The parts of an audit, in the order of the report; of them those with the ids `chosen`, where any are."""
    formula = (
        Law(identity.LAW, identity.TITLE, identity.followed, binding=False)
        if scheme is None
        else Law(against.LAW, f"follows {scheme}", lambda target, setting: against.against_scheme(target, scheme))
    )
    rest = Law(equilibrium.LAW, equilibrium.TITLE, partial(equilibrium.measured, scheme=scheme), binding=False)
    laws = LAWS if scheme is None else tuple(zero_gradient.beside(law, scheme) for law in LAWS)
    every = (formula, *laws, rest)
    if unknown := [name for name in chosen if name not in {law.id for law in every}]:
        raise TargetError(f"no law is called {unknown[0]!r}: choose of {', '.join(law.id for law in every)}")
    return tuple(law for law in every if not chosen or law.id in chosen)


def audit(request: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
    """Answer a request {optimizer, options, scheme, seed, laws}; `tell` is given the answer so far, again and again."""
    chosen = request.get("laws", ())
    asked = {name: value for name, value in request.items() if name != "laws"}
    answer: dict[str, Any] = {**asked, "status": "not made", "torch": torch.__version__.partition("+")[0]}
    try:
        target = load(request["optimizer"], parse(request["options"]))
        if request["scheme"] is not None:
            by_name(request["scheme"])
        laws = parts(request["scheme"], chosen)
    except (TargetError, ValueError) as error:
        tell({**answer, "reason": str(error), "findings": []})
        return
    answer |= {"package": target.package, "version": target.version, "needs": target.needs.words}
    answer |= {"options": written({**target.filled, **target.kwargs})}
    findings: list[dict[str, Any]] = []
    for law in laws:
        tell({**answer, "status": "crashed", "at": law.id, "findings": findings})
        finding = judged(law, target, Setting(seed=request["seed"]))
        findings.append({"title": law.title, "binding": law.binding, **plain(finding)})
    tell({**answer, "status": "audited", "findings": findings})


def plain(finding: Finding) -> dict[str, Any]:
    """A finding as JSON has it; numbers that are not finite are left out."""
    values = {name: float(value) for name, value in finding.values.items() if abs(float(value)) < float("inf")}
    return {
        "law": finding.law,
        "verdict": str(finding.verdict),
        "words": finding.words,
        "values": values,
        "allowed": finding.allowed,
        "replay": finding.replay,
    }


def judged(law: Law, target: Target, setting: Setting) -> Finding:
    """The law put to the optimizer; what it raises is a finding."""
    before = torch.get_default_dtype()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return law.function(target, setting)
    except Exception as error:  # the optimizer is anyone's code
        return Finding(law.id, Verdict.ERROR, raised(error))
    finally:
        torch.set_default_dtype(before)


def listing(package_name: str) -> dict[str, Any]:
    """The optimizer classes of a package, or the reason why there are none."""
    try:
        names = optimizers(package(package_name))
    except TargetError as error:
        return {"reason": str(error)}
    return {"optimizers": names} if names else {"reason": f"{package_name!r} has no subclass of torch.optim.Optimizer"}


def main(request: str, answer: str) -> None:
    """Read the request, write the answer."""

    def tell(so_far: dict[str, Any]) -> None:
        write_text(Path(answer), json.dumps(so_far, ensure_ascii=False, allow_nan=False))

    torch.set_num_threads(1)
    asked = json.loads(Path(request).read_text(encoding="utf-8"))
    if "package" in asked:
        tell(listing(asked["package"]))
    else:
        audit(asked, tell)


if __name__ == "__main__":
    main(*sys.argv[1:])
