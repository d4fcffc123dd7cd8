"""What the Session screen reads: a session, its turns, and a page of the view that is seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from store.domain import RawRecord, Session, Turn
from store.insights import Coverage, McpServer, QualitySign, SessionEvent
from store.queries.contexts import ContextSize
from store.queries.transcript import Node
from tui.present.cost_detail import ContextAdded
from tui.present.request_groups import Arrangement, arranged
from tui.present.transcript import path_to, turn_key, unfolded_at_first
from tui.screens.asked import Goal
from tui.screens.session_views import Item, Told, View
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
    view: View
    arrangement: Arrangement
    """How the Requests view lists them."""
    offset: int
    limit: int
    """The page of the view that is seen."""
    looked_at: str | None
    """The key of the highlighted row of that view."""
    goal: Goal | None
    """A row to unfold the way to."""

    @property
    def page(self) -> tuple[View, Arrangement, int, int]:
        """What page of which view is asked for."""
        return (self.view, self.arrangement, self.offset, self.limit)


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """What was read."""

    query: SessionQuery
    session: Session
    turns: tuple[Turn, ...]
    nodes: Mapping[str, tuple[Node, ...]]
    unfolded: frozenset[str]
    """What to unfold now, beside what is."""
    page: tuple[Item, ...]
    total: int
    """Rows of the view that is seen; 0 for the transcript."""
    told: Told | None
    contexts: tuple[ContextSize, ...]
    """Of each request, in the Requests view."""
    coverage: Coverage | None
    signs: tuple[QualitySign, ...]


def read_session(
    reader: Reader, query: SessionQuery, *, explain: Callable[[RawRecord], str]
) -> SessionSnapshot | None:
    """Read a session, or ``None`` when the store does not know it."""
    session = reader.session(query.session_id, query.now_ns)
    if session is None:
        return None
    turns = _turns(reader, query.session_id)
    if query.unfolded is None:
        arrived = unfolded_at_first(turns)
    else:
        arrived = frozenset(turn_key(t) for t in turns if t.number > query.known_turns)
    if query.goal is not None:
        arrived |= {f"turn:{query.goal.turn_id or ''}"}
    unfolded = arrived | (query.unfolded or frozenset())
    nodes = {
        turn_key(turn): tuple(reader.nodes(query.session_id, turn.turn_id))
        for turn in turns
        if turn_key(turn) in unfolded
    }
    is_requests = query.view is View.REQUESTS
    page, total = _page(reader, query, session, turns=turns)
    return SessionSnapshot(
        query=query,
        session=session,
        turns=turns,
        nodes=nodes,
        unfolded=arrived | _way(nodes, query.goal),
        page=tuple(page),
        total=total,
        told=_told(reader, query, page, explain=explain),
        contexts=tuple(reader.contexts(query.session_id)) if is_requests else (),
        coverage=reader.coverage(query.session_id),
        signs=tuple(reader.quality(query.session_id)),
    )


def _way(nodes: Mapping[str, Sequence[Node]], goal: Goal | None) -> frozenset[str]:
    """Return the sub-agents to unfold so that the goal is seen."""
    if goal is None:
        return frozenset()
    ways = (path_to(found, goal.subject, parent=key) for key, found in nodes.items())
    return frozenset(next((way for way in ways if way is not None), ()))


def _page(
    reader: Reader, query: SessionQuery, session: Session, *, turns: Sequence[Turn]
) -> tuple[Sequence[Item], int]:
    session_id, limit, offset = query.session_id, query.limit, query.offset
    match query.view:
        case View.TRANSCRIPT:
            return (), 0
        case View.REQUESTS:
            return _requests(reader, query, session, turns=turns)
        case View.PERMISSIONS:
            calls = reader.session_calls(session_id, limit=limit, offset=offset)
            return calls, _total(session.tool_calls, calls, query)
        case View.MCP:
            servers = reader.mcp_servers(session_id=session_id)
            return servers[offset : offset + limit], len(servers)
        case View.EVENTS:
            events = reader.session_events(session_id, limit=limit, offset=offset)
            return events, reader.count_session_events(session_id)


def _requests(
    reader: Reader, query: SessionQuery, session: Session, *, turns: Sequence[Turn]
) -> tuple[Sequence[Item], int]:
    """Return requests; folded, all are read, as any of them can belong to any group."""
    arrangement, by_cost = query.arrangement, query.arrangement.is_by_cost
    if arrangement.fold is None:
        made = reader.requests(
            query.session_id, limit=query.limit, offset=query.offset, by_cost=by_cost
        )
        return made, _total(session.requests, made, query)
    every = reader.requests(query.session_id, limit=0, offset=0, by_cost=by_cost)
    numbers = {turn.turn_id: turn.number for turn in turns}
    rows = arranged(every, arrangement, turns=numbers)
    return rows[query.offset : query.offset + query.limit], len(rows)


def _total(counted: int, page: Sequence[Item], query: SessionQuery) -> int:
    """Return how many rows there are: a page that is not full ends them, whatever was counted."""
    end = query.offset + len(page)
    return max(counted, end) if len(page) == query.limit else end


def _told(
    reader: Reader,
    query: SessionQuery,
    page: Sequence[Item],
    *,
    explain: Callable[[RawRecord], str],
) -> Told | None:
    """Return what there is to tell of the highlighted row beyond itself."""
    kind, _, name = (query.looked_at or "").partition(":")
    if kind == "tool" and query.view in {View.TRANSCRIPT, View.PERMISSIONS}:
        return reader.tool_text(query.session_id, name)
    if kind == "request":
        sizes = reader.contexts(query.session_id)
        wanted = name.removesuffix("/reply")
        return next((each for each in sizes if each.request_id == wanted), None)
    if kind == "turn" and query.view is View.TRANSCRIPT:
        return ContextAdded(reader.added_in_turns(query.session_id).get(name or None))
    for item in page:
        if isinstance(item, McpServer) and item.key == query.looked_at:
            history = reader.mcp_connections(session_id=query.session_id)
            return tuple(found for found in history if found.server == item.key)
        if isinstance(item, SessionEvent) and str(item.record_id) == query.looked_at:
            records = reader.records(query.session_id, item.key) if item.key else []
            mine = next((r for r in records if r.record_id == item.record_id), None)
            return None if mine is None else explain(mine)
    return None


def _turns(reader: Reader, session_id: str) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    while True:
        after = turns[-1].number if turns else 0
        page = reader.turns(session_id, after=after, limit=_PAGE_OF_TURNS)
        fresh = [turn for turn in page if not turns or turn.number > after]
        turns += fresh
        if len(page) < _PAGE_OF_TURNS or not fresh:
            return tuple(turns)
