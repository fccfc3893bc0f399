"""A phone with a key at the API: enrols, proves its identity, and answers challenges."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.api.conftest import ApiClient

Json = dict[str, Any]


class KeyedPhone:
    """One installation and its key; `credentials` is the last reply that had tokens, `sent` the last request."""

    def __init__(self, api: ApiClient, install_id: str | None = None, key: Ed25519PrivateKey | None = None) -> None:
        self.api = api
        self.install_id = install_id or str(uuid4())
        self.key = key or Ed25519PrivateKey.generate()
        self.credentials: Json = {}
        self.sent: Json = {}

    def text(self, raw: bytes) -> str:
        return urlsafe_b64encode(raw).decode().rstrip("=")

    def proof(self, *lines: str) -> str:
        return self.text(self.key.sign("\n".join(lines).encode()))

    def post(self, verb: str, body: Json) -> Any:
        """Send a body as it is, without a token."""
        self.sent = body
        return self.api.client.post(f"/sync/v1/{verb}", json=body)

    def enrol(self, code: str, challenge: str | None = None) -> Any:
        """Enrol with a code, signed; the reply."""
        also = {} if challenge is None else {"challenge": challenge}
        body = {"code": code, "install_id": self.install_id, "name": "phone", **also}
        body |= {"public_key": self.text(self.key.public_key().public_bytes_raw())}
        body |= {"proof": self.proof("callout enrolment", code, self.install_id, *also.values())}
        return self._kept(self.post("devices", body))

    def refresh(self, challenge: str | None = None, **instead: str) -> Any:
        """Refresh the tokens, with other members `instead` if given; the reply."""
        also = {} if challenge is None else {"challenge": challenge}
        body = {
            "refresh_token": self.credentials["refresh_token"],
            "device_id": self.credentials["device_id"],
            **also,
        } | instead
        lines = ("callout token", body["device_id"], body["refresh_token"], *also.values())
        return self._kept(self.post("token", body | {"proof": self.proof(*lines)}))

    def ask(self, method: str, verb: str, **more: Any) -> Any:
        """A request with the access token."""
        headers = {"Authorization": f"Bearer {self.credentials['access_token']}"}
        return self.api.client.open(f"/sync/v1/{verb}", method=method, headers=headers, **more)

    def _kept(self, reply: Any) -> Any:
        if reply.status_code < 300:
            self.credentials = {**self.credentials, **reply.json}
        return reply


def outcome(reply: Any) -> tuple[int, str]:
    """Status and code of a reply."""
    return reply.status_code, str((reply.json or {}).get("type", "")).rpartition("/")[2]
