"""Copies of a store that is recorded into: consistent, private, whole or not there (F29)."""

import os
import stat
from pathlib import Path

import pytest

from store.backup import back_up
from store.connection import open_reader, sqlite3
from store.errors import StoreUnusable
from tests.store.stores import derived
from tests.store.test_faults import held, recording, sent


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_f29_a_backup_taken_while_recording_is_one_moment(umask: int, tmp_path: Path) -> None:
    """It holds what was answered before it, is sound, 0600, and recording goes on meanwhile."""
    path, target = tmp_path / "s.db", tmp_path / "copy.db"
    with recording(path) as it:
        it.send(0, 1, 2)
        db = open_reader(path)
        expected = derived(db)
        db.close()
        before = os.umask(umask)
        try:
            size = back_up(path, target)
        finally:
            os.umask(before)
        it.send(3)
    assert held(target) == sent(0, 1, 2)
    assert derived(open_reader(target)) == expected
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.stat().st_size == size
    assert held(path) == sent(0, 1, 2, 3)


def test_f29_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    """Neither a file nor a link in the way is touched, and nothing is left beside it."""
    path, target = tmp_path / "s.db", tmp_path / "copy.db"
    with recording(path) as it:
        it.send(0)
    target.write_text("mine")
    with pytest.raises(StoreUnusable, match="overwrites nothing"):
        back_up(path, target)
    assert target.read_text() == "mine"
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StoreUnusable, match="overwrites nothing"):
        back_up(path, tmp_path / "link")
    assert not (tmp_path / "nowhere").exists()
    assert not list(tmp_path.glob("*.partial"))


def test_f29_a_backup_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault while it is written is told in words; no half of a copy has the name asked for."""
    path, target = tmp_path / "s.db", tmp_path / "copy.db"
    with recording(path) as it:
        it.send(0)

    def fail(*_: object, **_options: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("store.backup.quick_check", fail)
    with pytest.raises(StoreUnusable, match="cannot be written: disk I/O error"):
        back_up(path, target)
    assert [file.name for file in tmp_path.iterdir() if "copy" in file.name] == []
