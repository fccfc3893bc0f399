"""Enrolling: a one-time code of the office makes this installation a device, or the same device again."""

from __future__ import annotations

from hashlib import sha256

from .errors import BadUseError, understood
from .identity import OwnInstallation
from .json_text import Json
from .local import Local

MEMBERS = ("device_id", "incarnation", "technician", "access_token", "refresh_token")


class Enroller:
    """Exchanges codes for tokens."""

    def __init__(self, local: Local) -> None:
        self._local = local

    def enrol(self, code: str, name: str, platform: str, app_version: str, *, as_new: bool) -> Json:
        """Enrol with a code and store the server's answer; the same code gets the same answer again."""
        who = self._local.identity.for_code(code, as_new=as_new)
        fields: Json = {"code": code, "install_id": who.install_id, "name": name, "platform": platform}
        fields |= {"app_version": app_version}

        def body(challenge: Json) -> Json:
            proof = who.signed("\n".join(("callout enrolment", code, who.install_id, *challenge.values())))
            return fields | ({"public_key": who.public_key(), "proof": proof, **challenge} if proof else {})

        answer = self._local.wire.prove("/sync/v1/devices", MEMBERS, body)
        with understood(), self._local.file.transaction():
            self._become(who, {member: answer[member] for member in MEMBERS}, answer.get("epoch"), code)
        return answer

    def _become(self, who: OwnInstallation, enrolled: Json, epoch: str | None, code: str) -> None:
        """Inside a transaction: become the device that the server has enrolled.

        With a new code everything is sent again: the server may have lost more than it knows.
        """
        owner = self._local.file.get("technician") or enrolled["technician"]
        if owner["id"] != enrolled["technician"]["id"]:
            raise BadUseError(f"This file holds the work of {owner.get('name')}: take another file.")
        used = sha256(code.encode()).hexdigest()
        if used != self._local.file.get("last_code"):
            self._local.outbox.renumber()
            self._local.blobs.send_again()
            self._local.replica.forget_cursor()
        if who.key != self._local.identity.now().key:
            self._local.outbox.sign(who)
        self._local.identity.become(who)
        self._local.file.set(
            epoch=epoch or self._local.file.get("epoch"), last_code=used, pause=None, wiping=None, **enrolled
        )
