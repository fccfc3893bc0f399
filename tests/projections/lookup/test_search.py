"""The view that everything is found by (issue 9, 8)."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from uuid import UUID, uuid4

import pytest

from domain.care.customer import Customer
from domain.stock.part import Part, PartName
from projections.lookup.search import Search
from projections.lookup.search_kinds import KINDS
from projections.lookup.search_query import found
from projections.lookup.search_terms import asked, codes, phones, stored, words
from tests.support.projected_log import ProjectedLog, projected_log_on

LETTERS = "aouäöüßéeAOUE nrst-'’Łøæ0129\u017f\u0308\u0301中ab"


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Search()) as made:
        yield made


def ids(projected: ProjectedLog, question: str) -> list[UUID]:
    with projected.seen() as reader:
        return [row["id"] for row in found(reader, question, region="DE", kinds=KINDS, limit=99)]


def test_live_and_rebuilt_are_the_same_whatever_changes(projected: ProjectedLog) -> None:
    """Issue 9, 8."""
    ada = Customer.register(id=uuid4(), name="Ada Lovelace", phones=("030 1",), email="ada@example.org")
    part = Part.register(id=uuid4(), number="P-1", names=(PartName("de", "Pumpe"),), unit="piece")
    projected.record(ada, part)
    site = uuid4()
    ada.change(name="Ada King", phones=("+49 30 123456", "nothing"))
    ada.add_site(site=site, zone="Europe/Berlin", address="Lindenallee 7")
    part.revise(names=(PartName("de", "Welle"),), tracking="none", criticality=None, gtins=("96385074",))
    projected.record(ada, part)

    assert (ids(projected, "lovelace"), ids(projected, "king ada"), ids(projected, "030123456")) == (
        [],
        [ada.id],
        [ada.id],
    )
    assert (ids(projected, "pumpe"), ids(projected, "welle"), ids(projected, "96385074")) == ([], [part.id], [part.id])
    projected.check_rebuild()

    ada.erase()
    projected.erase(ada)
    assert ids(projected, "king") == ids(projected, "lindenallee") == []
    assert not projected.contains("Lindenallee")
    projected.check_rebuild()


def test_how_a_text_begins_finds_it_always() -> None:
    """Issue 9, 8: whatever letters it has, each beginning of each word finds the text."""
    seed = Random().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - to be repeated
    dice = Random(seed)
    for _ in range(2_000):
        text = "".join(dice.choices(LETTERS, k=dice.randrange(1, 24)))
        terms = stored(words(text))
        begun = text[: dice.randrange(1, len(text) + 1)]
        for way in asked(begun):
            if way.rank == 2:
                missed = [
                    probes
                    for probes in way.terms
                    if not any(probe.low <= term < probe.high for probe in probes for term in terms)
                ]
                assert not missed, (text, begun)


def test_terms_are_short_and_of_whatever_is_given() -> None:
    """Issue 9, 8: no text makes a term that the index cannot hold."""
    for text in ("x" * 8_000, "ﷺ" * 500, "\ud800", "\x00", "1" * 8_000, "+" * 500, "+49" + "3" * 300, "", "ß" * 300):
        for term in stored(words(text) | codes(text) | phones(text)):
            assert len(term) <= 300
        asked(text, "DE")
