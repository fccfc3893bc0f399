"""The rules of the master key: made once, for its owner alone, and never replaced by another one."""

from __future__ import annotations

import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest

from callout.master_key import FILE, MasterKeyNotUsable, master_key
from callout.settings import Settings


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")

    made = master_key(settings)

    assert len(made) == 32
    assert master_key(settings) == made
    assert stat.S_IMODE((tmp_path / "home" / FILE).stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "home").iterdir()] == [FILE]


def test_of_several_starters_at_once_all_have_the_same_key(tmp_path: Path) -> None:
    together, made = Barrier(8), list[bytes]()

    def start() -> None:
        together.wait()
        made.append(master_key(Settings(home=tmp_path)))

    starters = [Thread(target=start) for _ in range(8)]
    for each in starters:
        each.start()
    for each in starters:
        each.join()

    assert len(made) == 8
    assert len(set(made)) == 1


def test_a_key_from_the_settings_leaves_no_file(tmp_path: Path) -> None:
    assert master_key(Settings(home=tmp_path, master_key=b"k" * 32)) == b"k" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    master_key(Settings(home=tmp_path))
    (tmp_path / FILE).chmod(0o640)

    with pytest.raises(MasterKeyNotUsable, match="chmod 600"):
        master_key(Settings(home=tmp_path))


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_broken_file_is_never_taken_for_a_key_nor_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    (tmp_path / FILE).chmod(0o600)

    with pytest.raises(MasterKeyNotUsable, match="backup"):
        master_key(Settings(home=tmp_path))

    assert (tmp_path / FILE).read_bytes() == content
