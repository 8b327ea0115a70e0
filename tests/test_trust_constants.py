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
        "ok = worst < mpmath.mpf(10) ** -40",
        "NEAR = mpf(10) ** -25\nok = off <= NEAR * (1 + size)",
        "ok = off <= mpf('1e-40')",
        "ok = off <= mpf(10) ** -400",
        "ok = off > mpmath.mpf(10) ** -(DIGITS - 10)",
        "ok = off < 10.0 ** (5 - DIGITS)",
        "ok = off < Rational(1, 10**9)",
        "ok = off < Decimal('1e-9')",
        "ok = off < Fraction(1, 2**40)",
        "ok = off < 2 ** -digits",
        "AGREE = {'far': 1e-7, 'near': 1.01 * x}\nok = all(row.off <= AGREE[row.name] for row in rows)",
        "MARGINS = (1e-2, 1e-6)\nok = off < MARGINS[1]",
        "for most in (1e-6, 1e-9):\n    assert off < most",
        "ok = all(off < most for off, most in zip(a, b)) and all(off < most for most in [1e-9])",
        "def near(a, b, most=1e-9):\n    return off(a, b) <= most",
        "def near(a, b, *, most=1e-9):\n    return off(a, b) <= most",
        "ok = left < max(1e-7, margin / 2)",
        "LEFT = mpf(10) ** (10 - DIGITS)\nAGREE = mpmath.sqrt(LEFT)\nok = off < AGREE",
        "A = 1e-9\nB = 3 * A\nok = off < B",
        "from verify.search import relations\nok = worst <= relations.MARGIN",
        "assert sympy.N(a - b, 30, chop=True) == 0",
        "assert mpmath.chop(a - b) == 0",
        "assert math.isclose(a, b, abs_tol=roundoff(3))",
        "assert torch.allclose(a, b, rtol=roundoff(3))",
        "assert torch.allclose(a, b, 1e-6, 0)",
        "assert a.allclose(b, 1e-6, 0)",
        "assert np.isclose(a, b, roundoff(3), 1e-9)",
        "assert torch.isclose(a, b, atol=roundoff(3)).all()",
        "np.testing.assert_allclose(a, b, atol=roundoff(3))",
        "np.testing.assert_almost_equal(a, b)",
        "assert x == pytest.approx(y, rel=roundoff(3))",
        "assert x == pytest.approx(y, 1e-6, 0)",
        "near = partial(pytest.approx, rel=roundoff(3))",
        "ok = mpmath.almosteq(a, b, rel_eps=1e-12)",
        "ok = off <= roundoff(1000)",
        "ok = off <= roundoff(10_000, torch.float32)",
        "ok = off <= roundoff(1000 * d)",
        "ok = off <= roundoff(operations=500)",
        "ok = off <= roundoff(7 * d) * 10",
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
        "size = mpf(10) ** -40",
        "RATES = (1e-6, 1e-3)\nrun(RATES[0])",
        "def run(lr=1e-6):\n    return lr * 2",
        "ok = norm > 10 ** (k - 1)",
        "f(chop=False)",
        "assert x == pytest.approx(y, rel=roundoff(3), abs=0)",
        "assert x == pytest.approx(y, abs=roundoff(3))",
        "assert torch.allclose(a, b, rtol=0, atol=roundoff(3))",
        "assert torch.allclose(a, b, 0, roundoff(3))",
        "assert math.isclose(a, b, rel_tol=roundoff(3))",
        "np.testing.assert_allclose(a, b, rtol=roundoff(3))",
        "near = partial(pytest.approx, rel=roundoff(3), abs=0)",
        "ok = off <= roundoff(20 * 100)",
        "ok = off <= roundoff(STEPS * 4) * 2",
    ],
)
def test_other_constants_are_none(code):
    assert not list(typed(ast.parse(code)))
