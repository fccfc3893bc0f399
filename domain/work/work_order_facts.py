"""The facts that technicians report about a work order."""

from typing import Any
from uuid import UUID

from domain.kernel.reason import reason_and_note
from domain.work.work_order_events import Fixed, LabourKind, WorkOrderEvents
from domain.work.work_order_status import FAILURES


class WorkOrderFacts(WorkOrderEvents):
    """The facts of a work order; none is refused."""

    customer: UUID

    def record_diagnosis(self, *, problem: str, cause: str, remedy: str, note: str | None = None) -> None:
        """What was found: codes for problem, cause and remedy, and a note in free words."""
        codes = {"problem": problem, "cause": cause, "remedy": remedy}
        self._record(self.Diagnosed, customer=self.customer, note=note, **codes)

    def record_labour(self, *, minutes: int, kind: LabourKind, technician: UUID | None = None) -> None:
        """Whole minutes that somebody spent."""
        self._record(self.LabourRecorded, minutes=minutes, kind=kind, technician=technician)

    def record_note(self, text: str) -> None:
        """Something to remember, in free words."""
        self._record(self.NoteAdded, customer=self.customer, text=text)

    def record_photo(self, *, sha256: str, size: int, media_type: str) -> None:
        """A picture, by the hash of its bytes; `size` counts bytes."""
        self._record(self.PhotoAttached, sha256=sha256, size=size, media_type=media_type)

    def record_completion(self, *, technician: UUID, fixed: Fixed, remedy: str | None = None) -> None:
        """Record a completion by a technician: effective if the order is theirs, else a report to the office."""
        event = self.Completed if self._counts(technician) else self.CompletionReported
        self._record(event, technician=technician, remedy=remedy, fixed=fixed)

    def record_cannot_complete(self, *, technician: UUID, reason: str) -> None:
        """Record a failure, with a code of `FAILURES` or free text: only a report if the order is not theirs."""
        event = self.CannotComplete if self._counts(technician) else self.CannotCompleteReported
        self._record(event, customer=self.customer, technician=technician, **reason_and_note(reason, FAILURES))

    def record_correction(self, *, operation: UUID, fact: str | None = None, reason: str | None = None) -> None:
        """A device takes back its own earlier operation; `fact` is the topic that one had recorded."""
        self._record(self.FactCorrected, customer=self.customer, operation=operation, fact=fact, reason=reason)

    def _counts(self, technician: UUID) -> bool:
        """Whether a report of this technician changes the status; implemented by the work order."""
        raise NotImplementedError

    def _record(self, what: type[Any], **fields: Any) -> None:
        """Record a fact; implemented by the work order."""
        raise NotImplementedError
