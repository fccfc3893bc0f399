"""Unique keys given by people, each of one thing: which events claim, keep and release which of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from uuid import UUID

from domain.kernel.bad_input import bad_member
from domain.kernel.problem import Refused
from domain.kernel.spelling import compact, folded

KeyKind = Literal["work_order_number", "part_number", "gtin", "location_name", "equipment_serial", "message_id"]

NAMES: Final[dict[KeyKind, tuple[str, str]]] = {
    "work_order_number": ("a work order", "number"),
    "part_number": ("a part", "number"),
    "gtin": ("a part", "GTIN"),
    "location_name": ("a location", "name"),
    "equipment_serial": ("a machine of this model", "serial number"),
    "message_id": ("a contact", "message id"),
}
"""The thing with such a key, and the name of the key, in words for people."""


class KeyTaken(Refused):
    """Something else has this number, code or name already; use that thing, or choose another key."""

    def __init__(self, claim: Claim, holder: UUID, operation: UUID | None = None) -> None:
        thing, name = NAMES[claim.kind]
        shown = "" if claim.is_personal else f" “{claim.text}”"
        detail = f"There is {thing} with this {name}{shown} already, {holder}: use that one, or choose another {name}."
        errors = [{"pointer": claim.pointer, "detail": detail}]
        super().__init__(detail, errors=errors, holder=str(holder), key=claim.kind)
        self.claim, self.holder, self.operation = claim, holder, operation


class Claim(NamedTuple):
    """An event claims a key: `key` is `text` in the form that is compared, `pointer` the JSON pointer to the text.

    `person` is the person whose personal data the text is, if any; then it must not be stored as plain text.
    """

    kind: KeyKind
    key: str
    text: str
    pointer: str
    person: UUID | None = None

    @property
    def is_personal(self) -> bool:
        """Whether the text is personal data."""
        return self.person is not None

    def must_be_readable(self) -> None:
        """Raise `BadInput` for a text without visible characters."""
        if not self.key:
            raise bad_member(self.pointer, f"A {NAMES[self.kind][1]} has letters or digits that can be seen.")


class Release(NamedTuple):
    """An event releases the keys of a thing: all, or those of one kind except the ones it keeps."""

    kind: KeyKind | None = None
    keeps: tuple[str, ...] = ()


class Owned(NamedTuple):
    """The personal keys of a thing belong to this person, as is known now."""

    person: UUID


class Forgotten(NamedTuple):
    """The personal keys of a person are released, since they were erased."""

    person: UUID


Keeping: TypeAlias = Claim | Release | Owned | Forgotten


def gtin_key(gtin: str) -> str:
    """A GTIN-8, -12, -13 or -14 with 14 digits: the same trade item, however many leading zeros are written."""
    return compact(gtin).zfill(14)


def message_key(message_id: str) -> str:
    """A message id without its angle brackets, in which mail programs differ."""
    return compact(message_id).removeprefix("<").removesuffix(">")


_ASKED: Final[dict[KeyKind, Callable[[str], str]]] = {
    "work_order_number": compact,
    "part_number": compact,
    "message_id": message_key,
}


def key_asked_for(kind: KeyKind, text: str) -> str:
    """The form of a text in which a request's key of this kind is compared."""
    return _ASKED[kind](text)


def keeping_of(topic: str, stream: UUID, data: Any) -> Iterator[Keeping]:
    """What an event does with keys; `data` has its own fields."""
    found = _BY_TOPIC.get(topic)
    return iter(()) if found is None else found(stream, data)


def _work_order_opened(_: UUID, data: Any) -> Iterator[Keeping]:
    yield Claim("work_order_number", compact(data.number), data.number, "/number")


def _part_registered(_: UUID, data: Any) -> Iterator[Keeping]:
    yield Claim("part_number", compact(data.number), data.number, "/number")
    yield from _gtins(data)


def _part_revised(_: UUID, data: Any) -> Iterator[Keeping]:
    yield Release("gtin", tuple(gtin_key(gtin) for gtin in data.gtins))
    yield from _gtins(data)


def _gtins(data: Any) -> Iterator[Keeping]:
    for gtin in data.gtins:
        yield Claim("gtin", gtin_key(gtin), gtin, "/gtins")


def _location_registered(_: UUID, data: Any) -> Iterator[Keeping]:
    """A store at a customer's site has a name that is unique at that site."""
    name = folded(data.name)
    yield Claim("location_name", f"{name} {data.site}" if data.site and name else name, data.name, "/name")


def _equipment_registered(_: UUID, data: Any) -> Iterator[Keeping]:
    if data.serial is not None:
        serial = compact(data.serial)
        yield Claim("equipment_serial", f"{compact(data.model)} {serial}" if serial else "", data.serial, "/serial")


def _contact_received(stream: UUID, data: Any) -> Iterator[Keeping]:
    if data.message_id is not None:
        key = message_key(data.message_id)
        yield Claim("message_id", key, data.message_id, "/message_id", data.person or stream)


def _contact_linked(_: UUID, data: Any) -> Iterator[Keeping]:
    if data.customer is not None:
        yield Owned(data.customer)


def _released(_: UUID, __: Any) -> Iterator[Keeping]:
    yield Release()


def _erased(stream: UUID, _: Any) -> Iterator[Keeping]:
    yield Forgotten(stream)


_BY_TOPIC: Final[dict[str, Callable[[UUID, Any], Iterator[Keeping]]]] = {
    "work_order.opened": _work_order_opened,
    "part.registered": _part_registered,
    "part.revised": _part_revised,
    "location.registered": _location_registered,
    "location.retired": _released,
    "equipment.registered": _equipment_registered,
    "equipment.retired": _released,
    "contact.received": _contact_received,
    "contact.linked": _contact_linked,
    "customer.erased": _erased,
}

TOPICS: Final = tuple(_BY_TOPIC)
"""The topics of events that claim, keep or release keys."""
RULES: Final = 1
"""To be raised when keys are compared in another way: then they are computed again from the log."""
