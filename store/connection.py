"""Connections to the store: one that writes, many that read.

SQLite comes from ``sqlite_utils``, which takes ``pysqlite3`` where that is installed, so that a
process never holds two SQLite libraries. Nothing here or elsewhere opens the database file outside
of SQLite: closing such a handle drops the locks that protect a live store.
"""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from sqlite_utils import Database

from store.errors import StoreUnusable
from store.file_systems import check_is_local
from store.private_files import PRIVATE_FILE, check_is_own, create_empty, is_lax
from store.schema import APPLICATION_ID, SCHEMA_VERSION, migrations

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

__all__ = ["Database", "open_reader", "open_writer", "sqlite3", "sqlite_is_safe"]

_log = logging.getLogger(__name__)

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


def sqlite_version() -> str:
    """Return the version of the SQLite in use."""
    return str(sqlite3.sqlite_version)


def sqlite_is_safe() -> bool:
    """Tell whether this SQLite is free of the WAL-reset fault (fixed in 3.51.3, sqlite.org)."""
    version = tuple(int(part) for part in sqlite3.sqlite_version.split("."))
    return version >= (3, 51, 3) or version in {(3, 44, 6), (3, 50, 7)}


def open_writer(path: Path) -> Database:
    """Open the store for its one writer: create it, migrate it, set it to WAL and full sync.

    The file is 0600 in a 0700 directory from its creation on, whatever the umask. A store of an
    older schema is copied before it is changed. Raises ``StoreUnusable`` for what is not a store,
    is damaged, was made by a newer version, or is where no store can be.
    """
    _make_private(path)
    check_is_local(path)
    try:
        db = _connect_writer(path)
        for pragma in _WRITER_PRAGMAS:
            db.execute(f"pragma {pragma}").fetchall()
        _migrate(db, path)
    except sqlite3.Error as error:
        raise unusable(path, error) from error
    return db


def unusable(path: Path, error: sqlite3.Error) -> StoreUnusable:
    """Put into words that SQLite cannot record into a file."""
    can_write = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    why = str(error) if can_write else f"it is read-only for this user ({error})"
    return StoreUnusable(f"{path} cannot be used as a store: {why}")


def connect_to_check(path: Path) -> Database:
    """Connect to a store without changing it or its write-ahead log, however damaged they are.

    Raises ``StoreUnusable`` where it is another program's, and SQLite's errors.
    """
    db = _connect(path, mode="ro")
    try:
        _check_owner(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _connect_writer(path: Path) -> Database:
    db = _connect(path, mode="rwc")
    try:
        _check_owner(db, path)
        _check_schema(db, path)
        if not _scalar(db, "select count(*) from sqlite_schema"):
            db.execute("pragma auto_vacuum = incremental")
    except BaseException:
        db.close()
        raise
    return db


def open_reader(path: Path) -> Database:
    """Open the store for reading only; the connection belongs to the thread that uses it.

    A store of a newer schema is read as far as it is understood. Raises ``StoreUnusable`` when
    there is no such file, or it is not a store this program can read.
    """
    if not path.exists():
        raise StoreUnusable(f"there is no store at {path}")
    try:
        db = _connect(path, mode="ro")
        for pragma in _READER_PRAGMAS:
            db.execute(f"pragma {pragma}").fetchall()
        _check_owner(db, path)
        if not _scalar(
            db, "select count(*) from sqlite_schema where name = 'records' and type = 'table'"
        ):
            raise StoreUnusable(f"{path} holds no sessionscope tables")
        if schema_version(db) < SCHEMA_VERSION:
            raise StoreUnusable(
                f"{path} was written by an older sessionscope; to bring it up to date: "
                f"sessionscope reindex --store {path}"
            )
    except sqlite3.Error as error:
        raise StoreUnusable(f"{path} cannot be read as a store: {error}") from error
    return db


def schema_version(db: Database) -> int:
    """Return the number of the newest migration a store has seen; above ours, it is newer."""
    return _scalar(db, "pragma user_version")


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
        raise StoreUnusable(f"{path} is a SQLite file of another program")


def _check_schema(db: Database, path: Path) -> None:
    version = schema_version(db)
    if version > SCHEMA_VERSION:
        raise StoreUnusable(
            f"{path} was written by a newer sessionscope (schema {version}, this one knows "
            f"{SCHEMA_VERSION}); upgrade sessionscope to record into it, or look at it with: "
            f"sessionscope view {path}"
        )


def _migrate(db: Database, path: Path) -> None:
    """Bring the schema up to date in one transaction, after a copy of what there was."""
    if not migrations.pending(db):
        return
    version = schema_version(db)
    if version:
        copy = path.with_name(f"{path.name}.before-schema-{SCHEMA_VERSION}")
        copy.unlink(missing_ok=True)
        create_empty(copy)
        db.execute("vacuum into ?", [str(copy)])
        _log.warning("the store gets a new schema; as it was, it is kept as %s", copy)
    db.execute("begin immediate")
    try:
        migrations.apply(db)
        db.execute(f"pragma application_id = {APPLICATION_ID}")
        db.execute(f"pragma user_version = {SCHEMA_VERSION}")
        db.execute("commit")
    except BaseException:
        db.rollback()
        raise


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        create_empty(path)
    except FileExistsError:
        check_is_own(path)
        if is_lax(path):
            _log.warning("%s could be read by others; it is made private", path)
            path.chmod(PRIVATE_FILE)
    except OSError as error:
        raise StoreUnusable(f"cannot make the store {path}: {error.strerror}") from error
