"""Names for the ids in a reply, of things that the author may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.http.authentication import current_author
from api.http.policy import POLICY
from api.http.services import services
from projections.lookup.names import QUERIES, ids_in, names_of


def names_of_items(items: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The current names by id, of things whose lists the author may read; erased people have none."""
    roles = set(current_author().roles)
    nouns = [noun for noun in QUERIES if roles & POLICY[f"GET /api/v1/{noun}"]]
    with services().views.now() as reader:
        return {str(id): name for id, name in names_of(reader, ids_in(list(items)), nouns).items()}
