"""Taking sessions out of a store: raw records, what was made of them, and who sent them.

Whole sessions go, so that what stays is what a store without them would be, by ``reindex`` too.
The caller owns the store's lock: a recorder remembers rows that this may remove.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from store.connection import Database, sqlite3
from store.errors import StoreBusy
from store.kinship import KIN
from store.schema import DERIVED_TABLES

_NEWEST = "max(received_unix_nano, time_unix_nano)"
"""When a record is from: by the later of two clocks, so that a wrong one removes nothing."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What is to go, or went."""

    session_ids: tuple[str, ...]
    records: int
    before_unix_nano: int = 0
    """Records that belong to no session go when they are from before this."""


@dataclass(frozen=True, slots=True)
class _Share:
    session_id: str | None
    records: int
    size: int
    newest_unix_nano: int


def older_than(db: Database, before_unix_nano: int) -> Removal:
    """Return what has not been heard of since a time."""
    shares = [share for share in _shares(db) if share.newest_unix_nano < before_unix_nano]
    sessions = tuple(share.session_id for share in shares if share.session_id is not None)
    return Removal(sessions, sum(share.records for share in shares), before_unix_nano)


def down_to(db: Database, size: int) -> Removal:
    """Return the oldest sessions without which the store has about ``size`` bytes.

    What one takes of the file is estimated by the size of its raw records.
    """
    excess = used_bytes(db) - size
    shares = _shares(db)
    raw = sum(share.size for share in shares)
    cut = 0
    freed = 0.0
    for share in shares:
        if freed >= excess:
            break
        freed += used_bytes(db) * share.size / raw if raw else 0
        cut = share.newest_unix_nano + 1
    return older_than(db, cut)


def of_user(db: Database, names: Iterable[str], value: str) -> tuple[str, ...]:
    """Return the sessions that have an identity attribute of one of these names and this value."""
    marks = ", ".join("?" * len(names := tuple(names)))
    found = db.execute(
        f"select distinct session_id from session_attributes where name in ({marks}) and value = ?",
        [*names, value],
    )
    return tuple(session_id for (session_id,) in found)


def count_records(db: Database, session_ids: Iterable[str]) -> int:
    """Return how many raw records belong to some sessions."""
    return sum(
        int(db.execute("select count(*) from records where session_id = ?", [each]).fetchone()[0])
        for each in session_ids
    )


def used_bytes(db: Database) -> int:
    """Return how many bytes of the database hold something."""
    pages, free, size = (
        int(db.execute(f"pragma {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def remove(db: Database, removal: Removal, *, holding: str = "") -> None:
    """Remove sessions, and records of none that are old or hold a text, in one transaction."""
    condition = "session_id is null and (newest < :before or (:text <> x'' and held > 0))"
    doomed = (
        f"select id, digest from (select id, digest, session_id, {_NEWEST} as newest,"
        " instr(wire, :text) + ifnull((select instr(o.wire, :text) from resources o"
        f" where o.id = resource_id), 0) as held from records) where {condition}"
    )
    words = {"before": removal.before_unix_nano, "text": bytearray(holding.encode())}
    db.execute("create temp table doomed (session_id text primary key)")
    db.execute("create temp table doomed_records (id integer primary key, digest blob)")
    db.execute("begin immediate")
    try:
        db.conn.executemany("insert into doomed values (?)", [(s,) for s in removal.session_ids])
        kin = KIN.format(first="select session_id from doomed")
        db.execute(f"insert or ignore into doomed {kin}")
        db.execute(f"insert into doomed_records {doomed}", words)
        for table in ("records", *DERIVED_TABLES):
            db.execute(f"delete from {table} where session_id in (select session_id from doomed)")
        db.execute("delete from events where digest in (select digest from doomed_records)")
        db.execute("delete from records where id in (select id from doomed_records)")
        for table, column in (("resources", "resource_id"), ("scopes", "scope_id")):
            db.execute(f"delete from {table} where id not in (select {column} from records)")
        db.execute("commit")
    except BaseException:
        db.rollback()
        raise
    finally:
        db.execute("drop table temp.doomed")
        db.execute("drop table temp.doomed_records")


def give_back(db: Database) -> None:
    """Give pages that hold nothing back to the file system; raises ``StoreBusy``."""
    db.execute("pragma incremental_vacuum").fetchall()
    _empty_log(db)


def leave_no_trace(db: Database) -> None:
    """Write the database anew, so that nothing of what was removed is in any of its files.

    Raises ``StoreBusy`` where a reader still looks at the old state; run it again then.
    """
    _empty_log(db)
    db.execute("pragma temp_store = file")
    db.execute("vacuum")
    _empty_log(db)


def _empty_log(db: Database) -> None:
    try:
        is_busy, _, _ = db.execute("pragma wal_checkpoint(truncate)").fetchone()
    except sqlite3.OperationalError as error:
        raise StoreBusy(f"the write-ahead log cannot be emptied: {error}") from error
    if is_busy:
        raise StoreBusy(
            "what was removed is still in the write-ahead log, as another program reads the store; "
            "close it and run this again"
        )


def _shares(db: Database) -> list[_Share]:
    """Return what sessions, and each record of none, take; the oldest first."""
    found = db.execute(
        f"select session_id, count(*), sum(length(wire)), max({_NEWEST}) as newest from records"
        " group by session_id, iif(session_id is null, id, 0) order by newest, session_id"
    )
    return [_Share(*row) for row in found]
