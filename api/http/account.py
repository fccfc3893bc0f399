"""Shared by the routes of sessions, of one's own account and of users: problems, password checks, recording."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
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


def record_password_change(user: UUID, changes: Iterable[Change], role: str = "") -> None:
    """Record that the user has another password, with the `changes` that set it in the same transaction.

    It is their own doing and no command of the office: its event names no operation.
    """
    services().log.attempt(partial(_record_once, user, tuple(changes), role))


def _record_once(user: UUID, changes: Iterable[Change], role: str) -> None:
    work = services().log.work()
    entity = work.get(User, user)
    entity.record_password_change()
    for change in changes:
        work.also(change)
    work.add(Envelope(occurred_at=now(), actor=user, role=role, zone=services().settings.zone), entity)
    work.commit()
