"""The rules of looking at photos: by the office, as what they are, and never as anything that could run."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.access.user import Role
from tests.api.conftest import ApiClient
from tests.support.photos import Technician, code, named, photo, seen


@pytest.fixture
def anna(api: ApiClient) -> Technician:
    return Technician(api)


def test_a_picture_is_shown_with_its_media_type_and_guarded(api: ApiClient, anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture, media_type="Image/JPEG")
    anna.sends(picture)

    document = seen(api, picture)

    assert (document.status_code, document.data) == (200, picture)
    assert (document.headers["Content-Type"], document.headers["Content-Disposition"]) == ("image/jpeg", "inline")
    assert document.headers["X-Content-Type-Options"] == "nosniff"
    policy = set(document.headers["Content-Security-Policy"].split("; "))
    assert policy == {"sandbox", "default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"}
    assert document.headers["Content-Length"] == "1000"


@pytest.mark.parametrize(
    ("media_type", "told_as"),
    [
        ("text/html", "text/html"),
        ("image/svg+xml", "image/svg+xml"),
        ("application/pdf", "application/pdf"),
        ("image/jpeg\r\nSet-Cookie: a=b", "application/octet-stream"),
        ("text/html; charset=utf-8", "application/octet-stream"),
        ("picture", "application/octet-stream"),
    ],
)
def test_anything_else_is_saved_and_not_shown(api: ApiClient, anna: Technician, media_type: str, told_as: str) -> None:
    bytes_ = b"<script>alert(1)</script>"
    anna.takes(bytes_, media_type=media_type)
    anna.sends(bytes_)

    document = seen(api, bytes_)

    assert document.headers["Content-Type"].partition(";")[0] == told_as
    assert document.headers["Content-Disposition"].startswith("attachment;")
    assert "Set-Cookie" not in document.headers


def test_who_has_a_picture_already_is_told_so(api: ApiClient, anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)
    anna.sends(picture)
    tag = seen(api, picture).headers["ETag"]

    again = api.get(f"/api/v1/blobs/{named(picture)}", role="dispatcher", If_None_Match=tag)
    head = api.ask("HEAD", f"/api/v1/blobs/{named(picture)}")

    assert (again.status_code, again.data) == (304, b"")
    assert (head.status_code, head.headers["Content-Length"], head.data) == (200, "1000", b"")


def test_bytes_that_have_not_come_are_not_here_yet(api: ApiClient, anna: Technician) -> None:
    picture = photo(1000)
    assert code(seen(api, picture)) == (404, "not-found")

    anna.takes(picture)
    anna.sends(picture, until=999)

    assert code(seen(api, picture)) == (404, "blob-not-here")


@pytest.mark.parametrize("role", ["agent", "auditor", "stock_keeper", "technician"])
def test_the_office_looks_at_pictures_and_technicians_do_not(api: ApiClient, anna: Technician, role: Role) -> None:
    picture = photo(1000)
    anna.takes(picture)
    anna.sends(picture)

    document = api.get(f"/api/v1/blobs/{named(picture)}", role=role)

    assert document.status_code == (403 if role == "technician" else 200)


def test_a_file_that_was_tampered_with_or_lost_shows_nothing(api: ApiClient, anna: Technician, tmp_path: Path) -> None:
    picture = photo(1000)
    anna.takes(picture)
    anna.sends(picture)
    [file] = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    sealed = bytearray(file.read_bytes())
    sealed[500] ^= 1

    file.write_bytes(bytes(sealed))
    tampered = seen(api, picture)
    file.write_bytes(bytes(sealed[:500]))
    cut = seen(api, picture)
    file.unlink()

    assert (tampered.status_code, cut.status_code) == (503, 503)
    assert code(seen(api, picture)) == (404, "blob-not-here")


def test_a_photo_that_a_restored_database_does_not_know_is_found_again(api: ApiClient, anna: Technician) -> None:
    picture, pool = photo(1000), api.services.log.pool
    anna.takes(picture)
    anna.sends(picture)
    pool.execute("DELETE FROM blobs.kept")

    assert seen(api, picture).data == picture
    assert pool.fetch_all("SELECT sha256 FROM blobs.kept WHERE kept_at IS NOT NULL") == [(named(picture),)]


def test_before_it_was_taken_a_picture_was_not_known(api: ApiClient, anna: Technician) -> None:
    picture = photo(1000)
    before = api.services.log.head()
    anna.takes(picture)
    anna.sends(picture)

    document = api.get(f"/api/v1/blobs/{named(picture)}?known_at={before}", role="dispatcher")

    assert code(document) == (404, "not-found")
