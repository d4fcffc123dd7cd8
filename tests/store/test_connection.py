"""The store's file: private from its creation, one kind of file, never another program's."""

import os
import stat
from pathlib import Path

import pytest

from store.connection import (
    Database,
    open_reader,
    open_writer,
    schema_version,
    sqlite3,
    sqlite_is_safe,
)
from store.errors import StoreUnusable
from store.schema import APPLICATION_ID, SCHEMA_VERSION, migrations


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_g18_s32_the_store_is_private_whatever_the_umask(umask: int, tmp_path: Path) -> None:
    """Directory 0700, database and write-ahead log 0600 (reliability G18)."""
    path = tmp_path / "state" / "s.db"
    before = os.umask(umask)
    try:
        db = open_writer(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for name in ("s.db", "s.db-wal", "s.db-shm"):
        assert stat.S_IMODE((path.parent / name).stat().st_mode) == 0o600
    db.close()


def test_a_readable_store_is_made_private_again(tmp_path: Path) -> None:
    """Modes that others could read by are taken back when the recorder opens the store."""
    path = tmp_path / "s.db"
    open_writer(path).close()
    path.chmod(0o644)
    open_writer(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_g4_commits_are_full_and_the_log_is_ahead(tmp_path: Path) -> None:
    """The writer runs with WAL and full synchronisation (reliability G4)."""
    db = open_writer(tmp_path / "s.db")
    assert db.execute("pragma journal_mode").fetchone()[0] == "wal"
    assert db.execute("pragma synchronous").fetchone()[0] == 2
    db.close()


def test_g3_this_sqlite_is_free_of_the_wal_reset_fault() -> None:
    """The library in use is one that sqlite.org lists as fixed (reliability G3)."""
    if sqlite3.__name__.startswith("pysqlite3"):
        assert sqlite_is_safe()
    else:
        assert sqlite3.sqlite_version_info >= (3, 37)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    """A reading connection refuses to change anything."""
    path = tmp_path / "s.db"
    open_writer(path).close()
    db = open_reader(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("delete from records")


def _not_a_database(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)


def _of_another_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table notes (text)")
    connection.close()


def _of_a_newer_version(path: Path) -> None:
    db = open_writer(path)
    db.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
    db.close()


def _a_link(path: Path) -> None:
    target = path.with_name("target.db")
    open_writer(target).close()
    path.symlink_to(target)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_not_a_database, "cannot be used as a store"),
        (_of_another_program, "another program"),
        (_of_a_newer_version, "newer sessionscope"),
        (_a_link, "symbolic link"),
    ],
)
def test_f6_f28_what_is_not_our_store_is_refused_in_words(
    make: object, words: str, tmp_path: Path
) -> None:
    """A file that is no store of this version is named, explained and left alone."""
    path = tmp_path / "s.db"
    assert callable(make)
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match=words):
        open_writer(path)
    assert path.read_bytes() == before


def test_there_is_no_store_to_read(tmp_path: Path) -> None:
    """Reading what does not exist is an error in words and creates nothing."""
    with pytest.raises(StoreUnusable, match="no store"):
        open_reader(tmp_path / "s.db")
    assert not list(tmp_path.iterdir())


def test_every_migration_says_why_and_is_counted() -> None:
    """Each migration has a docstring, and the schema version is their number."""
    known = migrations._migrations  # noqa: SLF001 - the library has no list of its own
    assert len(known) == SCHEMA_VERSION
    assert all(migration.fn.__doc__ for migration in known)


def _with_older_schema(path: Path) -> None:
    """Make a store as from before all that is known of its schema now."""
    connection = sqlite3.connect(path)
    connection.execute("create table kept (word text)")
    connection.execute("insert into kept values ('before')")
    connection.execute(f"pragma application_id = {APPLICATION_ID}")
    connection.execute("pragma user_version = 1")
    connection.commit()
    connection.close()


def test_f28_a_migration_is_made_after_a_copy(tmp_path: Path) -> None:
    """The store as it was is kept beside it, private, before the schema changes."""
    path = tmp_path / "s.db"
    _with_older_schema(path)
    open_writer(path).close()
    copy = path.with_name(f"s.db.before-schema-{SCHEMA_VERSION}")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    connection = sqlite3.connect(copy)
    assert connection.execute("select word from kept").fetchall() == [("before",)]
    assert not connection.execute("select 1 from sqlite_schema where name = 'records'").fetchall()
    connection.close()


def test_f28_a_migration_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All migrations are one transaction: what dies on the way leaves the store as it was."""
    path = tmp_path / "s.db"
    _with_older_schema(path)

    def fail(_db: Database, _name: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "_record_applied", fail)
        with pytest.raises(KeyboardInterrupt):
            open_writer(path)
    connection = sqlite3.connect(path)
    tables = connection.execute("select name from sqlite_schema where type = 'table'").fetchall()
    assert ("records",) not in tables
    assert connection.execute("select word from kept").fetchall() == [("before",)]
    connection.close()
    open_writer(path).close()


def test_f28_a_newer_store_can_be_read(tmp_path: Path) -> None:
    """What a newer version wrote is not written to, and is shown as far as it is understood."""
    path = tmp_path / "s.db"
    _of_a_newer_version(path)
    db = open_reader(path)
    assert schema_version(db) > SCHEMA_VERSION
    assert db.execute("select count(*) from records").fetchone() == (0,)
    db.close()


def test_s32_a_store_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody else owns may be a trap; it is neither written to nor changed."""
    path = tmp_path / "s.db"
    open_writer(path).close()
    other = path.stat().st_uid + 1
    monkeypatch.setattr(os, "getuid", lambda: other)
    with pytest.raises(StoreUnusable, match="another user"):
        open_writer(path)


def test_s32_lax_modes_are_mended_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Who left the store open to others learns of it."""
    path = tmp_path / "s.db"
    open_writer(path).close()
    path.chmod(0o666)
    open_writer(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "could be read by others" in caplog.text


def test_s32_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    """A link that somebody left where the store will be makes no file at its other end."""
    path = tmp_path / "s.db"
    path.symlink_to(tmp_path / "target")
    with pytest.raises(StoreUnusable, match="symbolic link"):
        open_writer(path)
    assert not (tmp_path / "target").exists()


def test_s31_a_foreign_file_runs_nothing_of_its_own(tmp_path: Path) -> None:
    """Views in place of tables are no store, and what a schema says is not trusted."""
    path = tmp_path / "s.db"
    connection = sqlite3.connect(path)
    connection.execute(f"pragma application_id = {APPLICATION_ID}")
    connection.execute("create view records as select 1")
    connection.commit()
    connection.close()
    with pytest.raises(StoreUnusable, match="no sessionscope tables"):
        open_reader(path)
    path.unlink()
    open_writer(path).close()
    db = open_reader(path)
    pragmas = ("trusted_schema", "cell_size_check", "mmap_size", "query_only")
    found = [db.execute(f"pragma {name}").fetchone()[0] for name in pragmas]
    assert found == [0, 1, 0, 1]
    db.close()
