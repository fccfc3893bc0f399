"""The sessions of a running installation are of run-time roles that own nothing in the database."""

from __future__ import annotations

from pathlib import Path

from tests.support.company import Company
from tests.support.story import Story

SESSIONS = """
SELECT DISTINCT usename::text FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def test_no_process_that_serves_is_signed_in_as_the_owner(company: Company) -> None:
    """Issue 8, 18: neither servers nor worker nor supervisor."""
    Story(company).job(company.hire("Anna"))
    logins = {login for (login,) in company.rows(SESSIONS)}
    assert {login.rpartition("_")[2] for login in logins} <= {"writer", "projector", "reader", "keykeeper"}
    assert all(login.startswith("app_") for login in logins), logins
    assert company.rows("SELECT rolsuper FROM pg_roles WHERE rolname = ANY(%s) AND rolsuper", list(logins)) == []


def test_what_serves_does_not_know_how_the_owner_signs_in(company: Company) -> None:
    """Issue 8, 18: its environment leads to the database without a login."""
    children = Path(f"/proc/{company.process.pid}/task/{company.process.pid}/children").read_text().split()
    environments = [Path(f"/proc/{child}/environ").read_bytes().split(b"\0") for child in children]
    served = [words for words in environments if any(word.startswith(b"CALLOUT_RUNTIME_URL=") for word in words)]
    assert len(served) == 2
    for words in served:
        assert not any(word.startswith(b"DATABASE_URL=") for word in words)
        [address] = [word for word in words if word.startswith(b"CALLOUT_RUNTIME_URL=")]
        assert b"user=" not in address
        assert b"password" not in address
