"""Enrolment: a code from the office gives a new device tokens, or a known installation its next incarnation."""

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
from sync.entry import EnrolmentRequest, RefreshRequest, SignatureRequired


class EnrolmentService:
    """Enrols devices and refreshes their tokens."""

    def __init__(self, log: EventLog, access: DeviceAccess, challenges: Challenges, *, unsigned: bool) -> None:
        """`unsigned` says whether devices without a key may be enrolled."""
        self._log = log
        self._access = access
        self._challenges = challenges
        self._unsigned = unsigned

    def enrol(self, request: EnrolmentRequest, now: datetime) -> dict[str, Any]:
        """The reply to an enrolment; its event is recorded before the tokens are issued.

        Raises `CodeNotGood` (with a `challenge` for the device whose reply to this very enrolment may have been lost),
        `SignatureRequired`, and `BadInput` for a text that is no key.
        """
        if not request.is_proven() and (request.public_key is not None or not self._unsigned):
            raise SignatureRequired
        enrolled = self._redeem_code(request, now)
        technician, incarnation = self._log.attempt(lambda: self._record(enrolled, request, now))
        if incarnation != enrolled.incarnation:
            self._access.note_incarnation(request.code, enrolled.device, incarnation)
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

    def refresh(self, request: RefreshRequest, now: datetime) -> dict[str, Any]:
        """The reply to a refresh: a new pair of tokens.

        Raises `TokenReused` or `TokenExpired` (with a `challenge` for a device that has proven itself and whose token
        is not valid), `ProofRequired` or `DeviceRevoked`.
        """
        holder = self._holder(request)
        if holder is None or not request.proves(holder):
            return tokens_of(self._access.rotate(request.refresh_token))
        if request.challenge is not None and self._challenges.fits(request.challenge, holder, now):
            renewed = self._access.renew(request.refresh_token, holder)
            if renewed is not None:
                return tokens_of(renewed)
        elif request.challenge is None:
            try:
                return tokens_of(self._access.rotate(request.refresh_token, holder.device))
            except (TokenReused, TokenExpired) as problem:
                raise type(problem)(challenge=self._challenges.make(holder, now)) from problem
        raise TokenExpired(challenge=self._challenges.make(self._holder(request) or holder, now))

    def _redeem_code(self, request: EnrolmentRequest, now: datetime) -> Enrolment:
        try:
            return self._access.enrol(request.code, request.install_id, request.app_version, request.public_key)
        except CodeNotGood as problem:
            key = request.public_key
            before = self._access.enrolled_before(request.code, request.install_id, key) if key is not None else None
            if before is None:
                raise
            if request.challenge is not None and self._challenges.fits(request.challenge, before, now):
                return self._access.enrol_again(before)
            raise CodeNotGood(challenge=self._challenges.make(before, now)) from problem

    def _holder(self, request: RefreshRequest) -> Keyholder | None:
        """The device of the request, if it has a key and the log knows it; otherwise None."""
        holder = None if request.device_id is None else self._access.keyholder(request.device_id)
        return holder if holder is not None and self._log.work().find(Device, holder.device) is not None else None

    def _record(self, enrolled: Enrolment, request: EnrolmentRequest, now: datetime) -> tuple[Technician, int]:
        """Record the enrolment; returns the technician and the device's incarnation. Raises `CodeNotGood`."""
        work, incarnation = self._log.work(), enrolled.incarnation
        technician = work.get(Technician, enrolled.technician)
        if not technician.is_active():
            raise CodeNotGood
        installation: Installation = {
            "technician": enrolled.technician,
            "install_id": request.install_id,
            "name": request.name,
            "platform": request.platform,
            "app_version": request.app_version,
            "public_key": request.public_key,
        }
        device = work.find(Device, enrolled.device)
        if device is None:
            device = Device.enrol(id=enrolled.device, incarnation=incarnation, **installation)
        elif enrolled.code_from is not None or device.incarnation < incarnation:
            self._must_be_newer(device, enrolled.code_from)
            incarnation = max(incarnation, device.incarnation + 1)
            device.reenrol(incarnation=incarnation, **installation)
        envelope = Envelope(
            occurred_at=now,
            zone=technician.zone,
            actor=enrolled.technician,
            role="technician",
            device=enrolled.device,
        )
        work.add(envelope, device)
        # Before the commit: a backup with the event but without these numbers would refuse every push of the device.
        self._log.operations.begin(enrolled.device, incarnation)
        work.commit()
        return technician, incarnation

    def _must_be_newer(self, device: Device, code_from: datetime | None) -> None:
        """Raises `CodeNotGood` for a code that was made before the device was revoked."""
        revoked_at = self._access.revoked_at(device.id) if device.is_revoked() else None
        if revoked_at is not None and (code_from is None or code_from <= revoked_at):
            raise CodeNotGood


def tokens_of(pair: Pair) -> dict[str, Any]:
    """A pair of tokens as members of a reply."""
    return pair._asdict()


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
