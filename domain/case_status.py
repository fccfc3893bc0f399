"""Where a case can stand, and why a decision about one can be refused."""

from __future__ import annotations

from enum import StrEnum

from domain.problem import Refused


class Status(StrEnum):
    """Where a case stands; closed and merged are final."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"


FINAL = frozenset({Status.CLOSED, Status.MERGED})


class CaseIsFinal(Refused):
    """A closed or merged case takes no further decisions; open a new one."""


class CaseIsResolved(Refused):
    """The case is resolved; reopen it if there is more to do."""


class NotResolved(Refused):
    """Only a resolved case can be closed or reopened."""


class SomethingIsOpen(Refused):
    """Work or a discrepancy is still open on this case; end it, or waive it by name with a reason."""


class MergedIntoItself(Refused):
    """A case cannot be merged into itself; name the case that goes on."""


def must_not_be_final(status: Status) -> None:
    """Refuse what comes after the end."""
    if status in FINAL:
        raise CaseIsFinal


def must_be_unresolved(status: Status) -> None:
    """Refuse what has no place once the case is resolved."""
    must_not_be_final(status)
    if status == Status.RESOLVED:
        raise CaseIsResolved


def must_be_resolved(status: Status) -> None:
    """Refuse what has no place before the case is resolved."""
    must_not_be_final(status)
    if status != Status.RESOLVED:
        raise NotResolved
