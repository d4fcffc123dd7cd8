"""The figures of one MCP server, gathered from its connections and calls."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from store.domain import Verdict
from store.insights import McpServer, McpTool

if TYPE_CHECKING:
    from store.queries.mcp import Row

_REFUSED = frozenset({Verdict.REJECTED, Verdict.ABORTED})


class Figures:
    """What a server's rows come to."""

    def __init__(self, key: str) -> None:
        self._key = key
        self.sessions: set[str] = set()
        self._names: set[str] = set()
        self._told: dict[str, set[str]] = {"scope": set(), "transport": set(), "plugin": set()}
        self._seen: list[int] = []
        self._statuses: Counter[str | None] = Counter()
        self._last_error: tuple[int, str] | None = None
        self._verdicts: Counter[str | None] = Counter()
        self._durations: list[int] = []
        self._bytes_in: list[int] = []
        self._bytes_out: list[int] = []
        self._calls: Counter[str | None] = Counter()
        self._failures: Counter[str | None] = Counter()

    def add(self, row: "Row") -> None:
        """Count a row."""
        self.sessions.add(row.session_id)
        self._seen.append(row.at)
        if row.server is not None:
            self._names.add(row.server)
        plugin = row.plugin_name or row.plugin
        told = {"scope": row.scope, "transport": row.transport, "plugin": plugin}
        for what, value in told.items():
            if value is not None:
                self._told[what].add(value)
        if row.verdict is None:
            self._connection(row)
        else:
            self._call(row)

    def _connection(self, row: "Row") -> None:
        self._statuses[row.status] += 1
        if row.error is not None:
            told = (row.at, row.error)
            self._last_error = max(self._last_error or told, told)

    def _call(self, row: "Row") -> None:
        self._verdicts[row.verdict] += 1
        self._calls[row.tool] += 1
        self._failures[row.tool] += row.success == 0
        for known, value in (
            (self._durations, row.duration_ms),
            (self._bytes_in, row.input_bytes),
            (self._bytes_out, row.result_bytes),
        ):
            if value is not None:
                known.append(value)

    def server(self, users: Mapping[str, str], opened: Collection[str]) -> McpServer:
        """Return the server; ``users`` by session, ``opened`` the sessions that a person knows."""
        last_error_at, last_error = self._last_error or (None, None)
        return McpServer(
            key=self._key,
            name=self._name(),
            scope=self._joined("scope"),
            transport=self._joined("transport"),
            plugin=self._joined("plugin"),
            sessions=sum(session in opened for session in self.sessions),
            users=len({users[session] for session in self.sessions if session in users}),
            first_seen=min(self._seen),
            last_seen=max(self._seen),
            connected=self._statuses["connected"],
            failed=self._statuses["failed"],
            disconnected=self._statuses["disconnected"],
            last_error=last_error,
            last_error_at=last_error_at,
            calls=self._verdicts.total(),
            accepted=self._verdicts[Verdict.ACCEPTED],
            rejected=sum(self._verdicts[verdict] for verdict in _REFUSED),
            failures=self._failures.total(),
            p50_ms=self._percentile(50),
            p95_ms=self._percentile(95),
            bytes_in=sum(self._bytes_in) if self._bytes_in else None,
            bytes_out=sum(self._bytes_out) if self._bytes_out else None,
            tools=self._tools(),
        )

    def _name(self) -> str | None:
        """Return the name as it was configured where that is told, else as its tools spell it."""
        if self._key.startswith("~"):
            return None
        return min(self._names - {self._key}, default=self._key)

    def _joined(self, what: str) -> str | None:
        return ", ".join(sorted(self._told[what])) or None

    def _percentile(self, percent: int) -> int | None:
        """Return the smallest duration that so many of a hundred do not exceed."""
        ordered = sorted(self._durations)
        return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None

    def _tools(self) -> tuple[McpTool, ...]:
        found = [McpTool(name, calls, self._failures[name]) for name, calls in self._calls.items()]
        return tuple(sorted(found, key=lambda tool: (-tool.calls, tool.name or "")))
