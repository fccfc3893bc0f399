"""Signing in: who may, as whom, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from domain.access.user import Role, User
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from store.access import Access, LoginTaken, WrongPassword
from store.log import EventLog
from store.passwords import Passwords
from store.pool import ConnectionPool
from tests.support.logs import log_on

PASSWORD = "correct horse battery staple"


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


@pytest.fixture
def pool(log: EventLog) -> ConnectionPool:
    return log.pool


@pytest.fixture
def access(pool: ConnectionPool) -> Access:
    return Access(pool, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))


def save(log: EventLog, user: User) -> None:
    work = log.work()
    work.add(Envelope(occurred_at=now()), user)
    work.commit()


def registered(log: EventLog, access: Access, login: str = "ada", roles: tuple[Role, ...] = ("agent",)) -> User:
    user = User.register(id=uuid4(), login=login, name="Ada", roles=roles)
    access.claim(user.id, login, PASSWORD)
    save(log, user)
    return user


def test_a_user_signs_in_and_is_known_by_the_token(log: EventLog, access: Access) -> None:
    user = registered(log, access)

    signed_in = access.sign_in("  ADA ", PASSWORD)

    assert signed_in.user == user.id
    assert access.session(signed_in.token) == (user.id, ("agent",))


def test_a_login_belongs_to_one_user(log: EventLog, access: Access) -> None:
    registered(log, access)

    with pytest.raises(LoginTaken):
        access.claim(uuid4(), "Ada", PASSWORD)


def test_a_claim_that_no_user_followed_is_free_after_a_minute(access: Access, pool: ConnectionPool) -> None:
    access.claim(uuid4(), "ada", PASSWORD)
    with pytest.raises(LoginTaken):
        access.claim(uuid4(), "ada", PASSWORD)

    pool.execute("UPDATE access.passwords SET claimed_at = now() - interval '2 minutes'")

    access.claim(uuid4(), "ada", PASSWORD)


def test_a_stale_claim_is_deleted_with_the_change_and_not_by_the_decision(access: Access, pool: ConnectionPool) -> None:
    """Issue 10, 2: a decision that is not committed writes nothing."""
    stale, user = uuid4(), uuid4()
    access.claim(stale, "ada", PASSWORD)
    pool.execute("UPDATE access.passwords SET claimed_at = now() - interval '2 minutes'")

    change = access.claiming(user, "Ada", PASSWORD)

    assert access.user_of("ada") == stale
    with pool.transaction() as cursor:
        change(cursor)
    assert access.user_of("ada") == user


def test_an_old_claim_with_an_event_is_not_stale(log: EventLog, access: Access, pool: ConnectionPool) -> None:
    registered(log, access)
    pool.execute("UPDATE access.passwords SET claimed_at = now() - interval '2 minutes'")

    with pytest.raises(LoginTaken):
        access.claiming(uuid4(), "ada", PASSWORD)


@pytest.mark.parametrize(("login", "password"), [("ada", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_login_and_a_wrong_password_are_refused_alike(
    log: EventLog, access: Access, login: str, password: str
) -> None:
    registered(log, access)

    with pytest.raises(WrongPassword) as refused:
        access.sign_in(login, password)

    assert refused.value.detail == WrongPassword.title()


def test_who_was_disabled_is_out_at_once_and_cannot_come_back_until_enabled(log: EventLog, access: Access) -> None:
    user = registered(log, access)
    token = access.sign_in("ada", PASSWORD).token

    user.disable()
    save(log, user)

    assert access.session(token) is None
    with pytest.raises(WrongPassword):
        access.sign_in("ada", PASSWORD)
    user.enable()
    save(log, user)
    assert access.sign_in("ada", PASSWORD).user == user.id


def test_a_role_taken_away_is_gone_with_the_next_call(log: EventLog, access: Access) -> None:
    user = registered(log, access, roles=("agent", "admin"))
    token = access.sign_in("ada", PASSWORD).token

    user.set_roles(("agent",))
    save(log, user)

    assert access.session(token) == (user.id, ("agent",))


def test_another_password_ends_all_sessions(log: EventLog, access: Access) -> None:
    user = registered(log, access)
    token = access.sign_in("ada", PASSWORD).token

    access.set_password(user.id, "another one entirely")

    assert access.session(token) is None
    with pytest.raises(WrongPassword):
        access.sign_in("ada", PASSWORD)
    assert access.sign_in("ada", "another one entirely").user == user.id


def test_a_session_ends_when_it_is_ended_or_has_expired(log: EventLog, access: Access, pool: ConnectionPool) -> None:
    user = registered(log, access)
    ended, expired, other = (access.sign_in("ada", PASSWORD).token for _ in range(3))

    access.end(ended)
    pool.execute("UPDATE access.sessions SET expires_at = now() WHERE token_hash = sha256(%s)", (expired.encode(),))

    assert access.session(ended) is None
    assert access.session(expired) is None
    assert access.session(other) is not None
    access.end_all(user.id)
    assert access.session(other) is None


def test_a_right_password_ends_the_count_of_wrong_ones(log: EventLog, access: Access, pool: ConnectionPool) -> None:
    registered(log, access)
    with pytest.raises(WrongPassword):
        access.sign_in("ada", "wrong")

    access.sign_in("ada", PASSWORD)

    assert pool.fetch_all("SELECT count(*) FROM access.login_attempts") == [(0,)]


def test_no_secret_is_stored(log: EventLog, access: Access, pool: ConnectionPool) -> None:
    registered(log, access)
    token = access.sign_in("ada", PASSWORD).token

    stored = str(
        pool.fetch_all("SELECT p.*, encode(s.token_hash, 'escape') FROM access.passwords p, access.sessions s")
    )

    assert PASSWORD not in stored
    assert token not in stored
    assert "$argon2id$" in stored


def test_a_secret_of_the_server_is_made_once(access: Access, pool: ConnectionPool) -> None:
    made = access.secret("cursors")

    assert len(made) == 32
    assert Access(pool).secret("cursors") == made
    assert Access(pool).secret("others") != made
    assert access.keep("cursors", b"another") == made


def test_a_token_that_was_never_issued_opens_nothing(access: Access) -> None:
    assert access.session("never issued") is None
