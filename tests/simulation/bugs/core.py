"""Bugs of the core of sync."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

import sync.arrival
import sync.groups
import sync.holding
import sync.push
from domain.care.customer_change import Clash
from domain.kernel.problem import Refused
from domain.kernel.walk import Walked
from sync.decide import Decision, quarantine_or_reject
from sync.problems import MalformedEnvelope
from sync.pull import Pull
from sync.push import PushIntake
from sync.seen import Seen
from sync.verify import Verify
from tests.simulation.planted import Patcher, bug


@bug("duplicates found by sequence alone", "another operation under a known number is thought to be known")
def by_sequence(patcher: Patcher) -> None:
    def same(_: Any, seen: Seen, operation: Any) -> Any:
        return seen.by_seq.get(operation.seq)

    def before_gap(_: Any, seen: Seen, operations: Any) -> Any:
        behind = [number for number, one in enumerate(operations) if one.seq > seen.last + 1 + number]
        return operations[: behind[0]] if behind else operations

    patcher.wrap(Seen, "same", same)
    patcher.wrap(Seen, "before_gap", before_gap)


@bug("group not atomic", "some requests of a group stand although others have fallen")
def not_atomic(patcher: Patcher) -> None:
    patcher.replace(sync.groups, "_refused_with_group", lambda *_: {})


@bug("held for ever", "what never comes is waited for until the end of days")
def for_ever(patcher: Patcher) -> None:
    patcher.replace(sync.holding, "LONGEST_HELD", timedelta(days=10_000))


@bug("a correction does not wait", "what takes back something held goes to the office, and the held is recorded later")
def does_not_wait(patcher: Patcher) -> None:
    patcher.replace(Seen, "held", lambda *_: [])
    patcher.replace(sync.groups, "_waiting_for", lambda each, _: each)


@bug("quarantine blocks the queue", "one operation that nobody understands stops all behind it")
def blocks(patcher: Patcher) -> None:
    def decide_all(original: Any, *args: Any, **how: Any) -> Any:
        decided = original(*args, **how)
        if any(one.status == "quarantined" for one in decided.decisions):
            raise MalformedEnvelope("An operation is not understood.")
        return decided

    patcher.wrap(sync.push, "decide_all", decide_all)


@bug("a fact is refused", "what has happened is said not to have happened")
def fact_refused(patcher: Patcher) -> None:
    def decide(original: Any, work: Any, sender: Any, arrived: Any, late: Any = None) -> Decision:
        if arrived.suspicion:
            return quarantine_or_reject(work, sender, arrived, Refused("This cannot have happened yet."))
        decision: Decision = original(work, sender, arrived, late)
        return decision

    patcher.wrap(sync.groups, "decide", decide)


@bug("applied without an effect", "a device is told that something was recorded, and nothing was")
def no_effect(patcher: Patcher) -> None:
    def decide(original: Any, work: Any, sender: Any, arrived: Any, late: Any = None) -> Decision:
        if arrived.operation.type == "labour_recorded":
            return Decision(arrived.operation, "applied", len(work.events), 0)
        decision: Decision = original(work, sender, arrived, late)
        return decision

    patcher.wrap(sync.groups, "decide", decide)


@bug("last writer wins", "a change made offline overwrites what the office has said meanwhile")
def last_writer(patcher: Patcher) -> None:
    import domain.care.customer  # noqa: PLC0415 - named where it is replaced

    def split_changes(_: Any, __: Any, changes: Any) -> tuple[dict[str, Any], tuple[Clash, ...]]:
        return {field: to for field, (_, to) in changes.items()}, ()

    patcher.wrap(domain.care.customer, "split_changes", split_changes)


@bug("old version rejected", "what an old app sends is no longer understood")
def old_version(patcher: Patcher) -> None:
    from sync.operations.catalogue import OPERATIONS  # noqa: PLC0415 - named where it is replaced
    from sync.operations.handler import Handler  # noqa: PLC0415 - named where it is replaced

    def versions(_: Any, handler: Handler) -> Any:
        OPERATIONS.pop((handler.name, 1), None)
        yield handler._replace(upcasts=())

    patcher.wrap(Handler, "versions", versions)


@bug("an old app may not push", "work done on an old app stays on the phone")
def old_app(patcher: Patcher) -> None:
    from sync.app_version import UpgradeRequired  # noqa: PLC0415 - named where it is replaced

    def reply(original: Any, intake: PushIntake, who: Any, *rest: Any) -> Any:
        if not intake._pull._oldest_app.serves(who.app_version):
            raise UpgradeRequired
        return original(intake, who, *rest)

    patcher.wrap(PushIntake, "reply", reply)


@bug("a repetition is answered otherwise", "the second reply leaves out what does not fit")
def other_answer(patcher: Patcher) -> None:
    def repeated(original: Any, known: Any, seq: int) -> Any:
        import msgspec  # noqa: PLC0415 - named where it is used

        return msgspec.structs.replace(original(known, seq), notices=[])

    patcher.wrap(sync.push, "repeated_result", repeated)


@bug("the cursor runs ahead of the views", "what is not in the views yet is never sent")
def ahead(patcher: Patcher) -> None:
    def written(original: Any, pull: Pull, who: Any, *page: Any) -> Any:
        kept, upto, now = page
        return original(pull, who, kept, upto if kept.more else kept.moment.head, now)

    patcher.wrap(Pull, "_encoded", written)


@bug("healing sends too little", "a document that differs stays as it is")
def half_healed(patcher: Patcher) -> None:
    def written(original: Any, verify: Verify, who: Any, *found: Any) -> Any:
        moment, leaves, entries, now = found
        return original(verify, who, moment, leaves, entries[1:], now)

    patcher.wrap(Verify, "_written", written)


@bug("rules go by arrival", "an order decides by what came last, whatever the screens show")
def by_arrival(patcher: Patcher) -> None:
    def set_envelope(original: Any, entity: Any, envelope: Any, first: int) -> None:
        latest = max((step.at for steps in entity.steps.values() for step in steps if step.order < first), default=None)
        at = envelope.occurred_at if latest is None else max(latest, envelope.occurred_at)
        original(entity, msgspec.structs.replace(envelope, occurred_at=at), first)

    patcher.wrap(Walked, "set_envelope", set_envelope)


@bug("only the future is suspected", "a clock that stood at another year while recording dates what was done")
def past_is_believed(patcher: Patcher) -> None:
    patcher.replace(sync.arrival, "read_by", lambda *_: None)
