"""The report of a run in tables: faults, traffic and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.chaos.book import Book
from tests.chaos.findings import Finding
from tests.chaos.plan import CONTROLS, Plan


@dataclass
class Report:
    """The result of a run; `findings` are violations, `compared` counts what the checks have compared."""

    plan: Plan
    book: Book
    kills: Mapping[str, int] = field(default_factory=dict)
    silences: Mapping[str, list[float]] = field(default_factory=dict)
    cuts: Mapping[str, int] = field(default_factory=dict)
    idle: int = 0
    ends: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    settling: float = 0.0
    checking: float = 0.0
    compared: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def caught(self) -> bool:
        """Whether a run with a planted bug has found what it must."""
        assert self.plan.control is not None, "there is no planted bug"
        return any(found.kind == CONTROLS[self.plan.control].found_as for found in self.findings)


def show(console: Console, report: Report) -> None:
    """Print the tables of a run."""
    console.print(_faults(report))
    console.print(_traffic(report))
    console.print(_checks(report))


def show_control(console: Console, report: Report) -> None:
    """Print whether and how a planted bug was found."""
    assert report.plan.control is not None, "there is no planted bug"
    control = CONTROLS[report.plan.control]
    mark = "[green]caught[/]" if report.caught() else "[red]NOT CAUGHT[/]"
    kills, sends = sum(report.kills.values()), report.book.attempts.total()
    console.print(f"{mark}  control [bold]{report.plan.control}[/]: {control.wrong}", highlight=False)
    console.print(f"        after {kills} kills and {sends:,} sends:", highlight=False)
    for found in sorted(report.findings, key=lambda found: found.kind != control.found_as):
        console.print(f"        {found.many:,} {found.kind}, such as: {found.examples[0][:300]}", highlight=False)


def _faults(report: Report) -> Table:
    table = _table("Faults", "", "times", "new work acknowledged after: median", "longest")
    for kind, times in sorted(report.kills.items()):
        after = report.silences.get(kind, [])
        table.add_row(kind, f"{times:,}", *((f"{median(after):.1f} s", f"{max(after):.1f} s") if after else ("", "")))
    table.add_row("[bold]all kills", f"[bold]{sum(report.kills.values()):,}")
    table.add_section()
    for kind, times in sorted(report.cuts.items()):
        table.add_row(f"connection: {kind}", f"{times:,}")
    table.add_row("idle transaction in another database, begun", f"{report.idle:,}")
    for why, times in sorted(report.ends.items()):
        table.add_row(f"`callout serve` started again from outside: {why}", f"{times:,}")
    return table


def _traffic(report: Report) -> Table:
    book = report.book
    table = _table("Traffic", "", "")
    table.add_row("operations", f"{len(book.attempts):,}")
    table.add_row("sent, all in all, arrived or not", f"{book.attempts.total():,}")
    for often, many in book.answered_times().items():
        table.add_row(f"  answered {often} times", f"{many:,}")
    for status, many in sorted(book.results.items()):
        table.add_row(f"first result {status}", f"{many:,}")
    table.add_row("repeated results, compared with the first", f"{book.repeated:,}")
    for status, many in sorted(book.answers.items()):
        table.add_row(f"replies: {status}", f"{many:,}")
    table.add_row("load", f"{report.seconds:,.0f} s")
    table.add_row("new operations a second, kills included", f"{len(book.first) / max(report.seconds, 1):,.0f}")
    table.add_row("until `/ready` reports that the views are up to date", f"{report.settling:,.0f} s")
    table.add_row("checks", f"{report.checking:,.0f} s")
    return table


def _checks(report: Report) -> Table:
    table = _table("Checks", "", "")
    for what, many in report.compared.items():
        table.add_row(what, f"{many:,}")
    table.add_section()
    by_kind = {found.kind: found for found in report.findings}
    for kind in ("lost operations", "doubled effects", "differing replies"):
        found = by_kind.pop(kind, Finding(kind, 0, []))
        table.add_row(kind, f"[{'red' if found.many else 'green'}]{found.many:,}", end_section=False)
        for example in found.examples:
            table.add_row(f"  {example[:400]}", "")
    for found in by_kind.values():
        table.add_row(found.kind, f"[red]{found.many:,}")
        for example in found.examples:
            table.add_row(f"  {example[:400]}", "")
    table.add_row("anything else", f"[{'red' if by_kind else 'green'}]{sum(each.many for each in by_kind.values()):,}")
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    return table
