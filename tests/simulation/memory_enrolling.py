"""Enrolment in memory, and how devices stand: what `store.enrolling` and the triggers of the log do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from domain.access.identity import Keyholder, Status
from domain.recording.answers import Answer
from domain.recording.recorded import Recorded
from store.device_access import CodeNotGood
from store.enrolling import Enrolment
from store.enrolment_code import CODE_LIFE
from tests.simulation.access_tables import Code, Seat, Tables
from tests.simulation.clocks import TrueClock
from tests.simulation.dice import Dice

_STATUS: Mapping[str, Status] = {
    "device.suspended": "suspended",
    "device.resumed": "active",
    "device.revoked": "revoked",
    "device.reenrolled": "active",
}


class MemoryEnrolling:
    """Codes, and the devices that they let in."""

    def __init__(self, clock: TrueClock, dice: Dice) -> None:
        self._clock, self._dice = clock, dice
        self.kept = Tables()

    def issue_code(self, technician: UUID) -> str:
        """A one-time code for a device of this technician."""
        code = f"{self._dice.getrandbits(60):015x}"
        now = self._clock.now()
        self.kept.codes[code] = Code(technician, now + CODE_LIFE, now)
        return code

    def enrol(self, code: str, install_id: str, app_version: str = "", public_key: str | None = None) -> Enrolment:
        """Trade a code for a device; raises `CodeNotGood`."""
        found = self._good(code)
        if found is None or found.used_by is not None:
            raise CodeNotGood
        known = [one for one in self.kept.seats.values() if one.is_the_same(install_id, public_key, found.technician)]
        seat = min(known, key=lambda one: one.public_key is None, default=None)
        if seat is None:
            seat = Seat(self._dice.uuid(), found.technician, install_id, 0, app_version, public_key)
            self.kept.seats[seat.device] = seat
            seat.incarnation = incarnation = 1
        else:
            if seat.status == "revoked" and seat.revoked_at is not None and found.issued_at <= seat.revoked_at:
                raise CodeNotGood
            incarnation = seat.incarnation + 1
        found.used_by, found.used_incarnation = seat.device, incarnation
        return Enrolment(seat.device, incarnation, found.technician, found.issued_at)

    def enrolled_before(self, code: str, install_id: str, public_key: str) -> Keyholder | None:
        """The device that this installation has become by this code; its reply was lost."""
        found = self._good(code)
        seat = self.kept.seats.get(found.used_by) if found is not None and found.used_by is not None else None
        if found is None or seat is None or found.used_incarnation - seat.incarnation not in (0, 1):
            return None
        if (seat.install_id, seat.public_key, seat.status) != (install_id, public_key, "active"):
            return None
        return Keyholder(seat.device, found.used_incarnation, found.technician, public_key, seat.issued)

    def enrol_again(self, holder: Keyholder) -> Enrolment:
        """The same enrolment once more; raises `CodeNotGood`."""
        seat = self.kept.seats[holder.device]
        if seat.issued != holder.issued:
            raise CodeNotGood
        self._forget(seat.device)
        seat.issued += 1
        return Enrolment(holder.device, holder.incarnation, holder.technician)

    def note_incarnation(self, code: str, device: UUID, incarnation: int) -> None:
        """Which incarnation a code has let in."""
        found = self.kept.codes[code]
        found.used_by, found.used_incarnation = device, incarnation

    def revoked_at(self, device: UUID) -> datetime | None:
        """When a device was revoked last."""
        seat = self.kept.seats.get(device)
        return seat.revoked_at if seat else None

    def keyholder(self, device: UUID) -> Keyholder | None:
        """A device that can prove who it is."""
        seat = self.kept.seats.get(device)
        if seat is None or seat.public_key is None:
            return None
        return Keyholder(seat.device, seat.incarnation, seat.technician, seat.public_key, seat.issued)

    def follow(self, events: Sequence[Recorded], _: Sequence[Answer]) -> None:
        """What the database does in the transaction of these events."""
        for event in events:
            seat = self.kept.seats.get(event.stream)
            if seat is not None and event.topic in _STATUS:
                seat.status = _STATUS[event.topic]
                if event.topic == "device.revoked":
                    seat.wipe, seat.revoked_at = seat.wipe or event.data.wipe, self._clock.now()
                if event.topic in ("device.revoked", "device.suspended"):
                    self._end_codes(seat.technician)
                elif event.topic == "device.reenrolled":
                    data = event.data
                    seat.technician, seat.incarnation = data.technician, data.incarnation
                    seat.app_version, seat.public_key = data.app_version, data.public_key
                    self._forget(seat.device)
            elif seat is not None and event.topic == "device.wiped":
                seat.wiped = True
                self._forget(seat.device)

    def _good(self, code: str) -> Code | None:
        found = self.kept.codes.get(code)
        return None if found is None or found.expires_at <= self._clock.now() else found

    def _end_codes(self, technician: UUID) -> None:
        for code in self.kept.codes.values():
            if code.technician == technician and code.used_by is None:
                code.expires_at = min(code.expires_at, self._clock.now())

    def _forget(self, device: UUID) -> None:
        for text, token in list(self.kept.tokens.items()):
            if token.device == device:
                del self.kept.tokens[text]
