"""The status of a case, and the refusals of decisions about one."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from domain.kernel.problem import Refused


class Status(StrEnum):
    """The status of a case; closed and merged are ends, and only a contact reopens a closed one."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"


FINAL = frozenset({Status.CLOSED, Status.MERGED})


class CaseIsFinal(Refused):
    """A closed or merged case takes no further decisions; reopen a closed one by a contact, or open a new one."""


class CaseIsResolved(Refused):
    """The case is resolved; reopen it if there is more to do."""


class NotResolved(Refused):
    """Only a resolved case can be closed or reopened."""


class NotWaiting(Refused):
    """Only a waiting case can be resumed."""


class SomethingIsOpen(Refused):
    """Work or a discrepancy is still open on this case; end it, or waive it by name with a reason."""


class MergedIntoItself(Refused):
    """A case cannot be merged into itself; name the case that goes on."""


def must_not_be_final(status: Status) -> None:
    """Raise `CaseIsFinal` for a case that has ended."""
    if status in FINAL:
        raise CaseIsFinal


def must_be_unresolved(status: Status) -> None:
    """Refuse decisions that are not possible once the case is resolved."""
    must_not_be_final(status)
    if status == Status.RESOLVED:
        raise CaseIsResolved


def must_be_resolved(status: Status) -> None:
    """Refuse decisions that are not possible before the case is resolved."""
    must_not_be_final(status)
    if status != Status.RESOLVED:
        raise NotResolved


def must_be_waiting(status: Status) -> None:
    """Refuse decisions that are only possible while the case waits."""
    must_be_unresolved(status)
    if status != Status.WAITING:
        raise NotWaiting


def may_be_reopened(status: Status, by_contact: UUID | None) -> None:
    """Refuse to reopen a case that is not resolved or closed, or was merged, or is closed and no contact is named."""
    if status != Status.CLOSED or by_contact is None:
        must_be_resolved(status)
