"""A photo is uploaded over a bad network, shown to the office, and erased with its customer."""

from __future__ import annotations

import socket
from hashlib import sha256
from random import Random
from urllib.parse import urlsplit

import pytest

from tests.support.company import Company
from tests.support.http_device import HttpDevice
from tests.support.office_client import Answer, OfficeClient
from tests.support.story import Story, ago

PICTURE = Random(5).randbytes(600_000)
HASH = sha256(PICTURE).hexdigest()
PATH = f"/sync/v1/blobs/{HASH}"
CHUNK = 256 * 1024


@pytest.fixture(scope="module")
def phone(company: Company) -> HttpDevice:
    """A phone that has recorded a photo and not uploaded it."""
    anna = company.hire("Anna")
    order = Story(company).job(anna)
    handset = HttpDevice(company.url, company.code(anna))
    data = {"work_order": order, "sha256": HASH, "size": len(PICTURE), "media_type": "image/jpeg"}
    [result] = handset.push(handset.operation("photo_taken", data, ago(1)))["results"]
    assert result["status"] == "applied", result
    return handset


def head(phone: HttpDevice) -> int:
    answer = phone.desk.ask("HEAD", PATH)
    assert answer.status == 200, answer
    assert answer.headers["upload-length"] == str(len(PICTURE))
    return int(answer.headers["upload-offset"])


def put(phone: HttpDevice, offset: int) -> Answer:
    return phone.desk.ask("PUT", PATH, PICTURE[offset : offset + CHUNK], Upload_Offset=str(offset))


def raw(phone: HttpDevice, headers: str, body: bytes) -> bytes:
    """Send bytes on a raw connection, close it for writing; the reply."""
    parts = urlsplit(phone.desk.url)
    assert parts.hostname is not None
    known = f"Host: x\r\nAuthorization: Bearer {phone.desk.token}\r\nUpload-Offset: 0\r\n"
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=30) as line:
        line.sendall(f"PUT {PATH} HTTP/1.1\r\n{known}{headers}\r\n".encode() + body)
        line.shutdown(socket.SHUT_WR)
        return line.recv(65536)


def test_a_connection_that_is_cut_within_a_chunk_leaves_nothing_of_it(phone: HttpDevice) -> None:
    raw(phone, f"Content-Length: {CHUNK}\r\n", PICTURE[:1000])

    assert head(phone) == 0


def test_a_chunk_that_does_not_say_how_long_it_is_is_not_taken(phone: HttpDevice) -> None:
    chunk = b"3e8\r\n" + PICTURE[:1000] + b"\r\n0\r\n\r\n"

    answer = raw(phone, "Transfer-Encoding: chunked\r\n", chunk)

    assert answer.startswith(b"HTTP/1.1 411 ")
    assert head(phone) == 0


def test_the_office_sees_the_photo_once_all_of_it_has_come(company: Company, phone: HttpDevice) -> None:
    office, answers = company.desk("agent"), []
    while (offset := head(phone)) < len(PICTURE):
        assert office.ask("GET", f"/api/v1/blobs/{HASH}").status == 404
        answers.append(put(phone, offset))

    shown = office.ask("GET", f"/api/v1/blobs/{HASH}")

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert [answer.headers["upload-offset"] for answer in answers] == [str(CHUNK), str(2 * CHUNK), str(len(PICTURE))]
    assert (shown.status, shown.body == PICTURE) == (200, True)
    assert shown.headers["content-type"] == "image/jpeg"


def test_with_the_customer_the_photo_is_gone_for_good(company: Company, phone: HttpDevice) -> None:
    manager: OfficeClient = company.desk("service_manager")
    [(customer,)] = company.rows("SELECT customer::text FROM views.attachments WHERE sha256 = %s", HASH)

    erased = manager.ask("POST", f"/api/v1/customers/{customer}/erase", {})

    assert erased.status == 200, erased
    assert manager.ask("GET", f"/api/v1/blobs/{HASH}").status == 404
    assert head(phone) == len(PICTURE), "nothing more is wanted"
