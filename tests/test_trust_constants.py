"""No rounding tolerance is typed by hand: what rounding may do comes from `verify.tolerance`; in the tests too."""

import ast
import tomllib
from pathlib import Path

import pytest
import torch
from typed_tolerances import ROOT, found_in, typed

from verify.tolerance import roundoff

REASONS = tomllib.loads((Path(__file__).parent / "typed_tolerances.toml").read_text(encoding="utf-8"))
"""Why a tolerance stays typed: {file: {function or class: reason}}; "top" is outside of any."""


@pytest.mark.parametrize("folder", ["verify", "tests"])
def test_a_tolerance_is_derived_or_says_why_it_is_not(folder):
    found = found_in([path for path in sorted((ROOT / folder).rglob("*.py")) if path != Path(__file__)])
    listed = {file: set(reasons) for file, reasons in REASONS.items() if file.startswith(f"{folder}/")}
    assert {file: {place or "top" for place in places} for file, places in found.items()} == listed


def test_a_reason_is_of_one_place():
    """But for what is no tolerance at all: made-up numbers, and what keeps a division from 0."""
    said = [reason for reasons in REASONS.values() for reason in reasons.values()]
    twice = {reason for reason in said if said.count(reason) > 1}
    assert twice <= {"no division by 0", "the law itself says 10⁻¹²"}
    assert all(len(reason.split()) > 2 for reason in said)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_what_scripts_write_out_is_an_operation(dtype):
    """1.5 eps, of scripts that have no verify, is roundoff(1) but for its second order."""
    written, derived = 1.5 * torch.finfo(dtype).eps, roundoff(1, dtype)
    assert written <= derived <= written * (1 + 4 * torch.finfo(dtype).eps) + 2.0**-53


@pytest.mark.parametrize(
    "code",
    [
        "ok = worst < 1e-12",
        "ok = abs(a - b) <= 1 + 1e-9 * scale",
        "torch.allclose(a, b, rtol=1e-6, atol=0)",
        "torch.allclose(a, b)",
        "CheckResult(claim, law, n, worst, 1e-10, dtype, device, ok)",
        "ROUNDING = 1e-9",
        "allowed: float = 3 * 1e-14",
        "ok = worst < 1000 * 2.0**-53",
        "ROUNDING = 1 + 40 * STEPS * 2.0**-53",
        "ok = off <= 64 * torch.finfo(x.dtype).eps",
        "info = np.finfo(float)\nok = off <= 8 * info.eps * size",
        "eps = torch.finfo(dtype).eps\nmost = 4 * eps\nok = off <= most * size",
        "SAME = 1e-6\nok = isclose(a, b, rel_tol=SAME)",
        "A, B = 1e-6, 3\nok = worst <= A",
        "from verify.search.relations import MARGIN\nok = worst <= MARGIN",
        "assert math.isclose(a, b, rel_tol=0.05)",
        "assert x == pytest.approx(y, rel=0.1)",
        "SLACK = 0.02\nassert (a - b).abs().max() < SLACK",
        "assert not abs(a - b) > 0.05",
        "allowed = 32 * CONTEXT.eps",
    ],
)
def test_a_tolerance_that_is_typed_is_seen(code):
    assert list(typed(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "lr = 1e-6",
        "ok = worst <= roundoff(3)",
        "ok = share > 0.5",
        "f(lr=1e-8)",
        "ok = share < 0.05",
        "assert abs(a - b) > 0.05",
        "LIMIT = 2.0**20\nok = size < LIMIT",
        "allowed = roundoff(1e-3 * steps)",
        "x = h.eps * 3",
        "ok = model.eps == 1e-5",
    ],
)
def test_other_constants_are_none(code):
    assert not list(typed(ast.parse(code)))
