"""Connections to the store: one that writes, many that read.

SQLite comes from ``sqlite_utils``, which takes ``pysqlite3`` where that is installed, so that a
process never holds two SQLite libraries. Nothing here or elsewhere opens the database file outside
of SQLite: closing such a handle drops the locks that protect a live store.
"""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from sqlite_utils import Database

from store.errors import StoreUnusable
from store.schema import APPLICATION_ID, SCHEMA_VERSION, migrations

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

__all__ = ["Database", "open_reader", "open_writer", "sqlite3", "sqlite_is_safe"]

_WRITER_PRAGMAS = (
    "journal_mode = wal",
    "synchronous = full",
    "busy_timeout = 5000",
    "foreign_keys = off",
    "trusted_schema = off",
    "secure_delete = on",
    "journal_size_limit = 67108864",
    "wal_autocheckpoint = 16000",
    "cache_size = -65536",
    "temp_store = memory",
    "mmap_size = 0",
)
_READER_PRAGMAS = (
    "query_only = on",
    "busy_timeout = 2000",
    "trusted_schema = off",
    "cell_size_check = on",
    "wal_autocheckpoint = 0",
    "mmap_size = 0",
)


def sqlite_is_safe() -> bool:
    """Tell whether this SQLite is free of the WAL-reset fault (fixed in 3.51.3, sqlite.org)."""
    version = tuple(int(part) for part in sqlite3.sqlite_version.split("."))
    return version >= (3, 51, 3) or version in {(3, 44, 6), (3, 50, 7)}


def open_writer(path: Path) -> Database:
    """Open the store for its one writer: create it, migrate it, set it to WAL and full sync.

    The file is 0600 in a 0700 directory from its creation on, whatever the umask. Raises
    ``StoreUnusable`` for what is not a store, is damaged, or was made by a newer version.
    """
    _make_private(path)
    try:
        db = _connect(path, mode="rwc")
        _check_owner(db, path)
        if not _scalar(db, "select count(*) from sqlite_schema"):
            db.execute("pragma auto_vacuum = incremental")
        for pragma in _WRITER_PRAGMAS:
            db.execute(f"pragma {pragma}").fetchall()
        _migrate(db)
    except sqlite3.Error as error:
        message = f"{path} cannot be used as a store: {error}"
        raise StoreUnusable(message) from error
    return db


def open_reader(path: Path) -> Database:
    """Open the store for reading only; the connection belongs to the thread that uses it.

    Raises ``StoreUnusable`` when there is no such file, or it is not a store this program can read.
    """
    if not path.exists():
        message = f"there is no store at {path}"
        raise StoreUnusable(message)
    try:
        db = _connect(path, mode="ro")
        for pragma in _READER_PRAGMAS:
            db.execute(f"pragma {pragma}").fetchall()
        _check_owner(db, path)
        if not _scalar(db, "select count(*) from sqlite_schema where name = 'records'"):
            message = f"{path} holds no sessionscope tables"
            raise StoreUnusable(message)
    except sqlite3.Error as error:
        message = f"{path} cannot be read as a store: {error}"
        raise StoreUnusable(message) from error
    return db


def _connect(path: Path, *, mode: str) -> Database:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.text_factory = _tolerant_text
    return Database(cast("Any", connection))


def _tolerant_text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _scalar(db: Database, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])


def _check_owner(db: Database, path: Path) -> None:
    application = _scalar(db, "pragma application_id")
    has_tables = _scalar(db, "select count(*) from sqlite_schema")
    if application != APPLICATION_ID and has_tables:
        message = f"{path} is a SQLite file of another program"
        raise StoreUnusable(message)
    version = _scalar(db, "pragma user_version")
    if version > SCHEMA_VERSION:
        message = (
            f"{path} was written by a newer sessionscope (schema {version}, "
            f"this one knows {SCHEMA_VERSION}); upgrade sessionscope to open it"
        )
        raise StoreUnusable(message)


def _migrate(db: Database) -> None:
    migrations.apply(db)
    db.execute(f"pragma application_id = {APPLICATION_ID}")
    db.execute(f"pragma user_version = {SCHEMA_VERSION}")


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink():
        message = f"{path} is a symbolic link; a store must be a file of its own"
        raise StoreUnusable(message)
    if path.exists():
        status = path.stat()
        if status.st_uid != os.getuid():
            message = f"{path} belongs to another user"
            raise StoreUnusable(message)
        if stat.S_IMODE(status.st_mode) & 0o077:
            path.chmod(0o600)
        return
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY, 0o600)
    os.close(descriptor)
