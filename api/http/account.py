"""Shared by the routes of sessions, of one's own account and of users: problems, password checks, recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from flask import g

from api.http.services import services
from commands.access import users as good
from domain.access.user import User
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from domain.kernel.problem import Kind, Problem
from domain.recording.backing import Change
from store.second_factor_check import WrongSecondFactor

__all__ = [
    "SecondFactorNeeded",
    "WrongProof",
    "WrongSecondFactor",
    "check_password",
    "log_user",
    "record",
    "record_password_change",
]


class SecondFactorNeeded(Problem):
    """The password is right; send a second factor to `POST /api/v1/sessions/second-factor` with `pending`."""

    kind = Kind.UNAUTHENTICATED
    code = "second-factor-needed"


class WrongProof(Problem):
    """That is not your password, or not one of your second factors."""

    kind = Kind.FORBIDDEN
    code = "wrong-proof"


def log_user(user: UUID) -> None:
    """Name the user in the log lines of this request, which has no session."""
    g.about_user = user


def check_password(user: UUID, password: str) -> None:
    """Raise `BadInput` for a password of this user that is too short, common, or made of their login or name."""
    good.must_be_good_for(user, password, services().views, services().access)


def record(
    user: UUID,
    role: str,
    decide: Callable[[User], None],
    actor: UUID | None = None,
    changes: Iterable[Change] = (),
) -> None:
    """Record a decision about the user's own account, with `changes` in the same transaction; not an office command."""

    def once() -> None:
        work = services().log.work()
        entity = work.get(User, user)
        decide(entity)
        for change in changes:
            work.also(change)
        work.add(Envelope(occurred_at=now(), actor=actor or user, role=role, zone=services().settings.zone), entity)
        work.commit()

    services().log.attempt(once)


def record_password_change(user: UUID, changes: Sequence[Change], role: str = "") -> None:
    """Record that the user has another password, together with the `changes` that set it."""
    record(user, role, User.record_password_change, changes=changes)
