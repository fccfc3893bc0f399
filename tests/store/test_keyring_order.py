"""Issue 8, review 15: keys are destroyed in one order, so that two who destroy at once never wait for each other."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest

from store.keyring import Keyring
from store.pool import ConnectionPool


def test_keys_are_destroyed_in_the_order_in_which_they_are_wrapped_anew(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends one of two transactions that lock the same rows in another order."""
    people = [uuid4() for _ in range(50)]
    wanted: list[list[str]] = []
    execute = ConnectionPool.execute

    def noted(self: ConnectionPool, sql: str, params: Any = None) -> Any:
        wanted.append(params[0])
        return execute(self, sql, params)

    with closing(ConnectionPool(database, role="callout_keykeeper", size=1)) as pool:
        keyring = Keyring(pool, b"k" * 32)
        keyring.sealing_keys(people)
        monkeypatch.setattr(ConnectionPool, "execute", noted)
        assert keyring.destroy(people) == len(people)
    assert wanted == [[str(person) for person in sorted(people)]]
