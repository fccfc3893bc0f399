"""A restore or a backup that is cut off at any step is not taken for a whole one, and can be made again."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from callout import restoring
from callout.restoring import restore
from callout.unfinished_restore import FILE, RestoreUnfinished
from store.backup import files, load
from store.backup.manifest import BackupNotUsable, Progress
from store.blobs.folder import FolderPlace
from store.blobs.place import PlaceError
from tests.support.backups import PICTURE, Site, differences, erase, name_of, picture_of, records, registered, stages

BEFORE_THE_ROWS: list[tuple[Any, str]] = [
    (FolderPlace, "writing"),
    (restoring, "_put_blobs"),
    (restoring, "load"),
    (load, "_clear"),
    (load, "prepare"),
    (load, "_fill"),
    (load, "_forget"),
    (load, "settle"),
]
ERRORS: list[BaseException] = [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")]


def failing(whole: Callable[..., Any], error: BaseException, *, behind: bool) -> Callable[..., Any]:
    def step(*args: Any, **named: Any) -> Any:
        if behind:
            whole(*args, **named)
        raise error

    return step


@pytest.mark.parametrize("error", ERRORS, ids=["killed", "disk full"])
@pytest.mark.parametrize("step", BEFORE_THE_ROWS, ids=lambda step: step[1])
def test_a_restore_that_was_cut_off_is_refused_by_every_start_and_goes_on_when_it_is_run_again(
    site: Site, elsewhere: Site, monkeypatch: pytest.MonkeyPatch, step: tuple[Any, str], error: BaseException
) -> None:
    """Issue 8, 17: an empty company was served from a home that had half of a backup."""
    (owner, name), backup = step, site.home.parent / "backup"
    with site.application() as application:
        customer = registered(application)
        before = records(application)
    site.back_up(backup)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(owner, name, failing(getattr(owner, name), error, behind=False))
        with pytest.raises(type(error)):
            elsewhere.restore(backup)
    with pytest.raises(RestoreUnfinished, match=f"callout restore {backup}"), elsewhere.application():
        pass
    elsewhere.restore(backup)
    assert not (elsewhere.home / FILE).exists()
    with elsewhere.application() as application:
        assert records(application)[: len(before)] == before
        assert name_of(application, customer) is not None
        assert picture_of(application, customer) == PICTURE
        assert differences(application) == []


@pytest.mark.parametrize(
    ("step", "behind"),
    [
        ((restoring, "end"), False),
        ((restoring, "end"), True),
        ((restoring, "erase_again"), False),
        ((None, "views"), False),
    ],
)
def test_a_restore_that_was_cut_off_behind_the_rows_is_finished_by_the_next_start(
    site: Site, elsewhere: Site, monkeypatch: pytest.MonkeyPatch, step: tuple[Any, str], *, behind: bool
) -> None:
    """Issue 8, 17: also who has to be erased again, by the list of another machine, which this one does not have."""
    (owner, name), backup = step, site.home.parent / "backup"
    with site.application() as application:
        gone, stays = registered(application), registered(application, "Somebody else")
    manifest = site.back_up(backup)
    with site.application() as application:
        erase(application, gone)

    @contextmanager
    def response(stage: str) -> Any:
        if stage == name:
            raise KeyboardInterrupt
        with stages(stage) as progress:
            yield progress

    def staged(stage: str) -> AbstractContextManager[Progress]:
        found: AbstractContextManager[Progress] = response(stage)
        return found

    with monkeypatch.context() as cut_off:
        if owner is not None:
            cut_off.setattr(owner, name, failing(getattr(owner, name), KeyboardInterrupt(), behind=behind))
        with pytest.raises(KeyboardInterrupt):
            restore(
                elsewhere.settings,
                elsewhere.dsn,
                backup,
                [site.home / "erasures"],
                staged,
                replace=False,
            )
    with elsewhere.application() as application:
        assert not (elsewhere.home / FILE).exists()
        assert application.services.log.epoch() != manifest.epoch
        assert name_of(application, gone) is None
        assert name_of(application, stays) is not None
        assert gone in application.erased.ids()
        rows = application.services.log.pool.fetch_all("SELECT stream FROM log.events WHERE topic = 'customer.erased'")
        assert rows == [(gone,)]
        assert differences(application) == []


def test_a_company_that_is_there_stays_when_a_restore_in_its_place_is_cut_off(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 17: its home is not marked, since nothing of it has been changed."""
    with site.application() as application:
        registered(application)
    site.back_up(tmp_path / "backup")
    with site.application() as application:
        registered(application, "Somebody new")
        after = records(application)
    for owner, name in BEFORE_THE_ROWS:
        with monkeypatch.context() as cut_off:
            cut_off.setattr(owner, name, failing(getattr(owner, name), KeyboardInterrupt(), behind=False))
            with pytest.raises(KeyboardInterrupt):
                site.restore(tmp_path / "backup", replace=True)
        with site.application() as application:
            assert records(application) == after


@pytest.mark.parametrize("error", ERRORS, ids=["killed", "disk full"])
def test_a_backup_that_was_cut_off_does_not_look_whole(
    site: Site, elsewhere: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """Issue 8, 17: at whatever file it ends, and within the file that says that it is whole."""
    with site.application() as application:
        registered(application)
    whole, cut = files.Sink.close, 0
    while True:
        left = iter(range(cut))

        def close(sink: files.Sink, *, durable: bool) -> None:
            if durable and next(left, None) is None:  # noqa: B023 - it is used within this round
                whole(sink, durable=False)
                raise error
            whole(sink, durable=durable)

        folder = tmp_path / f"backup-{cut}"
        monkeypatch.setattr(files.Sink, "close", close)
        try:
            site.back_up(folder)
        except (type(error), PlaceError):
            monkeypatch.setattr(files.Sink, "close", whole)
            with pytest.raises(BackupNotUsable, match="no whole backup"):
                elsewhere.restore(folder)
        else:
            break
        cut += 1
    monkeypatch.setattr(files.Sink, "close", whole)
    assert cut > len(list((folder / "blobs").iterdir())) > 0
    assert elsewhere.restore(folder).position > 0
