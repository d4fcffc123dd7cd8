"""The permission ledger: one row per tool call, of one session or of all."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from store.connection import Database
from store.domain import Agent, Decider, DecisionScope, Outcome, ToolCall, Verdict
from store.queries.filter import Filter

COLUMNS = """
    c.*, s.agent as agent, s.title as session_title, s.log_records as log_records,
    (select min(r.agent_name) from requests r where r.session_id = c.session_id
        and r.turn_id is c.turn_id and r.agent_id = c.agent_id) as agent_name,
    w.waited_ms, w.waited_verdict, w.waited_decider, w.waited_scope, w.waited_source_raw,
    o.lines_added, o.lines_removed
"""
"""A wait is found by the span of the decision, at once, else by the call's own, when that has
ended."""

TABLES = """
    tool_calls c join sessions s using (session_id)
        left join waits w on w.session_id = c.session_id and w.span_id = coalesce(
            (select x.span_id from waits x
                where x.session_id = c.session_id and x.span_id = c.decided_span_id),
            (select min(x.span_id) from waits x
                where x.session_id = c.session_id and x.parent_span_id = c.traced_span_id))
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
    decision = _decision(row)
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
        asked_command=row["asked_command"],
        file_path=row["file_path"],
        skill=row["skill"],
        subagent_type=row["subagent_type"],
        commit_id=row["commit_id"],
        branch=row["branch"],
        parameters=row["parameters"],
        input=row["requested_input"] or row["input"],
        verdict=decision.verdict,
        decider=decision.decider,
        scope=decision.scope,
        mode=row["mode"],
        source_raw=decision.source_raw,
        decided_by_version=row["decided_version"],
        decided_at=row["decided_unix_nano"],
        waited_ms=row["waited_ms"],
        outcome=_outcome(row, decision.verdict),
        finished_at=row["finished_unix_nano"],
        duration_ms=_either(row["duration_ms"], row["executed_duration_ms"]),
        error_type=row["error_type"] or row["executed_error_type"],
        error=row["error"] or row["executed_error"],
        input_bytes=row["input_bytes"],
        result_bytes=row["result_bytes"],
        lines_added=row["lines_added"],
        lines_removed=row["lines_removed"],
        agent_name=row["agent_name"],
        session_title=row["session_title"],
    )


class _Decision(NamedTuple):
    verdict: Verdict
    decider: Decider
    scope: DecisionScope
    source_raw: str | None


def _decision(row: Mapping[str, Any]) -> _Decision:
    """Return the decision as its event tells it, else as the result does, else as its span.

    A result that takes another to have decided gives way to the span of the question.
    """
    waited = row["waited_decider"]
    asked = waited not in {None, Decider.UNKNOWN, row["reported_decider"]}
    for column, prefix in (("decided_verdict", ""), ("reported_verdict", "reported_")):
        if row[column] is not None and not (asked and prefix):
            return _Decision(
                Verdict(row[column]),
                Decider(row[f"{prefix}decider"]),
                DecisionScope(row[f"{prefix}scope"]),
                row[f"{prefix}source_raw"],
            )
    return _Decision(
        Verdict(row["waited_verdict"] or Verdict.UNKNOWN),
        Decider(row["waited_decider"] or Decider.UNKNOWN),
        DecisionScope(row["waited_scope"] or DecisionScope.UNKNOWN),
        row["waited_source_raw"],
    )


def _outcome(row: Mapping[str, Any], verdict: Verdict) -> Outcome:
    match _either(row["success"], row["executed_success"]):
        case 1:
            return Outcome.SUCCEEDED
        case 0:
            return Outcome.FAILED
    return Outcome.NOT_RUN if verdict in {Verdict.REJECTED, Verdict.ABORTED} else Outcome.UNKNOWN


def _either(told: int | None, traced: int | None) -> int | None:
    return traced if told is None else told
