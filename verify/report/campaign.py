"""The page of campaigns, and what they say about the claims, from the records that `orthodrome campaign` writes."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.batched.law import CODE
from verify.campaign.address import FULL
from verify.campaign.naming import called
from verify.records import Records, Section
from verify.report.campaign_scale import Scale, scaled
from verify.report.render import page
from verify.report.shown import each_shown
from verify.report.view import ClaimView
from verify.results import SAMPLED, CheckResult, dump, parse

PAGE = "campaign.md"
MAIN = "main"
"""The campaign whose results bear no name beside that of the law."""

SECTIONS = (
    Section("campaign", "Worst cases", "orthodrome campaign record", "the worst case of every claim"),
    Section("campaign-kills", "Killed", "orthodrome campaign kill", "what is lost when processes are killed"),
    Section("campaign-speed", "Throughput", "orthodrome campaign bench", "cases a second, and what a block costs"),
)
RECORDS = Records(Path("data"), SECTIONS)

Sources = Callable[[str], str]


@dataclass(frozen=True)
class CampaignView:
    """What the page shows. stale: laws whose record is of other code than today's; links: claim → its page."""

    campaigns: tuple[Mapping[str, Any], ...]
    stale: frozenset[str]
    links: Mapping[str, str]
    kills: Mapping[str, Any] | None = None
    speed: Mapping[str, Any] | None = None

    @property
    def scale(self) -> Scale | None:
        """What 1000 workers would need, from what was measured; None where nothing was."""
        return None if self.speed is None else scaled(self.speed)

    def rows(self, campaign: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Claim and law, a row each, by claim."""
        found = [
            claim | {"law": law["law"], "called": called(law), "stale": law["law"] in self.stale}
            for law in campaign["laws"]
            for claim in law["claims"]
        ]
        return sorted(found, key=lambda row: (row["claim"], row["called"]))

    @property
    def short(self) -> bool:
        """Whether a campaign has a dtype beside float64."""
        return any(dtype != FULL for c in self.campaigns for law in c["laws"] for dtype in law["dtypes"])

    @property
    def silent(self) -> list[Mapping[str, Any]]:
        """What no law says in a short dtype, each once."""
        rows = [row for campaign in self.campaigns for row in campaign.get("silent", ())]
        return [row for number, row in enumerate(rows) if row not in rows[:number]]

    def total(self, campaign: Mapping[str, Any], what: str) -> int:
        """Of all laws."""
        return sum(law[what] for law in campaign["laws"])

    def axis(self, campaign: Mapping[str, Any], what: str) -> str:
        """The values of an axis, in words."""
        found = dict.fromkeys(value for law in campaign["laws"] for value in law[what])
        return ", ".join("as drawn" if value in (0, "drawn") else str(value) for value in sorted(found))


def campaign_files(
    reports: Path, claims: Iterable[ClaimView], pages: Mapping[str, str], sources: Sources
) -> dict[str, str]:
    """The page by name; RecordError names the first record that cannot be shown. pages: paper → its file."""
    links = {claim.id: f"{pages[claim.paper]}#{claim.anchor}" for claim in claims if claim.paper in pages}

    def shown(view: Any) -> CampaignView:
        record = view.record("campaign") or {"campaigns": []}
        stale = frozenset(law["law"] for c in record["campaigns"] for law in c["laws"] if not fresh(law, sources))
        kills, speed = view.record("campaign-kills"), view.record("campaign-speed")
        return CampaignView(tuple(record["campaigns"]), stale, links, kills, speed)

    found = RECORDS.all(reports)
    each_shown(found, lambda one: campaign_page(shown(one)), RECORDS, reports)
    return {PAGE: campaign_page(shown(found))}


def campaign_page(view: CampaignView) -> str:
    """The page; an error of any kind where a record is not what its command writes."""
    return page(PAGE, view=view, sections=SECTIONS, tolerances="tolerances.md")


def sampled(reports: Path, sources: Sources) -> tuple[CheckResult, ...]:
    """What the recorded campaigns say about claims: of laws whose code is today's, and of no other."""
    record = RECORDS.load(reports, "campaign")
    found = [] if record is None else [r for c in record["campaigns"] for r in _results(c, sources)]
    return parse(dump(found))


def sampled_files(results: tuple[CheckResult, ...], reports: Path) -> dict[str, str]:
    """The same as a generated file, for commands that read it without the laws; emptied where all has become stale."""
    return {SAMPLED.as_posix(): dump(results)} if results or (reports / SAMPLED).exists() else {}


def fresh(law: Mapping[str, Any], sources: Sources) -> bool:
    """Whether the code of a law is what it was; a law that is gone is not."""
    try:
        return bool(sources(law["law"]) == law["sources"])
    except ValueError:
        return False


def _results(campaign: Mapping[str, Any], sources: Sources) -> Iterable[CheckResult]:
    for law in campaign["laws"]:
        if not fresh(law, sources):
            continue
        name = called(law) if campaign["campaign"] == MAIN else f"{called(law)}, {campaign['campaign']}"
        for claim in (claim for claim in law["claims"] if claim["claim"] != CODE):
            worst = math.inf if claim["worst"] is None else claim["worst"]
            held = worst <= 1 and claim["counted"] > 0
            note = f"campaign of {law['cases']:,} cases; worst {claim['address']}"
            if most := claim["quantiles"].get("0.999"):
                note += f"; 99.9 % below {most[1]:.2g}"
            dtype = ", ".join(law["dtypes"])
            yield CheckResult(claim["claim"], name, claim["counted"], worst, 1.0, dtype, "cpu", held, note)
