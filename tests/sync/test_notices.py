"""Issue 10, 5: the codes and texts of notices are one table, from which every notice is made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sync
from sync.notices import NOTICES, Notice, notice

MADE = re.compile(r'\bNotice\(\s*f?"')


def test_a_notice_has_the_text_of_its_code_and_case() -> None:
    made = notice("before_it_was_there", {"work_order": 7}, values={"kind": "work order"})
    assert made == Notice(
        "before_it_was_there", "It says that it happened before the work order was there.", {"work_order": "7"}
    )
    assert notice("clock_suspect", case="ahead").detail == "The device says that this happened in the future."


def test_a_code_or_case_that_is_not_in_the_table_is_no_notice() -> None:
    with pytest.raises(KeyError):
        notice("clock_suspect")
    with pytest.raises(KeyError):
        notice("clock_wrong")


def test_no_other_file_makes_a_notice_with_a_text_of_its_own() -> None:
    files = Path(sync.__file__).parent.rglob("*.py")
    assert [file.name for file in files if MADE.search(file.read_text(encoding="utf-8"))] == []


def test_every_code_has_a_text() -> None:
    assert all(texts and all(texts.values()) for texts in NOTICES.values())
