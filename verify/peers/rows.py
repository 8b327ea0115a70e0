"""From runs to the rows of the record: how many agree, the first difference, the largest, each as plain data."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from verify.peers import geometry, rules, sphere
from verify.peers.follow import Agreement, Step, against_peer, against_rule, compare, plain, run, takes
from verify.peers.packages import Peer
from verify.peers.rules import Rule
from verify.peers.settings import DAMPENED, SETTINGS, STEPS, Setting

Runs = Sequence[tuple[Any, Sequence[Step]]]
Judge = Callable[[Any, Sequence[Step]], Agreement]
Row = dict[str, Any]
FREE_STEPS = 100
"""Steps after which two optimizers that ran freely are compared."""


def tally(runs: Runs, judge: Judge) -> Row:
    """Runs, how many of them agree or differ, the worst error of those that agree, in units of the allowed one.

    first: the first step with a difference of the first run with one; largest: the largest of all first steps.
    """
    equal, worst, decided, undecided, differences = 0, 0.0, 0, 0, []
    for setting, taken in runs:
        agreement = judge(setting, taken)
        decided, undecided = decided + agreement.decided, undecided + agreement.undecided
        if agreement.differences:
            differences.append(agreement.differences)
        elif agreement.decided:
            equal, worst = equal + 1, max(worst, agreement.worst)
    every = [d for found in differences for d in found]
    largest = max(every, key=lambda d: d.size if math.isfinite(d.size) else math.inf, default=None)
    return {
        "runs": len(runs),
        "equal": equal,
        "differ": len(differences),
        "worst": rounded(worst),
        "decided": decided,
        "undecided": undecided,
        "first": None if not differences else _found(differences[0]),
        "largest": None if largest is None else _found([largest]),
    }


def algorithm(peer: Peer) -> Row:
    """A released SGDP or AdamP beside 003's algorithm as printed, and beside it with each departure taken back."""
    runs = _runs(peer)

    def beside(rule: Rule, strict: bool) -> Judge:
        return lambda setting, taken: against_rule(plain(rule, setting), setting, taken, strict)

    return {
        "peer": peer.name,
        "against": f"Algorithm {2 if peer.rule.adaptive else 1}",
        "printed": tally(runs, beside(Rule(peer.rule.adaptive), False)),
        "found": tally(runs, beside(peer.rule, True)),
        "departures": [
            _departure(name, rules.WORDS[name], tally(runs, beside(peer.rule.without(name), False)))
            for name in peer.rule.departures
        ],
    }


def pair(one: Peer, other: Peer) -> Row:
    """A peer's runs beside another's steps from the same numbers, and how far apart the two run freely."""

    def judge(setting: Setting, taken: Sequence[Step]) -> Agreement:
        return against_peer(other, plain(one.rule, setting), setting, taken)

    runs = [(setting, taken) for setting, taken in _runs(one) if takes(other, setting)]
    return {"peer": one.name, "against": other.name, "printed": tally(runs, judge), "apart": _apart(one, other)}


def spherical(comparison: geometry.Comparison) -> Row:
    """A geoopt optimizer beside what it should equal."""
    runs = [(s, geometry.run(comparison.optimizer, comparison.manifold, s)) for s in comparison.settings]

    def beside(expected: Iterable[geometry.Expected]) -> Judge:
        def judge(setting: geometry.Spherical, taken: Sequence[Step]) -> Agreement:
            found = [compare(partial(e, setting), setting, taken) for e in expected]
            return max(found, key=lambda agreement: (len(agreement.differences), agreement.worst))

        return judge

    row = {
        "peer": comparison.name,
        "against": comparison.against,
        "printed": tally(runs, beside(comparison.expected)),
        "departures": [],
    }
    if comparison.found is None:
        return row | {"found": row["printed"]}
    departures = [
        _departure(name, sphere.WORDS[name], tally(runs, beside([geometry.rule(comparison.found.without(name))])))
        for name in comparison.found.departures
        if comparison.explains
    ]
    return row | {"found": tally(runs, beside([geometry.rule(comparison.found)])), "departures": departures}


def rounded(value: float) -> float | None:
    """Two significant digits; None where it is not finite."""
    return float(f"{value:.1e}") if math.isfinite(value) else None


def _departure(name: str, words: str, tallied: Row) -> Row:
    return {"name": name, "words": words} | {key: tallied[key] for key in ("runs", "differ", "first", "largest")}


def _found(differences: Sequence[Any]) -> Row:
    first = differences[0]
    sizes = {difference.quantity: rounded(difference.size) for difference in differences}
    return {"setting": first.setting, "step": first.step, "sizes": sizes}


def _runs(peer: Peer) -> list[tuple[Setting, list[Step]]]:
    every = SETTINGS if peer.rule.adaptive else SETTINGS + DAMPENED
    return [(setting, run(peer, setting, STEPS)) for setting in every if takes(peer, setting)]


def _apart(one: Peer, other: Peer) -> Row:
    """After `FREE_STEPS` steps in the plainest setting: the largest angle between two rows, the largest norm ratio."""
    ends = []
    for peer in (one, other):
        ends.append(run(peer, Setting(), FREE_STEPS)[-1].after["x"])
    norms = [np.linalg.norm(x, axis=1) for x in ends]
    cosines = np.clip((ends[0] * ends[1]).sum(1) / norms[0] / norms[1], -1, 1)
    chord = np.linalg.norm(ends[0] / norms[0][:, None] - ends[1] / norms[1][:, None], axis=1)
    angle = np.where(cosines > 0.9, 2 * np.arcsin(np.clip(chord / 2, 0, 1)), np.arccos(cosines))
    ratio = max(float((norms[0] / norms[1]).max()), float((norms[1] / norms[0]).max()))
    return {"degrees": rounded(float(np.degrees(angle.max()))), "norms": rounded(ratio - 1)}
