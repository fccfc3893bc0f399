"""An S3-compatible store on loopback, with a bucket in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1"}


class Bucket(NamedTuple):
    """The URL of the store, and the name of the bucket there."""

    url: str
    name: str

    def objects(self) -> dict[str, bytes]:
        """Everything in the bucket."""
        with self.client() as client:
            listed = client.list_objects_v2(Bucket=self.name).get("Contents", [])
            return {each["Key"]: client.get_object(Bucket=self.name, Key=each["Key"])["Body"].read() for each in listed}

    def client(self) -> closing[Any]:
        """Somebody else who uses the store."""
        return closing(boto3.client("s3", endpoint_url=self.url))


@contextmanager
def empty_bucket(environment: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A new bucket; the environment gets the credentials."""
    for name, value in CREDENTIALS.items():
        environment.setenv(name, value)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        made = Bucket(f"http://{host}:{port}", f"callout-{uuid4()}")
        with made.client() as client:
            client.create_bucket(Bucket=made.name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield made
    finally:
        server.stop()
