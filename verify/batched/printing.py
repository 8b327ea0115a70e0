"""What `orthodrome cases` prints: results, one case, the classes."""

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verify.batched.classes import KINDS, REST, batched
from verify.batched.replay import Case
from verify.batched.running import Result

WIDTH = 160
"""Of a table that no terminal shows."""


def plain(result: Result) -> dict[str, Any]:
    """For JSON: addresses as text, the rate and whether the law is held."""
    worst = {"ratio": result.worst.ratio, "address": str(result.worst.address), "claim": result.worst.claim}
    addresses = [str(address) for address in result.failures]
    return asdict(result) | {"failures": addresses, "worst": worst, "rate": result.rate, "ok": result.ok}


def show(results: list[Result]) -> None:
    """A law a row: cases, checked ones, their rate, the worst of them; a failure's address is what `replay` takes."""
    table = Table(box=None, pad_edge=False)
    for heading in ("law", "claims", "checked", "of", "a second", "worst", "at", ""):
        right = heading in ("checked", "of", "a second", "worst")
        table.add_column(heading, justify="right" if right else "left", no_wrap=heading != "claims")
    for r in results:
        outcome = "[green]ok[/green]" if r.ok else f"[red]{r.failed} FAILED[/red]"
        numbers = f"{r.checked:,}", f"{r.cases:,}", f"{r.rate:,.0f}", f"{r.worst.ratio:.2g}"
        table.add_row(r.law, " ".join(r.statements), *numbers, escape(str(r.worst.address)), outcome)
    out = Console(highlight=False, soft_wrap=True, width=None if Console().is_terminal else WIDTH)
    out.print(table)
    for r in results:
        for address in r.failures:
            out.print(f"  orthodrome cases replay {address}", markup=False)
    checked, seconds = sum(r.checked for r in results), sum(r.seconds for r in results)
    if seconds:
        out.print(
            f"\n{checked:,} checked cases, {checked / seconds:,.0f} a second; worst in units of the rounding bound"
        )


def show_case(case: Case) -> None:
    """All numbers of one case, and both sides of each statement."""
    out = Console(highlight=False, soft_wrap=True, markup=False)
    out.print(f"{case.address} · {case.law}")
    out.print(f"  {case.subject}, by {case.witness}, step {case.step}")
    values = {**case.hyperparameters, "x": case.x, "∇L(x)": case.gradient}
    values |= {f"{name} before": value for name, value in case.before.items()}
    values |= {f"{name} after": value for name, value in case.after.items()} | {"x'": case.following}
    for name, value in values.items():
        out.print(f"  {name} = {value!r}")
    for s in case.statements:
        outcome = "FAILED" if s.ratio > 1 else "ok" if s.counted else "ok, not counted"
        out.print(f"{s.claim}: error {s.error:.3g}, allowed {s.allowed:.3g}: {outcome}")
        out.print(f"  left  = {s.left!r}\n  right = {s.right!r}")


def plain_classes() -> dict[str, Any]:
    """For JSON."""
    rest = {claim: {"kind": found.kind, "why": found.why} for claim, found in REST.items()}
    return {"batched": batched(), "rest": rest}


def show_classes() -> None:
    """Every sampled claim: its laws, or why it has none."""
    out = Console(highlight=False, soft_wrap=True, markup=False)
    for claim, laws in batched().items():
        out.print(f"{claim:16}batched: {', '.join(laws)}")
    for claim, (kind, why) in REST.items():
        out.print(f"{claim:16}{kind}: {why}")
    for kind, words in KINDS.items():
        out.print(f"{kind}: {words}")
