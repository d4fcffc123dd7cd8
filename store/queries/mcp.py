"""MCP servers: what was connected, called, allowed and refused, over one session or many."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from store.connection import Database
from store.insights import McpConnection, McpServer
from store.queries.filter import Filter
from store.queries.filter_keys import USER_ATTRIBUTES
from store.queries.mcp_figures import Figures
from store.queries.mcp_identity import Call, Connection, SessionServers

_CONNECTIONS = """
    select e.session_id as session_id, e.time_unix_nano as at_unix_nano,
        e.attributes ->> '$.server_name' as server, null as tool,
        e.attributes ->> '$.server_scope' as scope,
        coalesce(e.attributes ->> '$.plugin_id_hash', e.attributes ->> '$."plugin.name"') as plugin,
        e.attributes ->> '$."plugin.name"' as plugin_name,
        e.attributes ->> '$.transport_type' as transport, e.attributes ->> '$.status' as status,
        e.sequence as sequence,
        coalesce(e.attributes ->> '$.error', e.attributes ->> '$.error_code') as error,
        cast(e.attributes ->> '$.duration_ms' as integer) as duration_ms,
        null as verdict, null as success, null as input_bytes, null as result_bytes,
        'event:' || lower(hex(e.digest)) as key
    from events e where e.kind = 'mcp_connection'
"""

_CALLS = """
    select c.session_id, c.started_unix_nano, c.mcp_server, c.mcp_tool, c.mcp_scope,
        null, null, null, null, c.sequence, null,
        coalesce(c.duration_ms, c.executed_duration_ms), c.verdict,
        coalesce(c.success, c.executed_success), c.input_bytes, c.result_bytes,
        'tool:' || c.tool_call_id
    from tool_calls c where c.mcp_server is not null or c.tool = 'mcp_tool'
"""


class Row(NamedTuple):
    """A connection event (with a ``status``) or a call (with a ``verdict``)."""

    session_id: str
    at: int
    server: str | None
    tool: str | None
    scope: str | None
    plugin: str | None
    plugin_name: str | None
    transport: str | None
    status: str | None
    sequence: int | None
    error: str | None
    duration_ms: int | None
    verdict: str | None
    success: int | None
    input_bytes: int | None
    result_bytes: int | None
    key: str
    is_asked_for: int

    @property
    def connection(self) -> Connection:
        """What tells the server of a connection."""
        return Connection(
            self.server,
            self.plugin,
            self.plugin_name,
            self.scope,
            self.transport,
            self.status,
            self.sequence,
        )

    @property
    def call(self) -> Call:
        """What tells the server of a call."""
        return Call(self.server, self.scope)


def mcp_servers(
    db: Database,
    *,
    session_id: str | None = None,
    where: Filter | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[McpServer]:
    """Return MCP servers, those used last first.

    ``where`` is a filter parsed for ``Rows.MCP``; a ``limit`` of 0 is none. Reads every connection
    and call it is asked for.
    """
    figures: dict[str, Figures] = {}
    for key, row in _identified(_rows(db, session_id, where)):
        if row.is_asked_for:
            figures.setdefault(key, Figures(key)).add(row)
    sessions = sorted({session for found in figures.values() for session in found.sessions})
    users, opened = _users(db, sessions), _opened(db, sessions)
    servers = [found.server(users, opened) for found in figures.values()]
    servers.sort(key=lambda server: (-server.last_seen, server.key))
    return servers[offset : offset + limit] if limit else servers[offset:]


def connections(
    db: Database,
    *,
    session_id: str | None = None,
    where: Filter | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[McpConnection]:
    """Return what happened to connections: of one session oldest first, of all newest first.

    ``where`` and ``limit`` as for ``mcp_servers``.
    """
    found = [
        _connection(key, row)
        for key, row in _identified(_rows(db, session_id, where))
        if row.is_asked_for and row.status is not None
    ]
    found.sort(key=lambda item: (item.at, item.key), reverse=session_id is None)
    return found[offset : offset + limit] if limit else found[offset:]


def server_keys(db: Database) -> dict[tuple[str, str], str]:
    """Return the key of its server for each connection and call, by session and own key."""
    rows = _identified(_rows(db, None, None))
    return {(row.session_id, row.key): server for server, row in rows}


def _connection(key: str, row: Row) -> McpConnection:
    return McpConnection(
        at=row.at,
        session_id=row.session_id,
        server=key,
        name=row.server if row.server is not None or key.startswith("~") else key,
        status=row.status,
        scope=row.scope,
        transport=row.transport,
        duration_ms=row.duration_ms,
        error=row.error,
        key=row.key,
    )


def _rows(db: Database, session_id: str | None, where: Filter | None) -> Iterator[Row]:
    asked = "1"
    if where is not None and where.sql != "1":
        asked = (
            f"exists (select 1 from sessions s where s.session_id = m.session_id and ({where.sql}))"
        )
    of_session = "" if session_id is None else "where m.session_id = :id"
    found = db.execute(
        f"select m.*, {asked} from ({_CONNECTIONS} union all {_CALLS}) m {of_session}"
        " order by m.session_id, m.at_unix_nano, m.sequence, m.key",
        {**(where.parameters if where else {}), "id": session_id},
    )
    return (Row(*row) for row in found)


def _identified(rows: Iterable[Row]) -> Iterator[tuple[str, Row]]:
    """Yield each row with the key of its server, a session at a time."""
    for _, of_session in groupby(rows, key=lambda row: row.session_id):
        found = list(of_session)
        servers = SessionServers(
            [row.connection for row in found if row.verdict is None],
            [row.call for row in found if row.verdict is not None],
        )
        for row in found:
            if row.verdict is None:
                yield servers.of_connection(row.connection), row
            else:
                yield servers.of_call(row.call), row


_PAGE = 1_000


def _opened(db: Database, sessions: Sequence[str]) -> frozenset[str]:
    """Return those that are sessions a person knows: none that a resume threw away."""
    found: set[str] = set()
    for page in _pages(sessions):
        marks = ", ".join("?" * len(page))
        found.update(
            session_id
            for (session_id,) in db.execute(
                f"select session_id from sessions where +opened = 1 and session_id in ({marks})",
                page,
            )
        )
    return frozenset(found)


def _users(db: Database, sessions: Sequence[str]) -> Mapping[str, str]:
    """Return who each session belongs to, by the most telling attribute there is."""
    order = {name: place for place, name in enumerate(USER_ATTRIBUTES)}
    found: dict[str, tuple[int, str]] = {}
    for page in _pages(sessions):
        rows: Iterable[Any] = db.execute(
            "select session_id, name, value from session_attributes"
            f" where name in ({', '.join('?' * len(order))})"
            f" and session_id in ({', '.join('?' * len(page))})",
            [*order, *page],
        )
        for session_id, name, value in rows:
            told = (order[name], value)
            found[session_id] = min(found.get(session_id, told), told)
    return {session_id: value for session_id, (_, value) in found.items()}


def _pages(sessions: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(sessions), _PAGE):
        yield list(sessions[start : start + _PAGE])
