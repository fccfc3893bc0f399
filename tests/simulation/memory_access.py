"""Codes, tokens and standing of devices in memory, as `store.device_access` and `store.standing` keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from store.answers import Answer
from store.device_access import CodeNotGood
from store.device_tokens import ACCESS_LIFE, REFRESH_LIFE, Pair
from store.enrolling import Enrolment
from store.enrolment_code import CODE_LIFE
from store.identity import (
    DeviceIdentity,
    DeviceRevoked,
    Keyholder,
    ProofRequired,
    Standing,
    TokenExpired,
    TokenReused,
)
from store.recorded import Recorded
from tests.simulation.access_tables import Code, Seat, Tables, Token
from tests.simulation.clocks import TrueClock
from tests.simulation.dice import Dice

LATELY = timedelta(seconds=30)
_STANDING: Mapping[str, Standing] = {
    "device.suspended": "suspended",
    "device.resumed": "active",
    "device.revoked": "revoked",
    "device.reenrolled": "active",
}


class MemoryAccess:
    """`DeviceAccess` and `Standings` at once; each call is one transaction."""

    def __init__(self, clock: TrueClock, dice: Dice) -> None:
        self._clock, self._dice = clock, dice
        self.kept = Tables()

    def backup(self) -> Tables:
        """A copy of everything."""
        return deepcopy(self.kept)

    def restore(self, tables: Tables) -> None:
        """Go back to a copy."""
        self.kept = deepcopy(tables)

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
            if seat.standing == "revoked" and seat.revoked_at is not None and found.issued_at <= seat.revoked_at:
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
        if (seat.install_id, seat.public_key, seat.standing) != (install_id, public_key, "active"):
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

    def issue_tokens(self, device: UUID, incarnation: int, technician: UUID, family: UUID | None = None) -> Pair:
        """A pair of tokens, the first of a new family unless one is given."""
        family = family or self._dice.uuid()
        pair = Pair(self._text(), int(ACCESS_LIFE.total_seconds()), self._text())
        for kind, text, life in (
            ("access", pair.access_token, ACCESS_LIFE),
            ("refresh", pair.refresh_token, REFRESH_LIFE),
        ):
            self.kept.tokens[text] = Token(kind, device, incarnation, technician, family, self._clock.now() + life)
        self.kept.seats[device].issued += 1
        return pair

    def rotate(self, refresh_token: str, proven: UUID | None = None) -> Pair:
        """A new pair for a refresh token, which dies with the access tokens before it."""
        token = self._refresh(refresh_token)
        if token is None:
            raise TokenExpired
        seat, is_proven = self.kept.seats[token.device], token.device == proven
        if seat.standing == "revoked" and not is_proven:
            raise DeviceRevoked(wipe=seat.wipe, salvage=True)
        if token.used:
            if not is_proven:
                self._end(token.family)
            raise TokenReused
        if token.expires_at <= self._clock.now():
            raise TokenExpired
        if seat.public_key is not None and not is_proven:
            raise ProofRequired
        self._end(token.family)
        return self.issue_tokens(token.device, token.incarnation, token.technician, token.family)

    def renew(self, refresh_token: str, holder: Keyholder) -> Pair | None:
        """A new pair for a device that has answered a challenge."""
        if self.kept.seats[holder.device].issued != holder.issued:
            return None
        token = self._refresh(refresh_token)
        family = token.family if token is not None and token.device == holder.device else None
        if family is not None:
            self._end(family)
        return self.issue_tokens(holder.device, holder.incarnation, holder.technician, family)

    def who(self, access_token: str, *, revoked_too: bool = False) -> DeviceIdentity:
        """Whose access token this is; raises `TokenExpired`, or `DeviceRevoked` unless it may still hand things in."""
        token = self.kept.tokens.get(access_token)
        if token is None or token.kind != "access":
            raise TokenExpired
        seat = self.kept.seats[token.device]
        if seat.standing == "revoked":
            if not revoked_too:
                raise DeviceRevoked(wipe=seat.wipe, salvage=True)
        elif token.expires_at <= self._clock.now():
            raise TokenExpired
        return DeviceIdentity(
            token.device,
            token.incarnation,
            token.technician,
            seat.standing,
            seat.wipe,
            seat.app_version,
            seat.public_key,
            told_lately=self._is_lately(seat.told_at),
            unsent=seat.unsent,
            seen_lately=self._is_lately(seat.seen_at),
        )

    def follow(self, events: Sequence[Recorded], _: Sequence[Answer]) -> None:
        """What the database does in the transaction of these events."""
        for event in events:
            seat = self.kept.seats.get(event.stream)
            if seat is not None and event.topic in _STANDING:
                seat.standing = _STANDING[event.topic]
                if event.topic == "device.revoked":
                    seat.wipe, seat.revoked_at = seat.wipe or event.data.wipe, self._clock.now()
                elif event.topic == "device.reenrolled":
                    data = event.data
                    seat.technician, seat.incarnation = data.technician, data.incarnation
                    seat.app_version, seat.public_key = data.app_version, data.public_key
                    self._forget(seat.device)
            elif seat is not None and event.topic == "device.wiped":
                seat.wiped = True
                self._forget(seat.device)

    def saw(self, device: UUID, **said: Any) -> None:
        """A device was here and told something about itself; within half a minute only what matters is written."""
        seat = self.kept.seats.get(device)
        if seat is None:
            return
        tells, version, unsent = said.get("clock_offset_ms") is not None, said.get("app_version"), said.get("unsent")
        again = not self._is_lately(seat.seen_at) or (tells and not self._is_lately(seat.told_at))
        if again or version not in (None, seat.app_version) or (unsent == 0 and seat.unsent):
            seat.seen_at = self._clock.now()
            seat.told_at = seat.seen_at if tells else seat.told_at
            seat.app_version = version or seat.app_version
            seat.unsent = seat.unsent if unsent is None else unsent

    def turns(self, device: UUID) -> int:
        """Take one of the two turns an hour to verify; how many seconds to wait when there is none."""
        now, hour = self._clock.now(), timedelta(hours=1)
        taken = [at for at in self.kept.verified.get(device, []) if at > now - hour]
        if len(taken) >= 2:
            return int((taken[-2] + hour - now).total_seconds()) + 1
        self.kept.verified[device] = [*taken, now]
        return 0

    def _good(self, code: str) -> Code | None:
        found = self.kept.codes.get(code)
        return None if found is None or found.expires_at <= self._clock.now() else found

    def _refresh(self, text: str) -> Token | None:
        token = self.kept.tokens.get(text)
        return token if token is not None and token.kind == "refresh" else None

    def _end(self, family: UUID) -> None:
        """No token of this family opens anything any more; all stay, to be recognised."""
        now = self._clock.now()
        for token in self.kept.tokens.values():
            if token.family == family:
                token.used = True
                if token.kind == "access":
                    token.expires_at = min(token.expires_at, now)

    def _is_lately(self, at: datetime | None) -> bool:
        return at is not None and at > self._clock.now() - LATELY

    def _forget(self, device: UUID) -> None:
        for text, token in list(self.kept.tokens.items()):
            if token.device == device:
                del self.kept.tokens[text]

    def _text(self) -> str:
        return f"{self._dice.getrandbits(128):032x}"
