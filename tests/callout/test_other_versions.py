"""Issue 8, 20: a word of the command line changes neither schema nor views beneath a server of another version."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callout.cli import main
from callout.settings import Settings
from tests.support.databases import Cluster, run
from tests.support.servers import ask

Capture = pytest.CaptureFixture[str]
WORDS = (
    ("verify",),
    ("rebuild", "parts"),
    ("export",),
    ("history", "P-1"),
    ("as-of", "2026-11-20T12:00:00Z", "parts"),
    ("user", "add", "ada", "--role", "agent"),
    ("restored",),
    ("work",),
)
SCHEMA = """
SELECT (SELECT array_agg(name ORDER BY name) FROM public.schema_migrations),
    (SELECT array_agg(relnamespace::regnamespace::text || relname ORDER BY 1) FROM pg_class
     WHERE relnamespace::regnamespace::text IN ('log', 'views', 'access', 'keys', 'blobs', 'views_next')),
    (SELECT array_agg(name || shape ORDER BY name) FROM log.checkpoints)
"""


@pytest.fixture
def blank(cluster: Cluster) -> Iterator[str]:
    """A database that nobody has set up."""
    with cluster.database() as dsn:
        yield dsn


def output(capture: Capture, *words: str) -> str:
    """The one sentence with which these words fail."""
    capture.readouterr()
    assert main(words) == 1, words
    out, err = capture.readouterr()
    assert out == "", words
    assert err.startswith("callout: ")
    assert err.count("\n") == 1, err
    return err


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            "DELETE FROM public.schema_migrations WHERE name = (SELECT max(name) FROM public.schema_migrations)",
            "The database is older than this program",
        ),
        (
            "INSERT INTO public.schema_migrations VALUES ('9999_later.sql', 'x')",
            "The database is newer than this program",
        ),
    ],
    ids=["older", "newer"],
)
def test_a_database_of_another_version_is_said_in_one_sentence_and_left_as_it_is(
    settings: Settings, capsys: Capture, words: tuple[str, ...], change: str, sentence: str
) -> None:
    assert settings.database_url is not None
    run(settings.database_url, change)
    before = ask(settings.database_url, SCHEMA)

    assert sentence in output(capsys, *words)
    assert ask(settings.database_url, SCHEMA) == before


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("words", WORDS, ids=lambda words: words[0])
def test_a_database_that_nobody_has_set_up_is_not_set_up_in_passing(
    blank: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DATABASE_URL", blank)

    assert "This database has not been set up" in output(capsys, *words)
    assert ask(blank, "SELECT count(*) FROM pg_namespace WHERE nspname = 'log'") == [(0,)]


@pytest.mark.parametrize("words", [("verify",), ("rebuild", "parts"), ("export",)], ids=lambda words: words[0])
def test_views_of_another_shape_are_not_remade_in_passing(
    settings: Settings, capsys: Capture, words: tuple[str, ...]
) -> None:
    assert settings.database_url is not None
    run(settings.database_url, "UPDATE log.checkpoints SET shape = 'another' WHERE name = 'parts'")
    before = ask(settings.database_url, SCHEMA)

    assert "These views have another shape than this program's: parts" in output(capsys, *words)
    assert ask(settings.database_url, SCHEMA) == before
    assert main(["migrate"]) == 0
    assert ask(settings.database_url, SCHEMA) != before
