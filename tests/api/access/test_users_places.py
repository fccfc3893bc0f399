"""One user has few places for hashing and few tries, by login or id; a try that was not checked does not count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from store.caller import Caller
from store.hashing_queue import OFFICE, HashingQueue, Lane, TooManyLogins
from store.login_brake import ADDRESS_BURST, FREE_ATTEMPTS
from tests.api.access.test_lock_out import OWNER, attempt
from tests.api.conftest import PASSWORD, ApiClient

ANOTHER = "another-long-unusual-lamp-77"
RESET = "/api/v1/sessions/reset-password"
CURRENT = "/api/v1/sessions/current"


@contextmanager
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While this lasts no place in the queue is free."""

    def refuse(*_: object) -> None:
        raise TooManyLogins(retry_after=3)

    with monkeypatch.context() as patch:
        patch.setattr(HashingQueue, "_enter", refuse)
        yield


@pytest.fixture
def lanes(monkeypatch: pytest.MonkeyPatch) -> list[Lane]:
    """The lanes of everything that was hashed."""
    seen: list[Lane] = []
    enter = HashingQueue._enter

    def noted(self: HashingQueue, lane: Lane) -> None:
        seen.append(lane)
        enter(self, lane)

    monkeypatch.setattr(HashingQueue, "_enter", noted)
    return seen


def test_all_known_devices_sessions_and_codes_of_a_user_have_one_lane(api: ApiClient, lanes: list[Lane]) -> None:
    """Issue 8, 21 (review 3): each token was a lane of its own, so that one user took every place."""
    api.user("admin")
    user = api.user("agent")
    known = [attempt(api.app_client(), PASSWORD).get_json()["known_device"] for _ in range(3)]
    made = api.post(f"/api/v1/users/{user}/reset-code", {}).get_json()["code"]
    lanes.clear()

    for each in known:
        assert attempt(api.app_client(), PASSWORD, known_device=each).status_code == 201
    for _ in range(2):
        api.tokens["agent"] = attempt(api.app_client(), PASSWORD, known_device=known[0]).get_json()["token"]
        assert api.post(f"{CURRENT}/prove", {"password": PASSWORD}, role="agent").status_code == 204
    reset = {"login": "agent", "code": made, "password": ANOTHER}
    assert api.app_client().post(RESET, json=reset).status_code == 204

    assert len(lanes) == 8
    assert set(lanes) == {Lane(f"user {user}")}
    assert OFFICE not in lanes


def test_a_user_who_signs_in_without_end_has_the_places_of_a_stranger(api: ApiClient, lanes: list[Lane]) -> None:
    """Issue 8, 21 (review 3): each success deleted its count, so that the places for known ones stayed taken."""
    user = api.user("agent")
    known = attempt(api.app_client(), PASSWORD).get_json()["known_device"]
    lanes.clear()

    codes = {attempt(api.app_client(), PASSWORD, known_device=known).status_code for _ in range(ADDRESS_BURST + 3)}

    assert codes == {201}
    assert [each.known for each in lanes] == [True] * ADDRESS_BURST + [False] * 3
    assert lanes[0] == Lane(f"user {user}")


@pytest.mark.parametrize("is_known", [True, False])
def test_what_the_queue_refuses_is_no_wrong_password(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, *, is_known: bool
) -> None:
    """Issue 8, 21 (store review 7): an owner who tried again as told was on doubling waits for their right password."""
    api.user("agent")
    known = attempt(api.app_client(), PASSWORD).get_json()["known_device"] if is_known else None
    pool = api.services.log.pool
    for _ in range(FREE_ATTEMPTS - 1):
        attempt(api.app_client(), "wrong", OWNER, known_device=known)
    count = "SELECT min(attempts), max(last_at) FROM access.login_attempts"  # of the pair, and of the whole budget
    before = pool.fetch_all(count)

    with full(monkeypatch):
        codes = [attempt(api.app_client(), PASSWORD, OWNER, known_device=known).status_code for _ in range(40)]

    assert codes == [503] * 40
    assert pool.fetch_all(count) == before
    assert attempt(api.app_client(), PASSWORD, OWNER, known_device=known).status_code == 201


def test_what_the_queue_refuses_after_a_wait_can_be_tried_again_at_once(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 21 (store review 7): and the wait before it is not waited for a second time."""
    api.user("agent")
    for _ in range(FREE_ATTEMPTS + 1):
        attempt(api.app_client(), "wrong", OWNER)
        api.services.log.pool.execute(
            "UPDATE access.login_attempts SET last_at = last_at - interval '1 minute' WHERE attempts >= %s",
            (FREE_ATTEMPTS,),
        )
    with full(monkeypatch):
        assert [attempt(api.app_client(), PASSWORD, OWNER).status_code for _ in range(3)] == [503] * 3

    assert attempt(api.app_client(), "wrong", OWNER).status_code == 401
    assert attempt(api.app_client(), PASSWORD, OWNER).status_code == 429


def test_a_proof_that_the_queue_refuses_is_no_wrong_one(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, 21 (store review 7), a sibling: signed in, the tries are counted by session."""
    api.user("agent")
    with full(monkeypatch):
        for _ in range(FREE_ATTEMPTS + 3):
            assert api.post(f"{CURRENT}/prove", {"password": PASSWORD}, role="agent").status_code == 503

    assert api.post(f"{CURRENT}/prove", {"password": PASSWORD}, role="agent").status_code == 204


def test_a_browser_that_changes_its_password_is_known_with_the_new_one(api: ApiClient) -> None:
    """Issue 8, 21 (review 3), a sibling: its cookie would be one of the password before."""
    user = api.user("agent")
    changed = api.post("/api/v1/me/password", {"current": PASSWORD, "password": ANOTHER}, role="agent")
    assert changed.status_code == 204
    token = changed.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    [(generation,)] = api.services.log.pool.fetch_all(
        "SELECT generation FROM access.passwords WHERE user_id = %s", (str(user),)
    )

    assert api.services.access.proving.is_known_device(user, generation, Caller(known=token))


@pytest.mark.parametrize("way", ["set-password", "own", "reset"])
def test_nobodys_name_is_their_password(api: ApiClient, way: str) -> None:
    """Issue 8, 22 (review 11): the name was looked at when the user was registered, and never again."""
    api.user("admin")
    name = "Wilhelmina Abercrombie-Ostrowska"
    made = {"login": "wao", "name": name, "roles": ["agent"], "password": PASSWORD}
    user = api.post("/api/v1/users", made).get_json()["id"]
    api.catch_up()
    if way == "set-password":
        reply = api.post(f"/api/v1/users/{user}/set-password", {"password": name})
    elif way == "own":
        api.tokens["agent"] = api.services.access.sign_in("wao", PASSWORD).token
        reply = api.post("/api/v1/me/password", {"current": PASSWORD, "password": name}, role="agent")
    else:
        code = api.post(f"/api/v1/users/{user}/reset-code", {}).get_json()["code"]
        reply = api.app_client().post(RESET, json={"login": "wao", "code": code, "password": name})

    assert reply.status_code == 400
    assert reply.get_json()["errors"][0]["pointer"] == "/password"
    assert api.services.access.sign_in("wao", PASSWORD).user == UUID(user)
