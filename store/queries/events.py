"""Every raw record of a session in order, each with what it is about."""

import json
from collections.abc import Mapping
from typing import Any

from store.connection import Database
from store.insights import SessionEvent

_PAGE = """
    select id from records where session_id = :session_id
    order by time_unix_nano, sequence, id limit :limit offset :offset
"""

_SELECT = f"""
    select r.id, r.time_unix_nano, r.sequence, r.signal, r.name, r.subject,
        coalesce(q.turn_id, c.turn_id, (select min(m.turn_id) from trace_turns m
            where m.session_id = r.session_id and m.trace_turn_id = e.turn_id),
            e.turn_id, t.turn_id) as turn_id,
        coalesce(q.agent_id, c.agent_id, e.agent_id) as agent_id,
        q.model, q.response, q.error, q.refusal, c.tool, c.command, c.file_path,
        c.mcp_server, c.mcp_tool, e.kind, e.text, e.attributes, p.text as prompt
    from ({_PAGE}) page join records r on r.id = page.id
        left join requests q on substr(r.subject, 1, 8) = 'request:'
            and q.session_id = r.session_id and q.request_id = substr(r.subject, 9)
        left join tool_calls c on substr(r.subject, 1, 5) = 'tool:'
            and c.session_id = r.session_id and c.tool_call_id = substr(r.subject, 6)
        left join events e on e.digest = r.digest
        left join turns t on substr(r.subject, 1, 5) = 'turn:'
            and t.session_id = r.session_id and t.turn_id = substr(r.subject, 6)
        left join events p on p.digest = t.prompt_digest
    order by r.time_unix_nano, r.sequence, r.id
"""

_LONGEST = 200
_SIGNAL_KINDS = {"metrics": "metric", "traces": "span"}
_TELLING = (
    "server_name",
    "plugin.name",
    "hook_name",
    "skill.name",
    "agent_type",
    "to_mode",
    "trigger",
    "action",
    "model",
    "status",
    "error",
    "error_name",
)
"""Attributes of events that say in a word what happened."""


def session_events(
    db: Database, session_id: str, *, offset: int = 0, limit: int = 500
) -> list[SessionEvent]:
    """Return a page of a session's raw records, oldest first."""
    rows = db.query(_SELECT, {"session_id": session_id, "offset": offset, "limit": limit})
    return [_event(row) for row in rows]


def count_session_events(db: Database, session_id: str) -> int:
    """Return how many raw records a session has."""
    row = db.execute("select count(*) from records where session_id = ?", [session_id]).fetchone()
    return int(row[0])


def _event(row: Mapping[str, Any]) -> SessionEvent:
    subject = row["subject"]
    return SessionEvent(
        record_id=row["id"],
        at=row["time_unix_nano"],
        sequence=row["sequence"],
        signal=row["signal"],
        name=row["name"],
        kind=_kind(row),
        turn_id=row["turn_id"],
        agent_id=row["agent_id"],
        key=subject,
        summary=_summary(row),
    )


def _kind(row: Mapping[str, Any]) -> str:
    if row["kind"] is not None:
        return str(row["kind"])
    told = (row["subject"] or "").partition(":")[0]
    kind = told if told in {"request", "tool"} else None
    return kind or _SIGNAL_KINDS.get(row["signal"], "event")


def _summary(row: Mapping[str, Any]) -> str | None:
    """Return a few words on what the record is about."""
    if row["kind"] is not None:
        told = [row["text"] or _told(row["attributes"])]
    elif row["tool"] is not None:
        named = [row["mcp_server"], row["mcp_tool"]] if row["mcp_server"] else [row["tool"]]
        told = [*named, row["command"] or row["file_path"]]
    else:
        told = [row["model"], row["error"] or row["refusal"] or row["response"], row["prompt"]]
    return " ".join(" ".join(part.split()) for part in told if part)[:_LONGEST] or None


def _told(attributes: str) -> str:
    values = json.loads(attributes)
    return " ".join(str(values[name]) for name in _TELLING if name in values)
