"""Which lines of a file hold a tolerance that somebody typed: found in its syntax, constants behind names included.

Seen are numbers (1e-9, 2**-53, mpf(10)**-40, Rational(1, 10**9)), also in tuples and dicts, as defaults and behind the
names of other modules; the tolerances of isclose, allclose, approx, almosteq and their defaults; chop; and counts of
operations that are typed as a round number, roundoff(1000).
"""

import ast
import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from typed_numbers import NUMBERS, below_one, called, least, number

ROOT = Path(__file__).parent.parent
SMALL, LOOSE = 1e-5, 0.1
"""What is small anywhere, and what is small beside a distance or in a comparison up to a tolerance."""
MANY, TOO_MANY, TIMES = 100, 1000, 10
"""How many operations nobody counts, alone and as a factor; and by how much nobody multiplies what is derived."""
ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
KEYWORDS = {"rtol", "atol", "rel", "abs", "rel_tol", "abs_tol", "tol", "rel_eps", "abs_eps", "decimal", "places"}
NEEDED = {"approx": ("rel", "abs"), "assert_allclose": ("rtol",), "almosteq": ()}
NEEDED |= dict.fromkeys(("allclose", "isclose", "assert_close"), ("rtol", "atol"))
COMPARISONS = {*NEEDED, "assert_almost_equal", "assert_array_almost_equal", "assertAlmostEqual"}
"""Comparisons up to a tolerance; and what has to be said of each by word or in this order, or a default decides: that
of approx(x, rel=…) is abs=1e-12, beside which no small number is compared at all."""
MODULES = {"", "math", "cmath", "np", "numpy", "torch", "mpmath", "testing", "pytest"}
"""What such a function is of, where it takes both of what it compares; of others it is the method of one of them."""
JUDGED = {"CheckResult", "_result"}
DISTANCES = {"abs", "norm", "vector_norm", "fabs"}
EXTREMES = {"max", "min", "maximum", "minimum"}
CONTEXTS = {"CONTEXT", "context", "mp"}
DERIVED = {"roundoff", "amplification"}
WORDS = ("allowed", "rounding", "tolerance", "close", "sharp")
HOME = {"verify/tolerance.py", "verify/tracked.py", "verify/precision.py", "verify/statistics.py"}


def assigned(nodes: list[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of assignments, of loops over what is written out, and of defaults of arguments."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    for node in nodes:
        if isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            pairs.append((node.target, node.value))
        elif isinstance(node, ast.For | ast.comprehension):
            pairs.append((node.target, node.iter))
        elif isinstance(node, ast.arguments):
            given = [*node.posonlyargs, *node.args]
            pairs += [(ast.Name(a.arg), d) for a, d in zip(given[::-1], node.defaults[::-1], strict=False)]
            pairs += [(ast.Name(a.arg), d) for a, d in zip(node.kwonlyargs, node.kw_defaults, strict=True) if d]
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
        self.modules: dict[str, Names] = {}
        for node in nodes if imports else ():
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("verify"):
                self._import(node)
        for _ in range(3):  # a multiple of a multiple
            known = dict(self.sizes)
            for name, value in given:
                if found := least(value, known):
                    self.sizes[name] = min(found, self.sizes.get(name, found))
            self.units |= {name for name, value in given if self._multiple(value)}

    def _import(self, node: ast.ImportFrom) -> None:
        stem = (node.module or "").replace(".", "/")
        other = _names_of(stem)
        for alias in node.names:
            name = alias.asname or alias.name
            self.sizes |= {name: other.sizes[alias.name]} if alias.name in other.sizes else {}
            self.units |= {name} & {name for _ in other.units & {alias.name}}
            if (ROOT / f"{stem}/{alias.name}.py").is_file():
                self.modules[name] = _names_of(f"{stem}/{alias.name}")

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
        if self.eps(node) or below_one(node):
            return True
        if isinstance(node, ast.Name):
            return node.id in self.units or 0 < self.sizes.get(node.id, 0) <= limit
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self.modules:
            other = self.modules[node.value.id]
            return node.attr in other.units or 0 < other.sizes.get(node.attr, 0) <= limit
        return any(self.small(child, limit) for child in ast.iter_child_nodes(node))


def nodes_of(tree: ast.AST) -> list[ast.AST]:
    """All nodes of a tree, but contexts; ast.walk takes three times as long."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        for value in vars(node).values():
            if isinstance(value, list):
                waiting += [part for part in value if isinstance(part, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                waiting.append(value)
    return found


@cache
def _names_of(stem: str) -> Names:
    """Those of a module of verify by its path without .py; none where there is no such file, or it is where tolerances
    come from."""
    path = ROOT / f"{stem}.py"
    known = path.is_file() and f"{stem}.py" not in HOME
    return Names(nodes_of(ast.parse(path.read_text(encoding="utf-8"))) if known else [], imports=False)


def counted_by_nobody(node: ast.AST) -> bool:
    """roundoff(100), roundoff(1000 * d): a round number of operations; roundoff(7 * d) * 100: of what is derived.

    A product such as 100 * 20, of steps and the operations of one, says what it counts.
    """
    if called(node) == "roundoff" and isinstance(node, ast.Call):
        count = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "operations")]
        factors = [part for given in count for part in ast.walk(given) if isinstance(part, ast.Constant)]
        return any((number(part) or 0) >= (MANY if part in count else TOO_MANY) for part in factors)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if called(one) in DERIVED and (number(other) or 0) >= TIMES:
                return True
    return False


def tolerances(node: ast.Call) -> tuple[list[ast.expr], bool]:
    """What a call is given as its tolerances, by word or by place; and whether a default of it decides as well."""
    words, function, args = {word.arg: word.value for word in node.keywords}, node.func, node.args
    if called(node) == "partial":
        function, args = args[0], []
    name = getattr(function, "attr", getattr(function, "id", ""))
    if name not in COMPARISONS:
        return [value for arg, value in words.items() if arg in KEYWORDS], False
    of = getattr(function, "value", None)
    home = "" if of is None else getattr(of, "attr", getattr(of, "id", "of what is computed"))
    placed = args[1 if name == "approx" or home not in MODULES else 2 :]
    given = [value for arg, value in words.items() if arg in KEYWORDS | {None}] + placed
    needed = NEEDED.get(name, ())
    if home in ("math", "cmath") or {"rel_tol", "abs_tol"} & set(words):
        needed = ("rel_tol",)  # abs_tol is 0 then
    said = set(words) | set(needed[: len(placed)])
    missing = set(needed) - said - ({"rel"} if "abs" in said else set())
    return given, not given or name not in NEEDED or bool(missing and None not in said)


def typed(tree: ast.AST) -> Iterator[int]:
    """The lines on which a small constant is compared with, allowed, or left to a default."""
    nodes = nodes_of(tree)
    names = Names(nodes)
    asserted = {id(n.test) for n in nodes if isinstance(n, ast.Assert)}
    for node in nodes:
        if counted_by_nobody(node):
            found = True
        elif isinstance(node, ast.Compare) and any(isinstance(op, ORDERS) for op in node.ops):
            sides = (node.left, *node.comparators)
            distance = any(called(part) in DISTANCES for side in sides for part in ast.walk(side))
            more = id(node) in asserted and all(isinstance(op, ORDERS[2:]) for op in node.ops)
            limit = LOOSE if distance and not more else SMALL  # `assert |a - b| > 0.01` says that they differ
            plain = [side for side in sides if not isinstance(side, ast.Call) or called(side) in NUMBERS | EXTREMES]
            found = any(names.small(side, limit) for side in plain)
        elif isinstance(node, ast.Call):
            name = called(node)
            given, default = tolerances(node)
            limit = LOOSE if name in COMPARISONS else SMALL
            found = default or any(names.small(value, limit) for value in given)
            found = found or (name in JUDGED and any(map(names.small, node.args)))
            chopped = [word.value for word in node.keywords if word.arg == "chop"] + node.args * (name == "chop")
            found = found or any(getattr(value, "value", True) is not False for value in chopped)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            said = " ".join(map(ast.unparse, targets)).lower()
            found = any(word in said for word in WORDS) and names.small(node.value)
        else:
            continue
        if found:
            yield node.lineno  # type: ignore[attr-defined]


def places(tree: ast.Module) -> set[str]:
    """The outermost functions and classes that hold such a line; "" outside of any."""
    outermost = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    return {next((n.name for n in outermost if n.lineno <= line <= (n.end_lineno or 0)), "") for line in typed(tree)}


def found_in(paths: list[Path]) -> dict[str, set[str]]:
    """{file: places}, of the files that have any."""
    found = {}
    collects = gc.isenabled()
    gc.disable()  # a tree has no cycles, and a search for them takes four times what reading the files does
    try:
        for path in paths:
            file = path.relative_to(ROOT).as_posix()
            if file not in HOME and (where := places(ast.parse(path.read_text(encoding="utf-8")))):
                found[file] = where
    finally:
        if collects:
            gc.enable()
    return found
