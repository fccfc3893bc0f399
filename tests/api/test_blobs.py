"""The rules of sending photos: piece by piece, on from any break, and kept only when they are what was named."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from eventsourcing.persistence import OperationalError

from api.app import create_app
from domain.work_order import WorkOrder
from store.blobs.blob import MOST_BYTES, PIECE
from store.blobs.uploads import Uploads
from store.blobs.vault import Vault
from tests.api.conftest import House
from tests.support.photos import Stored, Technician, code, named, photo, registered, seen, stored


@pytest.fixture
def anna(house: House) -> Technician:
    return Technician(house)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the blobs of this test are kept."""
    return tmp_path / "blobs"


@pytest.mark.parametrize("chunk", [PIECE, 100_001, 65_536])
def test_a_photo_that_comes_in_pieces_of_any_length_is_kept_as_it_was(
    house: House, anna: Technician, folder: Path, chunk: int
) -> None:
    picture = photo()
    anna.takes(picture)

    anna.sends(picture, chunk=chunk)

    assert seen(house, picture).data == picture
    assert anna.progress(picture) == (len(picture), len(picture))
    assert stored(house, folder) == Stored(uploads=0, chunks=0, kept=1, files=1)


def test_after_any_break_the_next_bytes_are_asked_for_even_by_another_server(house: House, anna: Technician) -> None:
    picture = photo(PIECE + 10_000)
    anna.takes(picture)
    assert anna.progress(picture) == (0, len(picture))

    anna.sends(picture, until=300)
    after_the_first_bytes = anna.progress(picture)
    house.client = create_app(house.services).test_client()
    anna.sends(picture, until=PIECE + 7, chunk=200_000)

    assert after_the_first_bytes == (300, len(picture))
    assert anna.progress(picture) == (PIECE + 7, len(picture))
    anna.sends(picture)
    assert seen(house, picture).data == picture


def test_a_chunk_whose_reply_was_lost_is_not_taken_twice(house: House, anna: Technician) -> None:
    picture = photo(PIECE + 500)
    anna.takes(picture)
    first, last = picture[:PIECE], picture[PIECE:]

    anna.put(named(picture), 0, first)
    again = anna.put(named(picture), 0, first)
    anna.put(named(picture), PIECE, last)
    last_again = anna.put(named(picture), PIECE, last)

    assert code(again) == (409, "upload-offset-mismatch")
    assert again.json is not None
    assert again.json["offset"] == PIECE
    assert (last_again.status_code, last_again.headers["Upload-Offset"]) == (200, str(len(picture)))
    assert seen(house, picture).data == picture


def test_bytes_with_another_hash_are_thrown_away_and_begin_again(house: House, anna: Technician, folder: Path) -> None:
    picture, other = photo(1000), photo(1000, seed=2)
    anna.takes(picture)

    told = anna.put(named(picture), 0, other)

    assert code(told) == (422, "blob-mismatch")
    assert anna.progress(picture) == (0, 1000)
    assert stored(house, folder).files == 0
    anna.sends(picture)
    assert seen(house, picture).data == picture


def test_more_bytes_than_were_named_are_thrown_away(anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)
    anna.sends(picture, until=900)

    assert code(anna.put(named(picture), 900, b"x" * 101)) == (422, "blob-mismatch")
    assert anna.progress(picture) == (0, 1000)


def test_a_size_that_was_named_wrong_can_be_named_again(house: House, anna: Technician) -> None:
    picture = photo(1000)
    order = anna.takes(picture, size=1001)
    anna.sends(picture)
    assert anna.progress(picture) == (1000, 1001)

    anna.takes(picture, order)

    assert anna.progress(picture) == (0, 1000)
    anna.sends(picture)
    assert seen(house, picture).data == picture


def test_bytes_that_nobody_named_are_not_taken_until_they_are(anna: Technician) -> None:
    picture = photo(1000)

    assert anna.head(named(picture)).status_code == 404
    assert code(anna.put(named(picture), 0, picture)) == (404, "blob-not-named")

    anna.takes(picture)
    assert anna.put(named(picture), 0, picture).status_code == 200


def test_what_a_technician_named_is_not_taken_from_another(house: House, anna: Technician) -> None:
    picture, mallory = photo(1000), Technician(house)
    anna.takes(picture)

    assert code(mallory.put(named(picture), 0, picture)) == (404, "blob-not-named")
    assert mallory.head(named(picture)).status_code == 404


def test_nobody_spoils_what_another_technician_is_sending(house: House, anna: Technician) -> None:
    picture, mallory = photo(1000), Technician(house)
    order = anna.takes(picture)
    mallory.takes(picture, order)
    anna.sends(picture, until=500)

    mallory.put(named(picture), 0, photo(900, seed=3))

    assert anna.progress(picture) == (500, 1000)
    anna.sends(picture)
    assert seen(house, picture).data == picture
    assert mallory.progress(picture) == (1000, 1000)


def test_a_suspended_device_sends_what_was_recorded_and_a_revoked_one_nothing(house: House, anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)
    house.services.standings.set(anna.device, "suspended")

    anna.sends(picture, until=500)
    house.services.standings.set(anna.device, "revoked")

    assert code(anna.put(named(picture), 500, picture[500:])) == (403, "device-revoked")


def test_two_who_send_the_same_bytes_at_once_end_with_one_whole_copy(
    house: House, anna: Technician, folder: Path
) -> None:
    picture = photo(4 * PIECE + 1)
    anna.takes(picture)
    begin = Barrier(4)

    def send(_: int) -> int:
        offset, client = 0, create_app(house.services).test_client()
        begin.wait(10)
        while offset < len(picture):
            told = client.put(
                f"/sync/v1/blobs/{named(picture)}",
                data=picture[offset : offset + PIECE],
                headers={"Authorization": f"Bearer {anna.token}", "Upload-Offset": str(offset)},
            )
            assert told.status_code in (200, 409, 503), told.text
            assert told.json is not None
            offset = told.json.get("offset", offset)
        return offset

    with ThreadPoolExecutor(4) as many:
        ends = list(many.map(send, range(4)))

    assert ends == [len(picture)] * 4
    assert seen(house, picture).data == picture
    assert stored(house, folder).files == 1


@pytest.mark.parametrize("cut", [(Vault, "keep"), (Uploads, "forget")])
def test_a_server_that_dies_before_the_whole_is_kept_leaves_it_to_the_next_request(
    house: House, anna: Technician, monkeypatch: pytest.MonkeyPatch, cut: tuple[type, str]
) -> None:
    picture = photo(1000)
    anna.takes(picture)

    with monkeypatch.context() as cut_off:
        cut_off.setattr(*cut, _fails)
        told = anna.put(named(picture), 0, picture)

    assert told.status_code == 503
    assert anna.progress(picture) == (1000, 1000)
    assert seen(house, picture).data == picture


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


def test_each_customer_of_whom_the_same_picture_was_named_has_a_copy_of_their_own(
    house: House, anna: Technician, folder: Path
) -> None:
    blank = photo(100)
    for _ in range(3):
        anna.takes(blank)
    anna.sends(blank)
    assert stored(house, folder).files == 3

    anna.takes(blank)

    assert anna.progress(blank) == (0, 100)
    anna.sends(blank)
    assert stored(house, folder).files == 4


def test_a_picture_of_no_bytes_is_a_picture(house: House, anna: Technician) -> None:
    anna.takes(b"")

    assert anna.progress(b"") == (0, 0)

    assert seen(house, b"").status_code == 200


def test_what_is_stored_on_the_way_and_in_the_end_can_be_read_by_nobody(
    house: House, anna: Technician, folder: Path
) -> None:
    picture = b"Kastanienbaum " * 40_000
    anna.takes(picture)
    anna.sends(picture, until=PIECE)
    [(sealed,)] = house.services.log.pool.fetch_all("SELECT sealed FROM blobs.chunks")

    anna.sends(picture)

    [file] = [path for path in folder.rglob("*") if path.is_file()]
    assert b"Kasta" not in bytes(sealed)
    assert b"Kasta" not in file.read_bytes()
    assert named(picture) not in str(file)


@pytest.mark.parametrize("offset", ["", "-1", "+1", "1.0", "0x10", "1e3", " ", "٣", "9" * 13, "0, 5"])
def test_an_offset_that_is_no_number_is_malformed(anna: Technician, offset: str) -> None:
    picture = photo(1000)
    anna.takes(picture)

    assert code(anna.put(named(picture), offset, picture)) == (400, "malformed-envelope")
    assert anna.progress(picture) == (0, 1000)


@pytest.mark.parametrize("offset", [1, 999, 1000, 1001, 10**11])
def test_bytes_from_somewhere_else_are_not_taken(anna: Technician, offset: int) -> None:
    picture = photo(1000)
    anna.takes(picture)

    told = anna.put(named(picture), offset, b"x")

    assert code(told) == (409, "upload-offset-mismatch")
    assert told.json is not None
    assert told.json["offset"] == 0


def test_a_chunk_over_256_kib_is_too_large(anna: Technician) -> None:
    picture = photo(PIECE + 1)
    anna.takes(picture)

    assert code(anna.put(named(picture), 0, picture)) == (413, "too-large")
    assert anna.progress(picture)[0] == 0


def test_a_blob_over_25_mib_is_too_large(anna: Technician) -> None:
    picture = photo(10)
    anna.takes(picture, size=MOST_BYTES + 1)

    assert code(anna.put(named(picture), 0, picture)) == (413, "blob-too-large")


def test_a_body_of_no_length_or_in_another_encoding_is_not_taken(anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)
    headers = {"Authorization": f"Bearer {anna.token}", "Upload-Offset": "0", "Transfer-Encoding": "chunked"}
    client = anna.house.client

    endless = client.put(f"/sync/v1/blobs/{named(picture)}", headers=headers, environ_overrides={"CONTENT_LENGTH": ""})

    assert code(endless) == (411, "length-required")
    assert code(anna.put(named(picture), 0, picture, Content_Encoding="gzip")) == (415, "encoding-unsupported")


def test_a_body_that_ends_too_early_is_not_taken(anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)
    headers = {"Authorization": f"Bearer {anna.token}", "Upload-Offset": "0"}

    told = anna.house.client.put(
        f"/sync/v1/blobs/{named(picture)}",
        data=picture[:500],
        headers=headers,
        environ_overrides={"CONTENT_LENGTH": "1000"},
    )

    assert told.status_code == 400
    assert anna.progress(picture) == (0, 1000)


@pytest.mark.parametrize(
    "name", ["0" * 63, "0" * 65, "g" * 64, "A" * 64, "..", "%2e%2e%2fmaster.key", "%00", "x" * 5000, "٣" * 64, "*"]
)
def test_a_name_that_is_no_hash_names_nothing(anna: Technician, name: str) -> None:
    assert anna.head(name).status_code == 404
    assert anna.put(name, 0, b"x").status_code == 404


def test_a_photo_of_an_order_that_was_closed_long_ago_is_still_taken(house: House, anna: Technician) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    known = house.services.log.work().get(WorkOrder, order.id)
    known.cancel("no longer needed")
    house.commit(known)

    anna.sends(picture)

    assert seen(house, picture).data == picture


def test_devices_are_told_to_come_again_when_views_do_not_know_yet_what_is_wanted(
    house: House, anna: Technician
) -> None:
    picture = photo(100)
    anna.takes(picture)
    anna.sends(picture)
    house.commit(registered_too(house))

    told = anna.put(named(picture), 0, picture)

    assert code(told) == (503, "overloaded")
    assert told.headers["Retry-After"]
    house.catch_up()
    assert anna.progress(picture) == (100, 100)


def registered_too(house: House) -> WorkOrder:
    return WorkOrder.open(id=uuid4(), number="W-2", customer=registered(house).id)
