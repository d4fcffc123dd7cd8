"""A source in memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from store.domain import Event, RawRecord, Request, Session, ToolCall, Turn, Verdict
from store.insights import (
    Coverage,
    McpConnection,
    McpServer,
    QualitySign,
    SessionEvent,
    Trouble,
)
from store.queries.burn import Budgets, Burn, Crossing
from store.queries.contexts import ContextSize
from store.queries.filter import Filter
from store.queries.outputs import ToolText
from store.queries.permission_groups import Grouping, LedgerGroup, LedgerTotals
from store.queries.transcript import Node, SubagentNode
from tests.tui.factories import NOW, SECOND
from tui.source import RecorderState

LISTENING = RecorderState(
    doors=("127.0.0.1:4317", "127.0.0.1:4318"), records=412, last_received_at=NOW - 2 * SECOND
)


@dataclass
class FakeSource:
    """Rows handed out as they are; a filter admits what has its text in the title."""

    sessions: list[Session] = field(default_factory=list)
    turns: dict[str, list[Turn]] = field(default_factory=dict)
    nodes: dict[tuple[str, str | None], list[Node]] = field(default_factory=dict)
    records: dict[str, list[RawRecord]] = field(default_factory=dict)
    servers: list[McpServer] = field(default_factory=list)
    connections: list[McpConnection] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    events: dict[str, list[SessionEvent]] = field(default_factory=dict)
    coverages: dict[str, Coverage] = field(default_factory=dict)
    signs: dict[str, list[QualitySign]] = field(default_factory=dict)
    outputs: dict[str, ToolText] = field(default_factory=dict)
    recorder: RecorderState = LISTENING
    failure: Exception | None = None
    burn: Burn = field(default_factory=lambda: Burn(14_210_000, 2_900_000))
    crossings: list[Crossing] = field(default_factory=list)
    version: int = 0
    openings: int = 0
    threads: set[int] = field(default_factory=set)
    """The threads that have read."""

    @contextmanager
    def open(self) -> "Iterator[FakeReader]":
        """Open the source, or fail if it is to."""
        if self.failure is not None:
            raise self.failure
        self.openings += 1
        self.threads.add(threading.get_ident())
        yield self.make_reader()

    def make_reader(self) -> "FakeReader":
        """Return a view of the rows."""
        return FakeReader(self)


class FakeReader:
    """What is read from a ``FakeSource``."""

    def __init__(self, source: FakeSource) -> None:
        self._source = source

    def change_token(self) -> object:
        """Return the version."""
        return self._source.version

    def recorder(self) -> RecorderState:
        """Return the recorder's state."""
        return self._source.recorder

    def _matching(self, where: Filter) -> list[Session]:
        wanted = where.text.casefold()
        return [s for s in self._source.sessions if wanted in (s.title or "").casefold()]

    def count_sessions(self, where: Filter) -> int:
        """Count what has the filter's text in its title."""
        return len(self._matching(where))

    def sessions(self, where: Filter, _now_ns: int, *, limit: int, offset: int) -> list[Session]:
        """Return a page of what has the filter's text in its title."""
        return self._matching(where)[offset : offset + limit]

    def session(self, session_id: str, _now_ns: int) -> Session | None:
        """Return one session."""
        return next((s for s in self._source.sessions if s.session_id == session_id), None)

    def turns(self, session_id: str, *, after: int, limit: int) -> list[Turn]:
        """Return turns."""
        turns = self._source.turns.get(session_id, [])
        return [t for t in turns if t.number > after or (not after and not t.number)][:limit]

    def nodes(self, session_id: str, turn_id: str | None) -> list[Node]:
        """Return nodes."""
        return self._source.nodes.get((session_id, turn_id), [])

    def requests(
        self, session_id: str, *, limit: int, offset: int, by_cost: bool = False
    ) -> list[Request]:
        """Return requests, in the order of their turns or the most expensive first."""
        found = [node for node in self._nodes(session_id) if isinstance(node, Request)]
        if by_cost:
            found.sort(key=lambda request: -(request.cost.micros or 0))
        return found[offset : offset + limit if limit else None]

    def contexts(self, session_id: str) -> list[ContextSize]:
        """Return the contexts of the requests as they are; all know one window."""
        made = self.requests(session_id, limit=0, offset=0)
        return [
            ContextSize(
                request.request_id,
                (request.tokens.cache_read or 0) + (request.tokens.cache_write or 0),
                window_tokens=200_000,
                is_main=request.agent_id is None,
            )
            for request in made
        ]

    def added_in_turns(self, _session_id: str) -> dict[str | None, int]:
        """Return that the first turn added."""
        return {"turn-1": 8_900}

    def burn(self, *, day_start_ns: int, now_ns: int) -> Burn:
        """Return what the source is told to return."""
        assert day_start_ns <= now_ns
        return self._source.burn

    def crossings(self, budgets: Budgets, *, day_start_ns: int, now_ns: int) -> list[Crossing]:
        """Return what the source is told to return, where there is a budget."""
        assert day_start_ns <= now_ns
        return self._source.crossings if budgets != Budgets() else []

    def _nodes(self, session_id: str | None) -> "Iterator[Request | ToolCall | Event]":
        for (session, _turn), nodes in self._source.nodes.items():
            if session_id in {None, session}:
                yield from _flat(nodes)

    def _calls(self, where: Filter) -> list[ToolCall]:
        wanted = where.text.casefold().removeprefix("tool:").strip('"')
        calls = [node for node in self._nodes(None) if isinstance(node, ToolCall)]
        return [c for c in calls if wanted in f"{c.tool} {c.command}".casefold()][::-1]

    def tool_calls(self, where: Filter, *, limit: int, offset: int) -> list[ToolCall]:
        """Return a page of what has the filter's text as tool or in its command."""
        return self._calls(where)[offset : offset + limit]

    def ledger_totals(self, where: Filter) -> LedgerTotals:
        """Count calls and refusals; the rest is made up."""
        calls = self._calls(where)
        rejected = sum(call.verdict is Verdict.REJECTED for call in calls)
        return LedgerTotals(len(calls), 2, rejected, aborted=1, permissive=1, unknown=1)

    def ledger_groups(self, grouping: Grouping, where: Filter) -> list[LedgerGroup]:
        """Return one group a tool, whatever is asked for, and one of the unknown."""
        tools = sorted({call.tool or "" for call in self._calls(where)})
        return [
            LedgerGroup(
                key=tool or None,
                label=f"{grouping.value} {tool}" if tool else None,
                mcp_server=None,
                calls=sum((call.tool or "") == tool for call in self._calls(where)),
                asked=1,
                accepted=1,
                rejected=0,
                aborted=0,
                unknown=0,
                failed=0,
                last_at=NOW,
            )
            for tool in tools
        ]

    def session_calls(self, session_id: str, *, limit: int, offset: int) -> list[ToolCall]:
        """Return a page of one session's tool calls."""
        calls = [node for node in self._nodes(session_id) if isinstance(node, ToolCall)]
        return calls[offset : offset + limit]

    def tool_text(self, _session_id: str, tool_call_id: str) -> ToolText | None:
        """Return what a tool call gave back."""
        return self._source.outputs.get(tool_call_id)

    def mcp_servers(
        self, *, where: Filter | None = None, session_id: str | None = None
    ) -> list[McpServer]:
        """Return the servers that have the filter's text in their key."""
        wanted = where.text if where and session_id is None else ""
        return [server for server in self._source.servers if wanted in server.key]

    def mcp_connections(
        self, *, where: Filter | None = None, session_id: str | None = None
    ) -> list[McpConnection]:
        """Return what happened to connections, of a session where one is asked for."""
        _ = where
        return [c for c in self._source.connections if session_id in {None, c.session_id}]

    def _troubles(self, where: Filter) -> list[Trouble]:
        return [t for t in self._source.troubles if where.text in (t.message or "")]

    def count_troubles(self, where: Filter) -> int:
        """Count what has the filter's text in its message."""
        return len(self._troubles(where))

    def troubles(self, where: Filter, *, limit: int, offset: int) -> list[Trouble]:
        """Return a page of what has the filter's text in its message."""
        return self._troubles(where)[offset : offset + limit]

    def session_events(self, session_id: str, *, limit: int, offset: int) -> list[SessionEvent]:
        """Return a page of raw records."""
        return self._source.events.get(session_id, [])[offset : offset + limit]

    def count_session_events(self, session_id: str) -> int:
        """Count raw records."""
        return len(self._source.events.get(session_id, []))

    def coverage(self, session_id: str) -> Coverage | None:
        """Return what arrived."""
        return self._source.coverages.get(session_id)

    def quality(self, session_id: str) -> list[QualitySign]:
        """Return hints."""
        return self._source.signs.get(session_id, [])

    def records(self, _session_id: str, subject: str) -> list[RawRecord]:
        """Return raw records."""
        return self._source.records.get(subject, [])


def _flat(nodes: list[Node] | tuple[Node, ...]) -> Iterator[Request | ToolCall | Event]:
    for node in nodes:
        if isinstance(node, SubagentNode):
            yield from _flat(node.children)
        else:
            yield node
