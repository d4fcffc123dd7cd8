"""Claude Code: what its log events mean.

Facts from the client itself (2.1.330): ``event.name`` is the bare name; ``prompt.id`` keys a turn,
``request_id`` a model call, ``tool_use_id`` a tool call, ``agent_id`` a sub-agent. Events are sent
when something has ended, so a start is the event's time less its duration. Numbers come as numbers
or as strings. What has no typed place is kept as an event, whatever its name.
"""

from typing import NamedTuple

from receiver.dialects.claude_code_events import keep_event
from receiver.dialects.claude_code_known import note_unknown
from receiver.dialects.claude_code_metrics import interpret_point
from receiver.dialects.claude_code_requests import (
    request_failed,
    request_made,
    request_refused,
    response_given,
)
from receiver.dialects.claude_code_spans import interpret_span, note_agent, turn_of_trace
from receiver.dialects.claude_code_tools import tool_decided, tool_finished
from receiver.dialects.dialect import Place
from receiver.dialects.values import integer, text
from store.changes import Facts, SessionChange
from store.domain import Agent
from store.facts import DECISION_APART, RESULT_APART, Placement, TraceTurn, rank_of
from store.signals import LogRecord, MetricPoint, Record, Span

_SCOPES = "com.anthropic.claude_code"

_SUBJECT_KEYS = {
    "api_request": ("request", "request_id"),
    "api_error": ("request", "request_id"),
    "api_refusal": ("request", "request_id"),
    "assistant_response": ("request", "request_id"),
    "api_response_body": ("request", "request_id"),
    "tool_decision": ("tool", "tool_use_id"),
    "tool_result": ("tool", "tool_use_id"),
    "user_prompt": ("turn", "prompt.id"),
}

_STARTUP_NAMES = frozenset(
    {
        "claude_code.session.count",
        "hook_registered",
        "managed_settings_resolved",
        "mcp_server_connection",
        "plugin_loaded",
    }
)
"""What also comes under the throw-away session id of a process that then resumes another one."""


class EventHead(NamedTuple):
    """What is read of every event before its meaning."""

    record: LogRecord
    change: SessionChange
    subject_id: str
    """The id of the request or tool call it tells of; what it is keyed by otherwise."""
    session_id: str
    turn_id: str | None
    agent_id: str | None
    time_unix_nano: int
    sequence: int | None
    rank: bytes


class ClaudeCode:
    """Claude Code's dialect (``receiver.dialects.dialect.Dialect``)."""

    agent = Agent.CLAUDE_CODE

    def recognises(self, record: Record) -> bool:
        """Tell by the scope: events, metrics and tracing have one each."""
        return record.scope.name.startswith(_SCOPES)

    def opens_session(self, name: str | None) -> bool:
        """Tell whether a record of this name shows that its session id is one to be known."""
        return name not in _STARTUP_NAMES

    def place(self, record: Record) -> Place:
        """Return where a record belongs; the session id ``None`` where withheld."""
        attributes = record.attributes
        session_id = text(attributes.get("session.id"))
        if isinstance(record, Span):
            return Place(session_id, record.name, _subject_of_span(record))
        if isinstance(record, MetricPoint):
            return Place(session_id, record.name, None)
        name = _name_of(record)
        sequence = integer(attributes.get("event.sequence"))
        kind, key = _SUBJECT_KEYS.get(name, ("event", ""))
        own_id = text(attributes.get(key))
        if own_id is not None:
            return Place(session_id, name, f"{kind}:{own_id}", sequence)
        own_id = own_key(record, name) if kind in {"request", "tool"} else record.digest.hex()
        kind = "event" if kind == "turn" else kind
        return Place(session_id, name, f"{kind}:{own_id}", sequence)

    def interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        """Add what a record means to the facts and to its session."""
        if isinstance(record, LogRecord):
            interpret_log(record, placement, facts)
        elif isinstance(record, Span):
            interpret_span(record, placement, facts)
        else:
            interpret_point(record, placement.session_id or "", facts)


def _subject_of_span(record: Span) -> str | None:
    for kind, key in (("tool", "tool_use_id"), ("request", "request_id")):
        if (own_id := text(record.attributes.get(key))) is not None:
            return f"{kind}:{own_id}"
    return None


def own_key(record: LogRecord, name: str) -> str:
    """Name a thing whose event carries no id: ``~`` and the tail of the record's digest.

    Of a call without an id the decision and the result can not be told to be one, so that each has
    a key that says which it is. A result tells a decision only if that was sent as well.
    """
    tail = record.digest.hex()[-16:]
    if name == "tool_decision":
        return f"{DECISION_APART}{tail}"
    if name == "tool_result" and text(record.attributes.get("decision_type")) is not None:
        return f"{RESULT_APART}{tail}"
    return f"~{tail}"


def interpret_log(record: LogRecord, placement: Placement, facts: Facts) -> None:
    """Add what one event means to the facts and to its session, which ``facts`` has already."""
    name = placement.name or ""
    head = _head_of(record, placement, facts)
    head.change.happened(name, head.rank)
    match name:
        case "api_request":
            facts.of_request(request_made(head))
        case "assistant_response":
            facts.of_request(response_given(head))
        case "tool_decision":
            facts.of_tool_call(tool_decided(head))
        case "tool_result":
            facts.of_tool_call(tool_finished(head))
        case "api_error":
            facts.of_request(request_failed(head))
        case "api_refusal":
            facts.of_request(request_refused(head))
        case _:
            keep_event(head, name, facts)
    note_unknown(record, name, facts, session_id=head.session_id)


def _head_of(record: LogRecord, placement: Placement, facts: Facts) -> EventHead:
    """Read where an event stands, and note its turn and its sub-agent."""
    change = facts.sessions[placement.session_id or ""]
    turn_id = text(record.attributes.get("prompt.id"))
    agent_id = text(record.attributes.get("agent_id"))
    time_unix_nano = placement.time_unix_nano
    if turn_id is not None:
        facts.turn(change.session_id, turn_id, time_unix_nano)
        if trace_turn_id := turn_of_trace(record.trace_id):
            facts.trace_turns.add(TraceTurn(change.session_id, trace_turn_id, turn_id))
    if agent_id is not None:
        note_agent(record, agent_id, facts, session_id=change.session_id)
    return EventHead(
        record,
        change,
        (placement.subject or "").partition(":")[2],
        change.session_id,
        turn_id,
        agent_id,
        time_unix_nano,
        placement.sequence,
        rank_of(time_unix_nano, placement.sequence, record.digest),
    )


def _name_of(record: LogRecord) -> str:
    """Return an event's bare name: attribute, event name, or body, without the prefix."""
    told = text(record.attributes.get("event.name")) or record.event_name or text(record.body)
    return (told or "").removeprefix("claude_code.")
