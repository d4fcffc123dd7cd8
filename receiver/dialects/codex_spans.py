"""Codex's spans: the few of about 130 kinds that tell what its events leave out.

The rest is internal and kept raw. Usage on a span names neither conversation nor model, only its
trace; it counts where no events came. What asks for approval is told by nothing: that a tool call
was received and not decided is all that can be seen of it.
"""

from typing import NamedTuple

from receiver.dialects.codex_head import turn_of_trace
from receiver.dialects.codex_requests import uncached
from receiver.dialects.codex_tools import Call, tool_aborted
from receiver.dialects.codex_words import ALIAS, Tool, tool_of
from receiver.dialects.values import boolean, integer, text
from store.changes import Facts
from store.domain import Content, Origin
from store.facts import (
    RECORD_TIME_LIMIT,
    Placement,
    PromptGiven,
    Relation,
    RequestTraced,
    ToolExecuted,
    ToolRequested,
    ToolTraced,
    TraceTurn,
    rank_of,
)
from store.signals import Attributes, Span, SpanEvent

_TURN = "session_task.turn"
_RESPONSE = "handle_responses"
_SAMPLING = "run_sampling_request"
_UNDECIDED = frozenset({"collaboration", "multi_agent_v1"})
"""Namespaces of built-in tools that no decision is told of."""
_UNDECIDED_TOOLS = frozenset({"exec", "wait"})
"""Of code mode: the calls of its script are decided on, it itself is not."""
_UNNAMED = "~span:"
"""How the id of a request begins whose span has none (``store.totals.UNNAMED_SPAN``)."""
_AFTER_ALL_EVENTS = b"\xff"
_ID_LENGTH = 36
_NS_PER_MS = 1_000_000


def conversation_of(record: Span) -> str | None:
    """Return the conversation a span or one of its events names; most name none.

    ``thread.id`` stands on a span twice, as the thread of the operating system and as the
    conversation; where the number came last, the events of the span still name the conversation.
    """
    attributes = record.attributes
    if told := text(attributes.get("conversation.id")):
        return told
    thread = attributes.get("thread.id")
    if record.name == _TURN and isinstance(thread, str) and len(thread) == _ID_LENGTH:
        return thread
    for event in record.events:
        if told := text(event.attributes.get("conversation.id")):
            return told
    return None


def interpret_span(record: Span, placement: Placement, facts: Facts) -> None:
    """Add what one span tells."""
    session_id = placement.session_id or ""
    rank = rank_of(placement.time_unix_nano, None, record.digest)
    head = _Head(record, session_id, turn_of_trace(record.trace_id), placement.time_unix_nano, rank)
    if record.name == _SAMPLING and (directory := text(record.attributes.get("cwd"))):
        facts.identify(session_id, {"working_directory": directory})
    if record.name == _RESPONSE and "gen_ai.usage.input_tokens" in record.attributes:
        facts.of_request(_traced(head))
    if session_id.startswith(ALIAS):
        facts.relations.add(Relation(session_id, "key", session_id))
    if record.name == _TURN:
        _note_turn(head, facts)
    elif _is_tool_call(record):
        _note_turn(head, facts)
        _tool(head, facts)
    for event in record.events:
        _told(head, event, facts)


class _Head(NamedTuple):
    """A span with where and when it stands."""

    record: Span
    session_id: str
    turn_id: str | None
    time_unix_nano: int
    rank: bytes


def _is_tool_call(record: Span) -> bool:
    return "call_id" in record.attributes and record.attributes.get("tool_name") == record.name


def _note_turn(head: _Head, facts: Facts) -> None:
    """Note that the trace is a turn of the conversation, and what the turn calls itself."""
    if head.turn_id is None or head.session_id.startswith(ALIAS):
        return
    facts.turn(head.session_id, head.turn_id, head.time_unix_nano)
    facts.relations.add(Relation(head.session_id, "key", head.turn_id))
    if told := text(head.record.attributes.get("turn.id")):
        facts.trace_turns.add(TraceTurn(head.session_id, told, head.turn_id))


def _traced(head: _Head) -> RequestTraced:
    """Read the usage of a request; what it was for is not told."""
    attributes = head.record.attributes
    cache_read = integer(attributes.get("gen_ai.usage.cache_read.input_tokens"))
    cache_write = integer(attributes.get("gen_ai.usage.cache_write.input_tokens"))
    sent = integer(attributes.get("gen_ai.usage.input_tokens"))
    return RequestTraced(
        session_id=head.session_id,
        request_id=f"{_UNNAMED}{head.record.span_id.hex()}",
        turn_id=None,
        agent_id=None,
        started_unix_nano=head.time_unix_nano,
        sequence=None,
        model=None,
        source=None,
        source_raw=None,
        agent_name=None,
        traced_rank=head.rank,
        traced_source_raw=None,
        traced_effort=text(attributes.get("codex.request.reasoning_effort")),
        traced_speed=None,
        traced_input_tokens=uncached(sent, cache_read, cache_write),
        traced_cache_read_tokens=cache_read,
        traced_cache_write_tokens=cache_write,
        traced_output_tokens=integer(attributes.get("gen_ai.usage.output_tokens")),
        traced_duration_ms=None,
        traced_ttft_ms=None,
        traced_attempts=None,
        traced_success=True,
        traced_error=None,
        traced_http_status=None,
        stop_reason=None,
        traced_reasoning_tokens=integer(attributes.get("codex.usage.reasoning_output_tokens")),
    )


def _tool(head: _Head, facts: Facts) -> None:
    """Read the span of a tool call, from when it was asked for to its result or its end by Esc.

    It joins namespace and name of the tool, so that events must tell the name.
    """
    record = head.record
    call = _call(head, text(record.attributes.get("call_id")) or "", Tool(None))
    duration_ns = max(record.end_time_unix_nano - record.start_time_unix_nano, 0)
    facts.of_tool_call(
        ToolTraced(
            *call,
            traced_rank=head.rank,
            traced_span_id=record.span_id,
            traced_command=None,
            traced_duration_ms=duration_ns // _NS_PER_MS,
        )
    )
    if boolean(record.attributes.get("aborted")):
        ended = min(record.end_time_unix_nano, RECORD_TIME_LIMIT)
        facts.of_tool_call(tool_aborted(call, ended, head.rank))
        facts.sessions[head.session_id].latest("decided", ended)


def _told(head: _Head, event: SpanEvent, facts: Facts) -> None:
    """Read an event of a span: a log event without its content, or what no log event tells."""
    attributes = event.attributes
    match text(attributes.get("event.name")):
        case "codex.user_prompt" if head.turn_id is not None:
            _note_turn(head, facts)
            facts.prompts.append(_prompt(head, attributes))
        case "codex.tool_call_received":
            _note_turn(head, facts)
            _received(head, event, facts)
        case "codex.tool_result" if call_id := text(attributes.get("call_id")):
            _note_turn(head, facts)
            facts.of_tool_call(
                ToolExecuted(
                    *_call(head, call_id, _tool_named(attributes)),
                    executed_rank=head.rank,
                    executed_span_id=head.record.span_id,
                    executed_success=boolean(attributes.get("success")),
                    executed_duration_ms=integer(attributes.get("duration_ms")),
                    executed_error_type=None,
                    executed_error=None,
                )
            )


def _prompt(head: _Head, attributes: Attributes) -> PromptGiven:
    """Read a prompt of which only the length is told; any event's comes before it."""
    return PromptGiven(
        session_id=head.session_id,
        turn_id=head.turn_id or "",
        prompt_rank=_AFTER_ALL_EVENTS + head.rank[1:],
        prompt_digest=head.record.digest,
        prompt_content=Content.NOT_EMITTED,
        prompt_length=integer(attributes.get("prompt_length")),
        prompt_origin=Origin.UNKNOWN,
        command=None,
    )


def _received(head: _Head, event: SpanEvent, facts: Facts) -> None:
    """Note that the model asked for a call; until it is decided it may be waiting for a person."""
    attributes = event.attributes
    call_id = text(attributes.get("call_id"))
    if call_id is None:
        return
    at = min(event.time_unix_nano, RECORD_TIME_LIMIT)
    tool = _tool_named(attributes)
    is_decided_on = (
        text(attributes.get("tool_namespace")) not in _UNDECIDED
        and tool.tool not in _UNDECIDED_TOOLS
    )
    if is_decided_on:
        change = facts.sessions[head.session_id]
        named = tool.tool if tool.mcp_server is None else f"mcp__{tool.mcp_server}__{tool.tool}"
        change.requests(named, at, rank_of(at, None, head.record.digest))
    facts.of_tool_call(
        ToolRequested(
            *_call(head, call_id, tool)._replace(started_unix_nano=at),
            requested_rank=head.rank,
            requested_unix_nano=at,
            requested_input=None,
        )
    )


def _tool_named(attributes: Attributes) -> Tool:
    return tool_of(text(attributes.get("tool_name")), text(attributes.get("tool_namespace")))


def _call(head: _Head, call_id: str, tool: Tool) -> Call:
    return Call(
        head.session_id,
        call_id,
        head.turn_id,
        None,
        None,
        head.time_unix_nano,
        None,
        tool.tool,
        tool.mcp_server,
        tool.mcp_tool,
    )
