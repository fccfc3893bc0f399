"""Search over all kinds of things."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from api.http.authentication import current_author
from api.http.fields import Choice, Text
from api.http.noun import Noun
from api.http.policy import POLICY
from api.http.reading import open_reader, page_arguments, page_response
from api.http.region import region_of
from api.http.rows import api_schema
from api.http.schemas import Page
from api.http.services import services
from commands.running.author import Author
from projections.lookup.search import Search
from projections.lookup.search_kinds import KINDS
from projections.lookup.search_query import FoundRow, found

search = Noun("search", "Search of all kinds of things by name, number, telephone or address.")

_NOUN_OF: Final = {"sites": "customers"}
_KIND: Final = {"type": "string", "enum": list(KINDS), "description": "The noun by which it is read."}
FOUND: Final = api_schema(FoundRow, kind=_KIND)


class Question(Page):
    """The words to search for, and the kind of things."""

    q = Text(
        200,
        required=True,
        metadata={
            "description": "Words or their beginnings, in any order; a number, serial, GTIN, telephone number or id."
        },
    )
    kind = Choice(KINDS, metadata={"description": "Only things of this kind."})


@search.lists(FOUND, Question)
def list_matches(query: dict[str, Any]) -> Response:
    """What matches, the best match first, of the kinds that you may read.

    Case, accents, ß and ss, ä and ae, blanks and dashes make no difference; telephone numbers are found in any
    spelling.
    """
    who = current_author()
    kinds = [kind for kind in readable_by(who) if query.get("kind") in (None, kind)]
    region = region_of(services().settings.zone)
    with open_reader(query, Search()) as reader:
        rows = found(reader, query["q"], region=region, kinds=kinds, **page_arguments(query))
        return page_response(reader, query, rows, key=("rank", "kind", "id"))


def readable_by(who: Author) -> list[str]:
    """The kinds of things that the author may read by the policy."""
    return [kind for kind in KINDS if not POLICY[f"GET /api/v1/{_NOUN_OF.get(kind, kind)}"].isdisjoint(who.roles)]
