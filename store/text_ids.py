"""The ids in the text of a quarantined or held operation, and the person whose key seals the text."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
import structlog
from cryptography.exceptions import InvalidTag

from domain.recording.recorded import Recorded
from store.master_keys import MasterKeyMissingError
from store.record import RecordReader

ANYBODY: Final = UUID(int=0)
"""The person stored for texts that may name anybody: every erasure concerns them."""
MOST_IDS: Final = 600
"""More than the longest accepted operation can name."""
_ID: Final = re.compile("[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\u00([2-7][0-9a-fA-F])")
_PERSON: Final = re.compile('"person":"([0-9a-f-]{36})","sealed":')
_CLOSED: Final = (InvalidTag, MasterKeyMissingError)
"""Raised when a record's key is under a missing master key."""
_UNREADABLE: Final = (ValueError, LookupError, TypeError, RecursionError, msgspec.MsgspecError)
"""Raised when a record is damaged, or of an unknown kind."""

_log = structlog.get_logger(__name__)


class TextIds(NamedTuple):
    """The data stored about a text: its position, whose key seals it, its own id if it has one, the ids it names.

    `is_closed` while its master key is missing: then `ids` are only those beside the text.
    """

    position: int
    person: UUID
    operation: UUID | None
    ids: list[UUID]
    is_closed: bool = False


def noted(reader: RecordReader, rows: Sequence[tuple[int, str]]) -> list[TextIds]:
    """The ids in the records at these positions, except those whose text was erased; raises nothing."""
    try:
        events: Sequence[Recorded | None] = reader.read([record for _, record in rows])
    except (*_CLOSED, *_UNREADABLE):
        events = [None] * len(rows)
    found = [
        _of_event(position, record, event) if event else _of_record(reader, position, record)
        for (position, record), event in zip(rows, events, strict=True)
    ]
    return [each for each in found if each is not None]


def of_anybody(position: int, record: str) -> TextIds | None:
    """A text that may name any erased person; `None` when nothing in it is sealed."""
    return _sealed(position, record, None, {ANYBODY})


def ids_in(text: str) -> set[UUID]:
    """Every id in a text, with hyphens or without, its characters plain or escaped as JSON allows."""
    plain = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)
    return {UUID(found) for found in _ID.findall(plain)}


def _of_record(reader: RecordReader, position: int, record: str) -> TextIds | None:
    """The same for one record that may be unreadable."""
    try:
        [event] = reader.read([record])
        return _of_event(position, record, event)
    except _CLOSED:  # the fields beside the text can be read
        _log.exception("operation cannot be opened", position=position)
        return _sealed(position, record, None, ids_in(record), is_closed=True)
    except _UNREADABLE:
        _log.exception("operation cannot be read", position=position)
        return of_anybody(position, record)


def _of_event(position: int, record: str, event: Recorded) -> TextIds | None:
    if event.data.body is None:
        return None
    own = event.data.operation
    named = {*(ids_in(_text_of(event)) - {own}), *event.data.refs}
    return _sealed(position, record, None if getattr(event.data, "contested", False) else own, named - {ANYBODY})


def _sealed(
    position: int, record: str, operation: UUID | None, ids: set[UUID], *, is_closed: bool = False
) -> TextIds | None:
    person = _PERSON.search(record)
    if person is None:
        return None
    named = sorted(ids) if len(ids) <= MOST_IDS else [ANYBODY]
    return TextIds(position, UUID(person[1]), operation, named, is_closed)


def _text_of(event: Recorded) -> str:
    """The text of the operation; bytes that are not UTF-8 are read one by one, which keeps ids as they are."""
    if getattr(event.data, "encoding", "utf-8") == "base64":
        return b64decode(event.data.body).decode("latin-1")
    return str(event.data.body)
