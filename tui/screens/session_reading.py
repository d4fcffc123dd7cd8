"""What the Session screen reads: a session, its turns, and what happened in those unfolded."""

from collections.abc import Mapping
from dataclasses import dataclass

from store.domain import Request, Session, Turn
from store.queries.transcript import Node
from tui.present.transcript import turn_key, unfolded_at_first
from tui.source import Reader

_PAGE_OF_TURNS = 500


@dataclass(frozen=True, slots=True)
class SessionQuery:
    """What to read."""

    session_id: str
    now_ns: int
    unfolded: frozenset[str] | None
    """Keys of unfolded turns; ``None`` at first, when the reading chooses."""
    known_turns: int
    """The number of the newest turn known; later ones are unfolded as they come."""
    requests_offset: int
    requests_limit: int
    """0 when the Requests view is not seen."""


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """What was read."""

    query: SessionQuery
    session: Session
    turns: tuple[Turn, ...]
    nodes: Mapping[str, tuple[Node, ...]]
    unfolded: frozenset[str]
    """Turns to unfold now, beside those that are."""
    requests: tuple[Request, ...]


def read_session(reader: Reader, query: SessionQuery) -> SessionSnapshot | None:
    """Read a session, or ``None`` when the store does not know it."""
    session = reader.session(query.session_id, query.now_ns)
    if session is None:
        return None
    turns = _turns(reader, query.session_id)
    if query.unfolded is None:
        arrived = unfolded_at_first(turns)
    else:
        arrived = frozenset(turn_key(t) for t in turns if t.number > query.known_turns)
    unfolded = arrived | (query.unfolded or frozenset())
    nodes = {
        turn_key(turn): tuple(reader.nodes(query.session_id, turn.turn_id))
        for turn in turns
        if turn_key(turn) in unfolded
    }
    requests: list[Request] = []
    if query.requests_limit:
        requests = reader.requests(
            query.session_id, limit=query.requests_limit, offset=query.requests_offset
        )
    return SessionSnapshot(query, session, turns, nodes, arrived, tuple(requests))


def _turns(reader: Reader, session_id: str) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    while True:
        after = turns[-1].number if turns else 0
        page = reader.turns(session_id, after=after, limit=_PAGE_OF_TURNS)
        fresh = [turn for turn in page if not turns or turn.number > after]
        turns += fresh
        if len(page) < _PAGE_OF_TURNS or not fresh:
            return tuple(turns)
