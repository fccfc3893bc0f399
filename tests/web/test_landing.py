"""The first page: it is public, shows the server's state, and loads nothing from other hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from callout.assembly import Application
from callout.bootstrap import register_locations
from callout.settings import Settings


@pytest.fixture
def built(database: str, tmp_path: Path) -> Iterator[Application]:
    settings = Settings(home=tmp_path, database_url=database, master_key=b"m" * 32, pool=2)
    with Application(settings, database, migrating=True) as built:
        built.ensure_views()
        yield built


@pytest.fixture
def browser(built: Application) -> FlaskClient:
    return built.app().test_client()


def test_the_first_page_says_how_things_stand(built: Application, browser: FlaskClient) -> None:
    assert "0 events on record, every view up to date" in browser.get("/").text

    register_locations(built)

    assert "6 events on record, the views catch up with the last\n      6." in browser.get("/").text


def test_the_first_page_is_there_when_the_database_is_away(built: Application, browser: FlaskClient) -> None:
    built.close()

    answer = browser.get("/")

    assert answer.status_code == 200
    assert "The database is away" in answer.text


def test_no_name_that_a_request_gives_this_host_is_on_the_first_page(browser: FlaskClient) -> None:
    """Issue 8, 27: the Host header is not reflected."""
    assert "evil" not in browser.get("/", base_url="http://evil.example").text


def test_everything_on_the_first_page_comes_from_here_and_exists(browser: FlaskClient) -> None:
    page = browser.get("/", base_url="http://office.example").text
    links = re.findall(r'(?:href|src)="([^"]+)"', page)

    assert len(links) > 4
    assert not [link for link in links if "//" in link]
    for link in links:
        if link.startswith("/"):
            with browser.get(link) as answer:
                assert answer.status_code == 200
