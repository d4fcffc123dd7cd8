"""Where the screens read from, as they see it.

A ``Source`` is opened in the thread that reads and closed by it, so that a connection never meets
a second thread; the frozen rows a ``Reader`` returns may go anywhere.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from store.domain import RawRecord, Request, Session, ToolCall, Turn
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
from store.queries.transcript import Node


@dataclass(frozen=True, slots=True)
class RecorderState:
    """What the recorder that fills the store is doing."""

    doors: tuple[str, ...] = ()
    """Where it listens, each ``host:port``; empty when it does not."""
    reason: str = ""
    """Why it does not listen, or what is wrong with the store, in words; empty when all is well."""
    records: int = 0
    """Records received since it started."""
    last_received_at: int | None = None


@dataclass(frozen=True, slots=True)
class Reception:
    """How the recorder is, and how fast records come."""

    state: RecorderState = RecorderState()
    per_second: float | None = None
    """Over the last few seconds; ``None`` before there is anything to compare."""
    is_known: bool = True
    """Whether the recorder was asked for yet."""
    burn: Burn | None = None
    """What is being spent; ``None`` before that was asked."""


class Reader(Protocol):
    """An open view of the store, for one thread; every method raises ``StoreError``."""

    def change_token(self) -> object:
        """Return a value that differs from the last one when the store has changed since."""
        ...

    def recorder(self) -> RecorderState:
        """Return what the recorder is doing."""
        ...

    def count_sessions(self, where: Filter) -> int:
        """Return how many sessions ``where`` admits."""
        ...

    def sessions(self, where: Filter, now_ns: int, *, limit: int, offset: int) -> list[Session]:
        """Return a page of sessions, newest activity first."""
        ...

    def session(self, session_id: str, now_ns: int) -> Session | None:
        """Return one session, or ``None`` when the store does not know it."""
        ...

    def turns(self, session_id: str, *, after: int, limit: int) -> list[Turn]:
        """Return turns number ``after`` + 1 and on; 0 begins with what lies outside of all."""
        ...

    def nodes(self, session_id: str, turn_id: str | None) -> list[Node]:
        """Return what happened in a turn, in the order it happened."""
        ...

    def requests(
        self, session_id: str, *, limit: int, offset: int, by_cost: bool = False
    ) -> list[Request]:
        """Return a page of a session's requests, oldest or most expensive first.

        A ``limit`` of 0 is none.
        """
        ...

    def contexts(self, session_id: str) -> list[ContextSize]:
        """Return how full the context was at each request of a session, in the order sent."""
        ...

    def added_in_turns(self, session_id: str) -> dict[str | None, int]:
        """Return by how many tokens each turn made the main context larger."""
        ...

    def burn(self, *, day_start_ns: int, now_ns: int) -> Burn:
        """Return what is being spent."""
        ...

    def crossings(self, budgets: Budgets, *, day_start_ns: int, now_ns: int) -> list[Crossing]:
        """Return the budgets that are crossed."""
        ...

    def tool_calls(self, where: Filter, *, limit: int, offset: int) -> list[ToolCall]:
        """Return a page of the permission ledger over all sessions, newest first."""
        ...

    def ledger_totals(self, where: Filter) -> LedgerTotals:
        """Return what the calls that ``where`` admits come to."""
        ...

    def ledger_groups(self, grouping: Grouping, where: Filter) -> list[LedgerGroup]:
        """Return the calls that ``where`` admits in groups, the largest first."""
        ...

    def session_calls(self, session_id: str, *, limit: int, offset: int) -> list[ToolCall]:
        """Return a page of one session's ledger, oldest first."""
        ...

    def tool_text(self, session_id: str, tool_call_id: str) -> ToolText | None:
        """Return what a tool call gave back, if that arrived."""
        ...

    def mcp_servers(
        self, *, where: Filter | None = None, session_id: str | None = None
    ) -> list[McpServer]:
        """Return MCP servers of all sessions or of one, those used last first."""
        ...

    def mcp_connections(
        self, *, where: Filter | None = None, session_id: str | None = None
    ) -> list[McpConnection]:
        """Return what happened to the connections with those servers."""
        ...

    def count_troubles(self, where: Filter) -> int:
        """Return how many troubles ``where`` admits."""
        ...

    def troubles(self, where: Filter, *, limit: int, offset: int) -> list[Trouble]:
        """Return a page of troubles, newest first."""
        ...

    def session_events(self, session_id: str, *, limit: int, offset: int) -> list[SessionEvent]:
        """Return a page of a session's raw records, oldest first."""
        ...

    def count_session_events(self, session_id: str) -> int:
        """Return how many raw records a session has."""
        ...

    def coverage(self, session_id: str) -> Coverage | None:
        """Return what arrived of a session, what did not, and why."""
        ...

    def quality(self, session_id: str) -> list[QualitySign]:
        """Return what hints at how well a session went."""
        ...

    def records(self, session_id: str, subject: str) -> list[RawRecord]:
        """Return the raw records behind a fact."""
        ...


class Source(Protocol):
    """A store that can be opened for reading."""

    def open(self) -> AbstractContextManager[Reader]:
        """Open the store for the calling thread; raises ``StoreError``."""
        ...
