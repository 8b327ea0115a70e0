"""Every peer that is installed, compared: what `orthodrome peers` runs, as plain data for its record and its page."""

from collections.abc import Callable
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import torch

from verify.atomic import write_text
from verify.peers import geometry, hygiene
from verify.peers.packages import OUR_PEERS, OURS, PACKAGES, PEERS, Peer, load, version
from verify.peers.rows import FREE_STEPS, Row, algorithm, pair, spherical
from verify.peers.settings import STEPS
from verify.report.peers import PAGE, RECORD, text, view
from verify.report.render import peers_page

Progress = Callable[[str, int, int], None]
OPTIONS: tuple[dict[str, Any], ...] = ({}, {"nesterov": True}, {"weight_decay": 0.1})


def survey(progress: Progress | None = None) -> dict[str, Any]:
    """All comparisons; a package that is missing has rows that say so. progress(name, done, total) before each."""
    versions = {name: version(name) for name in PACKAGES}
    found: dict[str, list[Row]] = {"algorithms": [], "pairs": [], "sphere": [], "manners": []}
    jobs = _jobs({OURS: ""} | {name: there for name, there in versions.items() if there})
    for done, (group, name, job) in enumerate(jobs):
        if progress:
            progress(name, done, len(jobs))
        found[group].append({"peer": name, "missing": True} if job is None else job())
    if progress:
        progress("", len(jobs), len(jobs))
    return {
        "torch": torch.__version__.partition("+")[0],
        "packages": versions,
        "steps": STEPS,
        "free_steps": FREE_STEPS,
    } | found


def write(record: dict[str, Any], reports: Path) -> tuple[str, ...]:
    """Record it and write its page, under the directory of the pages; returns the names of what changed."""
    files = {RECORD.as_posix(): text(record), PAGE: peers_page(view(record))}
    return tuple(name for name, content in files.items() if write_text(reports / name, content))


def complete(record: dict[str, Any]) -> bool:
    """Whether every package was there."""
    return all(record["packages"].values())


def unexplained(record: dict[str, Any]) -> list[str]:
    """The rows in which an optimizer is not what it was found to be: another version, perhaps."""
    rows = [row for row in record["algorithms"] + record["sphere"] if not row.get("missing")]
    return [row["peer"] for row in rows if row["found"]["differ"] or not row["found"]["equal"]]


def _jobs(there: dict[str, str]) -> list[tuple[str, str, Callable[[], Row] | None]]:
    """(group, name, job) in the order of the page; no job where the package is missing."""
    jobs: list[tuple[str, str, Callable[[], Row] | None]] = []
    every = [*PEERS, *OUR_PEERS]
    for peer in every:
        jobs.append(("algorithms", peer.name, partial(algorithm, peer) if peer.package in there else None))
    for one, other in combinations([peer for peer in every if peer.package in there], 2):
        if _comparable(one, other):
            jobs.append(("pairs", f"{one.name}, {other.name}", partial(pair, one, other)))
    for comparison in geometry.COMPARISONS:
        job = partial(spherical, comparison) if "geoopt" in there else None
        jobs.append(("sphere", comparison.name, job))
    for peer in every:
        if peer.package in there:
            jobs.append(("manners", peer.name, partial(_manners, peer.name, _subject(peer))))
    if "geoopt" in there:
        for name in geometry.OPTIMIZERS:
            jobs.append(("manners", f"geoopt.{name}", partial(_manners, f"geoopt.{name}", _spherical_subject(name))))
    return jobs


def _comparable(one: Peer, other: Peer) -> bool:
    """Of one algorithm and deciding alike; a variant of a class only beside the class itself."""
    alike = one.rule.adaptive == other.rule.adaptive and one.rule.cosine == other.rule.cosine
    variants = [bool(peer.options) and not peer.sliced for peer in (one, other)]
    return alike and (not any(variants) or one.path == other.path)


def _manners(name: str, subject: hygiene.Subject) -> Row:
    answers = [{"question": a.question, "yes": a.yes, "note": a.note} for a in hygiene.answers(subject)]
    return {"peer": name, "answers": answers}


def _subject(peer: Peer) -> hygiene.Subject:
    fixed = {"lr": 0.05} | ({} if peer.rule.adaptive else {"momentum": 0.9}) | dict(peer.options)
    return hygiene.Subject(partial(load(peer.package, peer.path), **fixed), torch.nn.Parameter, OPTIONS)


def _spherical_subject(name: str) -> hygiene.Subject:
    sphere, parameter = load("geoopt", "geoopt:Sphere"), load("geoopt", "geoopt:ManifoldParameter")
    fixed = geometry.OPTIMIZERS[name]
    options = tuple(o for o in OPTIONS if "nesterov" not in o or "momentum" in fixed)
    return hygiene.Subject(
        partial(load("geoopt", f"geoopt.optim:{name}"), lr=0.05, **fixed),
        lambda start: parameter(start, manifold=sphere()),
        options,
    )
