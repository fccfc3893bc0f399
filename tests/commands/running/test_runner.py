"""A request is carried out once, whoever asks, and no application is needed for it."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from commands.running.author import Author
from commands.running.changed import Changed
from commands.running.context import CommandContext
from commands.running.request import About, KeyUsedOtherwise, Request
from commands.running.runner import RefusedBefore, Runner
from commands.stock import parts
from domain.care.customer import Customer
from domain.kernel.problem import BadInput, NotFound, Refused
from domain.recording.unit_of_work import Work
from domain.stock.part import PartName
from tests.support.logs import read

ANNA = Author(uuid4(), ("admin",), "admin")


class Full(Refused):
    """There is no room for more."""


def request(content: object = "", key: str | None = "a key", author: Author | None = ANNA) -> Request:
    return Request.of(author, About(), content, key)


def registering(context: CommandContext, id: UUID, number: str = "P-1") -> Changed:
    names = (PartName(language="de", text="Pumpe"),)
    return Changed(parts.register(context.work, id, number=number, names=names, unit="piece"))


def test_a_repeated_request_is_answered_as_the_first_time(runner: Runner) -> None:
    id = uuid4()
    first = runner.run(request(), partial(registering, id=id), status=201)
    head = runner.log.head()

    again = runner.run(request(), partial(registering, id=uuid4()))

    assert (str(again.members["id"]), again.status, again.members["position"]) == (str(id), 201, head)
    assert first.members["position"] == runner.log.head() == head


def test_another_request_under_the_same_key_is_refused(runner: Runner) -> None:
    runner.run(request("one"), partial(registering, id=uuid4()))

    with pytest.raises(KeyUsedOtherwise):
        runner.run(request("another"), partial(registering, id=uuid4()))


def test_a_refusal_stays_the_answer_though_it_would_be_taken_now(runner: Runner) -> None:
    def refused(_: CommandContext) -> Changed:
        raise Full

    with pytest.raises(Full):
        runner.run(request(), refused)
    with pytest.raises(RefusedBefore) as refusal:
        runner.run(request(), partial(registering, id=uuid4()))

    assert (refusal.value.document["status"], runner.log.head()) == (409, 0)


def test_the_system_itself_may_ask(runner: Runner) -> None:
    """Issue 10, 1: a scheduled job issues a command as the system's own actor, once under its key."""
    id, asked = uuid4(), request(key="tonight", author=None)

    runner.run(asked, partial(registering, id=id))
    runner.run(request(key="tonight", author=None), partial(registering, id=uuid4(), number="P-2"))

    [event] = read(runner.log)
    assert (event.stream, event.envelope.actor, event.envelope.role, event.envelope.operation_id) == (
        id,
        None,
        None,
        asked.operation,
    )
    assert asked.operation != request(key="tonight").operation


def test_a_command_that_somebody_overtakes_decides_again(runner: Runner) -> None:
    id, tries = uuid4(), []
    runner.run(request(key=None), partial(registering, id=id))

    def discontinue(context: CommandContext) -> Changed:
        part = parts.discontinue(context.work, id)
        tries.append(part.version)
        if len(tries) == 1:
            runner.run(request(key=None), lambda other: Changed(parts.supersede(other.work, id, by=successor)))
        return Changed(part)

    successor = uuid4()
    runner.run(request(key=None), partial(registering, id=successor, number="P-2"))
    runner.run(request(), discontinue)

    assert tries == [2, 3]


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x00b", "two\nlines"])
def test_a_key_that_nobody_can_read_is_refused(key: str) -> None:
    with pytest.raises(BadInput, match="1 to 200 printable characters"):
        request(key=key)


def test_a_site_that_a_unit_of_work_adds_is_known_to_it_before_it_is_recorded(runner: Runner) -> None:
    customer, site = Customer.register(id=uuid4(), name="Köppel", phones=(), language="de"), uuid4()
    work: Work = runner.log.work()
    before = work.owner_of_site(site)
    customer.add_site(site=site, zone="Europe/Berlin", address="Kastanienallee 1")
    work.add(request().envelope(None, "Europe/Berlin"), customer)

    found: Any = work.owner_of_site(site)
    work.commit()

    assert (before, found, runner.log.work().owner_of_site(site)) == (None, customer.id, customer.id)


def test_what_is_not_there_is_not_found(runner: Runner) -> None:
    with pytest.raises(NotFound, match="There is no part"):
        runner.run(request(), lambda context: Changed(parts.discontinue(context.work, uuid4())))
