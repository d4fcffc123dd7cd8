"""The permission ledger: one row per tool call, of one session or of all."""

from collections.abc import Mapping
from typing import Any

from store.connection import Database
from store.domain import Agent, Outcome, ToolCall, Verdict
from store.queries import decisions
from store.queries.decisions import decision_of, notes_of
from store.queries.filter import Filter

COLUMNS = f"""
    c.*, s.agent as agent, s.title as session_title, s.log_records as log_records,
    (select min(r.agent_name) from requests r where r.session_id = c.session_id
        and r.turn_id is c.turn_id and r.agent_id = c.agent_id) as agent_name,
    coalesce(w.waited_ms, iif(s.agent = 'codex' and c.decided_unix_nano >= c.requested_unix_nano,
        (c.decided_unix_nano - c.requested_unix_nano) / 1000000, null)) as waited_ms,
    w.waited_verdict, coalesce(w.waited_decider, (select max(x.waited_decider) from waits x
        where x.session_id = w.session_id and x.parent_span_id = w.span_id)) as waited_decider,
    w.waited_scope, w.waited_source_raw,
    o.lines_added, o.lines_removed,
    {decisions.COLUMNS}
"""
"""A wait is found by the span of the decision, at once, else by the call's own, when that has
ended. Codex tells when a call was asked for and when it was decided."""

TABLES = """
    tool_calls c join sessions s using (session_id)
        left join waits w on w.session_id = c.session_id and w.span_id = coalesce(
            (select x.span_id from waits x
                where x.session_id = c.session_id and x.span_id = c.decided_span_id),
            (select min(x.span_id) from waits x
                where x.session_id = c.session_id and x.parent_span_id = c.traced_span_id),
            (select min(x.span_id) from waits y join waits x
                on x.session_id = y.session_id and x.parent_span_id = y.span_id
                where y.session_id = c.session_id and y.parent_span_id = c.executed_span_id))
        left join tool_outputs o
            on o.session_id = c.session_id and o.tool_call_id = c.tool_call_id
"""
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
    decision = decision_of(row)
    return ToolCall(
        **{name: row[name] for name in _AS_STORED},
        at=row["decided_unix_nano"] or row["started_unix_nano"],
        agent=Agent(row["agent"]),
        input=row["requested_input"] or row["input"],
        verdict=decision.verdict,
        decider=decision.decider,
        scope=decision.scope,
        source_raw=decision.source_raw,
        decided_by_version=row["decided_version"],
        decided_at=row["decided_unix_nano"],
        outcome=_outcome(row, decision.verdict),
        finished_at=row["finished_unix_nano"],
        duration_ms=_either(row["duration_ms"], row["executed_duration_ms"]),
        error_type=row["error_type"] or row["executed_error_type"],
        error=row["error"] or row["executed_error"],
        is_awaited=bool(row["is_awaited"]),
        notes=notes_of(row, decision),
    )


_AS_STORED = (
    "session_id",
    "turn_id",
    "tool_call_id",
    "request_id",
    "agent_id",
    "agent_name",
    "session_title",
    "tool",
    "mcp_server",
    "mcp_tool",
    "command",
    "asked_command",
    "file_path",
    "skill",
    "subagent_type",
    "commit_id",
    "branch",
    "parameters",
    "mode",
    "waited_ms",
    "input_bytes",
    "result_bytes",
    "lines_added",
    "lines_removed",
)
"""The fields that are columns of the same name."""


def _outcome(row: Mapping[str, Any], verdict: Verdict) -> Outcome:
    match _either(row["success"], row["executed_success"]):
        case 1:
            return Outcome.SUCCEEDED
        case 0:
            return Outcome.FAILED
    return Outcome.NOT_RUN if verdict in {Verdict.REJECTED, Verdict.ABORTED} else Outcome.UNKNOWN


def _either(told: int | None, traced: int | None) -> int | None:
    return traced if told is None else told
