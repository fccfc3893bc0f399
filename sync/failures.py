"""Which errors mean that the database cannot be reached, so that nothing can be recorded now."""

from __future__ import annotations

from typing import Final

from eventsourcing.persistence import InterfaceError, OperationalError

from store.master_keys import MasterKeyMissingError

_PASSING: Final = (OperationalError, InterfaceError)


def is_passing(error: Exception) -> bool:
    """Whether the database cannot be reached, and the error has no other cause.

    A missing master key is not such an error: it lasts until somebody restores it, and affects only what it opens.
    """
    return isinstance(error, _PASSING) and not isinstance(error, MasterKeyMissingError)
