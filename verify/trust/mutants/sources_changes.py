"""Every change of a file of impl.optim that the operators make, each with a label of its own."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from verify.digest import digest
from verify.trust.mutants import sources_expressions as expressions
from verify.trust.mutants import sources_extent as extent
from verify.trust.mutants import sources_order as ordered
from verify.trust.mutants import sources_statements as statements
from verify.trust.mutants.sources_loader import sources, tree
from verify.trust.mutants.sources_tree import Path, Place, places, replaced

OPERATORS = {
    "sign": (expressions.sign, "the sign of a term"),
    "arithmetic": (expressions.arithmetic, "another operation; operands of one that does not commute swapped"),
    "term": (expressions.term, "a term, factor, divisor or exponent left out"),
    "exponent": (expressions.exponent, "an exponent one larger or smaller"),
    "constant": (expressions.constant, "0 for 1, n ± 1, a half; β for 1 - β"),
    "default": (expressions.default, "another default"),
    "axis": (expressions.axis, "another axis, a dimension not kept, a transpose left out"),
    "comparison": (expressions.comparison, "< for ≤ or >, = for ≠"),
    "condition": (expressions.condition, "a condition negated or shortened; one branch always"),
    "function": (expressions.function, "a function or a copy left out; mean for sum, all for any, sin for cos"),
    "precision": (expressions.precision, "a type left out or another one"),
    "key": (expressions.key, "another name of an option or a buffer"),
    "statement": (statements.statement, "a statement left out"),
    "first only": (statements.first_only, "a loop that ends after its first round"),
    "in place": (statements.in_place, "a tensor overwritten by what should be a new one"),
    "rebound": (statements.rebound, "a new tensor for one that should be overwritten, or the same for a new one"),
    "swap": (statements.swap, "neighbours among arguments, keywords or members of a pair exchanged"),
    "argument": (statements.argument, "a keyword, a member of a list or an entry of a dictionary left out"),
    "variable": (statements.variable, "one β for the other; the next argument of the same type"),
    "group": (statements.group, "the first group's options for every group"),
    "guard": (statements.guard, "without torch.no_grad"),
    "builtin": (extent.builtin, "all for any, max for min, the largest for a sum; not sorted, not weak"),
    "count": (extent.count, "a number of steps that stops at 8, or begins anew after 64"),
    "base": (extent.base, "a class without one of its bases, as threading.local"),
    "decorator": (extent.decorator, "a decorator left out, but for those of gradients"),
    "stale": (ordered.stale, "the value that a name had before it was bound again"),
    "order": (ordered.order, "a statement that writes, after the next, which is about the same"),
}
SHORT, LONG = 36, 110
"""An expression shorter than the first is shown within its parent, where that is shorter than the second."""


@dataclass(frozen=True)
class Change:
    """What stands at a path of a file in place of what was there."""

    stem: str
    operator: str
    label: str
    path: Path
    new: ast.AST | Sequence[ast.AST]

    @property
    def print(self) -> str:
        """What tells it from every other change of the same file."""
        return digest(repr(self.path), _text(self.new))

    def source(self) -> str:
        """The changed file."""
        return ast.unparse(replaced(tree(self.stem), self.path, self.new))


@cache
def changes(stem: str) -> Mapping[str, Change]:
    """All changes of a file, by their labels."""
    found: dict[str, Change] = {}
    seen: Counter[str] = Counter()
    made: set[tuple[Path, str]] = set()
    for place in places(tree(stem)):
        before = _text(place.node)
        for operator, (mutation, _) in OPERATORS.items():
            for new in mutation(place):  # type: ignore[operator]
                text = _text(new)
                if (place.path, text) in made or text == before:
                    continue
                made.add((place.path, text))
                label = f"{stem}.{place.scope}: {_words(place, new)}"
                seen[label] += 1
                label += f" ({seen[label]})" if seen[label] > 1 else ""
                found[label] = Change(stem, operator, label, place.path, new)
    return found


def files() -> Iterator[str]:
    """The files that are changed: all but the list of optimizers."""
    return (stem for stem in sources() if stem != "__init__")


def _words(place: Place, new: ast.AST | Sequence[ast.AST]) -> str:
    """What stood there and what stands there now, within the smallest expression or argument that tells where."""
    if words := getattr(new, "words", ""):  # the operator has them where only a part of the node is changed
        return _cut(words)
    node: ast.AST = place.node
    for above in range(len(place.path) - 1, 0, -1):
        parent = place.ancestors[above]
        shown = isinstance(parent, ast.expr | ast.keyword | ast.Return | ast.Assign | ast.AugAssign | ast.comprehension)
        if isinstance(parent, ast.arguments):
            return f"{_argument(parent, place)}={_text(place.node)} -> {_text(new)}"
        if len(_text(node)) >= SHORT or not shown or len(_text(parent)) > LONG:
            break
        node = parent
    if node is place.node:
        before, after = _cut(_text(node, heads=True)), _cut(_text(new, heads=True)) or "nothing"
        return f"{before} -> {after}" if after != before else f"{before} -> once, or not so"
    depth = place.ancestors.index(node)
    inner = replaced(node, place.path[depth:], new)
    return f"{_text(node)} -> {_text(inner)}"


def _argument(arguments: ast.arguments, place: Place) -> str:
    """The argument whose default the place is in."""
    field, i = next((field, i) for field, i in place.path if field in ("defaults", "kw_defaults"))
    named = arguments.kwonlyargs if field == "kw_defaults" else arguments.args[-len(arguments.defaults) :]
    return named[i or 0].arg


def _text(node: ast.AST | Sequence[ast.AST], heads: bool = False) -> str:
    """Source on one line; of a statement that contains others its first line, with `heads`."""
    if not isinstance(node, ast.AST):
        return "; ".join(_text(part, heads) for part in node)
    return _text_of(node, heads)


@cache
def _text_of(node: ast.AST, heads: bool) -> str:
    text = ast.unparse(ast.fix_missing_locations(node))
    if heads and isinstance(node, ast.stmt) and hasattr(node, "body"):
        text = text.partition(":\n")[0] + ": …"
    return " ".join(text.split())


def _cut(text: str) -> str:
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
