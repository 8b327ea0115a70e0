"""Which claim rests on which: read off the pages, so that the graph shows nothing that they do not say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from verify.site.claims import ClaimPage


@dataclass(frozen=True)
class Edge:
    """`source` needs `target`. theorems: what both prove, in the words of its name; none where it is only named."""

    source: str
    target: str
    theorems: tuple[str, ...] = ()


def edges(claims: Sequence[ClaimPage]) -> tuple[Edge, ...]:
    """Every edge, by the order of the book.

    A theorem that stands in several claims belongs to the first of them, and the others rest on it. A claim that
    names another refers to it.
    """
    order = {claim.id: at for at, claim in enumerate(claims)}
    homes: dict[tuple[str, str], str] = {}
    shared: dict[tuple[str, str], list[str]] = {}
    for claim in claims:
        for theorem in claim.theorems:
            home = homes.setdefault(theorem, claim.id)
            if home != claim.id and theorem[0] not in (names := shared.setdefault((claim.id, home), [])):
                names.append(theorem[0])
    named = {(claim.id, other) for claim in claims for other in mentions(claim.body, order) if other != claim.id}
    found = sorted(named | set(shared), key=lambda pair: (order[pair[0]], order[pair[1]]))
    return tuple(Edge(source, target, tuple(shared.get((source, target), ()))) for source, target in found)


def mentions(text: str, ids: Sequence[str] | dict[str, int]) -> set[str]:
    """The IDs that a text names; SP-T4-R does not name SP-T4."""
    return {word for word in re.findall(r"(?<![A-Za-z0-9-])[A-Z]+(?:-[A-Z0-9]+)+(?![A-Za-z0-9])", text) if word in ids}
