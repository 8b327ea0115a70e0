"""What a store says: of a campaign with one version of the code of each law, and of that alone."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from verify.campaign.address import FULL
from verify.campaign.code import sources, version
from verify.campaign.plan import Plan, laws_named, silences
from verify.campaign.sketch import quantiles
from verify.campaign.store import Store, StoreError

SHARES = (0.5, 0.9, 0.99, 0.999)
"""Of comparisons below a quantile."""

FIGURES = """
SELECT law, sum(cases), sum(checked), sum(failed), count(*), sum(seconds),
  flatten(list(failures ORDER BY subject, model, dimension, dtype, draw, seed, block))[:10]
FROM blocks WHERE campaign = ? AND law = ? AND version = ? AND dtype = ? GROUP BY law
"""

AXES = """
SELECT list(DISTINCT subject ORDER BY subject), list(DISTINCT model ORDER BY model),
  list(DISTINCT dimension ORDER BY dimension), list(DISTINCT dtype ORDER BY dtype), list(DISTINCT draw ORDER BY draw),
  list(DISTINCT seed ORDER BY seed) FROM blocks WHERE campaign = ? AND law = ? AND version = ? AND dtype = ?
"""

CLAIMS = """
SELECT claim, sum(counted), max(worst), min_by(worst_at, (-worst, seed, block, subject, model, dimension, draw)),
  min_by(subject, (-worst, seed, block, subject, model, dimension, draw))
FROM told WHERE campaign = ? AND law = ? AND version = ? AND dtype = ? GROUP BY claim ORDER BY claim
"""

SKETCHES = """
SELECT bin, sum(n) FROM (
  SELECT unnest(bins) AS bin, unnest(counts) AS n FROM told
  WHERE campaign = ? AND law = ? AND version = ? AND dtype = ? AND claim = ?
) GROUP BY bin
"""

LAWS = "SELECT DISTINCT law, dtype FROM blocks WHERE campaign = ? ORDER BY law, dtype DESC"

OTHER = "SELECT count(*) FROM blocks WHERE campaign = ? AND law = ? AND version <> ? AND dtype = ?"

OVERVIEW = """
SELECT campaign, law, version, count(*), sum(cases), sum(checked), sum(failed) FROM blocks
WHERE campaign = ? OR ? = '' GROUP BY ALL ORDER BY ALL
"""


def figures(store: Store, name: str, versions: Callable[[str], str] = version) -> dict[str, Any]:
    """Every law of a campaign in each dtype, of today's code; `elsewhere`: blocks of other code, in no figure."""
    laws, elsewhere = [], 0
    for law, dtype in store.query(LAWS, [name]):
        key = [name, law, _known(versions, law), dtype]
        rows = store.query(FIGURES, key)
        elsewhere += store.query(OTHER, key)[0][0]
        if rows:
            laws.append(_law(store, key, rows[0]))
    return {"campaign": name, "laws": laws, "elsewhere": elsewhere}


def _law(store: Store, key: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
    law, cases, checked, failed, blocks, seconds, failures = row
    names = ("subjects", "models", "dimensions", "dtypes", "draws", "seeds")
    axes = dict(zip(names, store.query(AXES, key)[0], strict=True))
    claims = [_claim(store, key, found) for found in store.query(CLAIMS, key)]
    counts = {"cases": int(cases), "checked": int(checked), "failed": int(failed), "blocks": blocks}
    return {"law": law, "version": key[2], **counts, "seconds": seconds, "failures": failures, **axes, "claims": claims}


def _claim(store: Store, key: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
    claim, counted, worst, at, subject = row
    sketch = {place: int(n) for place, n in store.query(SKETCHES, [*key, claim])}
    brackets = quantiles(sketch, SHARES) if sketch else []
    found = {f"{share:g}": [low, high] for share, (low, high) in zip(SHARES, brackets, strict=False)}
    return {
        "claim": claim,
        "counted": int(counted),
        "worst": worst,
        "address": at,
        "subject": subject,
        "quantiles": found,
    }


def known(store: Store, name: str) -> str:
    """The name of a campaign of this store; StoreError where it has none of that name."""
    names = [found for (found,) in store.query("SELECT name FROM campaigns ORDER BY name")]
    if name not in names:
        raise StoreError(f"{store.path} has no campaign {name!r}; it has {', '.join(names) or 'none'}")
    return name


def overview(store: Store, name: str = "", versions: Callable[[str], str] = version) -> list[dict[str, Any]]:
    """Campaign × law × version, with the counts; `today`: whether that is the code here."""
    names = ("campaign", "law", "version", "blocks", "cases", "checked", "failed")
    rows = [dict(zip(names, row, strict=True)) for row in store.query(OVERVIEW, [name, name])]
    counts = {n: None for n in names[3:]}
    return [
        row | {n: int(row[n]) for n in counts} | {"today": row["version"] == _known(versions, row["law"])}
        for row in rows
    ]


def evidence(found: Mapping[str, Any]) -> dict[str, Any]:
    """The record of a campaign for the pages: without times, and with the sources of each law, whatever the machine.

    ValueError where nothing was counted: there is nothing to record.
    """
    if not found["laws"]:
        raise ValueError(f"the campaign {found['campaign']!r} has no block of today's code: run it first")
    laws = []
    for law in found["laws"]:
        kept = {name: value for name, value in law.items() if name not in ("seconds", "version")}
        laws.append(kept | {"sources": sources(law["law"]), "claims": [_finite(claim) for claim in law["claims"]]})
    dtypes = dict.fromkeys(dtype for law in laws for dtype in law["dtypes"])
    silent = silences(Plan(laws_named(()), 1, dtypes=(FULL, *dtypes)))
    return {"campaign": found["campaign"], "laws": laws, "silent": silent}


def _finite(claim: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no infinity: null is one."""
    brackets = {share: [_number(end) for end in ends] for share, ends in claim["quantiles"].items()}
    return dict(claim) | {"worst": _number(claim["worst"]), "quantiles": brackets}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def finite(found: Mapping[str, Any]) -> dict[str, Any]:
    """Figures for JSON."""
    return dict(found) | {"laws": [law | {"claims": [_finite(c) for c in law["claims"]]} for law in found["laws"]]}


def _known(versions: Callable[[str], str], law: str) -> str:
    """Today's version of a law; none where there is no such law any more."""
    try:
        return versions(law)
    except ValueError:
        return "-"
