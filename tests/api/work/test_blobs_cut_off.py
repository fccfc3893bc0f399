"""Uploads when servers are killed and several clients send at once: the next request finds a correct state."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from eventsourcing.persistence import OperationalError

from api.app import create_app
from domain.access.device_limits import BLOB_PIECE
from domain.work.work_order import WorkOrder
from store.blobs.uploads import Uploads
from store.blobs.vault import Vault
from tests.api.conftest import ApiClient
from tests.support.photos import Technician, code, named, photo, registered, seen, stored


@pytest.fixture
def anna(api: ApiClient) -> Technician:
    return Technician(api)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the blobs of this test are kept."""
    return tmp_path / "blobs"


def test_two_who_send_the_same_bytes_at_once_end_with_one_whole_copy(
    api: ApiClient, anna: Technician, folder: Path
) -> None:
    picture = photo(4 * BLOB_PIECE + 1)
    anna.takes(picture)
    begin = Barrier(4)

    def send(_: int) -> int:
        offset, client = 0, create_app(api.services).test_client()
        begin.wait(10)
        while offset < len(picture):
            response = client.put(
                f"/sync/v1/blobs/{named(picture)}",
                data=picture[offset : offset + BLOB_PIECE],
                headers={"Authorization": f"Bearer {anna.token}", "Upload-Offset": str(offset)},
            )
            assert response.status_code in (200, 409, 503), response.text
            assert response.json is not None
            offset = response.json.get("offset", offset)
        return offset

    with ThreadPoolExecutor(4) as many:
        ends = list(many.map(send, range(4)))

    assert ends == [len(picture)] * 4
    assert seen(api, picture).data == picture
    assert stored(api, folder).files == 1


@pytest.mark.parametrize("cut", [(Vault, "keep"), (Uploads, "forget")])
def test_a_server_that_dies_before_the_whole_is_kept_leaves_it_to_the_next_request(
    api: ApiClient, anna: Technician, monkeypatch: pytest.MonkeyPatch, cut: tuple[type, str]
) -> None:
    picture = photo(1000)
    anna.takes(picture)

    with monkeypatch.context() as cut_off:
        cut_off.setattr(*cut, _fails)
        response = anna.put(named(picture), 0, picture)

    assert response.status_code == 503
    assert anna.progress(picture) == (1000, 1000)
    assert seen(api, picture).data == picture


def _fails(*_: object) -> None:
    raise OperationalError("the power is off")


def test_wrong_bytes_that_nobody_could_check_any_more_begin_again(
    anna: Technician, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = photo(1000)
    anna.takes(picture)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(Vault, "keep", _fails)
        anna.put(named(picture), 0, photo(1000, seed=2))

    assert anna.progress(picture) == (0, 1000)


def test_devices_are_told_to_come_again_when_views_do_not_know_yet_what_is_wanted(
    api: ApiClient, anna: Technician
) -> None:
    picture = photo(100)
    anna.takes(picture)
    anna.sends(picture)
    api.commit(registered_too(api))

    response = anna.put(named(picture), 0, picture)

    assert code(response) == (503, "overloaded")
    assert response.headers["Retry-After"]
    api.catch_up()
    assert anna.progress(picture) == (100, 100)


def registered_too(api: ApiClient) -> WorkOrder:
    return WorkOrder.open(id=uuid4(), number="W-2", customer=registered(api).id)
