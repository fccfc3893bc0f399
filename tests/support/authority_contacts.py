"""Attempts on other users' contacts, in one step and in two; each returns its outcomes."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.api_steps import case, command, create
from tests.support.authority_sides import Side


def contacts(mine: Side, theirs: Side) -> Iterator[str]:
    yield mine.ask(f"contacts/{mine.contact}/mark-duplicate", of=theirs.contact)
    yield mine.ask(f"contacts/{theirs.contact}/link", case=mine.case)
    yield mine.ask(f"contacts/{mine.contact}/link", case=mine.case, repeat_of=theirs.contact)
    yield mine.ask("contacts", channel="phone", customer=mine.customer, work_order=theirs.order)


def in_two_steps(mine: Side, theirs: Side) -> Iterator[str]:
    by_order = create(mine.api, "contacts", channel="phone", work_order=theirs.order)
    yield mine.ask(f"contacts/{by_order}/link", case=mine.case)
    yield mine.ask(f"contacts/{by_order}/mark-duplicate", of=mine.contact)
    yield mine.ask("cases", customer=mine.customer, topic="troubleshooting", contact=by_order)
    of_nobody = create(mine.api, "contacts", channel="phone")
    done = case(mine.api, theirs.customer)
    command(mine.api, f"cases/{done}/resolve", resolution="Done.")
    command(mine.api, f"cases/{done}/reopen", by_contact=of_nobody)
    yield mine.ask(f"contacts/{of_nobody}/link", case=mine.case)
