"""Issue 8, 3 and 4: whatever bytes an operation is made of decides about that operation alone, and is kept exactly."""

from __future__ import annotations

from base64 import b64decode
from uuid import UUID, uuid4

import pytest

from domain.kernel.envelope import Envelope
from store.erasure import Erasure
from sync.entry import EnrolmentRequest, RefreshRequest, parse_body
from sync.envelope import Push, parse_push
from sync.problems import MalformedEnvelope
from sync.push import Pushed
from sync.release import StillNotUnderstood, release
from sync.salvage import Salvage
from tests.support.erasing import NAME, erased
from tests.support.field_setup import NOON, Field, Phone
from tests.support.logs import read

OFFICE = Envelope(occurred_at=NOON, role="dispatcher", operation_id=uuid4())
TEXTS = {
    "half an emoji": rb'"\ud83d"',
    "the other half": rb'"\ude00"',
    "an escaped NUL": rb'"a\u0000b"',
    "a NUL": b'"a\x00b"',
    "a control character": b'"\x1b[2J"',
    "an escaped control character": rb'"\u009b2J"',
    "C1": b'"\xc2\x9b2J"',
    "delete": b'"\x7f"',
    "no UTF-8": b'"\xff\xfe"',
    "a wrong escape": rb'"\q"',
    "a NUL in a name": rb'{"a\u0000": 1}',
    "half an emoji in a name": rb'{"\ud83d": 1}',
    "a number without end": b"1e999",
    "no number": b"NaN",
    "minus infinity": b"-Infinity",
    "a leading zero": b"01",
    "many digits": b"9" * 5000,
    "depth": b"[" * 6000 + b"]" * 6000,
    "nothing": b"",
    "two values": b'"a" "b"',
}


def note(phone: Phone, order: UUID, text: bytes, **members: bytes) -> bytes:
    """A note in raw bytes; `members` are further ones, as bytes too."""
    phone.seq += 1
    more = b"".join(b',"%s":%s' % (name.encode(), value) for name, value in members.items())
    head = b'{"id":"%s","seq":%d,"type":"note_added","at":"2026-11-20T12:00:00Z"' % (str(uuid4()).encode(), phone.seq)
    return head + more + b',"data":{"work_order":"%s","text":%s}}' % (str(order).encode(), text)


def envelope(*operations: bytes) -> bytes:
    now = NOON.isoformat().encode()
    return b'{"incarnation":1,"now":"%s","operations":[%s]}' % (now, b" , ".join(operations))


def pushed(phone: Phone, *operations: bytes) -> Pushed:
    return phone.intake.take(phone.who(), parse_push(envelope(*operations)), NOON)


def kept(field: Field, position: int) -> bytes:
    """The bytes of the operation that was quarantined at a position."""
    data = read(field.log)[position - 1].data
    return b64decode(data.body) if data.encoding == "base64" else data.body.encode()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_one_operations_bytes_put_that_one_aside_and_let_the_others_through(
    field: Field, phone: Phone, text: bytes
) -> None:
    order = field.order()
    before, bad, behind = note(phone, order, b'"1"'), note(phone, order, text), note(phone, order, b'"2"')

    results = pushed(phone, before, bad, behind).results

    assert [result.status for result in results] == ["applied", "quarantined", "applied"]
    assert kept(field, results[1].positions[0]) == bad
    assert [result.duplicate for result in pushed(phone, before, bad, behind).results] == [True] * 3


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_salvage_takes_it_too(field: Field, phone: Phone, text: bytes) -> None:
    order = field.order()
    operations = [note(phone, order, b'"1"'), note(phone, order, text)]

    Salvage(phone.arrival).reply(phone.who(), envelope(*operations), None, NOON)

    events = [event for event in read(field.log) if event.topic == "device.operation_quarantined"]
    assert [kept(field, event.position) for event in events] == operations


@pytest.mark.parametrize(
    ("member", "value"),
    [("group", rb'"a\u0000b"'), ("group", b'"\x7f"'), ("type", rb'"note\u0000"'), ("v", b"1e999"), ("at", rb'"\u0000"'),
     ("needs", rb'["\u0000"]'), ("seen", b"-1e999"), ("other", rb'"\u0000"'), ("na\\u0000me", b"1")],
)  # fmt: skip
def test_no_member_of_an_operation_holds_such_characters(field: Field, phone: Phone, member: str, value: bytes) -> None:
    """Issue 8, 3: a held note with NUL in its group made erasure answer 503 for everybody."""
    bad = note(phone, field.order(), b'"x"', **({"needs": b'["%s"]' % str(uuid4()).encode()} | {member: value}))

    [result] = pushed(phone, bad).results

    assert result.status == "quarantined"
    assert kept(field, result.positions[0]) == bad
    record = field.log.pool.fetch_all("SELECT record FROM log.events WHERE position = %s", (result.positions[0],))[0][0]
    assert "\\u0000" not in record


def test_a_signature_with_other_characters_is_none(field: Field, phone: Phone) -> None:
    operation = phone.operation("note_added", {"work_order": str(field.order()), "text": "x"}, signature="Erika\n")

    result = phone.result(operation)

    assert result.status == "applied"
    assert "Erika" not in repr(read(field.log)[result.positions[0] - 1])


def test_an_operation_without_a_name_still_makes_the_envelope_malformed() -> None:
    with pytest.raises(MalformedEnvelope) as refused:
        parse_push(envelope(rb'{"id":"x","seq":1,"data":"\ud83d"}'))
    assert refused.value.errors[0]["pointer"].startswith("/operations/0")


@pytest.mark.parametrize("member", ["now", "app_version", "epoch", "incarnation"])
@pytest.mark.parametrize("value", [rb'"\u0000"', rb'"\ud83d"', b'"\xff"', b"NaN", b"1e999", b"9" * 400])
def test_what_is_wrong_with_the_envelope_is_said_of_the_envelope(member: str, value: bytes) -> None:
    members = {"now": b'"2026-11-20T12:00:00Z"', "incarnation": b"1", "operations": b"[]"} | {member: value}
    body = b"{" + b",".join(b'"%s":%s' % (name.encode(), one) for name, one in members.items()) + b"}"

    with pytest.raises(MalformedEnvelope) as refused:
        parse_push(body)
    assert refused.value.detail


def test_brackets_and_quotes_in_texts_are_no_brackets_and_quotes() -> None:
    tricky = rb'{"seq":2,"x":"]}\"[{","id":"0191cb40-11d2-7000-8f00-9d0f6b7c0001","y":"\ud83d,\\"}'
    good = b'{"seq":1,"id":"0191cb40-11d2-7000-8f00-9d0f6b7c0002","a":"x"}'

    taken: Push = parse_push(envelope(good, tricky))

    assert [operation.text.encode() for operation in taken.operations] == [good, tricky]


def test_the_office_takes_in_what_only_holds_unfit_characters(field: Field, phone: Phone) -> None:
    order = field.order()
    bad = note(phone, order, rb'"a\u0000b \ud83d"')
    [result] = pushed(phone, bad).results

    work = field.log.work()
    release(field.log, work, result.id, OFFICE)
    work.commit()

    last = read(field.log)[-1]
    assert (last.topic, last.data.text) == ("work_order.note_added", "a\ufffdb \ufffd")
    assert kept(field, result.positions[0]) == bad


@pytest.mark.parametrize("text", [b"1e999", b"NaN", b'"\xff"', rb'"\q"'])
def test_anything_else_stays_where_it_is(field: Field, phone: Phone, text: bytes) -> None:
    [result] = pushed(phone, note(phone, field.order(), text)).results

    with pytest.raises(StillNotUnderstood):
        release(field.log, field.log.work(), result.id, OFFICE)


@pytest.mark.parametrize("spelled", ["plain", "bytes", "escaped", "without hyphens"])
def test_an_erasure_finds_its_customer_in_whatever_was_kept(field: Field, phone: Phone, spelled: str) -> None:
    customer = str(field.customer)
    named = {
        "plain": f'"{customer} {NAME} \\ud83d"',
        "bytes": f'"{customer} {NAME} \udcff"',
        "escaped": '"' + "".join(f"\\u{ord(letter):04x}" for letter in customer) + f' {NAME} \\ud83d"',
        "without hyphens": f'"{customer.replace("-", "")} {NAME} \\ud83d"',
    }[spelled]
    [result] = pushed(phone, note(phone, uuid4(), named.encode("utf-8", "surrogateescape"))).results
    position = result.positions[0]
    assert NAME.encode() in kept(field, position)

    erased(field.log, field.customer)
    Erasure(field.log).catch_up()

    assert read(field.log)[position - 1].data.body is None


def test_what_a_device_calls_itself_holds_no_such_character() -> None:
    """Issue 8, 3: 500 for NUL in `install_id`; siblings: name, platform, app_version, code, refresh_token."""
    good = {"code": "c", "install_id": "i", "name": "n", "platform": "p", "app_version": "1"}
    for member in good:
        for character in ("\\u0000", "\\u001b", "\\u009b", "\\ud83d", "\x7f"):
            members = ",".join(f'"{name}":"{character if name == member else value}"' for name, value in good.items())
            with pytest.raises(MalformedEnvelope):
                parse_body(f"{{{members}}}".encode(), EnrolmentRequest)
    with pytest.raises(MalformedEnvelope):
        parse_body(b'{"refresh_token":"\\u0000"}', RefreshRequest)
