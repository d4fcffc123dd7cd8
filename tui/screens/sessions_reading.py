"""What the Sessions screen reads: a page of sessions, and what the highlighted one did last."""

from dataclasses import dataclass

from store.domain import Session
from store.queries.filter import Filter
from store.queries.transcript import Node
from tui.present.session_summary import is_action
from tui.source import Reader


@dataclass(frozen=True, slots=True)
class SessionsQuery:
    """What to read for the Sessions screen."""

    where: Filter
    everything: Filter
    now_ns: int
    offset: int
    limit: int
    previewed: str | None


@dataclass(frozen=True, slots=True)
class SessionsSnapshot:
    """What was read for it."""

    query: SessionsQuery
    rows: tuple[Session, ...]
    matching: int
    total: int
    recent: tuple[Node, ...]
    """The last things the previewed session did, oldest first."""


def read_sessions(reader: Reader, query: SessionsQuery) -> SessionsSnapshot:
    """Read a page of sessions, how many there are, and what one of them did last."""
    total = reader.count_sessions(query.everything)
    is_filtered = query.where.text != query.everything.text
    rows = reader.sessions(query.where, query.now_ns, limit=query.limit, offset=query.offset)
    previewed = query.previewed or (rows[0].session_id if rows else None)
    return SessionsSnapshot(
        query=query,
        rows=tuple(rows),
        matching=reader.count_sessions(query.where) if is_filtered else total,
        total=total,
        recent=_recent(reader, next((s for s in rows if s.session_id == previewed), None)),
    )


def _recent(reader: Reader, session: Session | None) -> tuple[Node, ...]:
    """Return what a session did last: the actions of its last turn."""
    if session is None:
        return ()
    turns = reader.turns(session.session_id, after=max(0, (session.turns or 0) - 1), limit=100)
    if not turns:
        return ()
    nodes = reader.nodes(session.session_id, turns[-1].turn_id)
    return tuple(node for node in nodes if is_action(node))[-12:]
