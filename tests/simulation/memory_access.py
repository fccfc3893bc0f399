"""Codes, tokens and status of devices in memory, as `store.device_access` and `store.device_statuses` keep them."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.access.identity import (
    DeviceIdentity,
    DeviceRevoked,
    Keyholder,
    ProofRequired,
    TokenExpired,
    TokenReused,
)
from store.device_tokens import ACCESS_LIFE, REFRESH_LIFE, Pair
from tests.simulation.access_tables import Tables, Token
from tests.simulation.memory_enrolling import MemoryEnrolling

LATELY = timedelta(seconds=30)


class MemoryAccess(MemoryEnrolling):
    """`DeviceAccess` and `Standings` at once; each call is one transaction."""

    def backup(self) -> Tables:
        """A copy of everything."""
        return deepcopy(self.kept)

    def restore(self, tables: Tables) -> None:
        """Go back to a copy."""
        self.kept = deepcopy(tables)

    def issue_tokens(self, device: UUID, incarnation: int, technician: UUID, family: UUID | None = None) -> Pair:
        """A pair of tokens, the first of a new family unless one is given."""
        family = family or self._dice.uuid()
        pair = Pair(self._text(), int(ACCESS_LIFE.total_seconds()), self._text())
        for kind, text, life in (
            ("access", pair.access_token, ACCESS_LIFE),
            ("refresh", pair.refresh_token, REFRESH_LIFE),
        ):
            self.kept.tokens[text] = Token(kind, device, incarnation, technician, family, self._clock.now() + life)
        self.kept.devices[device].issued += 1
        return pair

    def rotate(self, refresh_token: str, proven: UUID | None = None) -> Pair:
        """A new pair for a refresh token, which dies with the access tokens before it."""
        token = self._refresh(refresh_token)
        if token is None:
            raise TokenExpired
        state, is_proven = self.kept.devices[token.device], token.device == proven
        if state.status == "revoked" and not is_proven:
            raise DeviceRevoked(wipe=state.wipe, salvage=True)
        if token.used:
            if not is_proven:
                self._end(token.family)
            raise TokenReused
        if token.expires_at <= self._clock.now():
            raise TokenExpired
        if state.public_key is not None and not is_proven:
            raise ProofRequired
        self._end(token.family)
        return self.issue_tokens(token.device, token.incarnation, token.technician, token.family)

    def renew(self, refresh_token: str, holder: Keyholder) -> Pair | None:
        """A new pair for a device that has answered a challenge."""
        if self.kept.devices[holder.device].issued != holder.issued:
            return None
        token = self._refresh(refresh_token)
        family = token.family if token is not None and token.device == holder.device else None
        if family is not None:
            self._end(family)
        return self.issue_tokens(holder.device, holder.incarnation, holder.technician, family)

    def who(self, access_token: str, *, revoked_too: bool = False) -> DeviceIdentity:
        """The device of an access token; raises `TokenExpired`, or `DeviceRevoked` unless `revoked_too`."""
        token = self.kept.tokens.get(access_token)
        if token is None or token.kind != "access":
            raise TokenExpired
        state = self.kept.devices[token.device]
        if state.status == "revoked":
            if not revoked_too:
                raise DeviceRevoked(wipe=state.wipe, salvage=True)
        elif token.expires_at <= self._clock.now():
            raise TokenExpired
        return DeviceIdentity(
            token.device,
            token.incarnation,
            token.technician,
            state.status,
            state.wipe,
            state.app_version,
            state.public_key,
            reported_lately=self._is_lately(state.reported_at),
            unsent=state.unsent,
            seen_lately=self._is_lately(state.seen_at),
        )

    def record_report(self, device: UUID, **fields: Any) -> None:
        """A device was here and told something about itself; within half a minute only what matters is written."""
        state = self.kept.devices.get(device)
        if state is None:
            return
        has_offset, version, unsent = (
            fields.get("clock_offset_ms") is not None,
            fields.get("app_version"),
            fields.get("unsent"),
        )
        again = not self._is_lately(state.seen_at) or (has_offset and not self._is_lately(state.reported_at))
        if again or version not in (None, state.app_version) or (unsent == 0 and state.unsent):
            state.seen_at = self._clock.now()
            state.reported_at = state.seen_at if has_offset else state.reported_at
            state.app_version = version or state.app_version
            state.unsent = state.unsent if unsent is None else unsent

    def turns(self, device: UUID) -> int:
        """Take one of two verifications an hour; 0, or the seconds to wait if both are taken."""
        now, hour = self._clock.now(), timedelta(hours=1)
        taken = [at for at in self.kept.verified.get(device, []) if at > now - hour]
        if len(taken) >= 2:
            return int((taken[-2] + hour - now).total_seconds()) + 1
        self.kept.verified[device] = [*taken, now]
        return 0

    def _refresh(self, text: str) -> Token | None:
        token = self.kept.tokens.get(text)
        return token if token is not None and token.kind == "refresh" else None

    def _end(self, family: UUID) -> None:
        """End all tokens of a family; they stay, to be recognised when they are used again."""
        now = self._clock.now()
        for token in self.kept.tokens.values():
            if token.family == family:
                token.used = True
                if token.kind == "access":
                    token.expires_at = min(token.expires_at, now)

    def _is_lately(self, at: datetime | None) -> bool:
        return at is not None and at > self._clock.now() - LATELY

    def _text(self) -> str:
        return f"{self._dice.getrandbits(128):032x}"
