"""No rounding tolerance is typed by hand: what rounding may do comes from `verify.tolerance`."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SMALL = 1e-5
KEYWORDS = {"rtol", "atol", "rel", "abs", "rel_tol", "abs_tol", "tol"}
COMPARISONS = {"allclose", "isclose", "assert_close", "assert_allclose", "approx"}
JUDGED = {"CheckResult", "_result"}
WORDS = ("allowed", "rounding", "tolerance", "close", "sharp")
HOME = {"verify/tolerance.py", "verify/tracked.py", "verify/precision.py", "verify/statistics.py"}
EXCEPTIONS = {
    "verify/audit/laws/scale.py": "the size of a perturbation, and a ratio that is no number of steps",
    "verify/checks/motion_lemmas.py": "how near a search comes to an infimum that it never reaches",
    "verify/checks/motion_rates.py": "the quadratic terms of a map, a thousand times, at a distance of 10⁻⁹",
    "verify/checks/psi_acceleration.py": "shares of random losses that a note tells; nothing is judged by it",
    "verify/checks/psi_batches.py": "a threshold of the statement: what counts as orthogonal; no division by 0",
    "verify/checks/psi_geometry.py": "a threshold of the statement: what counts as orthogonal",
    "verify/checks/psi_norms.py": "a threshold of the statement: what counts as shorter",
    "verify/checks/psi_training.py": "no division by 0",
    "verify/experiments/psi_evidence.py": "the law itself says 10⁻¹²",
    "verify/trust/hostile/loaders.py": "made-up results, to be loaded",
    "verify/trust/mutants/battery_rows.py": "how far a mutant must be from its original to be told from it",
}
"""Files with small constants that judge something else than rounding."""


def small(node):
    constants = (c for c in ast.walk(node) if isinstance(c, ast.Constant) and isinstance(c.value, float))
    return any(0 < abs(c.value) <= SMALL for c in constants)


def typed(tree):
    """The lines on which a small constant is compared with, allowed, or left to a default."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = (side for side in (node.left, *node.comparators) if not isinstance(side, ast.Call))
            found = any(map(small, sides))
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [word.value for word in node.keywords if word.arg in KEYWORDS]
            found = any(map(small, given)) or (name in JUDGED and any(map(small, node.args)))
            found = found or (name in COMPARISONS and not given)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = " ".join(map(ast.unparse, targets)).lower()
            found = any(word in names for word in WORDS) and small(node.value)
        else:
            continue
        if found:
            yield node.lineno


def files_with_typed_tolerances():
    names = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "verify").rglob("*.py")}
    return {n for n, path in names.items() if any(typed(ast.parse(path.read_text(encoding="utf-8"))))}


def test_no_rounding_tolerance_is_typed_by_hand():
    assert files_with_typed_tolerances() - HOME <= set(EXCEPTIONS)


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
    ],
)
def test_a_tolerance_that_is_typed_is_seen(code):
    assert list(typed(ast.parse(code)))


@pytest.mark.parametrize("code", ["lr = 1e-6", "ok = worst <= roundoff(3)", "ok = share > 0.5", "f(lr=1e-8)"])
def test_other_constants_are_none(code):
    assert not list(typed(ast.parse(code)))
