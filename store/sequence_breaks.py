"""Breaks in the count of events, kept as records come: ``sequence_breaks``.

The places of a session's new records are looked at together, along an index: mostly they follow one
another, and the numbers around them are all that can make or end a break. Which breaks there are
depends on the records that there are, not on the order in which they came.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

from store.binding import run_many
from store.connection import Database

Place: TypeAlias = tuple[int, int]
"""A record's time and its number in its sender's count."""

_COUNTED = """select time_unix_nano, sequence from records
        where session_id = ?1 and sequence is not null and (time_unix_nano, sequence)"""

_NEAR = f"""
    select * from ({_COUNTED} < (?2, ?3) order by time_unix_nano desc, sequence desc limit 1)
    union all
    select * from ({_COUNTED} > (?4, ?5) order by time_unix_nano, sequence limit 1)
    union all
    select * from ({_COUNTED} between (?2, ?3) and (?4, ?5) limit ?6)
"""
_FORGET = (
    "delete from sequence_breaks where session_id = ?"
    " and (time_unix_nano, sequence) between (?, ?) and (?, ?)"
)
_KEEP = "insert into sequence_breaks values (?, ?, ?, nullif(?, ''))"

_STRANGERS = 4
"""Records for each new one among them, above which the new ones do not follow one another."""


def keep_breaks(db: Database, session_id: str, places: Iterable[Place]) -> None:
    """Note which breaks new records of a session make, and which they end."""
    _keep(db, session_id, sorted(set(places)))


def _keep(db: Database, session_id: str, places: list[Place]) -> None:
    first, last = places[0], places[-1]
    limit = 0 if first == last else _STRANGERS * len(places)
    found = db.conn.execute(_NEAR, [session_id, *first, *last, limit]).fetchall()
    if limit and sum(first <= place <= last for place in found) == limit:
        middle = len(places) // 2
        _keep(db, session_id, places[:middle])
        _keep(db, session_id, places[middle:])
        return
    near = sorted({*found, *places})
    begins = near[0] == first
    db.conn.execute(_FORGET, [session_id, *first, *near[-1]])
    breaks = [
        (session_id, *place, before[1])
        for before, place in pairwise(near)
        if place[1] != before[1] + 1
    ]
    run_many(db, _KEEP, [*breaks, (session_id, *first, None)] if begins else breaks)
