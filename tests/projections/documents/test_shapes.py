"""Issue 10, 7: every document that devices pull has the shape that its type promises."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import SystemRandom
from typing import Any

import orjson
import pytest

from api.http.shapes import schema_of
from projections.documents.documents import KINDS, Documents
from projections.documents.entry import Entry, Tombstone
from projections.documents.table import DOCUMENTS
from tests.support.happenings import HAPPENINGS
from tests.support.memory_events import ViewsInMemory
from tests.support.schema_check import complaints, members_of, pointers

TRIES = 8
"""So many seeds are tried until every member was seen."""
SCHEMAS = {kind.name: schema_of(kind.shape) for kind in KINDS}


def entries(views: ViewsInMemory) -> Iterator[dict[str, Any]]:
    """All documents and tombstones, as pull sends them."""
    for row in views.all(DOCUMENTS):
        yield orjson.loads(row["entry"])


def misfits(entry: dict[str, Any]) -> list[str]:
    """What does not fit in a document or tombstone."""
    where = f"{entry['type']}/{entry['id']}"
    if "gone" in entry:
        return list(complaints(entry, schema_of(Tombstone), where))
    return [*complaints(entry, schema_of(Entry), where), *complaints(entry["body"], SCHEMAS[entry["type"]], where)]


@pytest.mark.parametrize("happen", HAPPENINGS, ids=lambda happen: happen.__name__)
@pytest.mark.parametrize("_round", range(3))
def test_every_document_has_the_shape_of_its_type(happen: Any, _round: int) -> None:
    seed = SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - so that a failure can be repeated
    views = ViewsInMemory(Documents())
    happen(views, seed)

    assert [misfit for entry in entries(views) for misfit in misfits(entry)][:20] == []


def test_every_member_is_there_in_some_document() -> None:
    """A shape says nothing that no document ever shows: each member of each shape is seen with a value."""
    unseen = {pointer for name, schema in SCHEMAS.items() for pointer in members_of(schema, name)}
    for seed, happen in product(range(TRIES), HAPPENINGS):
        if unseen:
            views = ViewsInMemory(Documents())
            happen(views, seed)
            unseen -= {place for entry in entries(views) for place in pointers(entry.get("body"), entry["type"])}

    assert sorted(unseen) == []
