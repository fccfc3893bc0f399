"""Codes, tokens and standing of devices in memory, as `store.device_access` and `store.standing` keep them."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from store.device_access import CodeNotGood
from store.device_tokens import ACCESS_LIFE, REFRESH_LIFE, Pair
from store.enrolling import Enrolment
from store.enrolment_code import CODE_LIFE
from store.identity import DeviceIdentity, DeviceRevoked, Standing, TokenExpired, TokenReused
from tests.simulation.access_tables import Code, Seat, Tables, Token
from tests.simulation.clocks import TrueClock
from tests.simulation.dice import Dice

LATELY = timedelta(seconds=30)


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
        self.kept.codes[code] = Code(technician, self._clock.now() + CODE_LIFE)
        return code

    def enrol(self, code: str, install_id: str, app_version: str = "", public_key: str | None = None) -> Enrolment:
        """Trade a code for a device; raises `CodeNotGood`."""
        found = self.kept.codes.get(code)
        if found is None or found.expires_at <= self._clock.now():
            raise CodeNotGood
        if found.used_by is not None:
            return self._enrolled_before(found, install_id, public_key)
        seat = next((one for one in self.kept.seats.values() if one.install_id == install_id and not one.wipe), None)
        if seat is None:
            seat = Seat(self._dice.uuid(), found.technician, install_id, 0, app_version, public_key)
            self.kept.seats[seat.device] = seat
        seat.technician, seat.incarnation, seat.standing = found.technician, seat.incarnation + 1, "active"
        seat.app_version, seat.public_key = app_version, public_key
        found.used_by, found.used_incarnation = seat.device, seat.incarnation
        self._forget(seat.device)
        return Enrolment(seat.device, seat.incarnation, seat.technician)

    def public_key(self, device: UUID) -> str | None:
        """The key that a device has shown."""
        seat = self.kept.seats.get(device)
        return None if seat is None else seat.public_key

    def issue_tokens(self, device: UUID, incarnation: int, technician: UUID, family: UUID | None = None) -> Pair:
        """A pair of tokens, the first of a new family unless one is given."""
        family = family or self._dice.uuid()
        pair = Pair(self._text(), int(ACCESS_LIFE.total_seconds()), self._text())
        for kind, text, life in (
            ("access", pair.access_token, ACCESS_LIFE),
            ("refresh", pair.refresh_token, REFRESH_LIFE),
        ):
            self.kept.tokens[text] = Token(kind, device, incarnation, technician, family, self._clock.now() + life)
        return pair

    def rotate(self, refresh_token: str, proven: UUID | None = None) -> Pair:
        """A new pair for a refresh token, which dies with the access tokens before it."""
        token = self.kept.tokens.get(refresh_token)
        if token is not None and token.kind != "refresh":
            token = None
        if proven is not None:
            return self._renew(token, proven)
        if token is None:
            raise TokenExpired
        seat = self.kept.seats[token.device]
        if seat.standing == "revoked":
            raise DeviceRevoked(wipe=seat.wipe, salvage=True)
        if token.used:
            self._end(token.family)
            raise TokenReused
        if token.expires_at <= self._clock.now():
            raise TokenExpired
        self._end(token.family)
        return self.issue_tokens(token.device, token.incarnation, token.technician, token.family)

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

    def set(self, device: UUID, standing: Standing, *, wipe: bool = False) -> None:
        """What holds from the device's next call on."""
        seat = self.kept.seats.get(device)
        if seat is not None:
            seat.standing, seat.wipe = standing, wipe

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

    def wiped(self, device: UUID) -> None:
        """The device says that it has erased itself; its tokens are of no more use."""
        self.kept.seats[device].wiped = True
        self._forget(device)

    def _enrolled_before(self, code: Code, install_id: str, public_key: str | None) -> Enrolment:
        """The device that this installation has become by this code; its reply was lost."""
        assert code.used_by is not None
        seat = self.kept.seats[code.used_by]
        known = (seat.incarnation, seat.install_id, seat.public_key, seat.standing)
        if public_key is None or known != (code.used_incarnation, install_id, public_key, "active"):
            raise CodeNotGood
        return Enrolment(seat.device, seat.incarnation, seat.technician)

    def _renew(self, token: Token | None, device: UUID) -> Pair:
        """For a device that has shown with its key who it is."""
        seat = self.kept.seats[device]
        family = token.family if token is not None and token.device == device else None
        if family is not None:
            self._end(family)
        return self.issue_tokens(device, seat.incarnation, seat.technician, family)

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
