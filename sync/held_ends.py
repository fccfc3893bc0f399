"""The end of held operations: the events of their devices, and the answer that is stored with the effect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.access.device import Device
from domain.kernel.envelope import Envelope
from domain.recording.answers import KeptText
from domain.recording.unit_of_work import Work
from sync.decide import Arrived, Decision
from sync.results import answer_payload, misfits_of
from sync.undecided import decision_answer


def discard_erased(work: Work, erased: Iterable[KeptText], now: datetime) -> None:
    """Discard held operations whose text has been erased: one event each, in `work`."""
    for text in erased:
        operation = text.event.data.operation
        device = work.get(Device, text.event.stream)
        device.discard(operation, text.event.version, reason="Its text has been erased.")
        work.add(Envelope(occurred_at=now, operation_id=operation), device)


def record_ended(work: Work, decisions: Iterable[Decision], arrived: Sequence[Arrived]) -> None:
    """Record on the device that each of these holds has ended; refusals and quarantines have events of their own."""
    for decision, one in zip(decisions, arrived, strict=True):
        if decision.problem is None:
            assert one.envelope.device is not None, "an operation comes from a device"
            device = work.get(Device, one.envelope.device)
            misfits = misfits_of(decision)
            device.record_hold_ended(decision.operation.id, misfits, one.text_version, one.envelope.actor)
            work.add(one.envelope, device)


def answer_kept(work: Work, text: KeptText, decision: Decision | None) -> None:
    """Store the answer about a held text with its effect; without a decision its text was erased: `discarded`."""
    payload = {} if decision is None else answer_payload(decision)
    status = "discarded" if decision is None else decision.status
    work.answer(decision_answer(text.event, text.content_hash, status, **payload))
