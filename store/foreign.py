"""Stores that come from elsewhere: read only, and as what they are, somebody's data.

A SQLite file can be made to do things when it is queried, by its schema or by damage in it
(sqlite.org, "Defense Against The Dark Arts"). Only the three raw tables are read, nothing of the
schema is trusted, and whatever a row holds has its type checked.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from store.connection import Database, sqlite3
from store.domain import RawRecord
from store.errors import StoreUnusable
from store.health import Health, quick_check
from store.schema import APPLICATION_ID

MAX_VALUE = 64 * 1024 * 1024
"""Most bytes of a record, as of a request that brings it."""

_PRAGMAS = (
    "query_only = on",
    "trusted_schema = off",
    "cell_size_check = on",
    "mmap_size = 0",
    "busy_timeout = 2000",
)
_TABLES = ("records", "resources", "scopes")
_PAGE = 500
_PAGE_WITHIN_S = 30.0
_STEPS = 20_000
_SELECT = f"""
    select r.id, r.signal, r.name, r.time_unix_nano, r.received_unix_nano,
        o.wire, c.wire, case when length(r.wire) <= {MAX_VALUE} then r.wire end,
        o.schema_url, c.schema_url
    from main.records r
        left join main.resources o on o.id = r.resource_id
        left join main.scopes c on c.id = r.scope_id
    where r.id > ? order by r.id limit ?
"""
_ALLOWED = frozenset({(sqlite3.SQLITE_SELECT, ""), (sqlite3.SQLITE_FUNCTION, "length")})
_TYPES = (int, str, str | None, int, int, bytes, bytes, bytes, str, str)


def foreign_records(path: Path) -> Iterator[list[RawRecord | None]]:
    """Yield the raw records of a store, a page at a time; ``None`` where a row is not a record.

    The file is never changed, and nothing is left beside it. Raises ``StoreUnusable`` for what is
    no store, is damaged, or takes too long to read.
    """
    try:
        with closing(_connect(path)) as db:
            _check(db, path)
            db.conn.set_authorizer(_allow)
            after = -1
            while rows := _page(db, after):
                yield [_record(row) for row in rows]
                after = rows[-1][0]
    except (sqlite3.Error, TypeError) as error:
        raise StoreUnusable(f"{path} cannot be read as a store: {error}") from error


def _connect(path: Path) -> Database:
    """Open a file for reading; where it has no write-ahead log, as one that does not change."""
    has_log = path.with_name(f"{path.name}-wal").exists()
    options = "mode=ro" if has_log else "mode=ro&immutable=1"
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?{options}", uri=True, isolation_level=None
    )
    connection.text_factory = lambda value: value.decode("utf-8", "replace")
    db = Database(cast("Any", connection))
    for pragma in _PRAGMAS:
        db.execute(f"pragma {pragma}").fetchall()
    return db


def _check(db: Database, path: Path) -> None:
    """See that this is a sound store of real tables; raises ``StoreUnusable``."""
    health, words = quick_check(db)
    if health is Health.DAMAGED:
        raise StoreUnusable(f"{path} is damaged: {words}")
    (application,) = db.execute("pragma application_id").fetchone()
    marks = ", ".join("?" * len(_TABLES))
    (tables,) = db.execute(
        "select count(*) from main.sqlite_schema"
        f" where type = 'table' and rootpage > 0 and name in ({marks})",
        _TABLES,
    ).fetchone()
    if application != APPLICATION_ID or tables != len(_TABLES):
        raise StoreUnusable(f"{path} is a SQLite file of another program")


def _page(db: Database, after: int) -> list[tuple[Any, ...]]:
    deadline = time.monotonic() + _PAGE_WITHIN_S
    db.conn.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    return list(db.execute(_SELECT, [after, _PAGE]).fetchall())


def _record(row: tuple[Any, ...]) -> RawRecord | None:
    fits = all(isinstance(value, wanted) for value, wanted in zip(row, _TYPES, strict=True))
    return RawRecord(*row) if fits else None


def _allow(action: int, *subject: str | None) -> int:
    """Let a statement read the raw tables, whatever the schema makes of it."""
    is_reading = action == sqlite3.SQLITE_READ and subject[0] in _TABLES
    name = "" if action == sqlite3.SQLITE_SELECT else subject[1]
    is_allowed = is_reading or (action, name) in _ALLOWED
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY
