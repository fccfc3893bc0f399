"""No order of steps and faults breaks a promise; an order that breaks one is shortened."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.simulation import bug_trials
from tests.simulation.chosen_world import FIELD, MISHAPS, OFFICE, ChosenWorld
from tests.simulation.planted import planted
from tests.simulation.profile import RATES
from tests.simulation.violation import Violation

PHONES = st.integers(0, 2)
DICE = st.integers(0, 2**16)
CHANCES = st.integers(0, 3)
ON_THE_WAY = sorted(RATES.keys() - {"killed", "others go first", "overtaken at commit"})

MOST_IDLE = 25
"""Hours: an operation is kept for seven days, and the end of a run takes five of them."""


class Company(RuleBasedStateMachine):
    """Three phones of two technicians, an office, and a server that may go back to its backup."""

    def __init__(self) -> None:
        super().__init__()
        self.world, self.idle = ChosenWorld(), 0

    @rule(phone=PHONES, deed=st.sampled_from(FIELD), dice=DICE)
    def works(self, phone: int, deed: str, dice: int) -> None:
        """A technician does something: alone, in a group, or needing what another does."""
        self.world.do(deed, phone, dice)

    @rule(phone=PHONES, how=st.sampled_from(["sync", "sync", "sync", "push", "pull"]))
    def syncs(self, phone: int, how: str) -> None:
        """All goes well."""
        self.world.do(how, phone)

    @rule(phone=PHONES, fault=st.sampled_from(ON_THE_WAY), chance=CHANCES)
    def syncs_badly(self, phone: int, fault: str, chance: int) -> None:
        """One thing goes wrong on the way."""
        self.world.plan_fault(fault, chance)
        self.world.do("sync", phone)

    @rule(
        phone=PHONES,
        where=st.sampled_from(["others go first", "overtaken at commit"]),
        chance=CHANCES,
        other=PHONES,
        does=st.sampled_from(["sync", "push", *OFFICE, "restore the server", "views move on"]),
        dice=DICE,
    )
    def syncs_while(self, *, phone: int, where: str, chance: int, other: int, does: str, dice: int) -> None:
        """Somebody else is faster."""
        self.world.plan_fault(where, chance)
        self.world.plan_step(does, other, dice)
        self.world.do("sync", phone)

    @rule(phone=PHONES, statement=st.integers(0, 60))
    def is_killed(self, phone: int, statement: int) -> None:
        """The app dies at this statement of a sync."""
        self.world.phone(phone).disk.kill_after(statement)
        self.world.do("sync", phone)

    @rule(deed=st.sampled_from(OFFICE), dice=DICE)
    def office_decides(self, deed: str, dice: int) -> None:
        """The office changes something."""
        self.world.do(deed, 0, dice)

    @rule(phone=PHONES, what=st.sampled_from(MISHAPS), dice=DICE)
    def it_happens(self, phone: int, what: str, dice: int) -> None:
        """Views, clocks, disks, copies, backups, keys, versions."""
        self.world.do(what, phone, dice)

    @precondition(lambda self: len(self.world.auditor.ledger.made) > 1)
    @rule(first=PHONES, second=PHONES)
    def one_is_copied(self, first: int, second: int) -> None:
        """A phone is backed up, works on, and goes back; then the other one syncs as well."""
        for what, phone in (("back up a phone", first), ("sync", first), ("restore a phone", first), ("sync", second)):
            self.world.do(what, phone)

    @precondition(lambda self: self.idle < MOST_IDLE)
    @rule(hours=st.sampled_from([1, 25]))
    def time_passes(self, hours: int) -> None:
        """Time passes without a step."""
        self.idle += hours
        self.world.clock.advance(3600 * hours)

    @invariant()
    def every_promise_holds(self) -> None:
        """The auditor checks the phones and the books."""
        self.world.auditor.check()

    def teardown(self) -> None:
        """End the faults, let everything become quiet, and check it in full."""
        self.world.end()


BOUNDED = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=(Phase.generate, Phase.shrink),
)


def test_no_order_of_deeds_and_mishaps_breaks_a_promise() -> None:
    run_state_machine_as_test(Company, settings=BOUNDED)


def test_a_broken_promise_is_told_as_a_short_program() -> None:
    assert bug_trials.BUG_MODULES, "mistakes are known once their rooms are loaded"

    with planted("result stored apart from effect"), pytest.raises(Violation) as caught:
        run_state_machine_as_test(Company, settings=settings(BOUNDED, stateful_step_count=12))

    lines = "\n".join(caught.value.__notes__).splitlines()
    program = [line for line in lines if line.startswith("state.") and "every_promise_holds" not in line]
    assert 0 < len(program) <= 10
