"""Runs of the property-based tests of the core: under a profile, from a seed, with no example of an earlier run."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from verify.digest import ROOT
from verify.trust.code import digest_now
from verify.trust.properties import FILES

ENDED = (0, 1)
"""What pytest returns when it ran all tests: all passed, or some failed."""


def run(profile: str, seed: int, root: Path = ROOT) -> dict[str, Any]:
    """The row of a run. RuntimeError where the tests did not run to their end."""
    code = digest_now("properties")
    with tempfile.TemporaryDirectory(prefix="orthodrome-properties-") as folder:
        told = Path(folder) / "told.xml"
        alone = ["-n", "0", "-q", "-p", "no:cacheprovider", "--tb=short"]
        command = [sys.executable, "-m", "pytest", *FILES, *alone, f"--hypothesis-seed={seed}", f"--junitxml={told}"]
        fresh = {"HYPOTHESIS_PROFILE": profile, "HYPOTHESIS_STORAGE_DIRECTORY": folder}
        ended = subprocess.run(command, cwd=root, env={**os.environ, **fresh}, capture_output=True, text=True)
        if ended.returncode not in ENDED or not told.is_file():
            raise RuntimeError(f"pytest ended with {ended.returncode}: {(ended.stdout + ended.stderr)[-500:]}")
        passed, failed = outcomes(told.read_text(encoding="utf-8"))
    return {"profile": profile, "seed": seed, "passed": len(passed), "failed": failed, "code": code}


def outcomes(xml: str) -> tuple[list[str], list[str]]:
    """The names of the tests that passed, and of those that failed, in pytest's own account."""
    passed: list[str] = []
    failed: list[str] = []
    for test in ElementTree.fromstring(xml).iter("testcase"):
        bad = any(child.tag in ("failure", "error", "skipped") for child in test)
        (failed if bad else passed).append(test.attrib["name"])
    return passed, failed


def merged(before: Mapping[str, Any] | None, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The last run under each profile, and of this code alone: one of other code says nothing on these laws."""
    now = digest_now("properties")
    kept = {row["profile"]: row for row in (before or {}).get("runs", ()) if row["code"] == now}
    return list((kept | {row["profile"]: row for row in rows}).values())
