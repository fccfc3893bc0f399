"""Enrolling in the database: a code is claimed once, and an installation becomes a device or its next incarnation."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID, uuid4

from store.connecting import Cursor


class Enrolment(NamedTuple):
    """A device that has been let in."""

    device: UUID
    incarnation: int
    technician: UUID


class Installation(NamedTuple):
    """What asks to be let in, for which technician; `public_key` is its Ed25519 key, if it has one."""

    technician: UUID
    install_id: str
    app_version: str
    public_key: str | None


def claim(cursor: Cursor, code_hash: bytes) -> UUID | None:
    """Take a code for good; whose it is, or `None` when it is wrong, used or expired."""
    cursor.execute(
        """
        UPDATE access.enrolment_codes SET used_by = %s
        WHERE code_hash = %s AND used_by IS NULL AND expires_at > now()
        RETURNING technician
        """,
        (str(uuid4()), code_hash),
    )
    row = cursor.fetchone()
    return row[0] if row else None


def let_in(cursor: Cursor, code_hash: bytes, asking: Installation) -> Enrolment:
    """Make a device of an installation, or the next incarnation of the device that it is, and note it at the code."""
    cursor.execute(
        """
        INSERT INTO access.device_standing AS d (device, technician, install_id, incarnation, app_version, public_key)
        VALUES (%s, %s, %s, 1, %s, %s)
        ON CONFLICT (install_id) WHERE NOT wipe DO UPDATE
        SET technician = excluded.technician, incarnation = d.incarnation + 1, standing = 'active',
            app_version = excluded.app_version, public_key = excluded.public_key
        RETURNING device, incarnation, technician
        """,
        (str(uuid4()), str(asking.technician), asking.install_id, asking.app_version, asking.public_key),
    )
    [row] = cursor.fetchall()
    enrolled = Enrolment(*row)
    cursor.execute(
        "UPDATE access.enrolment_codes SET used_by = %s, used_incarnation = %s WHERE code_hash = %s",
        (str(enrolled.device), enrolled.incarnation, code_hash),
    )
    return enrolled


def let_in_before(cursor: Cursor, code_hash: bytes, install_id: str, public_key: str | None) -> Enrolment | None:
    """The device that this installation has become by this code, if it has not changed since; its reply was lost."""
    cursor.execute(
        """
        SELECT d.device, d.incarnation, d.technician
        FROM access.enrolment_codes c JOIN access.device_standing d ON d.device = c.used_by
        WHERE c.code_hash = %s AND c.expires_at > now() AND d.incarnation = c.used_incarnation
            AND d.install_id = %s AND d.public_key = %s AND d.standing = 'active'
        """,
        (code_hash, install_id, public_key),
    )
    row = cursor.fetchone()
    return Enrolment(*row) if row else None
