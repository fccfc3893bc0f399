"""Settings: read once from the environment into one frozen value."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from domain.kernel.digits import whole_number
from domain.kernel.instant import parse_zone
from domain.kernel.problem import BadInput, Problem

KEY_BYTES = 32
METRICS = ("off", "loopback", "open")
SHORTEST_TOKEN = 20
SECOND_FACTOR = ("off", "offered", "required")
LEVELS = ("debug", "info", "warning", "error")
_YES = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


class BadSetting(Problem):
    """A setting in the environment cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What can be set, each as `CALLOUT_<NAME>` in the environment; `database_url` is `DATABASE_URL`.

    Without a database URL the embedded PostgreSQL of `home` is used; its login migrates and makes the run-time roles.
    With a `runtime_url` these are used as they are, and nothing is migrated. Without a master key (32 bytes, in base64
    in the environment) the file `master.key` there. `unsigned_devices` (devices without a key of their own) are
    accepted unless in `production`. `patience` is how many seconds a reader waits for a view, `most_bytes` the largest
    request body, `pool` the most connections of a process in each role (a server takes fewer where the database has not
    as many, unless it is `pool_set`); `workers` processes with at most `threads` each answer requests, most of which
    only wait for changes. A process answers `past` queries of the past at once, each in a process of its own for at
    most `past_seconds` and with at most `past_memory` megabytes. Apps before `oldest_app` receive no documents; a
    device may send a process `device_rate` requests a minute and `device_burst` at once, a user `office_rate` a minute.
    `blobs` is a folder or `s3://bucket/prefix`, the folder `blobs` of the home unless given; `s3_endpoint` the URL of a
    store that is not AWS. `erasures` is the list of those whose keys were destroyed, the file `erasures` of the home
    unless given. After the master key in the environment, separated by commas, are older ones that still open what they
    wrapped.
    """

    home: Path = Path(".callout")
    database_url: str | None = field(default=None, repr=False)
    runtime_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    master_key: bytes | None = field(default=None, repr=False)
    older_master_keys: tuple[bytes, ...] = field(default=(), repr=False)
    erasures: Path | None = None
    zone: str = "Europe/Berlin"
    log_level: str = "info"
    production: bool = False
    unsigned_devices: bool = True
    workers: int = 2
    threads: int = 1200
    pool: int = 10
    pool_set: bool = False
    past: int = 1
    past_seconds: int = 300
    past_memory: int = 1024
    patience: float = 5.0
    oldest_app: str = ""
    device_rate: int = 600
    device_burst: int = 300
    office_rate: int = 1200
    most_bytes: int = 2 * 1024 * 1024
    metrics: str = "loopback"
    metrics_token: str = field(default="", repr=False)
    hosts: tuple[str, ...] = ()
    proxies: int = 0
    second_factor: str = "offered"
    origin: str = ""
    session_hours: int = 12
    session_idle: int = 120
    reauthenticate: int = 10
    security_log_days: int = 180
    blobs: str = ""
    s3_endpoint: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings of this environment; raises `BadSetting` with the name of one that cannot be used."""
        read = _Reading(environment)
        keys = read.keys("MASTER_KEY")
        return cls(
            home=Path(read.text("HOME", str(cls.home))).absolute(),
            database_url=environment.get("DATABASE_URL") or None,
            runtime_url=read.text("RUNTIME_URL", "") or None,
            host=read.text("HOST", cls.host),
            port=read.whole("PORT", cls.port, 0, 65535),
            master_key=next(iter(keys), None),
            older_master_keys=tuple(keys[1:]),
            erasures=Path(erasures).absolute() if (erasures := read.text("ERASURES", "")) else None,
            zone=read.zone("ZONE", cls.zone),
            log_level=read.choice("LOG_LEVEL", cls.log_level, LEVELS),
            production=read.flag("PRODUCTION"),
            unsigned_devices=read.flag("UNSIGNED_DEVICES", otherwise=not read.flag("PRODUCTION")),
            workers=read.whole("WORKERS", cls.workers, 1, 64),
            threads=read.whole("THREADS", cls.threads, 1, 10_000),
            pool=read.whole("POOL", cls.pool, 1, 1000),
            pool_set=bool(read.text("POOL", "")),
            past=read.whole("PAST", cls.past, 1, 64),
            past_seconds=read.whole("PAST_SECONDS", cls.past_seconds, 1, 86_400),
            past_memory=read.whole("PAST_MEMORY", cls.past_memory, 128, 1024 * 1024),
            patience=read.whole("PATIENCE", int(cls.patience), 0, 60),
            oldest_app=read.version("OLDEST_APP"),
            device_rate=read.whole("DEVICE_RATE", cls.device_rate, 0, 1_000_000),
            device_burst=read.whole("DEVICE_BURST", cls.device_burst, 1, 1_000_000),
            office_rate=read.whole("OFFICE_RATE", cls.office_rate, 0, 1_000_000),
            most_bytes=read.whole("MOST_BYTES", cls.most_bytes, 1024, 64 * 1024 * 1024),
            metrics=read.choice("METRICS", "off" if read.flag("PRODUCTION") else cls.metrics, METRICS),
            metrics_token=read.secret("METRICS_TOKEN"),
            hosts=read.hosts("HOSTS"),
            proxies=read.whole("PROXIES", cls.proxies, 0, 16),
            second_factor=read.choice("SECOND_FACTOR", cls.second_factor, SECOND_FACTOR),
            origin=read.origin("ORIGIN"),
            session_hours=read.whole("SESSION_HOURS", cls.session_hours, 1, 24 * 30),
            session_idle=read.whole("SESSION_IDLE", cls.session_idle, 1, 60 * 24 * 30),
            reauthenticate=read.whole("REAUTHENTICATE", cls.reauthenticate, 1, 60 * 24),
            security_log_days=read.whole("SECURITY_LOG_DAYS", cls.security_log_days, 7, 3650),
            blobs=read.text("BLOBS", cls.blobs),
            s3_endpoint=read.text("S3_ENDPOINT", cls.s3_endpoint),
        )


class _Reading:
    """Reads `CALLOUT_…` variables; an empty one counts as not set."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str, otherwise: str) -> str:
        return self._environment.get(f"CALLOUT_{name}", "").strip() or otherwise

    def whole(self, name: str, otherwise: int, least: int, most: int) -> int:
        text = self.text(name, str(otherwise))
        number = whole_number(text)
        if number is None or not least <= number <= most:
            raise BadSetting(f"CALLOUT_{name} is a whole number from {least} to {most}, not {text!r}.")
        return number

    def choice(self, name: str, otherwise: str, choices: tuple[str, ...]) -> str:
        text = self.text(name, otherwise).lower()
        if text not in choices:
            raise BadSetting(f"CALLOUT_{name} is one of {', '.join(choices)}, not {text!r}.")
        return text

    def flag(self, name: str, *, otherwise: bool = False) -> bool:
        text = self.text(name, "").lower()
        if text not in _YES:
            raise BadSetting(f"CALLOUT_{name} is 1 or 0, not {text!r}.")
        return _YES[text] if text else otherwise

    def secret(self, name: str) -> str:
        text = self.text(name, "")
        if text and (len(text) < SHORTEST_TOKEN or not text.isascii() or not text.isprintable()):
            raise BadSetting(f"CALLOUT_{name} has at least {SHORTEST_TOKEN} printable ASCII characters.")
        return text

    def hosts(self, name: str) -> tuple[str, ...]:
        hosts = tuple(each.strip().lower() for each in self.text(name, "").split(",") if each.strip())
        if not all(re.fullmatch(r"\.?[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\]", host) for host in hosts):
            raise BadSetting(f"CALLOUT_{name} is a list of host names without ports, with commas between them.")
        return hosts

    def origin(self, name: str) -> str:
        text = self.text(name, "").rstrip("/").lower()
        if text and not re.fullmatch(r"https://[a-z0-9.-]{1,253}(:[0-9]{1,5})?|http://localhost(:[0-9]{1,5})?", text):
            raise BadSetting(f"CALLOUT_{name} is the address of the pages, like https://callout.example, not {text!r}.")
        return text

    def zone(self, name: str, otherwise: str) -> str:
        try:
            return parse_zone(self.text(name, otherwise))
        except BadInput:
            raise BadSetting(f"CALLOUT_{name} is the IANA name of a time zone, like Europe/Berlin.") from None

    def version(self, name: str) -> str:
        text = self.text(name, "")
        if re.fullmatch(r"([0-9]{1,9}(\.[0-9]{1,9}){0,7})?", text, re.ASCII) is None:
            raise BadSetting(f"CALLOUT_{name} is made of numbers with dots between them, like 1.4, not {text!r}.")
        return text

    def keys(self, name: str) -> list[bytes]:
        return [self._key(name, text.strip()) for text in self.text(name, "").split(",") if text.strip()]

    def _key(self, name: str, text: str) -> bytes:
        try:
            key = b64decode(text, validate=True)
        except (NotBase64, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise BadSetting(f"CALLOUT_{name} is {KEY_BYTES} bytes in base64, or several such with commas between.")
        return key
