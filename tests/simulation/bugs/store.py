"""Bugs of the log, or of the transaction around it."""

from __future__ import annotations

from typing import Any

from domain.recording.answers import Appended
from tests.simulation.memory_answers import MemoryAnswers
from tests.simulation.memory_log import MemoryLog
from tests.simulation.planted import Patcher, bug
from tests.simulation.server import Crashed, Server
from tests.simulation.world import World


@bug("result stored apart from effect", "a server that dies between the two does it all again")
def apart(patcher: Patcher) -> None:
    def append(original: Any, log: MemoryLog, *what: Any, **more: Any) -> Any:
        events, envelopes, answers, turn, reads = what
        if turn is None or not events:
            return original(log, *what, **more)
        appended = original(log, events, envelopes, (), None, reads, **more)
        log.operations.append((), answers, appended.base)
        log.operations.turns[turn.device, turn.incarnation] = turn.next
        return appended

    patcher.wrap(MemoryLog, "append", append)


@bug("acknowledged before it is committed", "a server that dies has promised what it does not have")
def before_commit(patcher: Patcher) -> None:
    def append(original: Any, log: MemoryLog, *what: Any, **more: Any) -> Any:
        copy = log.backup()
        try:
            return original(log, *what, **more)
        except Crashed:
            if what[3] is None:
                raise
            log.restore(copy)
            return Appended(log.head(), log.events[-1].recorded_at)

    patcher.wrap(MemoryLog, "append", append)


@bug("duplicate answered before it is durable", "the second attempt is told what the first one had not saved yet")
def not_durable(patcher: Patcher) -> None:
    def append(original: Any, log: MemoryLog, *what: Any, **more: Any) -> Any:
        copy = log.backup()
        try:
            return original(log, *what, **more)
        except Crashed:
            world: World = log.after_commit.__self__  # type: ignore[attr-defined]
            world.network.send_again()  # it is answered out of what is lost with the server
            log.restore(copy)
            world.auditor.ledger._last = log.head()
            raise

    patcher.wrap(MemoryLog, "append", append)


@bug("turns are not taken", "two pushes of one device are recorded side by side")
def no_turns(patcher: Patcher) -> None:
    patcher.replace(MemoryAnswers, "is_turn", lambda *_: True)
    patcher.replace(MemoryAnswers, "first", lambda *_: None)  # alone, the other two would make good for it
    patcher.replace(MemoryAnswers, "collide", lambda *_: False)


@bug("ids are looked up a device at a time", "what a copied phone sends takes effect once for each copy")
def each_device(patcher: Patcher) -> None:
    def history(original: Any, answers: MemoryAnswers, device: Any, *asked: Any) -> Any:
        past = original(answers, device, *asked)
        return past._replace(known=[one for one in past.known if one.device == device])

    patcher.wrap(MemoryAnswers, "history", history)
    patcher.replace(MemoryAnswers, "first", lambda *_: None)


@bug("reads are not verified", "a decision rests on what is not so any more when it is recorded")
def unverified(patcher: Patcher) -> None:
    def append(original: Any, log: MemoryLog, *what: Any, **more: Any) -> Any:
        return original(log, *what[:4], **more)

    patcher.wrap(MemoryLog, "append", append)


@bug("a restored server keeps its epoch", "nobody is told that something has been lost")
def same_epoch(patcher: Patcher) -> None:
    patcher.replace(Server, "_begin_life", lambda server, _: setattr(server, "_next_life", server.log.epoch()))


@bug("a position is left out", "a reader that remembers the last position waits for ever, or misses one")
def gap(patcher: Patcher) -> None:
    def recorded(original: Any, log: MemoryLog, position: int, *rest: Any) -> Any:
        return original(log, position + (position > 150), *rest)

    patcher.wrap(MemoryLog, "_recorded", recorded)
