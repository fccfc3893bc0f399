"""Photos in a bucket behave as in a folder, also while the bucket is unreachable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.app import create_app
from store.blobs.s3 import S3Place
from store.blobs.sweeping import sweep
from store.blobs.uploads import Uploads
from store.blobs.vault import Vault
from sync.blobs import BlobIntake
from tests.api.conftest import ApiClient
from tests.support.buckets import Bucket, empty_bucket
from tests.support.photos import Technician, code, named, photo, seen


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with empty_bucket(monkeypatch) as made:
        yield made


def moved(api: ApiClient, place: S3Place) -> ApiClient:
    """The API with its blobs in this place."""
    log, views = api.services.log, api.services.views
    vault = Vault(log.pool, log.body_mapper.keyring, place)
    services = replace(api.services, vault=vault, blobs=BlobIntake(views, Uploads(log.pool), vault))
    return ApiClient(services, create_app(services).test_client())


def test_a_photo_is_kept_sealed_in_the_bucket_until_its_customer_is_erased(api: ApiClient, bucket: Bucket) -> None:
    place = S3Place(bucket.name, "photos", bucket.url)
    api = moved(api, place)
    anna, picture = Technician(api), photo(300_000)
    order = anna.takes(picture)

    anna.sends(picture)
    shown, [kept] = seen(api, picture), bucket.objects().values()
    api.post(f"/api/v1/customers/{order.customer}/erase")
    with api.services.log.pool.transaction() as cursor:
        sweep(cursor, place)

    assert shown.data == picture
    assert picture[:32] not in kept
    assert bucket.objects() == {}


def test_while_the_bucket_is_away_a_photo_waits_and_nothing_is_lost(
    api: ApiClient, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.blobs.s3._TRIES", 1)
    anna, picture = Technician(moved(api, S3Place(bucket.name, "", "http://127.0.0.1:1"))), photo(1000)
    anna.takes(picture)

    response = anna.put(named(picture), 0, picture)
    anna.api = moved(api, S3Place(bucket.name, "", bucket.url))

    assert code(response) == (503, "overloaded")
    assert anna.progress(picture) == (1000, 1000)
    assert seen(anna.api, picture).data == picture
