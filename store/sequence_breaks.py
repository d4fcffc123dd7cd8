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

_COUNTED = """from records
        where session_id = ?1 and sequence is not null and (time_unix_nano, sequence)"""

_AROUND = f"""
    select *
    from (select count(*) from (select 1 {_COUNTED} between (?2, ?3) and (?4, ?5) limit ?6))
    left join (select time_unix_nano, sequence {_COUNTED} < (?2, ?3)
        order by time_unix_nano desc, sequence desc limit 1)
    left join (select time_unix_nano, sequence {_COUNTED} > (?4, ?5)
        order by time_unix_nano, sequence limit 1)
"""
_FORGET = (
    "delete from sequence_breaks where session_id = ?"
    " and (time_unix_nano, sequence) between (?, ?) and (?, ?)"
)
_NOWHERE = (None, None)
_KEEP = "insert into sequence_breaks values (?, ?, ?, nullif(?, ''))"


def keep_breaks(db: Database, session_id: str, places: Iterable[Place]) -> None:
    """Note which breaks new records of a session make, and which they end."""
    _keep(db, session_id, sorted(set(places)))


def _keep(db: Database, session_id: str, places: list[Place]) -> None:
    """Do so for all places together if no other record is among them, else for each half."""
    first, last = places[0], places[-1]
    is_one = first == last
    limit = 0 if is_one else len(places) + 1
    found = db.conn.execute(_AROUND, [session_id, *first, *last, limit])
    among, *before_and_after = found.fetchone()
    before, after = tuple(before_and_after[:2]), tuple(before_and_after[2:])
    if not is_one and among > len(places):
        middle = len(places) // 2
        _keep(db, session_id, places[:middle])
        _keep(db, session_id, places[middle:])
        return
    near = [place for place in (before, *places, after) if place != _NOWHERE]
    db.conn.execute(_FORGET, [session_id, *first, *near[-1]])
    breaks: list[tuple[str, int, int, int | None]] = [
        (session_id, *place, previous[1])
        for previous, place in pairwise(near)
        if place[1] != previous[1] + 1
    ]
    if before == _NOWHERE:
        breaks.append((session_id, *first, None))
    run_many(db, _KEEP, breaks)
