"""Photos in a bucket belong to a backup as files in a folder do, and come back wherever photos are kept then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from callout.settings import Settings
from store.backup.manifest import read
from tests.support.backups import PICTURE, Site, differences, erase, name_of, picture_of, registered
from tests.support.buckets import Bucket, empty_bucket


@dataclass
class SiteWithBucket(Site):
    """A company whose photos are kept in a bucket."""

    url: str = ""
    bucket: str = ""

    @property
    def settings(self) -> Settings:
        return replace(super().settings, blobs=f"s3://{self.bucket}/photos", s3_endpoint=self.url)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with empty_bucket(monkeypatch) as made:
        yield made


def test_a_backup_holds_the_photos_of_a_bucket_and_a_folder_can_take_them(
    site: Site, elsewhere: Site, bucket: Bucket, tmp_path: Path
) -> None:
    """Issue 8, 17: and the other way round, without those of whoever was erased since."""
    kept = SiteWithBucket(site.dsn, site.home, url=bucket.url, bucket=bucket.name)
    with kept.application() as application:
        stays, gone = registered(application), registered(application, "Somebody else")
    assert len(bucket.objects()) == 2
    kept.back_up(tmp_path / "backup")
    assert len(read(tmp_path / "backup").blobs or ()) == 2
    with kept.application() as application:
        erase(application, gone)
    elsewhere.restore(tmp_path / "backup", site.home / "erasures")
    with elsewhere.application() as application:
        assert picture_of(application, stays) == PICTURE
        assert picture_of(application, gone) is None
        assert differences(application) == []
    elsewhere.back_up(tmp_path / "later")
    with bucket.client() as client:
        for name in bucket.objects():
            client.delete_object(Bucket=bucket.name, Key=name)
    kept.restore(tmp_path / "later", replace=True)
    assert len(bucket.objects()) == 1
    with kept.application() as application:
        assert picture_of(application, stays) == PICTURE
        assert name_of(application, stays) is not None
        assert name_of(application, gone) is None
