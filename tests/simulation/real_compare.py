"""Comparing the real server with the core: each reply, and in the end all that is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any, Final

import msgspec
import orjson

from domain.kernel.envelope import Envelope
from domain.kernel.instant import format_instant
from domain.recording.recorded import Recorded
from projections.documents.table import DOCUMENTS
from store.connecting import open_connection
from sync.device import Reply
from tests.simulation.real_server import RealServer
from tests.simulation.real_trace import Act, Exchange
from tests.simulation.world import World

HEADERS: Final = ("retry-after", "upload-offset", "upload-length")
MOST: Final = 8
"""The most differences in a message."""
LONGEST: Final = 2_000
"""The most characters of each."""


class Difference(AssertionError):  # noqa: N818 - it is one, and may well be right
    """The real server did something else than the core."""

    def __init__(self, act: Act | None, seen: str) -> None:
        where = "in the end" if act is None else f"at step {act.step}, {_name_of(act)}"
        super().__init__(f"{where}: {seen}")


def must_equal(exchange: Exchange, reply: Reply) -> None:
    """Raise `Difference` unless the real reply equals the core's."""
    core = exchange.reply
    if core is None:
        raise Difference(exchange, f"the core died, and the real server answered {_content(reply)}")
    if exchange.method == "HEAD":
        core, reply = core._replace(body=b""), reply._replace(body=b"")
    found = [*parted(_content(core), _content(reply))]
    if found:
        raise Difference(exchange, "".join(one[:LONGEST] for one in found[:MOST]))


def must_end_equal(world: World, server: RealServer) -> None:
    """Raise `Difference` unless events, first answers, turns, documents and devices are equal."""
    _same("log", map(_event, map(world.log.read, world.log.events)), map(_event, _events(server)))
    _same("answers", _core_answers(world), _ask(server, _ANSWERS))
    turns = [(device, incarnation, last) for (device, incarnation), last in world.log.operations.turns.items()]
    _same("turns", sorted(turns), _ask(server, "SELECT device, incarnation, last_seq FROM log.device_sequences"))
    rows = world.views.rows.rows(DOCUMENTS)
    documents = [tuple(row[name] for name in DOCUMENTS.columns) for row in rows]
    _same("documents", documents, _ask(server, f"SELECT {', '.join(DOCUMENTS.columns)} FROM documents"))  # noqa: S608
    devices = [
        (one.device, one.technician, one.install_id, one.incarnation, one.status, one.wipe, one.wiped, one.public_key)
        for one in world.access.kept.devices.values()
    ]
    _same("devices", devices, _ask(server, _DEVICES))


def parted(core: Any, real: Any, path: str = "") -> Iterator[str]:
    """Each place where two values differ, with both values."""
    if isinstance(core, dict) and isinstance(real, dict):
        for name in sorted({*core, *real}, reverse=True):
            yield from parted(core.get(name), real.get(name), f"{path}/{name}")
    elif isinstance(core, list) and isinstance(real, list) and len(core) == len(real):
        for number, pair in enumerate(zip(core, real, strict=True)):
            yield from parted(*pair, f"{path}/{number}")
    elif core != real:
        yield f"\n  {path}\n    core: {core}\n    real: {real}"


def _same(what: str, core: Iterable[Any], real: Iterable[Any]) -> None:
    ours, theirs = sorted(core, key=repr), sorted(real, key=repr)
    if ours != theirs:
        only_core = [one for one in ours if one not in theirs][:3]
        only_real = [one for one in theirs if one not in ours][:3]
        raise Difference(None, f"{what}: {len(ours)} and {len(theirs)}\n  core: {only_core}\n  real: {only_real}")


def _content(reply: Reply) -> dict[str, Any]:
    """Status, headers and body of a reply, as far as both sides have them."""
    try:
        body = orjson.loads(reply.body) if reply.body else None
    except orjson.JSONDecodeError:
        body = reply.body
    if isinstance(body, dict):
        body.pop("wiped_at", None)
    headers = {name: reply.headers[name] for name in HEADERS if name in reply.headers}
    return {"status": reply.status, "headers": headers, "body": body}


def _name_of(act: Act) -> str:
    return f"{act.method} {act.url}" if isinstance(act, Exchange) else type(act).__name__


def _event(event: Recorded) -> tuple[Any, ...]:
    data = {name: getattr(event.data, name) for name in event.data.__struct_fields__}
    envelope = {name: getattr(event.envelope, name) for name in Envelope.__struct_fields__}
    return (
        event.position,
        event.stream,
        event.version,
        event.topic,
        format_instant(event.recorded_at),
        msgspec.json.encode(envelope, order="deterministic"),
        msgspec.json.encode(data, order="deterministic"),
    )


def _events(server: RealServer) -> list[Recorded]:
    log = server.services.log
    records = log.pool.fetch_all("SELECT record FROM log.events ORDER BY position")
    return log.reader.read([record for (record,) in records])


def _core_answers(world: World) -> list[tuple[Any, ...]]:
    return [
        (
            row.original,
            *row.known[:-1],
            row.known.positions[0] if row.known.positions else None,
            len(row.known.positions),
        )
        for row in world.log.operations.rows
    ]


def _ask(server: RealServer, sql: str) -> list[tuple[Any, ...]]:
    with closing(open_connection(server.dsn)) as session, session.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


_ANSWERS: Final = """
    SELECT original, id, device, incarnation, seq, content_hash, status, answer, first_position, event_count
    FROM log.operations
    """
_DEVICES: Final = """
    SELECT device, technician, install_id, incarnation, standing, wipe, wiped_at IS NOT NULL, public_key
    FROM access.device_standing
    """
