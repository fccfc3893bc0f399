"""What is stored of devices beside the log: enrolment codes, statuses, tokens and times of verification."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.access.identity import Status


@dataclass
class Code:
    """An enrolment code: for whose device, until when, and whether it has been used."""

    technician: UUID
    expires_at: datetime
    issued_at: datetime
    used_by: UUID | None = None
    used_incarnation: int = 0


@dataclass
class DeviceState:
    """The row of a device, beside the log."""

    device: UUID
    technician: UUID
    install_id: str
    incarnation: int
    app_version: str
    public_key: str | None
    status: Status = "active"
    wipe: bool = False
    wiped: bool = False
    unsent: int | None = None
    seen_at: datetime | None = None
    reported_at: datetime | None = None
    revoked_at: datetime | None = None
    issued: int = 0

    def is_the_same(self, install_id: str, public_key: str | None, technician: UUID) -> bool:
        """Whether an installation is this device: by its key, or while it has none, by its technician."""
        if self.install_id != install_id or self.wipe:
            return False
        return self.technician == technician if self.public_key is None else self.public_key == public_key


@dataclass
class Token:
    """One token of a family."""

    kind: str
    device: UUID
    incarnation: int
    technician: UUID
    family: UUID
    expires_at: datetime
    used: bool = False


@dataclass
class Tables:
    """All rows; copied for a backup."""

    codes: dict[str, Code] = field(default_factory=dict)
    devices: dict[UUID, DeviceState] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    verified: dict[UUID, list[datetime]] = field(default_factory=dict)
