"""Issue 10, 8: one table says for each kind of discrepancy what opens and closes it, who owns it, and what it says."""

from __future__ import annotations

from string import Formatter

from domain.stock.discrepancy_kinds import DISCREPANCY_KINDS, NOTICES, RULES
from domain.stock.unit_misfits import UNIT_MISFITS
from domain.work.late_work import LATE_WORK
from projections.stock.discrepancy_findings import LOOK
from projections.stock.discrepancy_row import ABOUT
from sync import notices
from tests.support.discrepancies_page import PAGE, page

RESERVED = {"count_variance", "transfer_short", "transfer_surplus", "transfer_overdue"}


def test_each_kind_that_is_looked_for_has_a_rule_and_the_other_way_round() -> None:
    assert RULES.keys() == LOOK.keys() == set(DISCREPANCY_KINDS) - RESERVED
    assert {*UNIT_MISFITS, *LATE_WORK} <= RULES.keys()


def test_each_rule_is_complete() -> None:
    for kind, rule in RULES.items():
        assert all((rule.opens, rule.closes, rule.text)), kind
        assert set(rule.about) <= set(ABOUT), kind
        assert (rule.owner == "custodian") == ("location" in rule.about), kind
        places = {name for _, name, _, _ in Formatter().parse(rule.text) if name is not None}
        assert places <= {"on_hand", "serial", "lot", "trouble"}, kind
        assert rule.unit is None or rule.unit in places, kind


def test_what_devices_are_told_at_once_can_be_filtered_by() -> None:
    assert {code: {"": text} for code, text in NOTICES.items()}.items() <= notices.NOTICES.items()


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text() == page()
