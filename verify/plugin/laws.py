"""Each law of an audit as a test: `orthodrome::mypkg.optim:MyOpt::state_dict`, marked `orthodrome`.

A binding law that differs fails. A law that only describes is an expected failure then: it says what the optimizer
does, and --orthodrome-require or --runxfail makes it binding. What does not apply is skipped, with the reason.
"""

import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from verify.atomic import write_text
from verify.plugin.worker import Lost, Worker

HOME = Path(__file__).resolve().parents[2]


class Differs(Exception):
    """A law does not hold; `finding` is what `verify.audit.worker.plain` made of it."""

    def __init__(self, finding: Mapping[str, Any]) -> None:
        super().__init__(finding["words"])
        self.finding = finding


class Laws:
    """The plugin that pytest has while --orthodrome is given."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.worker: Worker | None = None

    @pytest.hookimpl(tryfirst=True)  # before -k and -m choose
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        places = [*sys.path, str(self.config.rootpath), str(self.config.invocation_params.dir)]
        self.worker = Worker(str(HOME), list(dict.fromkeys(places)))
        option = self.config.getoption
        for name in dict.fromkeys(option("--orthodrome")):
            question = {
                "optimizer": name,
                "options": option("--orthodrome-kwargs"),
                "scheme": option("--orthodrome-scheme"),
                "seed": option("--orthodrome-seed"),
            }
            optimizer = Optimizer.from_parent(
                session, name=name, nodeid=f"orthodrome::{name}", worker=self.worker, question=question
            )
            laws = optimizer.collect()
            session.ihook.pytest_collectreport(report=pytest.CollectReport(optimizer.nodeid, "passed", None, [*laws]))
            items += laws

    def pytest_unconfigure(self) -> None:
        if self.worker:
            self.worker.close()


class Optimizer(pytest.Collector):
    """One optimizer, asked all laws."""

    def __init__(self, *, worker: Worker, question: Mapping[str, Any], **rest: Any) -> None:
        super().__init__(**rest)
        self.worker, self.question = worker, question
        self.add_marker("orthodrome")

    def collect(self) -> list["LawItem"]:
        """Its laws; UsageError where it cannot be had, or a required law is none."""
        limit, required = self.config.getoption("--orthodrome-limit"), self.config.getoption("--orthodrome-require")
        try:
            told = self.worker.ask(self.question, limit)
        except Lost as lost:
            raise pytest.UsageError(f"--orthodrome {self.name}: while it was loaded, {lost}") from lost
        if "reason" in told:
            raise pytest.UsageError(f"--orthodrome {told['reason']}")
        ids = [law["id"] for law in told["laws"]]
        for name in required:
            if name not in ids:
                raise pytest.UsageError(f"--orthodrome-require {name!r}: the laws are {', '.join(ids)}")
        return [
            LawItem.from_parent(
                self,
                name=law["id"],
                title=law["title"],
                binding=law["binding"] or law["id"] in required,
                limit=limit,
            )
            for law in told["laws"]
        ]


class LawItem(pytest.Item):
    """One law."""

    parent: Optimizer

    def __init__(self, *, title: str, binding: bool, limit: float, **rest: Any) -> None:
        super().__init__(**rest)
        self.title, self.binding, self.limit = title, binding, limit

    def runtest(self) -> None:
        try:
            finding = self.parent.worker.ask({**self.parent.question, "law": self.name}, self.limit)
        except Lost as lost:
            finding = {"verdict": "error", "words": str(lost), "values": {}, "allowed": None, "replay": None}
        verdict, words = finding["verdict"], finding["words"]
        self.user_properties.append(("orthodrome", words))
        if verdict == "not applicable":
            pytest.skip(f"{self.parent.name}, {self.name}: {words}")
        if verdict == "holds":
            self.add_report_section("call", "finding", words)
            return
        if verdict == "differs" and not self.binding:
            pytest.xfail(words)  # which --runxfail makes do nothing
        raise Differs(finding)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """The finding, in the place of a traceback."""
        if not isinstance(excinfo.value, Differs):
            return super().repr_failure(excinfo, *args)
        finding = excinfo.value.finding
        lines = [f"{self.parent.name}: {self.title}", finding["words"], *_numbers(finding)]
        if finding["replay"]:
            path = self._replay(finding["replay"])
            lines.append(f"again: python {path}  ({len(path.read_text(encoding='utf-8').splitlines())} lines)")
        return _Words("\n".join(lines), SimpleNamespace(message=finding["words"]))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.config.rootpath / "orthodrome", None, f"{self.parent.name}: {self.name}"

    def _replay(self, text: str) -> Path:
        """Where the script of a difference lies now: in pytest's cache, or apart where there is none."""
        cache = getattr(self.config, "cache", None)
        folder = cache.mkdir("orthodrome") if cache else Path(tempfile.mkdtemp(prefix="orthodrome-"))
        path = Path(folder) / f"{re.sub(r'[^A-Za-z0-9]+', '-', f'{self.parent.name} {self.name}').strip('-')}.py"
        first, _, rest = text.partition("\n")  # the title; then the places where pytest found the optimizer
        found = f"import sys\n\nsys.path += {[place for place in self.parent.worker.paths if place]!r}\n"
        write_text(path, f"{first}\n{found}{rest}")
        return path


@dataclass(frozen=True)
class _Words:
    """A finding in the failures section; reprcrash.message is what the short summary and the JUnit file read."""

    text: str
    reprcrash: SimpleNamespace

    def toterminal(self, tw: Any) -> None:
        tw.line(self.text)

    def __str__(self) -> str:
        return self.text


def _numbers(finding: Mapping[str, Any]) -> list[str]:
    measured = ", ".join(f"{name} {value:.6g}" for name, value in finding["values"].items())
    allowed = "" if finding["allowed"] is None else f"allowed: {finding['allowed']:.6g}"
    return [part for part in (f"measured: {measured}" if measured else "", allowed) if part]
