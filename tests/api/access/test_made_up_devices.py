"""Issue 8, review 10: whoever has the secret of known devices gains no tries by it, and the secret can be changed."""

from __future__ import annotations

import pytest

from api.http.services import Services
from callout.rotating import SECRETS
from domain.kernel.instant import now
from store.access import Access
from store.caller import Caller, device_of, known_device
from store.login_brake import ADDRESS_BURST, FREE_ATTEMPTS, TooManyAttempts
from store.second_factor_check import Given, WrongSecondFactor
from tests.api.access.test_lock_out import OWNER, attempt
from tests.api.conftest import PASSWORD, ApiClient
from tests.support.second_factors import Clock, generation_of, served, with_totp


def test_whoever_can_make_known_devices_has_no_more_tries_than_an_address_has(api: ApiClient) -> None:
    """Issue 8, review 10: a leaked secret made any number of them, each counted by itself, and nobody else paid."""
    user = api.user("agent")
    secret, generation = api.services.access.secret("known-devices"), generation_of(api, user)
    mine = attempt(api.app_client(), PASSWORD, OWNER).get_json()["known_device"]

    codes = [
        attempt(api.app_client(), "wrong", known_device=known_device(secret, user, generation)).status_code
        for _ in range(ADDRESS_BURST + FREE_ATTEMPTS + 5)
    ]

    assert codes == [401] * (ADDRESS_BURST + FREE_ATTEMPTS) + [429] * 5
    assert attempt(api.app_client(), PASSWORD, OWNER, known_device=mine).status_code == 201


def test_a_known_device_stays_known_through_a_rotation_and_is_known_by_the_new_secret_then(api: ApiClient) -> None:
    """Issue 8, review 10: what another rotation makes good for nothing is replaced before."""
    user, secrets = api.user("agent"), api.services.access.secrets
    generation = generation_of(api, user)
    old = attempt(api.app_client(), PASSWORD).get_json()["known_device"]
    secrets.change(SECRETS, {})
    other = Access(api.services.log.pool)
    assert other.proving.is_known_device(user, generation, Caller(known=old))
    made = other.proving.known_device(user, generation, Caller(known=old))
    assert device_of(other.secret("known-devices"), user, generation, made) is not None
    assert other.proving.known_device(user, generation, Caller(known=made)) == made
    secrets.change(SECRETS, {})
    another = Access(api.services.log.pool)
    assert not another.proving.is_known_device(user, generation, Caller(known=old))
    assert another.proving.is_known_device(user, generation, Caller(known=made))


def test_a_code_to_reset_that_was_asked_for_before_a_rotation_is_the_same_after_it(api: ApiClient) -> None:
    """Issue 8, review 10: the reply to a repeated request is a code that works."""
    user = api.user("agent")
    first = api.post(f"/api/v1/users/{user}/reset-code", {}, Idempotency_Key="k").get_json()
    api.services.access.secrets.change(SECRETS, {})
    api.services.access.secrets._read.clear()  # as in a process that has not read them yet
    assert api.post(f"/api/v1/users/{user}/reset-code", {}, Idempotency_Key="k").get_json() == first


def test_made_up_known_devices_are_no_way_around_the_brake_on_codes(services: Services) -> None:
    """Issue 8, review 10: from ever other addresses, a known device each, codes were tried without end."""
    api = served(services)
    user = api.user("agent")
    with_totp(api, Clock())
    api.services.log.pool.execute("DELETE FROM access.login_attempts")

    def attempt(number: int) -> str:
        caller = Caller(address=f"192.0.2.{number}")
        with pytest.raises((WrongSecondFactor, TooManyAttempts)) as refused:
            api.services.factors.accept(user, Given(code="000000"), None, caller, now(), known=True)
        return type(refused.value).__name__

    found = [attempt(number) for number in range(2 * ADDRESS_BURST + 4)]

    assert found == ["WrongSecondFactor"] * 2 * ADDRESS_BURST + ["TooManyAttempts"] * 4
