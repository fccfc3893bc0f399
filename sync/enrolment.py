"""Enrolment: a code from the office becomes a device with tokens, or a known installation's next incarnation."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.access.device import Device
from domain.access.device_events import Installation
from domain.access.device_limits import ANNOUNCED
from domain.access.identity import Keyholder, TokenExpired, TokenReused
from domain.kernel.envelope import Envelope
from domain.kernel.instant import format_instant
from domain.work.technician import Technician
from store.device_access import CodeNotGood, DeviceAccess
from store.device_tokens import Pair
from store.enrolling import Enrolment
from store.log import EventLog
from sync.challenge import Challenges
from sync.entry import EnrolmentAsked, RefreshAsked, SignatureRequired


class EnrolmentDesk:
    """Lets devices in."""

    def __init__(self, log: EventLog, access: DeviceAccess, challenges: Challenges, *, unsigned: bool) -> None:
        """`unsigned` devices may come in or not."""
        self._log = log
        self._access = access
        self._challenges = challenges
        self._unsigned = unsigned

    def enrol(self, asked: EnrolmentAsked, now: datetime) -> dict[str, Any]:
        """The new device's first reply; the event comes before the tokens.

        Raises `CodeNotGood` (with a `challenge` for the device whose reply to this very enrolment may have been lost),
        `SignatureRequired`, and `BadInput` for a key that is none.
        """
        if not asked.is_proven() and (asked.public_key is not None or not self._unsigned):
            raise SignatureRequired
        enrolled = self._let_in(asked, now)
        technician, incarnation = self._log.attempt(lambda: self._record(enrolled, asked, now))
        if incarnation != enrolled.incarnation:
            self._access.note_incarnation(asked.code, enrolled.device, incarnation)
        pair = self._access.issue_tokens(enrolled.device, incarnation, enrolled.technician)
        return {
            "device_id": str(enrolled.device),
            "incarnation": incarnation,
            "epoch": str(self._log.epoch()),
            "technician": {"id": str(enrolled.technician), "zone": technician.zone, "van": _text(technician.van)},
            **tokens_of(pair),
            "limits": ANNOUNCED,
            "server_time": format_instant(now),
        }

    def refresh(self, asked: RefreshAsked, now: datetime) -> dict[str, Any]:
        """A new pair of tokens.

        Raises `TokenReused` or `TokenExpired` (with a `challenge` for a device that has proven itself and whose token
        is dead), `ProofRequired` or `DeviceRevoked`.
        """
        holder = self._holder(asked)
        if holder is None or not asked.proves(holder):
            return tokens_of(self._access.rotate(asked.refresh_token))
        if asked.challenge is not None and self._challenges.fits(asked.challenge, holder, now):
            renewed = self._access.renew(asked.refresh_token, holder)
            if renewed is not None:
                return tokens_of(renewed)
        elif asked.challenge is None:
            try:
                return tokens_of(self._access.rotate(asked.refresh_token, holder.device))
            except (TokenReused, TokenExpired) as problem:
                raise type(problem)(challenge=self._challenges.make(holder, now)) from problem
        raise TokenExpired(challenge=self._challenges.make(self._holder(asked) or holder, now))

    def _let_in(self, asked: EnrolmentAsked, now: datetime) -> Enrolment:
        try:
            return self._access.enrol(asked.code, asked.install_id, asked.app_version, asked.public_key)
        except CodeNotGood as problem:
            key = asked.public_key
            before = self._access.enrolled_before(asked.code, asked.install_id, key) if key is not None else None
            if before is None:
                raise
            if asked.challenge is not None and self._challenges.fits(asked.challenge, before, now):
                return self._access.enrol_again(before)
            raise CodeNotGood(challenge=self._challenges.make(before, now)) from problem

    def _holder(self, asked: RefreshAsked) -> Keyholder | None:
        """The device that asks, if it has a key and the log knows it: an enrolment that is lost needs another code."""
        holder = None if asked.device_id is None else self._access.keyholder(asked.device_id)
        return holder if holder is not None and self._log.work().find(Device, holder.device) is not None else None

    def _record(self, enrolled: Enrolment, asked: EnrolmentAsked, now: datetime) -> tuple[Technician, int]:
        """The technician, and the incarnation that the device has now; raises `CodeNotGood`."""
        work, incarnation = self._log.work(), enrolled.incarnation
        technician = work.get(Technician, enrolled.technician)
        if not technician.is_active():
            raise CodeNotGood
        said: Installation = {
            "technician": enrolled.technician,
            "install_id": asked.install_id,
            "name": asked.name,
            "platform": asked.platform,
            "app_version": asked.app_version,
            "public_key": asked.public_key,
        }
        device = work.find(Device, enrolled.device)
        if device is None:
            device = Device.enrol(id=enrolled.device, incarnation=incarnation, **said)
        elif enrolled.code_from is not None or device.incarnation < incarnation:
            self._must_be_later(device, enrolled.code_from)
            incarnation = max(incarnation, device.incarnation + 1)
            device.reenrol(incarnation=incarnation, **said)
        envelope = Envelope(
            occurred_at=now,
            zone=technician.zone,
            actor=enrolled.technician,
            role="technician",
            device=enrolled.device,
        )
        work.add(envelope, device)
        # First, since a backup that has the event without these numbers would refuse each push of the device.
        self._log.operations.begin(enrolled.device, incarnation)
        work.commit()
        return technician, incarnation

    def _must_be_later(self, device: Device, code_from: datetime | None) -> None:
        """A code that was made before the device was revoked does not let it in again; raises `CodeNotGood`."""
        revoked_at = self._access.revoked_at(device.id) if device.is_revoked() else None
        if revoked_at is not None and (code_from is None or code_from <= revoked_at):
            raise CodeNotGood


def tokens_of(pair: Pair) -> dict[str, Any]:
    """A pair of tokens as a device gets it."""
    return pair._asdict()


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
