"""When things happened over a whole store, for playing it back."""

from collections.abc import Iterator, Sequence

from store.connection import Database
from store.domain import RawRecord
from store.queries.records import SELECT

_PAGE = 500


def record_times(db: Database) -> list[int]:
    """Return the distinct times of all records, in order."""
    found = db.execute("select distinct time_unix_nano from records order by time_unix_nano")
    return [time_ns for (time_ns,) in found]


def turn_times(db: Database) -> list[int]:
    """Return when the turns of all sessions began, in order."""
    found = db.execute(
        "select distinct started_unix_nano from turns where turn_id <> ''"
        " order by started_unix_nano"
    )
    return [time_ns for (time_ns,) in found]


def order_by_time(db: Database) -> None:
    """Prepare a store of one's own for ``records_between``."""
    db.execute("create index records_by_time on records (time_unix_nano, id)")


def records_between(db: Database, after_ns: int, until_ns: int) -> Iterator[Sequence[RawRecord]]:
    """Yield the records after one time, up to and with another, in order of time, by pages."""
    after = (after_ns, 2**62)
    while rows := db.execute(
        f"{SELECT} where (r.time_unix_nano, r.id) > (?, ?) and r.time_unix_nano <= ?"
        " order by r.time_unix_nano, r.id limit ?",
        [*after, until_ns, _PAGE],
    ).fetchall():
        found = [RawRecord(*row) for row in rows]
        yield found
        after = (found[-1].time_unix_nano, found[-1].record_id)
