"""Commands about users: whoever gives one is an admin when it is recorded, not just when it was asked."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Response

from api.http import office
from api.http.schemas import Body
from api.http.who import Who
from domain.access.user import User
from domain.kernel.problem import NotAllowed
from domain.recording.unit_of_work import Work


def change_user(who: Who, id: UUID, body: Body, decide: Callable[[User, Work], None]) -> Response:
    """One command about one user: `decide(user, work)`; see `office.change`. Raises `NotAllowed` as below."""

    def decided(user: User, work: Work) -> None:
        must_be_admin_still(work, who)
        decide(user, work)

    return office.change(who, User, id, body, decided)


def must_be_admin_still(work: Work, who: Who) -> None:
    """Raise `NotAllowed` when whoever asks was disabled or is no admin any more.

    The append verifies what was read here: of two admins who disable each other at one moment, one stays.
    """
    asking = work.find(User, who.id)
    if asking is None or not asking.may_enter() or "admin" not in asking.roles:
        raise NotAllowed
