"""The property-based tests of the core, counted from their sources: laws, the examples of each profile, backends."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from verify.digest import ROOT

FILES = ("tests/test_trust_algebra.py", "tests/test_trust_kernel.py", "tests/test_trust_programs.py")
PROFILES = "tests/conftest.py"
BACKENDS = (
    "verify.spaces",
    "derivations.space",
    "derivations.degrees",
    "derivations.normal",
    "derivations.rules",
    "derivations.smt",
    "derivations.sums",
    "verify.tolerance",
)
"""The modules of the backends, and of the kernel's parts."""
OTHERS = ("judge", "inner", "inner_names", "vector")
"""Names that these modules give and that are no backend."""


def counted(root: Path = ROOT) -> dict[str, Any]:
    """The record. ValueError where a file is missing, or has no law."""
    if missing := [file for file in (*FILES, PROFILES) if not (root / file).is_file()]:
        raise ValueError(f"{', '.join(missing)}: not there; the tests are counted in a checkout of the repository")
    laws, controls = [], []
    for file in FILES:
        tree = ast.parse((root / file).read_text(encoding="utf-8"))
        found = list(_tests(tree))
        if not any(_decorator(test, "given") for test in found):
            raise ValueError(f"{file} has no property: no test in it is given drawn cases")
        known = _backends(tree)
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for test in found:
            row: dict[str, Any] = {"file": Path(file).name, "law": test.name.removeprefix("test_").replace("_", " ")}
            if _decorator(test, "given"):
                used = _names(test, functions, set())
                row["backends"] = sorted(name for name in known if name in used)
                laws.append(row | {"examples": _examples(test)})
            else:
                controls.append(row | {"cases": _cases(test)})
    return {"profiles": _profiles(root), "laws": laws, "controls": controls}


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def _decorator(test: ast.FunctionDef, name: str) -> ast.Call | None:
    calls = (node for node in test.decorator_list if isinstance(node, ast.Call))
    return next((call for call in calls if ast.unparse(call.func).rpartition(".")[2] == name), None)


def _examples(test: ast.FunctionDef) -> int | None:
    """How many examples a law asks for itself; None: as many as the profile says."""
    call = _decorator(test, "settings")
    return next((_number(word.value) for word in call.keywords if word.arg == "max_examples"), None) if call else None


def _cases(test: ast.FunctionDef) -> int:
    """How many cases a control has."""
    call = _decorator(test, "parametrize")
    if call is None:
        return 1
    given = call.args[1]
    if not isinstance(given, ast.List | ast.Tuple):
        raise ValueError(f"{test.name}: its cases are not written out")
    return len(given.elts)


def _profiles(root: Path) -> dict[str, int]:
    """{profile: its examples}."""
    tree = ast.parse((root / PROFILES).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    registered = [call for call in calls if ast.unparse(call.func) == "settings.register_profile"]
    return {
        ast.literal_eval(call.args[0]): next(_number(w.value) for w in call.keywords if w.arg == "max_examples")
        for call in registered
    }


def _number(node: ast.expr) -> int:
    return int(ast.literal_eval(node))


def _backends(tree: ast.Module) -> list[str]:
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module in BACKENDS]
    return [alias.name for node in imports for alias in node.names if alias.name not in OTHERS]


def _names(function: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef], seen: set[str]) -> set[str]:
    """The names in a function, and in the functions of its file that it calls."""
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    for name in (names & set(functions)) - seen:
        seen.add(name)
        names |= _names(functions[name], functions, seen)
    return names
