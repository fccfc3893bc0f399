"""Where photos and signatures are kept: a folder or a bucket, as the settings say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from callout.settings import BadSetting, Settings
from store.blobs.folder import FolderPlace
from store.blobs.place import Place
from store.blobs.s3 import S3Place

_BUCKET: Final = re.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX: Final = re.compile(r"[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*")


def place_of(settings: Settings) -> Place:
    """The place; raises `BadSetting` or `PlaceNotUsable` when it cannot be used. Sends no request to a bucket."""
    if not settings.blobs:
        return FolderPlace(settings.home / "blobs")
    if "://" not in settings.blobs:
        return FolderPlace(Path(settings.blobs).absolute())
    scheme, _, rest = settings.blobs.partition("://")
    bucket, _, prefix = rest.partition("/")
    prefix = prefix.rstrip("/")
    if scheme != "s3" or not _BUCKET.fullmatch(bucket) or (prefix and not _PREFIX.fullmatch(prefix)):
        raise BadSetting(f"CALLOUT_BLOBS is a folder or s3://bucket/prefix, not {settings.blobs!r}.")
    return S3Place(bucket, prefix, _endpoint(settings.s3_endpoint))


def _endpoint(text: str) -> str | None:
    if not text:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
        parts.port  # noqa: B018 - reading it validates it
    except ValueError:
        usable = False
    if not usable:
        raise BadSetting("CALLOUT_S3_ENDPOINT is a URL like https://s3.example.com, without a name or password in it.")
    return text
