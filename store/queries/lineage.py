"""What a session goes on from: another session, or an earlier process of its own.

Claude Code counts its events by process (``event.sequence``). The count begins again when a session
is resumed, and runs on through ``/clear``, which gives the process a new session.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from store.connection import Database

_CLEARED = 20
"""How many of the newest ``/clear`` before a session's beginning are looked at."""

_BEGINNINGS = """
    select b.session_id, b.time_unix_nano, b.sequence, (
        select count(*) from sequence_breaks r where r.session_id = b.session_id
            and r.sequence <= r.previous) as restarts
    from sequence_breaks b where b.previous is null and b.session_id in ({marks})
"""
_CLEARS = """
    select session_id, started_unix_nano, prompt_digest from turns
        where command = 'clear' and started_unix_nano <= ? and session_id <> ?
        order by started_unix_nano desc limit ?
"""
_LAST_OF_PROCESS = """
    select max(r.sequence) from records r join records c on c.digest = :prompt
    where r.session_id = :cleared and r.resource_id = c.resource_id
        and r.time_unix_nano between :cleared_at and :began_at
        and c.resource_id = (select f.resource_id from records f where f.session_id = :session
            and f.sequence is not null order by f.time_unix_nano, f.sequence limit 1)
"""
_ATTRIBUTES = """
    select session_id, value from session_attributes
        where name = 'start_type' and value in ('continue', 'resume') and session_id in ({marks})
"""


class Lineage(NamedTuple):
    """Where a session comes from."""

    parent_session_id: str | None
    known_by: str | None
    """How the parent is known, in a sentence."""
    notes: tuple[str, ...]


NO_LINEAGE = Lineage(None, None, ())


def lineage_of(db: Database, ids: Sequence[str]) -> Mapping[str, Lineage]:
    """Return what sessions go on from; ``NO_LINEAGE`` where nothing tells."""
    marks = ", ".join("?" * len(ids))
    began = {row[0]: row[1:] for row in db.execute(_BEGINNINGS.format(marks=marks), list(ids))}
    told: defaultdict[str, list[str]] = defaultdict(list)
    for session_id, start_type in db.execute(_ATTRIBUTES.format(marks=marks), list(ids)):
        told[session_id].append(start_type)
    found: defaultdict[str, Lineage] = defaultdict(lambda: NO_LINEAGE)
    for session_id in ids:
        began_at, sequence, restarts = began.get(session_id, (0, 0, 0))
        parent = _cleared(db, session_id, (began_at, sequence)) if sequence else None
        found[session_id] = Lineage(
            parent,
            "its events count on from the /clear of that session" if parent else None,
            tuple(_notes(told[session_id], restarts, 0 if parent else sequence)),
        )
    return found


def _cleared(db: Database, session_id: str, began: tuple[int, int]) -> str | None:
    """Return the session whose process went on as this one after a ``/clear``."""
    began_at, sequence = began
    for cleared, cleared_at, prompt in db.execute(
        _CLEARS, [began_at, session_id, _CLEARED]
    ).fetchall():
        (last,) = db.execute(
            _LAST_OF_PROCESS,
            {
                "session": session_id,
                "began_at": began_at,
                "cleared": cleared,
                "cleared_at": cleared_at,
                "prompt": prompt,
            },
        ).fetchone()
        if last == sequence - 1:
            return str(cleared)
    return None


def _notes(start_types: Sequence[str], restarts: int, missing: int) -> list[str]:
    notes = []
    if restarts:
        times = "once" if restarts == 1 else f"{restarts} times"
        notes.append(f"its count of events began again {times}: another process went on with it")
    elif start_types:
        notes.append(f"a process went on with it (start type {', '.join(sorted(start_types))})")
    if missing:
        notes.append(
            f"its first event is number {missing} of its process: those before were of another"
            " session, or were not recorded"
        )
    return notes
