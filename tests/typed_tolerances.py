"""Which lines of a file hold a tolerance that somebody typed: found in its syntax, constants behind names included."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SMALL, LOOSE = 1e-5, 0.1
"""What is small anywhere, and what is small beside a distance or in a comparison up to a tolerance."""
ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
KEYWORDS = {"rtol", "atol", "rel", "abs", "rel_tol", "abs_tol", "tol"}
COMPARISONS = {"allclose", "isclose", "assert_close", "assert_allclose", "approx"}
JUDGED = {"CheckResult", "_result"}
DISTANCES = {"abs", "norm", "vector_norm", "fabs"}
CONTEXTS = {"CONTEXT", "context", "mp"}
DERIVED = {"roundoff", "amplification"}
WORDS = ("allowed", "rounding", "tolerance", "close", "sharp")
HOME = {"verify/tolerance.py", "verify/tracked.py", "verify/precision.py", "verify/statistics.py"}


def called(node: ast.AST) -> str:
    """The last name of what is called, "" where nothing is."""
    function = getattr(node, "func", None) if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", ""))


def number(node: ast.AST) -> float | None:
    """The value of an expression of constants: 2.0**-53, 40 * 1e-3."""
    if isinstance(node, ast.Constant):
        return float(node.value) if isinstance(node.value, int | float) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.Mult | ast.Div):
        a, b = number(node.left), number(node.right)
        if a is None or b is None:
            return None
        try:
            return float(a**b if isinstance(node.op, ast.Pow) else a * b if isinstance(node.op, ast.Mult) else a / b)
        except (ArithmeticError, TypeError):
            return None
    return None


def assigned(nodes: list[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    pairs: list[tuple[ast.expr, ast.expr]] = []
    for node in nodes:
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            pairs.append((node.target, node.value))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs += zip(target.elts, node.value.elts, strict=False)
                else:
                    pairs.append((target, node.value))
    return ((target.id, value) for target, value in pairs if isinstance(target, ast.Name))


class Names:
    """The names of a file that stand for constants (`sizes`, the least of each) or multiples of a dtype's eps."""

    def __init__(self, nodes: list[ast.AST], imports: bool = True) -> None:
        given = list(assigned(nodes))
        self.infos = {name for name, value in given if called(value) == "finfo"}
        self.sizes: dict[str, float] = {}
        self.units: set[str] = set()
        for node in nodes if imports else ():
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("verify."):
                self._import(node)
        for name, value in given:
            if found := number(value):
                self.sizes[name] = min(abs(found), self.sizes.get(name, abs(found)))
        for _ in range(3):  # a multiple of a multiple
            self.units |= {name for name, value in given if self._multiple(value)}

    def _import(self, node: ast.ImportFrom) -> None:
        path = ROOT / f"{(node.module or '').replace('.', '/')}.py"
        if path.is_file() and path.relative_to(ROOT).as_posix() not in HOME:
            other = _names_of(path)
            for alias in node.names:
                name = alias.asname or alias.name
                self.sizes |= {name: other.sizes[alias.name]} if alias.name in other.sizes else {}
                self.units |= {name} & {name for _ in other.units & {alias.name}}

    def eps(self, node: ast.AST) -> bool:
        """finfo(…).eps, or that of a name for finfo(…), or of a context of many digits."""
        if not (isinstance(node, ast.Attribute) and node.attr == "eps"):
            return False
        of = node.value
        return called(of) == "finfo" or (isinstance(of, ast.Name) and of.id in self.infos | CONTEXTS)

    def _multiple(self, node: ast.AST) -> bool:
        if isinstance(node, ast.BinOp):
            return self._multiple(node.left) or self._multiple(node.right)
        return self.eps(node) or (isinstance(node, ast.Name) and node.id in self.units)

    def small(self, node: ast.AST, limit: float = SMALL) -> bool:
        """Whether a small constant, or a dtype's eps, is somewhere in an expression, but for what is derived."""
        if called(node) in DERIVED:
            return False
        if (value := number(node)) is not None:
            return 0 < abs(value) <= limit
        if self.eps(node):
            return True
        if isinstance(node, ast.Name):
            return node.id in self.units or 0 < self.sizes.get(node.id, 0) <= limit
        return any(self.small(child, limit) for child in ast.iter_child_nodes(node))


@cache
def _names_of(path: Path) -> Names:
    return Names(list(ast.walk(ast.parse(path.read_text(encoding="utf-8")))), imports=False)


def typed(tree: ast.AST) -> Iterator[int]:
    """The lines on which a small constant is compared with, allowed, or left to a default."""
    nodes = list(ast.walk(tree))
    names = Names(nodes)
    asserted = {id(n.test) for n in nodes if isinstance(n, ast.Assert)}
    for node in nodes:
        if isinstance(node, ast.Compare) and any(isinstance(op, ORDERS) for op in node.ops):
            sides = (node.left, *node.comparators)
            distance = any(called(part) in DISTANCES for side in sides for part in ast.walk(side))
            least = id(node) in asserted and all(isinstance(op, ORDERS[2:]) for op in node.ops)
            limit = LOOSE if distance and not least else SMALL  # `assert |a - b| > 0.01` says that they differ
            found = any(names.small(side, limit) for side in sides if not isinstance(side, ast.Call))
        elif isinstance(node, ast.Call):
            name = called(node)
            given = [word.value for word in node.keywords if word.arg in KEYWORDS | {None}]
            found = any(names.small(value, LOOSE if name in COMPARISONS else SMALL) for value in given)
            found = found or (name in JUDGED and any(map(names.small, node.args)))
            found = found or (name in COMPARISONS and not given)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            said = " ".join(map(ast.unparse, targets)).lower()
            found = any(word in said for word in WORDS) and names.small(node.value)
        else:
            continue
        if found:
            yield node.lineno


def places(tree: ast.Module) -> set[str]:
    """The outermost functions and classes that hold such a line; "" outside of any."""
    outermost = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    return {next((n.name for n in outermost if n.lineno <= line <= (n.end_lineno or 0)), "") for line in typed(tree)}


def found_in(paths: list[Path]) -> dict[str, set[str]]:
    """{file: places}, of the files that have any."""
    read = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    return {file: where for file, tree in read.items() if file not in HOME and (where := places(tree))}
