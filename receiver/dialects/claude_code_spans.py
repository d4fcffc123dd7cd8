"""Claude Code's spans: what they tell that its events leave out.

Spans come when they end, so children before parents, and the last of a killed process never. What
they repeat (tokens, decisions, outcomes) counts only where the event did not come. No span names
its turn, but a trace is one prompt's: a span stands under its trace until an event names both.
"""

from typing import NamedTuple

from receiver.dialects.claude_code_bodies import MCP_TOOL, names_of
from receiver.dialects.claude_code_known import note_unknown
from receiver.dialects.claude_code_outputs import tool_output
from receiver.dialects.claude_code_requests import source_of
from receiver.dialects.claude_code_span_events import keep_span, prompt_of_span
from receiver.dialects.claude_code_tools import decider_of, scope_of, verdict_of
from receiver.dialects.values import boolean, integer, text
from store.changes import Facts, SessionChange
from store.facts import (
    RECORD_TIME_LIMIT,
    AgentParent,
    AgentSpan,
    Placement,
    RequestTraced,
    ToolExecuted,
    ToolTraced,
    Wait,
    rank_of,
)
from store.signals import LogRecord, Span

UNNAMED = "~span:"
"""How the id of a request begins whose span has none (``store.totals.UNNAMED_SPAN``)."""

_TRACE = "~trace:"


class SpanHead(NamedTuple):
    """What is read of every span before its meaning."""

    record: Span
    change: SessionChange
    session_id: str
    turn_id: str | None
    agent_id: str | None
    time_unix_nano: int
    rank: bytes


class _Call(NamedTuple):
    """The columns that all facts of a tool call share."""

    session_id: str
    tool_call_id: str
    turn_id: str | None
    agent_id: str | None
    request_id: None
    started_unix_nano: int
    sequence: None
    tool: str | None = None
    mcp_server: str | None = None
    mcp_tool: str | None = None
    file_path: str | None = None
    skill: str | None = None
    subagent_type: str | None = None


def turn_of_trace(trace_id: bytes) -> str | None:
    """Name the turn of a trace; it sorts after every id of a prompt, so that an event's wins."""
    return f"{_TRACE}{trace_id.hex()}" if trace_id else None


def interpret_span(record: Span, placement: Placement, facts: Facts) -> None:
    """Add what one span tells; a span of another name is an event of an unknown kind."""
    change = facts.sessions[placement.session_id or ""]
    attributes = record.attributes
    head = SpanHead(
        record,
        change,
        change.session_id,
        turn_of_trace(record.trace_id),
        text(attributes.get("agent_id")),
        placement.time_unix_nano,
        rank_of(placement.time_unix_nano, None, record.digest),
    )
    if head.turn_id is not None:
        facts.turn(head.session_id, head.turn_id, head.time_unix_nano)
        ended = min(record.end_time_unix_nano, RECORD_TIME_LIMIT)
        facts.turn(head.session_id, head.turn_id, max(ended, head.time_unix_nano))
    note_unknown(record, record.name, facts, session_id=head.session_id)
    match record.name:
        case "claude_code.interaction":
            prompt_of_span(head, facts)
        case "claude_code.llm_request":
            facts.of_request(_request(head))
        case "claude_code.tool":
            _tool(head, facts)
        case "claude_code.tool.execution":
            _execution(head, facts)
        case "claude_code.tool.blocked_on_user":
            facts.waits.append(_wait(head))
        case "claude_code.hook":
            keep_span(head, "hook", facts)
        case _:
            keep_span(head, "unknown", facts)
    if head.agent_id is not None:
        note_agent(record, head.agent_id, facts, session_id=head.session_id)


def note_agent(record: Span | LogRecord, agent_id: str, facts: Facts, *, session_id: str) -> None:
    """Note what a record of a sub-agent says of where it belongs.

    Its spans stand below the execution of the call that started it, its events within; a decision
    is within the span of its own tool call.
    """
    if parent := text(record.attributes.get("parent_agent_id")):
        facts.agent_parents.add(AgentParent(session_id, agent_id, parent))
    above = record.parent_span_id if isinstance(record, Span) else record.span_id
    if above:
        facts.agent_spans.add(AgentSpan(session_id, agent_id, above))


def _request(head: SpanHead) -> RequestTraced:
    attributes = head.record.attributes
    source_raw = text(attributes.get("query_source")) or text(attributes.get("query_source_safe"))
    source = source_of(source_raw, head.agent_id)
    error = text(attributes.get("error")) or text(attributes.get("error_class"))
    request_id = text(attributes.get("request_id"))
    if source == "main":
        _note_context(head)
    return RequestTraced(
        session_id=head.session_id,
        request_id=request_id or f"{UNNAMED}{head.record.span_id.hex()}",
        turn_id=head.turn_id,
        agent_id=head.agent_id,
        started_unix_nano=head.time_unix_nano,
        sequence=None,
        model=text(attributes.get("model")),
        source=source,
        source_raw=None,
        agent_name=None,
        traced_rank=head.rank,
        traced_source_raw=source_raw,
        traced_effort=text(attributes.get("effort")),
        traced_speed=text(attributes.get("speed")),
        traced_input_tokens=integer(attributes.get("input_tokens")),
        traced_cache_read_tokens=integer(attributes.get("cache_read_tokens")),
        traced_cache_write_tokens=integer(attributes.get("cache_creation_tokens")),
        traced_output_tokens=integer(attributes.get("output_tokens")),
        traced_duration_ms=integer(attributes.get("duration_ms")),
        traced_ttft_ms=integer(attributes.get("ttft_ms")),
        traced_attempts=_attempts(head.record),
        traced_success=boolean(attributes.get("success")),
        traced_error=error,
        traced_http_status=integer(attributes.get("status_code")),
        stop_reason=text(attributes.get("stop_reason")),
    )


def _note_context(head: SpanHead) -> None:
    attributes = head.record.attributes
    sent = [
        integer(attributes.get(name))
        for name in ("input_tokens", "cache_read_tokens", "cache_creation_tokens")
    ]
    if sent[0] is not None:
        ended = min(head.record.end_time_unix_nano, RECORD_TIME_LIMIT)
        rank = rank_of(ended, None, head.record.digest)
        head.change.holds_by_span(sum(n or 0 for n in sent), rank)


def _attempts(record: Span) -> int | None:
    """Count the tries: the attribute begins again when the client changes how it asks."""
    tries = sum(event.name == "gen_ai.request.attempt" for event in record.events)
    return tries or integer(record.attributes.get("attempt"))


def _tool(head: SpanHead, facts: Facts) -> None:
    attributes = head.record.attributes
    call = _call(head)
    if call is None:
        return
    tool, server, mcp_tool = _names(head.record)
    call = call._replace(
        tool=tool,
        mcp_server=server,
        mcp_tool=mcp_tool,
        file_path=text(attributes.get("file_path")),
        skill=text(attributes.get("skill_name")),
        subagent_type=text(attributes.get("subagent_type")),
    )
    facts.of_tool_call(
        ToolTraced(
            *call,
            traced_rank=head.rank,
            traced_span_id=head.record.span_id,
            traced_command=text(attributes.get("full_command")),
            traced_duration_ms=integer(attributes.get("duration_ms")),
        )
    )
    for event in head.record.events:
        if event.name == "tool.output":
            facts.tool_outputs.append(tool_output(call.session_id, call.tool_call_id, event))


def _execution(head: SpanHead, facts: Facts) -> None:
    attributes = head.record.attributes
    call = _call(head)
    if call is None:
        return
    facts.of_tool_call(
        ToolExecuted(
            *call,
            executed_rank=head.rank,
            executed_span_id=head.record.span_id,
            executed_success=boolean(attributes.get("success")),
            executed_duration_ms=integer(attributes.get("duration_ms")),
            executed_error_type=text(attributes.get("error_class")),
            executed_error=text(attributes.get("error")),
        )
    )


def _call(head: SpanHead) -> _Call | None:
    attributes = head.record.attributes
    told = text(attributes.get("tool_use_id")) or text(attributes.get("gen_ai.tool.call.id"))
    if told is None:
        return None
    return _Call(
        head.session_id, told, head.turn_id, head.agent_id, None, head.time_unix_nano, None
    )


def _names(record: Span) -> tuple[str | None, str | None, str | None]:
    """Return tool, MCP server and MCP tool; a span tells MCP names even where events may not."""
    name = text(record.attributes.get("tool_name"))
    tool, server, mcp_tool = names_of(name)
    named = text(record.attributes.get("anthropic.mcp.server.name"))
    if named is None or name is None or tool != MCP_TOOL:
        return tool, server, mcp_tool
    return tool, named, name.removeprefix(f"mcp__{named}__")


def _wait(head: SpanHead) -> Wait:
    attributes = head.record.attributes
    source = text(attributes.get("source"))
    return Wait(
        session_id=head.session_id,
        span_id=head.record.span_id,
        parent_span_id=head.record.parent_span_id or None,
        waited_ms=integer(attributes.get("duration_ms")),
        waited_verdict=verdict_of(text(attributes.get("decision")), source),
        waited_decider=decider_of(source),
        waited_scope=scope_of(source, None),
        waited_source_raw=source,
    )
