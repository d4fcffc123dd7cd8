"""Raw records: what every fact was built from."""

from collections.abc import Iterator

from store.connection import Database
from store.domain import RawRecord

SELECT = """
    select r.id, r.signal, r.name, r.time_unix_nano, r.received_unix_nano,
        o.wire, c.wire, r.wire, o.schema_url, c.schema_url
    from records r
        join resources o on o.id = r.resource_id
        join scopes c on c.id = r.scope_id
"""


def records(db: Database, session_id: str, subject: str, *, limit: int = 200) -> list[RawRecord]:
    """Return the raw records behind a fact, in order of their time.

    ``subject`` is ``request:<request_id>``, ``tool:<tool_call_id>``, ``turn:<turn_id>`` or the
    ``subject`` of an ``Event``.
    """
    found = db.execute(
        f"{SELECT} where r.session_id = ? and r.subject = ?"
        " order by r.time_unix_nano, r.id limit ?",
        [session_id, subject, limit],
    )
    return [RawRecord(*row) for row in found]


def session_records(
    db: Database, session_id: str, *, page: int = 1000
) -> Iterator[list[RawRecord]]:
    """Yield every raw record of a session in order of time, a page at a time."""
    after = (-1, -1)
    while rows := db.execute(
        f"{SELECT} where r.session_id = ? and (r.time_unix_nano, r.id) > (?, ?)"
        " order by r.time_unix_nano, r.id limit ?",
        [session_id, *after, page],
    ).fetchall():
        found = [RawRecord(*row) for row in rows]
        yield found
        after = (found[-1].time_unix_nano, found[-1].record_id)


def record(db: Database, record_id: int) -> RawRecord | None:
    """Return one raw record, or ``None`` when the store does not have it."""
    found = db.execute(f"{SELECT} where r.id = ?", [record_id]).fetchone()
    return None if found is None else RawRecord(*found)


def all_records(db: Database, *, page: int = 1000) -> Iterator[list[RawRecord]]:
    """Yield every raw record in order of arrival, a page at a time."""
    after = 0
    while rows := db.execute(
        f"{SELECT} where r.id > ? order by r.id limit ?", [after, page]
    ).fetchall():
        yield [RawRecord(*row) for row in rows]
        after = rows[-1][0]
