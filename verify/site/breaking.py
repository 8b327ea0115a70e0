"""A long formula within a line, cut where a reader would: browsers do not break the lines of MathML themselves."""

from xml.etree.ElementTree import Element, fromstring, tostring

AFTER = frozenset(",;:")
BEFORE = frozenset("=<>≤≥≪≫≈≠⇒→∈∼∝")
OPENS, CLOSES = frozenset("([{⟨"), frozenset(")]}⟩")
ENOUGH = 10
"""So many signs stand on a line before it may end before a relation."""


def pieces(made: str) -> tuple[str, ...]:
    """The formula as several: cut after a comma and before a relation that stand in no bracket."""
    tree = fromstring(made)
    row = tree[0] if len(tree) == 1 and tree[0].tag == "mrow" else tree
    found: list[list[Element]] = [[]]
    depth = 0
    for child in row:
        text = (child.text or "") if child.tag == "mo" else ""
        if text in BEFORE and depth == 0 and sum(map(signs, found[-1])) >= ENOUGH:
            child.set("form", "infix")  # at the beginning of a row it would lose its space
            found.append([])
        found[-1].append(child)
        depth = max(0, depth + (text in OPENS) - (text in CLOSES))
        if text in AFTER and depth == 0:
            found.append([])
    return tuple(_formula(tree, children) for children in found if children)


def signs(element: Element) -> int:
    """How many signs an element shows."""
    return sum(len(text.strip()) for text in element.itertext())


def _formula(tree: Element, children: list[Element]) -> str:
    formula = Element("math", tree.attrib)
    row = Element("mrow")
    row.extend(children)
    formula.append(row)
    return tostring(formula, encoding="unicode")
