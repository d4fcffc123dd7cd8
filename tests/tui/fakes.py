"""A source in memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from store.domain import Event, RawRecord, Request, Session, ToolCall, Turn
from store.queries.filter import Filter
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
    recorder: RecorderState = LISTENING
    failure: Exception | None = None
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

    def requests(self, session_id: str, *, limit: int, offset: int) -> list[Request]:
        """Return requests, in the order of their turns."""
        found = [
            node
            for (session, _turn), nodes in self._source.nodes.items()
            if session == session_id
            for node in _flat(nodes)
            if isinstance(node, Request)
        ]
        return found[offset : offset + limit]

    def records(self, _session_id: str, subject: str) -> list[RawRecord]:
        """Return raw records."""
        return self._source.records.get(subject, [])


def _flat(nodes: list[Node] | tuple[Node, ...]) -> Iterator[Request | ToolCall | Event]:
    for node in nodes:
        if isinstance(node, SubagentNode):
            yield from _flat(node.children)
        else:
            yield node
