"""Which of the schemes the optimizer under audit follows, where none is named: all of them are tried."""

from dataclasses import replace

import torch

from derivations.schemes import SCHEMES
from verify.audit.finding import Finding, Setting, Verdict
from verify.audit.subject import Binding, bind, weights
from verify.audit.target import Target
from verify.cases import seeded_cases
from verify.shipped import SUBJECTS
from verify.subject import Subject, is_about
from verify.trace import compare

LAW, TITLE = "identity", "which schemes it follows"
DRAWN = 10


def followed(target: Target, setting: Setting) -> Finding:
    """The schemes that its parameters follow, each row of a tensor a weight, or else the tensor.

    A scheme with a hyper-parameter that it does not take, an epsilon apart, is not tried, nor is one on the sphere,
    unless the table of optimizers has a row about it.
    """
    tried = [scheme for scheme in SCHEMES if not scheme.on_sphere and _complete(bind(target, scheme, buffers=False))]
    found = [
        scheme.name
        for scheme in tried
        if any(_follows(bind(target, scheme, slices, buffers=False), setting) for slices in weights(scheme))
    ]
    if not found:  # its arguments may have names of their own
        own = _rows(target)
        tried += [row.scheme for row in own if row.scheme not in tried]
        found += [row.scheme.name for row in own if _agrees(row, setting)]
    values = {"tried": float(len(tried)), "followed": float(len(found))}
    if not tried:
        return Finding(LAW, Verdict.NOT_APPLICABLE, "takes the hyper-parameters of none of the schemes", values)
    words = f"follows {', '.join(found)}" if found else f"follows none of {', '.join(scheme.name for scheme in tried)}"
    return Finding(LAW, Verdict.HOLDS, f"{words} (parameters, float64)", values)


def _complete(binding: Binding) -> bool:
    taken = binding.target.kwargs
    return all(name == "eps" or name in taken or "betas" in taken and name[:4] == "beta" for name in binding.fixed)


def _follows(binding: Binding, setting: Setting) -> bool:
    """Plain runs first, so that what differs is soon done; one way of computing will do."""
    one = replace(binding.subject, options=binding.subject.options[:1])
    try:
        return compare(one, binding.cases(DRAWN, setting.seed, torch.float64)).ok
    except Exception:  # the optimizer is anyone's code, and may mean something else by an option: three betas
        return False


def _rows(target: Target) -> list[Subject]:
    """What the table of optimizers has about its class, where it is audited under its default options."""
    made = target.factory
    if target.kwargs or not isinstance(made, type):
        return []
    return [row for row in SUBJECTS if not row.scheme.on_sphere and is_about(row, made)]


def _agrees(row: Subject, setting: Setting) -> bool:
    one = replace(row, options=row.options[:1])
    return compare(one, seeded_cases(row.scheme, DRAWN, setting.seed, dtype=torch.float64)).ok
