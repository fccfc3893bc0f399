"""How held operations come to an end: what their devices record, and the answer that is stored with the effect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.access.device import Device
from domain.kernel.envelope import Envelope
from domain.recording.answers import KeptText
from domain.recording.unit_of_work import Work
from sync.decide import Arrived, Decision
from sync.put_aside import decided
from sync.results import misfits_of, said_of


def discard_erased(work: Work, erased: Iterable[KeptText], now: datetime) -> None:
    """What somebody's erasure has left no text of comes to an end too."""
    for text in erased:
        operation = text.event.data.operation
        device = work.get(Device, text.event.stream)
        device.discard(operation, text.event.version, reason="Its text has been erased.")
        work.add(Envelope(occurred_at=now, operation_id=operation), device)


def tell_ended(work: Work, decisions: Iterable[Decision], arrived: Sequence[Arrived]) -> None:
    """What was refused or put aside has said so itself; of the others, the device says what became of them."""
    for decision, one in zip(decisions, arrived, strict=True):
        if decision.problem is None:
            assert one.envelope.device is not None, "an operation comes from a device"
            device = work.get(Device, one.envelope.device)
            misfits = misfits_of(decision)
            device.record_hold_ended(decision.operation.id, misfits, one.text_version, one.envelope.actor)
            work.add(one.envelope, device)


def answer_kept(work: Work, text: KeptText, decision: Decision | None) -> None:
    """Store what became of a text with its effect; one without a decision had been erased."""
    said = {} if decision is None else said_of(decision)
    status = "discarded" if decision is None else decision.status
    work.answer(decided(text.event, text.content_hash, status, **said))
