"""Sessions: signing in, asking who one is, signing out."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Response

from api.encoding import answer
from api.fields import Text
from api.noun import Noun
from api.schemas import Body, Strict
from api.services import services
from api.who import asking, bearer
from projections import users as view
from store.access import SESSION

sessions = Noun("sessions", "Signing in and out.")

USER: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": ["string", "null"]},
        "roles": {"type": "array", "items": {"type": "string"}},
    },
}
SIGNED_IN: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["token", "expires_in", "user"],
    "properties": {
        "token": {"type": "string", "description": "Send it as `Authorization: Bearer`; it is not shown again."},
        "expires_in": {"type": "integer", "description": "Seconds."},
        "user": USER,
    },
}


class SignIn(Strict):
    """Who wants to come in."""

    login = Text(200, required=True)
    password = Text(200, required=True)


@sessions.opens("POST", "", SignIn, 201, SIGNED_IN)
def sign_in(body: Body) -> Response:
    """Sign in; after some wrong passwords each further attempt has to wait longer (429)."""
    signed_in = services().access.sign_in(body["login"], body["password"])
    user = _user(signed_in.user, signed_in.roles)
    return answer({"token": signed_in.token, "expires_in": int(SESSION.total_seconds()), "user": user}, 201)


@sessions.opens("GET", "/current", None, 200, USER)
def current() -> Response:
    """Who is signed in with this token."""
    who = asking()
    return answer(_user(who.id, who.roles))


@sessions.opens("POST", "/current/end", None, 204)
def end() -> Response:
    """Sign out; the token opens nothing any more."""
    asking()
    services().access.end(bearer())
    return Response(status=204)


def _user(id: UUID, roles: tuple[str, ...]) -> dict[str, Any]:
    with services().views.now() as reader:
        row = view.user(reader, id)
    return {"id": id, "name": row["name"] if row else None, "roles": roles}
