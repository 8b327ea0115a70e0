"""What audits leave on disk: a page, its JSON and a script for each difference; the record of whole packages."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from verify.atomic import write_text
from verify.report.ecosystem import PAGE, RECORD, Answer, loaded, merged, slug, text, view
from verify.report.render import audit_page, ecosystem_page


def written(answer: Answer, folder: Path) -> list[str]:
    """Write one audit under `folder`; returns the names of its files: page, JSON, scripts."""
    shown, scripts = with_scripts(answer)
    name = slug(answer["optimizer"])
    files = {f"{name}.md": audit_page(shown), f"{name}.json": machine(shown)} | scripts
    for file, content in files.items():
        write_text(folder / file, content)
    return list(files)


def with_scripts(answer: Answer) -> tuple[dict[str, Any], dict[str, str]]:
    """The answer with the names of its scripts as `script` in place of their texts, and those texts by name."""
    findings, scripts = [], {}
    for finding in answer["findings"]:
        rest = {name: value for name, value in finding.items() if name != "replay"}
        script = f"{slug(answer['optimizer'])}.{slug(finding['law'])}.py" if finding["replay"] else None
        if script is not None:
            scripts[script] = finding["replay"]
        findings.append({**rest, "script": script})
    return {**answer, "findings": findings}, scripts


def machine(shown: Answer) -> str:
    """One audit as JSON."""
    return json.dumps(shown, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def recorded(package: str, answers: Sequence[Answer], reports: Path) -> list[str]:
    """Put the audits of a package into the record and write its page; returns the names of what changed."""
    return _changed(merged(loaded(reports), package, answers), reports)


def with_replays(counts: Mapping[str, Answer], reports: Path) -> list[str]:
    """Put the counts of scripts, by package, into the record and on its page; returns the names of what changed."""
    record = dict(loaded(reports) or {})
    replays = {**record.get("replays", {}), **counts}
    return _changed({**record, "replays": {name: replays[name] for name in sorted(replays)}}, reports)


def _changed(record: Answer, reports: Path) -> list[str]:
    files = {RECORD.as_posix(): text(record), PAGE: ecosystem_page(view(record))}
    return [name for name, content in files.items() if write_text(reports / name, content)]
