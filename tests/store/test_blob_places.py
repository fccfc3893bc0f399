"""The rules of places for blobs: whole files or none, in a folder as in a bucket."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.blobs.folder import FolderPlace
from store.blobs.place import FileGoneError, Place, PlaceError, PlaceNotUsable
from store.blobs.s3 import S3Place
from tests.support.buckets import CREDENTIALS, Bucket, empty_bucket

NAME, OTHER = "ab" * 32, "cd" * 32


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with empty_bucket(monkeypatch) as made:
        yield made


@pytest.fixture(params=["folder", "bucket", "bucket without a prefix"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return FolderPlace(tmp_path / "some" / "blobs")
    prefix = "" if "without" in request.param else "callout/blobs"
    bucket = request.getfixturevalue("bucket")
    return S3Place(bucket.name, prefix, bucket.url)


def write(place: Place, name: str, data: bytes) -> None:
    with place.writing(name) as file:
        file.write(data[:3])
        file.write(data[3:])


def read(place: Place, name: str) -> bytes:
    with place.reading(name) as file:
        return file.read()


def fail_to_write(place: Place, name: str) -> None:
    with place.writing(name) as file:
        file.write(b"half of")
        raise ZeroDivisionError


def test_a_file_is_read_as_it_was_written(place: Place) -> None:
    write(place, NAME, b"sealed" * 100_000)
    write(place, OTHER, b"")

    assert read(place, NAME) == b"sealed" * 100_000
    assert read(place, OTHER) == b""


def test_writing_again_replaces_the_whole(place: Place) -> None:
    write(place, NAME, b"a long file")
    write(place, NAME, b"short")

    assert read(place, NAME) == b"short"


def test_a_writer_that_fails_leaves_what_was_there_before(place: Place) -> None:
    write(place, NAME, b"before")
    for name in (NAME, OTHER):
        with pytest.raises(ZeroDivisionError):
            fail_to_write(place, name)

    assert read(place, NAME) == b"before"
    with pytest.raises(FileGoneError):
        read(place, OTHER)


def test_a_file_that_was_removed_is_gone_and_removing_it_again_does_no_harm(place: Place) -> None:
    write(place, NAME, b"sealed")

    place.remove(NAME)
    place.remove(NAME)

    with pytest.raises(FileGoneError):
        read(place, NAME)
    place.tidy()


def test_only_its_owner_reads_the_folder(tmp_path: Path) -> None:
    write(FolderPlace(tmp_path / "blobs"), NAME, b"sealed")

    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "blobs", *(tmp_path / "blobs").rglob("*"))}

    assert modes == {0}


def test_what_a_writer_left_behind_that_was_killed_is_removed_after_a_day(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path)
    write(place, NAME, b"sealed")
    old, young = tmp_path / "incoming" / "old", tmp_path / "incoming" / "young"
    for path in (old, young):
        path.write_bytes(b"half")
    day = time.time() - 25 * 60 * 60
    os.utime(old, (day, day))

    place.tidy()

    assert (old.exists(), young.exists()) == (False, True)
    assert read(place, NAME) == b"sealed"


def test_a_folder_that_cannot_be_one_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(PlaceNotUsable, match=r"Blobs cannot be kept in the folder .*file/blobs: .*file is a file\."):
        FolderPlace(tmp_path / "file" / "blobs")


def test_a_folder_that_may_not_be_written_to_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)

    with pytest.raises(PlaceNotUsable, match=r"may not be written to\."):
        FolderPlace(tmp_path / "blobs")


def test_a_full_disk_is_a_trouble_of_the_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = FolderPlace(tmp_path)
    monkeypatch.setattr(os, "fsync", _full)

    with pytest.raises(PlaceError, match="No space left"):
        write(place, NAME, b"sealed")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_objects_stand_behind_the_prefix(bucket: Bucket) -> None:
    write(S3Place(bucket.name, "callout/blobs", bucket.url), NAME, b"sealed")

    assert bucket.objects() == {f"callout/blobs/{NAME}": b"sealed"}


def test_a_store_that_is_away_or_knows_no_such_bucket_is_a_trouble_of_the_moment(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.blobs.s3._TRIES", 1)
    for place in (S3Place("another-bucket", "", bucket.url), S3Place(bucket.name, "", "http://127.0.0.1:1")):
        with pytest.raises(PlaceError):
            write(place, NAME, b"sealed")
        with pytest.raises(PlaceError):
            read(place, NAME)
        with pytest.raises(PlaceError):
            place.remove(NAME)


def test_without_credentials_the_store_is_not_used(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))

    with pytest.raises(PlaceError, match="NoCredentialsError"):
        write(S3Place(bucket.name, "", bucket.url), NAME, b"sealed")


def test_a_bucket_without_boto3_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)

    with pytest.raises(PlaceNotUsable, match=r"needs the package boto3: install callout\[s3\]\."):
        S3Place("photos")
