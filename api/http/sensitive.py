"""Routes that need more than a role: a recent proof of identity, a second factor where one is required."""

from __future__ import annotations

from typing import Final

from api.http.policy import POLICY


def _commands(noun: str, *names: str) -> tuple[str, ...]:
    return tuple(f"POST /api/v1/{noun}/{{id}}/{name}" for name in names)


SENSITIVE: Final[frozenset[str]] = frozenset(
    {
        "POST /api/v1/customers/{id}/erase",
        "POST /api/v1/devices/{id}/revoke",
        *_commands("technicians", "enrolments", "erase"),
        "POST /api/v1/users",
        *_commands("users", "set-roles", "set-password", "reset-code", "reset-second-factors"),
        *_commands("users", "disable", "enable", "erase"),
        "POST /api/v1/me/second-factors/{id}/remove",
        "POST /api/v1/me/totp",
        "POST /api/v1/me/totp/{id}/confirm",
        "POST /api/v1/me/passkeys/challenge",
        "POST /api/v1/me/passkeys",
        "POST /api/v1/me/recovery-codes",
    }
)
"""Routes that need a recent proof by password or second factor."""

OPEN_WITHOUT_SECOND_FACTOR: Final[frozenset[str]] = frozenset(
    name for name in POLICY if name.partition(" ")[2].startswith(("/api/v1/sessions", "/api/v1/me/"))
)
"""Routes for users who must have a second factor and do not have one yet."""
