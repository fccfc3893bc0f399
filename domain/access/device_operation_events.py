"""What can happen to a device's operations: quarantined, held, refused, decided about, or lost."""

from typing import ClassVar
from uuid import UUID, uuid5

from domain.access.device_operations import Misfit
from domain.kernel.aggregate import Entity, Personal


class OperationEvents:
    """The events of a device about its operations."""

    class OperationQuarantined(Entity.Event):
        """An operation was quarantined; its text is sealed under its own id, so that it can be erased alone.

        `contested` says that its id belongs to another operation, which it does not touch; then the text is sealed
        under an id of this event (earlier servers took the operation's). `text_version` is the version of the event
        with the same text while it was held, when it was.
        """

        TOPIC: ClassVar[str] = "device.operation_quarantined"
        PERSON: ClassVar[str] = "operation"
        technician: UUID
        operation: UUID
        seq: int
        type: str
        reason: str
        detail: str
        refs: tuple[UUID, ...] = ()
        encoding: str = "utf-8"
        body: Personal = None
        contested: bool = False
        text_version: int | None = None

        @property
        def sealed_under(self) -> UUID:
            """Whose key seals the text: no other text has the same, so that each can be erased alone."""
            return (
                uuid5(self.operation, f"{self.originator_id}/{self.originator_version}")
                if self.contested
                else self.operation
            )

    class OperationReleased(Entity.Event):
        """A quarantined operation is accepted after all: the one whose text is in the event of version `text_version`.

        Events of earlier servers have no version; then it is every one of this device under the id. The same holds
        below.
        """

        TOPIC: ClassVar[str] = "device.operation_released"
        technician: UUID
        operation: UUID
        text_version: int | None = None

    class OperationRejected(Entity.Event):
        """A request was refused."""

        TOPIC: ClassVar[str] = "device.operation_rejected"
        technician: UUID
        operation: UUID
        seq: int
        type: str
        problem: str
        detail: str
        refs: tuple[UUID, ...] = ()
        text_version: int | None = None

    class OperationDiscarded(Entity.Event):
        """A quarantined or held operation was discarded."""

        TOPIC: ClassVar[str] = "device.operation_discarded"
        technician: UUID
        operation: UUID
        reason: str
        text_version: int | None = None

    class OperationHeld(Entity.Event):
        """An operation waits for others that it needs or names; its text is sealed under its own id."""

        TOPIC: ClassVar[str] = "device.operation_held"
        PERSON: ClassVar[str] = "operation"
        technician: UUID
        operation: UUID
        seq: int
        type: str
        needs: tuple[UUID, ...]
        group: str | None = None
        refs: tuple[UUID, ...] = ()
        body: Personal = None

    class HoldEnded(Entity.Event):
        """A held operation was recorded: what it needed had arrived, or it had waited long enough (see `misfits`)."""

        TOPIC: ClassVar[str] = "device.hold_ended"
        technician: UUID
        operation: UUID
        misfits: tuple[Misfit, ...] = ()
        text_version: int | None = None

    class OperationsMissed(Entity.Event):
        """Operations with these numbers are lost: the restored log does not have them, nor does the device any more."""

        TOPIC: ClassVar[str] = "device.operations_missed"
        technician: UUID
        incarnation: int
        from_seq: int
        through_seq: int
