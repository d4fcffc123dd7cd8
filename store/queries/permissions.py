"""The permission ledger: one row per tool call, of one session or of all."""

from collections.abc import Mapping
from typing import Any

from store.connection import Database
from store.domain import Agent, Decider, DecisionScope, Outcome, ToolCall, Verdict
from store.queries.filter import Filter

COLUMNS = """
    c.*, s.agent as agent, s.title as session_title,
    (select min(r.agent_name) from requests r where r.session_id = c.session_id
        and r.turn_id is c.turn_id and r.agent_id = c.agent_id) as agent_name,
    coalesce(
        (select w.waited_ms from tool_spans w
            where w.session_id = c.session_id and w.span_id = c.decided_span_id),
        (select max(w.waited_ms) from tool_spans t cross join tool_spans w
            on w.session_id = t.session_id and w.parent_span_id = t.span_id
            where t.session_id = c.session_id and t.tool_call_id = c.tool_call_id)
    ) as waited_ms
"""
"""A wait is found by the span of the decision, at once, else by the call's own, when that has
ended. The cross join keeps the planner from reading all waits of the session."""

TABLES = "tool_calls c join sessions s using (session_id)"
"""What ``COLUMNS`` are of."""


def tool_calls(
    db: Database,
    *,
    session_id: str | None = None,
    where: Filter | None = None,
    limit: int = 1000,
    offset: int = 0,
) -> list[ToolCall]:
    """Return tool calls: of one session oldest first, of all sessions newest first.

    ``where`` is a filter parsed for ``Rows.TOOL_CALLS``; a ``limit`` of 0 is none.
    """
    condition, order = ("c.session_id = :id", "asc")
    if session_id is None:
        # The plus keeps the planner on the index by time instead of sorting every session's rows.
        condition, order = ("+s.opened = 1", "desc")
    if where is not None:
        condition = f"{condition} and ({where.sql})"
    rows = db.query(
        f"select {COLUMNS} from {TABLES} where {condition}"
        f" order by c.started_unix_nano {order}, c.sequence {order}, c.tool_call_id {order}"
        " limit :limit offset :offset",
        {
            **(where.parameters if where else {}),
            "id": session_id,
            "limit": limit or -1,
            "offset": offset,
        },
    )
    return [tool_call_of(row) for row in rows]


def tool_call_of(row: Mapping[str, Any]) -> ToolCall:
    """Return the tool call of a row of ``COLUMNS``."""
    verdict = Verdict(row["verdict"])
    decided = row["decided_rank"] is not None
    return ToolCall(
        session_id=row["session_id"],
        turn_id=row["turn_id"],
        tool_call_id=row["tool_call_id"],
        request_id=row["request_id"],
        at=row["decided_unix_nano"] or row["started_unix_nano"],
        agent=Agent(row["agent"]),
        agent_id=row["agent_id"],
        tool=row["tool"],
        mcp_server=row["mcp_server"],
        mcp_tool=row["mcp_tool"],
        command=row["command"],
        file_path=row["file_path"],
        parameters=row["parameters"],
        input=row["input"],
        verdict=verdict,
        decider=Decider((row["decider"] if decided else row["reported_decider"]) or "unknown"),
        scope=DecisionScope((row["scope"] if decided else row["reported_scope"]) or "unknown"),
        mode=row["mode"],
        source_raw=row["source_raw"] if decided else row["reported_source_raw"],
        decided_at=row["decided_unix_nano"],
        waited_ms=row["waited_ms"],
        outcome=_outcome(row, verdict),
        finished_at=row["finished_unix_nano"],
        duration_ms=row["duration_ms"],
        error_type=row["error_type"],
        error=row["error"],
        input_bytes=row["input_bytes"],
        result_bytes=row["result_bytes"],
        agent_name=row["agent_name"],
        session_title=row["session_title"],
    )


def _outcome(row: Mapping[str, Any], verdict: Verdict) -> Outcome:
    match row["success"]:
        case 1:
            return Outcome.SUCCEEDED
        case 0:
            return Outcome.FAILED
    return Outcome.NOT_RUN if verdict in {Verdict.REJECTED, Verdict.ABORTED} else Outcome.UNKNOWN
