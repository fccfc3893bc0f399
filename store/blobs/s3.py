"""Blobs in an S3-compatible store, through boto3, which is loaded only where such a store was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from tempfile import TemporaryFile
from threading import Lock
from typing import Any, BinaryIO, Final, cast

from store.blobs.place import FileGoneError, PlaceError, PlaceNotUsable

_MISSING: Final = frozenset({"NoSuchKey", "404"})
_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 30
_TRIES: Final = 3


class S3Place:
    """Objects in one bucket, their names with a prefix. Credentials and region are found as boto3 finds them."""

    def __init__(self, bucket: str, prefix: str = "", endpoint: str | None = None) -> None:
        """`endpoint` is the store's URL, AWS unless given. Raises `PlaceNotUsable` when boto3 is not installed."""
        try:
            import boto3  # noqa: PLC0415
            from botocore import config, exceptions  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise PlaceNotUsable(
                f"CALLOUT_BLOBS names an S3 store, which needs the package {error.name}: install callout[s3]."
            ) from error
        self._session = boto3.session.Session()
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._endpoint = endpoint
        self._refused: type[Exception] = exceptions.ClientError
        self._troubles: tuple[type[Exception], ...] = (exceptions.BotoCoreError, exceptions.ClientError, OSError)
        # Checksums in trailers are not understood by every S3-compatible store; each piece is sealed anyway.
        self._config = config.Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"total_max_attempts": _TRIES, "mode": "standard"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        self._lock = Lock()
        self._made: Any = None

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """See `Place`."""
        with TemporaryFile() as file:
            yield cast("BinaryIO", file)
            file.seek(0)
            with self._errors_translated():
                self._client().put_object(Bucket=self._bucket, Key=self._key(name), Body=file)

    @contextmanager
    def reading(self, name: str) -> Iterator[BinaryIO]:
        """See `Place`."""
        with self._errors_translated():
            found = self._client().get_object(Bucket=self._bucket, Key=self._key(name))
            with closing(found["Body"]) as body:
                yield body

    def remove(self, name: str) -> None:
        """See `Place`."""
        with self._errors_translated():
            self._client().delete_object(Bucket=self._bucket, Key=self._key(name))

    def tidy(self) -> None:
        """See `Place`; incomplete objects do not exist in S3."""

    def _key(self, name: str) -> str:
        return self._prefix + name

    def _client(self) -> Any:
        """The client, created at its first use, so that no forked process shares one with its parent."""
        with self._lock:
            if self._made is None:
                self._made = self._session.client("s3", endpoint_url=self._endpoint, config=self._config)
            return self._made

    @contextmanager
    def _errors_translated(self) -> Iterator[None]:
        try:
            yield
        except self._troubles as error:
            code = cast("Any", error).response["Error"]["Code"] if isinstance(error, self._refused) else ""
            if code in _MISSING:
                raise FileGoneError("an object for a blob is not there") from error
            raise PlaceError(f"the store of blobs fails ({code or type(error).__name__})") from error
