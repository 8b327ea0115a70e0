"""The house stands as it was drawn: who may import whom, what the indices list, what library code may not do."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import derivations
import derivations.schemes
import impl.optim
from derivations.claim import Claim

ROOT = Path(__file__).parent.parent
PACKAGES = ("derivations", "impl", "verify")
FORBIDDEN = {"derivations": {"torch", "impl", "verify"}, "impl": {"derivations", "verify"}, "verify": set()}
LONG = {
    "derivations/space.py": "the vectors, their protocol and their LaTeX",
    "verify/trust/hostile/structures.py": "a table of hostile tensors, each of them short",
}
"""Modules of more than 250 lines, and why they are not split."""
MODULES = [path.relative_to(ROOT) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
every_package = pytest.mark.parametrize("package", PACKAGES)
"""A law over a package names every module that breaks it: a test of each would be thousands, of a millisecond each."""


@cache
def text_of(module: Path) -> str:
    return (ROOT / module).read_text(encoding="utf-8")


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(text_of(module))


def breaking(package: str, broken: Callable[[Path], object]) -> dict[str, object]:
    """{module: what is wrong in it} for the modules of a package in which something is."""
    found = {module.as_posix(): broken(module) for module in MODULES if module.parts[0] == package}
    return {module: wrong for module, wrong in found.items() if wrong}


def imported(tree: ast.Module) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def test_the_walk_finds_the_packages():
    assert {module.parts[0] for module in MODULES} == set(PACKAGES)
    assert imported(ast.parse("def f():\n    from torch.optim import SGD\n    import impl.optim")) == {"torch", "impl"}


def test_a_law_names_each_module_that_breaks_it():
    first, *_ = (module for module in MODULES if module.parts[0] == "impl")
    assert breaking("impl", lambda module: module == first) == {first.as_posix(): True}
    assert len(breaking("impl", lambda _: True)) == sum(module.parts[0] == "impl" for module in MODULES) > 1


@every_package
def test_a_package_imports_only_those_below_it(package):
    assert not breaking(package, lambda module: imported(tree_of(module)) & FORBIDDEN[package])


def relative_imports(tree: ast.Module) -> list[int]:
    """The lines of imports that begin at the module's own place."""
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]


@every_package
def test_imports_are_absolute(package):
    assert relative_imports(ast.parse("from . import x")) == [1]
    assert not breaking(package, lambda module: relative_imports(tree_of(module)))


def test_derivations_load_without_torch():
    program = "import sys, derivations, derivations.schemes; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def asserted_or_printed(tree: ast.Module) -> list[int]:
    """The lines that assert or print."""
    called = [(node.lineno, node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    printed = [line for line, function in called if isinstance(function, ast.Name) and function.id == "print"]
    return printed + [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]


@every_package
def test_library_code_neither_asserts_nor_prints(package):
    assert asserted_or_printed(ast.parse("assert x\nprint(x)")) == [2, 1]
    assert not breaking(package, lambda module: asserted_or_printed(tree_of(module)))


def says_nothing(tree: ast.Module) -> bool:
    """Whether a module holds something, but no docstring."""
    return bool(tree.body) and not ast.get_docstring(tree)


@every_package
def test_a_module_says_what_it_is(package):
    assert says_nothing(ast.parse("x = 1"))
    assert not breaking(package, lambda module: says_nothing(tree_of(module)))


def stray_strings(tree: ast.Module, source: str) -> list[int]:
    """Lines with a string that nobody reads and that is no documentation: half of a literal without its brackets."""
    alone = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    strings = [value for value in alone if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    lines = source.encode().split(b"\n")  # columns are counted in bytes
    starts = [(s.lineno, lines[s.lineno - 1][s.col_offset :]) for s in strings]
    return [line for line, start in starts if not start.lstrip(b"rR").startswith(b'"""')]


@every_package
def test_no_half_of_a_string_is_lost(package):
    assert not breaking(package, lambda module: stray_strings(tree_of(module), text_of(module)))


def test_half_of_a_string_is_seen():
    source = '"""Words."""\nNEEDS = "images, and 5 seeds × 6 "\n"methods"\n'
    assert stray_strings(ast.parse(source), source) == [3]


@every_package
def test_a_module_is_short_or_says_why(package):
    assert not set(breaking(package, lambda module: len(text_of(module).splitlines()) > 250)) - set(LONG)


def test_the_long_modules_exist():
    assert set(LONG) <= {module.as_posix() for module in MODULES}


def test_every_scheme_file_is_in_the_index():
    assert {type(scheme).__module__ for scheme in derivations.schemes.SCHEMES} == public_modules("derivations/schemes")


def test_every_optimizer_file_is_in_the_index():
    assert {optimizer.__module__ for optimizer in impl.optim.OPTIMIZERS} == public_modules("impl/optim")


@pytest.mark.parametrize("theorems", ["spherical", "motion", "adamp", "psi", "ours"])
def test_every_claim_of_a_theorem_file_is_in_the_index(theorems):
    listed = {id(claim) for claim in derivations.CLAIMS}
    claims = {name: claims_of(importlib.import_module(name)) for name in public_modules(f"derivations/{theorems}")}
    holding = {name for name, found in claims.items() if found}
    shared = imported_modules(holding)
    for name, found in claims.items():
        assert found or name in shared, f"{name} holds no claim, nor is it part of one"
        assert {id(claim) for claim in found} <= listed, name


def test_imported_modules_are_the_sources_of_names_as_well_as_whole_modules():
    found = imported_modules({"derivations.motion.theorem_2"})
    assert {"derivations.motion.assumption_6", "derivations.motion.momentum_contraction"} <= found
    assert "derivations.motion.epochs" not in found


def test_no_two_claims_share_an_id():
    ids = [claim.id for claim in derivations.CLAIMS]
    assert len(ids) == len(set(ids))


def test_schemes_have_names_and_titles_of_their_own():
    for attribute in ("name", "title"):
        values = [getattr(scheme, attribute) for scheme in derivations.schemes.SCHEMES]
        assert len(values) == len(set(values))


def public_modules(directory: str) -> set[str]:
    """The modules of a package but for its __init__ and the private ones."""
    files = (ROOT / directory).glob("*.py")
    return {f"{directory.replace('/', '.')}.{file.stem}" for file in files if not file.stem.startswith("_")}


def imported_modules(names: set[str]) -> set[str]:
    """What these modules themselves import with `from`: the sources, and each name as if it were a module."""
    found: set[str] = set()
    for name in names:
        for node in ast.walk(tree_of(Path(f"{name.replace('.', '/')}.py"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def claims_of(module) -> list[Claim]:
    values = [v for name, v in vars(module).items() if name.isupper()]
    flat = [item for v in values for item in (v if isinstance(v, tuple | list) else (v,))]
    return [item for item in flat if isinstance(item, Claim)]
