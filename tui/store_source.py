"""The screens' source: a store file, read through ``store.queries``."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from store.connection import Database, open_reader
from store.domain import RawRecord, Request, Session, ToolCall, Turn
from store.insights import (
    Coverage,
    McpConnection,
    McpServer,
    QualitySign,
    SessionEvent,
    Trouble,
)
from store.queries import (
    burn,
    changes,
    contexts,
    coverage,
    events,
    mcp,
    mcp_function,
    outputs,
    permission_groups,
    permissions,
    quality,
    records,
    requests,
    sessions,
    transcript,
    trouble,
)
from store.queries.burn import Budgets, Burn, Crossing
from store.queries.contexts import ContextSize
from store.queries.filter import Filter
from store.queries.outputs import ToolText
from store.queries.permission_groups import Grouping, LedgerGroup, LedgerTotals
from store.queries.transcript import Node
from tui.source import RecorderState


class StoreSource:
    """A store file, opened read-only for each reading."""

    def __init__(self, path: Path, recorder: Callable[[], RecorderState]) -> None:
        """Read the store at ``path``; ``recorder`` tells how its recorder is, from any thread."""
        self._path = path
        self._recorder = recorder

    @contextmanager
    def open(self) -> "Iterator[StoreReader]":
        """Open the store for the calling thread and close it afterwards."""
        db = open_reader(self._path)
        try:
            mcp_function.register(db)
            yield StoreReader(db, self._recorder)
        finally:
            db.close()


class StoreReader:
    """A read-only connection, in the words of ``tui.source.Reader``."""

    def __init__(self, db: Database, recorder: Callable[[], RecorderState]) -> None:
        self._db = db
        self._recorder = recorder

    def change_token(self) -> object:
        return changes.data_version(self._db)

    def recorder(self) -> RecorderState:
        return self._recorder()

    def count_sessions(self, where: Filter) -> int:
        return sessions.count_sessions(self._db, where=where)

    def sessions(self, where: Filter, now_ns: int, *, limit: int, offset: int) -> list[Session]:
        return sessions.sessions(self._db, where=where, now_ns=now_ns, limit=limit, offset=offset)

    def session(self, session_id: str, now_ns: int) -> Session | None:
        return sessions.session(self._db, session_id, now_ns=now_ns)

    def turns(self, session_id: str, *, after: int, limit: int) -> list[Turn]:
        return transcript.turns(self._db, session_id, after=after, limit=limit)

    def nodes(self, session_id: str, turn_id: str | None) -> list[Node]:
        return transcript.nodes(self._db, session_id, turn_id)

    def requests(
        self, session_id: str, *, limit: int, offset: int, by_cost: bool = False
    ) -> list[Request]:
        return requests.requests(
            self._db, session_id=session_id, limit=limit, offset=offset, by_cost=by_cost
        )

    def contexts(self, session_id: str) -> list[ContextSize]:
        return contexts.contexts(self._db, session_id)

    def added_in_turns(self, session_id: str) -> dict[str | None, int]:
        return contexts.added_in_turns(self._db, session_id)

    def burn(self, *, day_start_ns: int, now_ns: int) -> Burn:
        return burn.burn(self._db, day_start_ns=day_start_ns, now_ns=now_ns)

    def crossings(self, budgets: Budgets, *, day_start_ns: int, now_ns: int) -> list[Crossing]:
        return burn.crossings(self._db, budgets, day_start_ns=day_start_ns, now_ns=now_ns)

    def tool_calls(self, where: Filter, *, limit: int, offset: int) -> list[ToolCall]:
        return permissions.tool_calls(self._db, where=where, limit=limit, offset=offset)

    def ledger_totals(self, where: Filter) -> LedgerTotals:
        return permission_groups.ledger_totals(self._db, where=where)

    def ledger_groups(self, grouping: Grouping, where: Filter) -> list[LedgerGroup]:
        return permission_groups.ledger_groups(self._db, grouping, where=where)

    def session_calls(self, session_id: str, *, limit: int, offset: int) -> list[ToolCall]:
        return permissions.tool_calls(self._db, session_id=session_id, limit=limit, offset=offset)

    def tool_text(self, session_id: str, tool_call_id: str) -> ToolText | None:
        return outputs.tool_text(self._db, session_id, tool_call_id)

    def mcp_servers(
        self, *, where: Filter | None = None, session_id: str | None = None
    ) -> list[McpServer]:
        return mcp.mcp_servers(self._db, where=where, session_id=session_id, limit=0)

    def mcp_connections(
        self, *, where: Filter | None = None, session_id: str | None = None
    ) -> list[McpConnection]:
        return mcp.connections(self._db, where=where, session_id=session_id, limit=0)

    def count_troubles(self, where: Filter) -> int:
        return trouble.count_troubles(self._db, where=where)

    def troubles(self, where: Filter, *, limit: int, offset: int) -> list[Trouble]:
        return trouble.troubles(self._db, where=where, limit=limit, offset=offset)

    def session_events(self, session_id: str, *, limit: int, offset: int) -> list[SessionEvent]:
        return events.session_events(self._db, session_id, limit=limit, offset=offset)

    def count_session_events(self, session_id: str) -> int:
        return events.count_session_events(self._db, session_id)

    def coverage(self, session_id: str) -> Coverage | None:
        return coverage.coverage(self._db, session_id)

    def quality(self, session_id: str) -> list[QualitySign]:
        return quality.quality(self._db, session_id)

    def records(self, session_id: str, subject: str) -> list[RawRecord]:
        return records.records(self._db, session_id, subject)
