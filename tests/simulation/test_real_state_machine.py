"""Two real devices and the real server agree in the end, whatever the order of steps and cut connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from domain.recording.answers import Past
from store.operations import Operations
from sync.device import RefusedError
from tests.simulation.real_databases import prepared, real_server
from tests.simulation.real_pair import Pair
from tests.simulation.real_server import RealServer
from tests.support.databases import Cluster

PHONES = st.integers(0, 1)
ORDERS = st.integers(0, 3)


class TwoPhones(RuleBasedStateMachine):
    """Two technicians' devices, and an office that reassigns their work."""

    def __init__(self, server: AbstractContextManager[RealServer]) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.pair = Pair(self.stack.enter_context(server))

    @rule(phone=PHONES, order=ORDERS)
    def notes(self, phone: int, order: int) -> None:
        """Somebody writes something down."""
        self.pair.record(phone, order, f"note {len(self.pair.made)}")

    @rule(phone=PHONES)
    def syncs(self, phone: int) -> None:
        """All goes well."""
        self.pair.use(phone, lambda device: device.sync())

    @rule(phone=PHONES, what=st.sampled_from(["request", "reply"]), after=st.integers(0, 3))
    def syncs_badly(self, phone: int, what: Any, after: int) -> None:
        """One exchange is cut off."""
        self.pair.cut = (what, after)
        self.pair.use(phone, lambda device: device.sync())

    @rule(phone=PHONES, order=ORDERS, what=st.sampled_from(["request", "reply"]))
    def is_cut_off(self, phone: int, order: int, what: Any) -> None:
        """What was written down is sent, and nobody knows whether it arrived."""
        self.notes(phone, order)
        self.syncs_badly(phone, what, 0)

    @rule(phone=PHONES, statement=st.integers(0, 40))
    def is_killed(self, phone: int, statement: int) -> None:
        """The app dies at this statement of a sync."""
        self.pair.disks[phone].kill_after(statement)
        self.pair.use(phone, lambda device: device.sync())

    @rule(order=ORDERS, technician=PHONES)
    def is_assigned(self, order: int, technician: int) -> None:
        """The office gives the work to somebody."""
        self.pair.assign(order, technician)

    @rule()
    def views_catch_up(self) -> None:
        """The projector runs."""
        self.pair.fold()

    def teardown(self) -> None:
        """Every note is recorded once, and each device has what the server has for it."""
        with self.stack:
            self.pair.become_quiet()
            assert not self.pair.unsent()
            assert self.pair.effects() == {UUID(id): 1 for id in self.pair.made}
            for number in (0, 1):
                assert self.pair.shown_by(number) == self.pair.due_to(number)


FEW = settings(
    max_examples=10,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=(Phase.generate,),
)


@pytest.fixture(scope="module")
def server_template(cluster: Cluster) -> Iterator[str]:
    """The name of a database with views and a clock that can be set."""
    with prepared(cluster) as template:
        yield template


@pytest.fixture
def machine(cluster: Cluster, server_template: str, tmp_path: Path) -> type[RuleBasedStateMachine]:
    """Makes a machine on a database of its own."""

    def made() -> TwoPhones:
        return TwoPhones(real_server(cluster, server_template, tmp_path / uuid4().hex, uuid4()))

    return cast("type[RuleBasedStateMachine]", made)


def test_two_devices_and_the_server_agree_in_the_end(machine: type[RuleBasedStateMachine]) -> None:
    run_state_machine_as_test(machine, settings=FEW)


def test_a_server_that_forgets_its_answers_is_seen(machine: type[RuleBasedStateMachine]) -> None:
    history = Operations.history

    def forgets(self: Operations, *asked: Any) -> Past:
        return history(self, *asked)._replace(known=[])

    with patch.object(Operations, "history", forgets), pytest.raises((AssertionError, RefusedError)):
        run_state_machine_as_test(machine, settings=FEW)
