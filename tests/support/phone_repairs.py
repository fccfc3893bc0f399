"""The log of a phone repair shop, each line as a command of the office or an operation of a repairer's device.

A case of the log is a case here. What one person does to it in one go (analysing, repairing or testing) is a work order
of the case, given to that person. Each line of the log is one event:

| line                           | who     | event                                                            |
|--------------------------------|---------|------------------------------------------------------------------|
| Register                       | office  | `case.opened`                                                    |
| Analyze, Repair or Test, start | device  | `work_order.labour_recorded`: the minutes the phone has waited   |
| Analyze Defect, complete       | device  | `work_order.diagnosed`: type of the defect and of the phone      |
| Repair, complete               | device  | `work_order.completed`: repaired, not yet tested                 |
| Test Repair, complete          | device  | `work_order.completed`: tested, fixed or not                     |
| Restart Repair                 | office  | `work_order.opened`: the order of the next repair                |
| Inform User                    | office  | `contact.received`: outwards                                     |
| Archive Repair                 | office  | `case.closed`                                                    |

Besides, there are events that the log implies: the customer and their call, the other work orders, who is
given each of them, that the analysis is completed with its diagnosis, that devices close the work orders they have
completed, and that a case is resolved before it is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID, uuid5

from tests.support.concurrent_commands import Command
from tests.support.office_client import Json

SHOP = UUID("7a9c2f0e-4a53-4d63-9d0c-5a3b1f5e7c11")
CUSTOMERS = 200


class Line(NamedTuple):
    """One line of the log; `number` counts from 1."""

    number: int
    case: str
    at: datetime
    activity: str
    phase: str
    resource: str
    fixed: bool
    defect: str
    phone: str

    def key(self) -> str:
        """The Idempotency-Key of the office's command for this line."""
        return f"line {self.number}"

    def operation(self) -> UUID:
        """The id of the device's operation for this line: a UUIDv7 of its time."""
        return UUID(int=int(self.at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | self.number)

    def work(self) -> str:
        """Analyze, Repair or Test; nothing for what the office does."""
        word = self.activity.split()[0]
        return word if word in ("Analyze", "Repair", "Test") else ""


class Stint(NamedTuple):
    """One work order: the work of one person in one go, and the line at which it was opened."""

    order: str
    case: str
    technician: str
    kind: str
    start: Line
    end: Line | None
    waited_since: datetime
    opened_by: Line


def lines_of(rows: list[dict[str, str]]) -> list[Line]:
    """The lines in the order of the file."""
    return [
        Line(
            number,
            row["case"],
            datetime.fromisoformat(row["time"]),
            row["activity"],
            row["phase"],
            row["resource"],
            row["defectFixed"] == "true",
            row["defectType"],
            row["phoneType"],
        )
        for number, row in enumerate(rows, 1)
    ]


def named(kind: str, name: object) -> str:
    """The id of something of the shop."""
    return str(uuid5(SHOP, f"{kind} {name}"))


def cases_of(lines: list[Line]) -> dict[str, list[Line]]:
    """The lines of each case, in the order of the file."""
    return {case: list(its) for case, its in groupby(lines, key=lambda line: line.case)}


def stints_of(case: list[Line]) -> Iterator[Stint]:
    """The stints of a case; a further repair was opened by its restart, everything else with its first line."""
    free_since, restart = case[0].at, None
    for place, line in enumerate(case):
        restart = line if line.activity == "Restart Repair" else restart
        if not line.work() or line.phase != "start":
            continue
        after = (one for one in case[place + 1 :] if (one.work(), one.phase) == (line.work(), "complete"))
        end = next(after, None)
        opened_by, restart = (restart, None) if restart and line.work() == "Repair" else (line, restart)
        order = named("order", line.number)
        yield Stint(order, line.case, line.resource, line.work(), line, end, free_since, opened_by)
        free_since = end.at if end else free_since


def opening(case: list[Line], technicians: dict[str, str]) -> list[Command]:
    """The office's commands from the registration until all work is assigned."""
    first = case[0]
    customer = named("customer", int(first.case) % CUSTOMERS)
    contact, at = named("contact", first.case), first.at.isoformat()
    call = {"id": contact, "channel": "store", "customer": customer, "about": "My phone is broken.", "occurred_at": at}
    opened = {"id": named("case", first.case), "customer": customer, "topic": "troubleshooting", "contact": contact}
    commands = [Command("contacts", call), Command("cases", opened | {"occurred_at": at}, first.key())]
    for stint in stints_of(case):
        line = stint.opened_by
        order = {"id": stint.order, "case": opened["id"], "problem": stint.kind, "occurred_at": line.at.isoformat()}
        given = {"technician": technicians[stint.technician], "occurred_at": line.at.isoformat()}
        commands.append(Command("work-orders", order, line.key() if line.activity == "Restart Repair" else None))
        commands.append(Command(f"work-orders/{stint.order}/assign", given))
    return commands + [informing(line, customer) for line in case if line.activity == "Inform User"]


def informing(line: Line, customer: str) -> Command:
    """The call to the customer."""
    fields = {"channel": "phone", "direction": "out", "customer": customer, "about": "How your repair stands."}
    return Command("contacts", fields | {"occurred_at": line.at.isoformat()}, line.key())


def archiving(case: list[Line]) -> list[Command]:
    """The office's commands when a case is archived; none for a case that never was."""
    path = f"cases/{named('case', case[0].case)}"
    for line in case:
        if line.activity == "Archive Repair":
            ending = {"outcome": "satisfied" if line.fixed else "unsatisfied_final", "basis": "spoken"}
            at = {"occurred_at": line.at.isoformat()}
            return [Command(f"{path}/resolve", at), Command(f"{path}/close", ending | at, line.key())]
    return []


def operations(stint: Stint) -> Iterator[tuple[Line, UUID, str, Json]]:
    """The operations of the device of whoever did the work: line, operation id, type and data."""
    yield from _facts(stint)
    if stint.end is not None:
        yield stint.end, uuid5(SHOP, f"closed {stint.end.number}"), "close_work_order", {"work_order": stint.order}


def _facts(stint: Stint) -> Iterator[tuple[Line, UUID, str, Json]]:
    of_order = {"work_order": stint.order}
    waited = int((stint.start.at - stint.waited_since).total_seconds() // 60)
    yield (
        stint.start,
        stint.start.operation(),
        "labour_recorded",
        of_order | {"minutes": max(waited, 0), "kind": "wait"},
    )
    end = stint.end
    if end is None:
        return
    if stint.kind == "Analyze":
        found = {"problem": f"defect-{end.defect}", "cause": f"phone-{end.phone}", "remedy": "repair"}
        yield end, end.operation(), "diagnosed", of_order | found
        yield (
            end,
            uuid5(SHOP, f"analysed {end.number}"),
            "work_completed",
            of_order | {"fixed": "no", "remedy": "analysed"},
        )
    elif stint.kind == "Repair":
        yield end, end.operation(), "work_completed", of_order | {"fixed": "temporary", "remedy": end.activity}
    else:
        yield (
            end,
            end.operation(),
            "work_completed",
            of_order | {"fixed": "yes" if end.fixed else "no", "remedy": "tested"},
        )
