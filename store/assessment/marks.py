"""What happened between requests that matters to the cache: connections, compactions, prompts."""

import json
from collections.abc import Iterable

from store.chains import Mark, MarkKind
from store.connection import Database
from store.facts import EventSeen

_CONNECTIONS = {
    "connected": MarkKind.MCP_CONNECTED,
    "disconnected": MarkKind.MCP_DISCONNECTED,
}
_KINDS = frozenset({"compaction", "mcp_connection", "prompt"})

_SELECT = f"""
    select {", ".join(EventSeen._fields)} from events
    where session_id = ? and kind in ({", ".join(f"'{kind}'" for kind in sorted(_KINDS))})
"""


def marks_in(events: Iterable[EventSeen]) -> dict[str, list[Mark]]:
    """Return the marks among events, by session."""
    found: dict[str, list[Mark]] = {}
    for event in events:
        if event.kind in _KINDS and event.session_id is not None:
            mark = _mark(event)
            if mark is not None:
                found.setdefault(event.session_id, []).append(mark)
    return found


def marks_of(db: Database, session_id: str) -> list[Mark]:
    """Return all marks of a session."""
    rows = db.conn.execute(_SELECT, [session_id]).fetchall()
    return marks_in(EventSeen._make(row) for row in rows).get(session_id, [])


def _mark(event: EventSeen) -> Mark | None:
    """Return what an event marks; a compaction or a connection that failed marks nothing."""
    match event.kind:
        case "prompt":
            kind = MarkKind.PROMPTED
        case "compaction":
            if event.trouble is not None:
                return None
            kind = MarkKind.COMPACTED
        case _:
            status = json.loads(event.attributes).get("status")
            if status not in _CONNECTIONS:
                return None
            kind = _CONNECTIONS[status]
    return Mark(event.time_unix_nano, kind, event.agent_id, event.sequence)
