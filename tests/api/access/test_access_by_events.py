"""Access changes in the transaction of the event that changes it: no race leaves access open."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError

from domain.access.device import Device
from domain.access.user import User
from store.log import EventLog
from tests.api.conftest import PASSWORD, ApiClient
from tests.support.field_setup import Field
from tests.support.keyed_phone import KeyedPhone, outcome

ROUNDS = 10


@pytest.fixture
def field(api: ApiClient) -> Field:
    return Field(api.services.log)


def enrolled(api: ApiClient, field: Field) -> KeyedPhone:
    phone = KeyedPhone(api)
    assert phone.enrol(code(api, field)).status_code == 201
    return phone


def code(api: ApiClient, field: Field) -> str:
    return api.services.devices.issue_code(field.anna)[0]


def at_once(*asks: Callable[[], Any]) -> list[Any]:
    """Ask all of it at the same moment."""
    barrier = Barrier(len(asks))

    def go(ask: Callable[[], Any]) -> Any:
        barrier.wait(10)
        return ask()

    with ThreadPoolExecutor(len(asks)) as threads:
        return list(threads.map(go, asks))


def must_agree(api: ApiClient, device: str) -> None:
    """How the device stands beside the log is what the log says."""
    entity = api.services.log.work().get(Device, UUID(device))
    standing = api.services.device_statuses.of([entity.id])[entity.id]
    assert (standing["standing"], standing["wipe"]) == (str(entity.status), entity.wipe)


def test_whoever_resumes_a_device_while_it_is_revoked_leaves_it_revoked(api: ApiClient, field: Field) -> None:
    """Issue 8, 10: ten rounds, and never one left in."""
    api.user("admin")
    for _ in range(ROUNDS):
        phone = enrolled(api, field)
        path = f"/api/v1/devices/{phone.credentials['device_id']}"
        api.post(f"{path}/suspend", {"reason": "odd"})

        at_once(
            partial(api.post, f"{path}/resume"),
            partial(api.post, f"{path}/revoke", {"reason": "lost"}),
        )

        must_agree(api, phone.credentials["device_id"])
        assert outcome(phone.ask("GET", "pull")) == (403, "device-revoked")


def test_whoever_enrols_with_an_earlier_code_while_the_device_is_revoked_stays_outside(
    api: ApiClient, field: Field
) -> None:
    """Issue 8, 10: whichever comes first; with a code made afterwards the device comes back."""
    api.user("admin")
    for _ in range(ROUNDS):
        phone, earlier = enrolled(api, field), code(api, field)
        path = f"/api/v1/devices/{phone.credentials['device_id']}"

        at_once(
            partial(phone.enrol, earlier),
            partial(api.post, f"{path}/revoke", {"reason": "retired"}),
        )

        must_agree(api, phone.credentials["device_id"])
        assert outcome(phone.ask("GET", "pull")) in ((403, "device-revoked"), (401, "token-expired"))
        assert outcome(phone.enrol(earlier)) == (403, "enrolment-code-invalid")

    assert phone.enrol(code(api, field)).status_code == 201
    assert phone.ask("GET", "pull").status_code == 200
    must_agree(api, phone.credentials["device_id"])


def test_two_codes_at_once_make_two_incarnations_of_one_device(api: ApiClient, field: Field) -> None:
    """Issue 8, 10: sibling: no two lives of a queue have one number."""
    for _ in range(3):
        phone, codes = enrolled(api, field), [code(api, field) for _ in range(2)]

        replies = at_once(*(partial(phone.enrol, one) for one in codes))

        assert sorted(reply.json["incarnation"] for reply in replies) == [2, 3]
        must_agree(api, phone.credentials["device_id"])


@pytest.mark.parametrize(
    ("command", "body"), [("suspend", {"reason": "odd"}), ("revoke", {"reason": "lost"}), ("resume", {})]
)
def test_a_decision_about_a_device_that_is_not_recorded_changes_nothing(
    api: ApiClient, field: Field, monkeypatch: pytest.MonkeyPatch, command: str, body: dict[str, str]
) -> None:
    """Issue 8, 10: what holds beside the log follows from it."""
    phone = enrolled(api, field)
    path = f"/api/v1/devices/{phone.credentials['device_id']}"
    api.user("admin")
    if command == "resume":
        api.post(f"{path}/suspend", {"reason": "odd"})
    monkeypatch.setattr(EventLog, "append", overtaken)

    assert api.post(f"{path}/{command}", body).status_code >= 400

    monkeypatch.undo()
    must_agree(api, phone.credentials["device_id"])


def test_an_enrolment_that_is_not_recorded_leaves_the_device_as_it_was(
    api: ApiClient, field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 10: its tokens, its incarnation and its key."""
    phone, fresh = enrolled(api, field), code(api, field)
    monkeypatch.setattr(EventLog, "append", overtaken)

    assert phone.enrol(fresh).status_code >= 400

    monkeypatch.undo()
    assert phone.ask("GET", "pull").status_code == 200
    challenge = phone.enrol(fresh).json["challenge"]
    assert phone.enrol(fresh, challenge).json["incarnation"] == 2, "the code is not lost to whoever can prove it"
    must_agree(api, phone.credentials["device_id"])


def overtaken(*_: Any) -> None:
    """Somebody is always faster."""
    raise IntegrityError


def test_a_device_that_says_it_has_erased_itself_is_signed_out_with_that(
    api: ApiClient, field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 10: and stays so as long as it is not recorded."""
    phone = enrolled(api, field)
    api.post(f"/api/v1/devices/{phone.credentials['device_id']}/revoke", {"reason": "lost"})
    monkeypatch.setattr(EventLog, "append", overtaken)
    assert phone.ask("POST", "wiped", json={}).status_code >= 400
    monkeypatch.undo()

    assert phone.ask("POST", "wiped", json={}).status_code == 200
    assert outcome(phone.ask("POST", "wiped", json={})) == (401, "token-expired")


def test_a_disabled_user_has_no_session_that_comes_to_life_again(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 10: not one that was begun at that very moment, either; and a refusal that is not recorded ends none."""
    user, access = api.user("dispatcher"), api.services.access
    path, token = f"/api/v1/users/{user}", access.sign_in("dispatcher", PASSWORD).token
    api.user("admin")
    monkeypatch.setattr(EventLog, "append", overtaken)
    assert api.post(f"{path}/disable").status_code >= 400
    monkeypatch.undo()
    assert access.session(token) is not None

    api.post(f"{path}/disable")
    late = access.begin_session(user)
    assert (access.session(token), access.session(late)) == (None, None)
    api.post(f"{path}/enable")

    assert (access.session(token), access.session(late)) == (None, None)
    assert access.session(access.sign_in("dispatcher", PASSWORD).token) is not None


def test_disabling_a_user_while_their_roles_are_set_leaves_them_outside(api: ApiClient) -> None:
    """Issue 8, 10: whichever comes first."""
    user, access = api.user("dispatcher"), api.services.access
    api.user("admin")
    path = f"/api/v1/users/{user}"
    for number in range(ROUNDS):
        token = access.sign_in("dispatcher", PASSWORD).token
        roles = {"roles": ["agent" if number % 2 else "dispatcher", "auditor"]}

        at_once(partial(api.post, f"{path}/disable"), partial(api.post, f"{path}/set-roles", roles))

        assert access.session(token) is None
        assert not api.services.log.work().get(User, user).is_enabled()
        api.post(f"{path}/enable")
        assert access.session(token) is None
