"""The rules of settings: read once, each refused by name when it cannot be used, and no secret ever shown."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from callout.settings import BadSetting, Settings

KEY = b"k" * 32


def test_nothing_has_to_be_set() -> None:
    settings = Settings.from_environment({})

    assert settings.home == Path(".callout").absolute()
    assert (settings.host, settings.production, settings.database_url) == ("127.0.0.1", False, None)


def test_each_setting_has_its_name_in_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "CALLOUT_HOME": "/srv/callout",
            "DATABASE_URL": "postgresql://somewhere/callout",
            "CALLOUT_HOST": "::1",
            "CALLOUT_PORT": "9000",
            "CALLOUT_MASTER_KEY": b64encode(KEY).decode(),
            "CALLOUT_ZONE": "Europe/Vienna",
            "CALLOUT_LOG_LEVEL": "DEBUG",
            "CALLOUT_PRODUCTION": "1",
            "CALLOUT_POOL": "3",
            "CALLOUT_OLDEST_APP": "1.4",
            "CALLOUT_DEVICE_RATE": "0",
            "CALLOUT_DEVICE_BURST": "7",
        }
    )

    assert settings.home == Path("/srv/callout")
    assert (settings.database_url, settings.host, settings.port) == ("postgresql://somewhere/callout", "::1", 9000)
    assert (settings.master_key, settings.zone, settings.log_level) == (KEY, "Europe/Vienna", "debug")
    assert (settings.production, settings.pool) == (True, 3)
    assert (settings.oldest_app, settings.device_rate, settings.device_burst) == ("1.4", 0, 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CALLOUT_PORT", "http"),
        ("CALLOUT_PORT", "70000"),
        ("CALLOUT_PORT", "-1"),
        ("CALLOUT_ZONE", "Mars/Olympus"),
        ("CALLOUT_LOG_LEVEL", "loud"),
        ("CALLOUT_PRODUCTION", "maybe"),
        ("CALLOUT_POOL", "0"),
        ("CALLOUT_OLDEST_APP", "1.4-beta"),
        ("CALLOUT_OLDEST_APP", "newest"),
        ("CALLOUT_DEVICE_RATE", "-1"),
        ("CALLOUT_DEVICE_BURST", "0"),
        ("CALLOUT_METRICS", "everybody"),
        ("CALLOUT_METRICS_TOKEN", "short"),
        ("CALLOUT_HOSTS", "https://callout.example"),
        ("CALLOUT_PROXIES", "all"),
        ("CALLOUT_SECOND_FACTOR", "maybe"),
        ("CALLOUT_ORIGIN", "http://callout.example"),
        ("CALLOUT_ORIGIN", "https://callout.example/path"),
        ("CALLOUT_SESSION_IDLE", "0"),
        ("CALLOUT_SECURITY_LOG_DAYS", "1"),
        ("CALLOUT_MASTER_KEY", "not base64!"),
        ("CALLOUT_MASTER_KEY", b64encode(b"short").decode()),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name) as refused:
        Settings.from_environment({name: value})

    if "KEY" in name:
        assert value not in refused.value.detail


def test_figures_are_for_this_machine_and_in_production_for_nobody_unless_said_otherwise() -> None:
    """Issue 8, 27: behind a proxy everything seems to come from this machine."""
    assert Settings.from_environment({}).metrics == "loopback"
    assert Settings.from_environment({"CALLOUT_PRODUCTION": "1"}).metrics == "off"
    assert Settings.from_environment({"CALLOUT_PRODUCTION": "1", "CALLOUT_METRICS": "open"}).metrics == "open"


def test_an_empty_setting_counts_as_not_set() -> None:
    empty = {"CALLOUT_PORT": "", "CALLOUT_MASTER_KEY": " ", "DATABASE_URL": "", "CALLOUT_PRODUCTION": ""}

    assert Settings.from_environment(empty) == Settings.from_environment({})


def test_settings_never_change_and_never_show_their_secrets() -> None:
    settings = Settings(database_url="postgresql://ada:secret@somewhere/callout", master_key=KEY)

    assert "secret" not in repr(settings)
    assert "kkkk" not in repr(settings)
    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]
