"""Enrolment in memory, and devices' statuses by events: what `store.enrolling` and the triggers of the log do."""

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
from tests.simulation.access_tables import Code, DeviceState, Tables
from tests.simulation.clocks import TrueClock
from tests.simulation.dice import Dice

_STATUS: Mapping[str, Status] = {
    "device.suspended": "suspended",
    "device.resumed": "active",
    "device.revoked": "revoked",
    "device.reenrolled": "active",
}


class MemoryEnrolling:
    """Enrolment codes and devices."""

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
        known = [one for one in self.kept.devices.values() if one.is_the_same(install_id, public_key, found.technician)]
        state = min(known, key=lambda one: one.public_key is None, default=None)
        if state is None:
            state = DeviceState(self._dice.uuid(), found.technician, install_id, 0, app_version, public_key)
            self.kept.devices[state.device] = state
            state.incarnation = incarnation = 1
        else:
            if state.status == "revoked" and state.revoked_at is not None and found.issued_at <= state.revoked_at:
                raise CodeNotGood
            incarnation = state.incarnation + 1
        found.used_by, found.used_incarnation = state.device, incarnation
        return Enrolment(state.device, incarnation, found.technician, found.issued_at)

    def enrolled_before(self, code: str, install_id: str, public_key: str) -> Keyholder | None:
        """The device that this installation has become by this code; its reply was lost."""
        found = self._good(code)
        state = self.kept.devices.get(found.used_by) if found is not None and found.used_by is not None else None
        if found is None or state is None or found.used_incarnation - state.incarnation not in (0, 1):
            return None
        if (state.install_id, state.public_key, state.status) != (install_id, public_key, "active"):
            return None
        return Keyholder(state.device, found.used_incarnation, found.technician, public_key, state.issued)

    def enrol_again(self, holder: Keyholder) -> Enrolment:
        """The same enrolment once more; raises `CodeNotGood`."""
        state = self.kept.devices[holder.device]
        if state.issued != holder.issued:
            raise CodeNotGood
        self._forget(state.device)
        state.issued += 1
        return Enrolment(holder.device, holder.incarnation, holder.technician)

    def note_incarnation(self, code: str, device: UUID, incarnation: int) -> None:
        """Which incarnation a code has let in."""
        found = self.kept.codes[code]
        found.used_by, found.used_incarnation = device, incarnation

    def revoked_at(self, device: UUID) -> datetime | None:
        """When a device was revoked last."""
        state = self.kept.devices.get(device)
        return state.revoked_at if state else None

    def keyholder(self, device: UUID) -> Keyholder | None:
        """A device that can prove who it is."""
        state = self.kept.devices.get(device)
        if state is None or state.public_key is None:
            return None
        return Keyholder(state.device, state.incarnation, state.technician, state.public_key, state.issued)

    def follow(self, events: Sequence[Recorded], _: Sequence[Answer]) -> None:
        """Change the devices' rows by events, as triggers do in their transaction."""
        for event in events:
            state = self.kept.devices.get(event.stream)
            if state is not None and event.topic in _STATUS:
                state.status = _STATUS[event.topic]
                if event.topic == "device.revoked":
                    state.wipe, state.revoked_at = state.wipe or event.data.wipe, self._clock.now()
                if event.topic in ("device.revoked", "device.suspended"):
                    self._end_codes(state.technician)
                elif event.topic == "device.reenrolled":
                    data = event.data
                    state.technician, state.incarnation = data.technician, data.incarnation
                    state.app_version, state.public_key = data.app_version, data.public_key
                    self._forget(state.device)
            elif state is not None and event.topic == "device.wiped":
                state.wiped = True
                self._forget(state.device)

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
