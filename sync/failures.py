"""Which errors say that the database is away, so that nothing at all can be recorded now."""

from __future__ import annotations

from typing import Final

from eventsourcing.persistence import InterfaceError, OperationalError

from store.master_keys import MasterKeyMissingError

_PASSING: Final = (OperationalError, InterfaceError)


def is_passing(error: Exception) -> bool:
    """Whether the database is away, and nothing is wrong with what was decided or with who decides.

    A master key that is not here stays away until somebody brings it back, and concerns those alone whose words it
    opens: whatever else waits is decided all the same.
    """
    return isinstance(error, _PASSING) and not isinstance(error, MasterKeyMissingError)
