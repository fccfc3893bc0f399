"""The rules of where blobs are kept: a folder or a bucket, and one sentence when it can be neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from callout.assembly import Application
from callout.blob_place import place_of
from callout.jobs import run
from callout.settings import BadSetting, Settings
from callout.worker import jobs
from domain.kernel.instant import now
from store.blobs.folder import FolderPlace
from store.blobs.place import PlaceNotUsable
from store.blobs.s3 import S3Place


def place(**environment: str) -> FolderPlace | S3Place:
    found = place_of(Settings.from_environment(environment))
    assert isinstance(found, FolderPlace | S3Place)
    return found


def test_without_a_setting_blobs_are_kept_in_the_home(tmp_path: Path) -> None:
    with place(CALLOUT_HOME=str(tmp_path)).writing("ab" * 32) as file:
        file.write(b"sealed")

    assert (tmp_path / "blobs" / "ab" / ("ab" * 32)).read_bytes() == b"sealed"


def test_a_folder_may_be_anywhere(tmp_path: Path) -> None:
    with place(CALLOUT_HOME="/nowhere", CALLOUT_BLOBS=str(tmp_path / "b")).writing("ab" * 32) as file:
        file.write(b"sealed")

    assert (tmp_path / "b").is_dir()


@pytest.mark.parametrize("where", ["s3://photos", "s3://photos/", "s3://photos/callout/2026"])
@pytest.mark.parametrize("endpoint", ["", "https://s3.example.com", "http://127.0.0.1:9000/"])
def test_a_bucket_is_named_with_or_without_a_prefix_and_an_endpoint(where: str, endpoint: str) -> None:
    assert isinstance(place(CALLOUT_BLOBS=where, CALLOUT_S3_ENDPOINT=endpoint), S3Place)


@pytest.mark.parametrize(
    "where", ["s3://", "s3:///x", "s3://A", "s3://user:pw@photos", "http://x/y", "s3://photos//x", "s3://photos/a b"]
)
def test_what_is_neither_is_refused_by_name(where: str) -> None:
    with pytest.raises(BadSetting, match="CALLOUT_BLOBS is a folder or s3://bucket/prefix"):
        place(CALLOUT_BLOBS=where)


@pytest.mark.parametrize("endpoint", ["s3.example.com", "ftp://x", "https://", "https://u:secret@x", "http://x:99999"])
def test_an_endpoint_that_is_no_url_is_refused_by_name_and_not_repeated(endpoint: str) -> None:
    with pytest.raises(BadSetting, match="CALLOUT_S3_ENDPOINT is a URL") as refused:
        place(CALLOUT_BLOBS="s3://photos", CALLOUT_S3_ENDPOINT=endpoint)

    assert "secret" not in refused.value.detail


def test_a_house_does_not_begin_where_it_cannot_keep_blobs(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file")

    with pytest.raises(PlaceNotUsable, match="is a file"):
        Application(settings)


def test_the_worker_cleans_up_behind_blobs(application: Application) -> None:
    cleaning = [job for job in jobs(application) if job.name in {"forget-uploads", "sweep-blobs", "tidy-blobs"}]

    assert [run(job, application.services.log.pool, now()) for job in cleaning] == [True, True, True]
