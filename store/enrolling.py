"""Enrolment in the database: a code is used up, and an installation becomes a device or its next incarnation."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from domain.access.identity import Keyholder
from store.connecting import Cursor


class Enrolment(NamedTuple):
    """An enrolled device; `code_from` is when its code was made, None for a repetition."""

    device: UUID
    incarnation: int
    technician: UUID
    code_from: datetime | None = None


class Applicant(NamedTuple):
    """The installation that enrols; `public_key` is its Ed25519 key, if it has one."""

    install_id: str
    app_version: str
    public_key: str | None


def claim(cursor: Cursor, code_hash: bytes) -> tuple[UUID, datetime] | None:
    """Use up a code; returns its technician and when it was made, `None` when it is wrong, used or expired.

    The codes of technicians who no longer work here are void.
    """
    cursor.execute(
        """
        UPDATE access.enrolment_codes c SET used_by = %s
        WHERE code_hash = %s AND used_by IS NULL AND expires_at > now()
            AND NOT EXISTS (SELECT FROM access.inactive_technicians i WHERE i.technician = c.technician)
        RETURNING technician, issued_at
        """,
        (str(uuid4()), code_hash),
    )
    row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def enrol_installation(
    cursor: Cursor, code_hash: bytes, technician: UUID, code_from: datetime, install: Applicant
) -> Enrolment | None:
    """Enrol an installation: as a new device or the next incarnation of a known one, stored with the code.

    `None` for a device that was revoked after the code was issued. A known device stays as it is until the event of its
    enrolment is recorded.
    """
    known = _known(cursor, technician, install)
    if known is None:
        enrolled = Enrolment(uuid4(), 1, technician, code_from)
        cursor.execute(
            """
            INSERT INTO access.device_standing (device, technician, install_id, incarnation, app_version, public_key)
            VALUES (%s, %s, %s, 1, %s, %s)
            """,
            (
                str(enrolled.device),
                str(technician),
                install.install_id,
                install.app_version,
                install.public_key,
            ),
        )
    else:
        device, incarnation, status, revoked_at = known
        if status == "revoked" and revoked_at is not None and code_from <= revoked_at:
            return None
        enrolled = Enrolment(device, incarnation + 1, technician, code_from)
    note(cursor, code_hash, enrolled.device, enrolled.incarnation)
    return enrolled


def note(cursor: Cursor, code_hash: bytes, device: UUID, incarnation: int) -> None:
    """Store which incarnation of which device was enrolled by a code."""
    cursor.execute(
        "UPDATE access.enrolment_codes SET used_by = %s, used_incarnation = %s WHERE code_hash = %s",
        (str(device), incarnation, code_hash),
    )


def enrolled_by(cursor: Cursor, code_hash: bytes, install_id: str, public_key: str) -> Keyholder | None:
    """The device enrolled by this code, if it has not changed since: a repetition after a lost reply.

    The event of its enrolment may not have been recorded: then it is one incarnation behind the code.
    """
    cursor.execute(
        """
        SELECT d.device, c.used_incarnation, c.technician, d.public_key, d.issued
        FROM access.enrolment_codes c JOIN access.device_standing d ON d.device = c.used_by
        WHERE c.code_hash = %s AND c.expires_at > now() AND c.used_incarnation - d.incarnation IN (0, 1)
            AND d.install_id = %s AND d.public_key = %s AND d.standing = 'active'
            AND NOT EXISTS (SELECT FROM access.inactive_technicians i WHERE i.technician = c.technician)
        """,
        (code_hash, install_id, public_key),
    )
    row = cursor.fetchone()
    return Keyholder(*row) if row else None


def _known(cursor: Cursor, technician: UUID, install: Applicant) -> tuple[UUID, int, str, datetime | None] | None:
    """The device of this installation: found by its key, or while it had none, by its technician."""
    cursor.execute(
        """
        SELECT device, incarnation, standing, revoked_at FROM access.device_standing
        WHERE install_id = %s AND NOT wipe
            AND (public_key = %s OR (public_key IS NULL AND technician = %s))
        ORDER BY public_key IS NULL
        LIMIT 1
        FOR UPDATE
        """,
        (install.install_id, install.public_key, str(technician)),
    )
    row = cursor.fetchone()
    return (row[0], row[1], row[2], row[3]) if row else None
