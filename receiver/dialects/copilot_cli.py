"""Copilot CLI: what its spans mean; it sends no logs, and metrics without a session.

Facts from the client itself (1.0.102): it follows the GenAI conventions. A conversation has one
trace for each message of a person, rooted in ``invoke_agent``; a sub-agent is an ``invoke_agent``
below the call that started it, in the same conversation. Users change service and scope names,
so that its own attributes and its instance id tell its spans too.
"""

import re
from collections.abc import Mapping

from receiver.dialects.copilot_cli_tools import tool_call, waited
from receiver.dialects.dialect import Place
from receiver.dialects.gen_ai_messages import INPUT, messages_of, prompt_in
from receiver.dialects.gen_ai_spans import (
    TOOL_OPERATION,
    call_id_of,
    request_columns,
    request_id_of,
    request_traced,
    response_of,
)
from receiver.dialects.heads import Head, head_of, unknown_seen
from receiver.dialects.prompts import note_prompt
from receiver.dialects.span_events import keep_span_event
from receiver.dialects.values import text
from store.changes import Facts
from store.domain import Agent, Content, Origin
from store.facts import AgentSpan, Placement, RequestTraced
from store.signals import LogRecord, Record, Span

_PREFIX = "github.copilot"
_INSTANCE = "copilot-otel-"
_SPANS = frozenset({"custom_notification", "permission"})
_CLOCK = re.compile(r"\s*<current_datetime>[^<]{0,100}</current_datetime>\s*")
"""What the client puts before a person's words."""

_EVENT_KINDS: Mapping[str, str] = {
    "hook.end": "hook_call",
    "hook.start": "hook_call",
    "mcp.server.lifecycle": "mcp_lifecycle",
    "session.abort": "abort",
    "session.compaction_complete": "compaction",
    "session.compaction_start": "compaction_start",
    "session.shutdown": "session_end",
    "session.truncation": "truncation",
    "skill.invoked": "skill_use",
}
"""What of an agent's span events is kept; the others repeat the spans."""


class CopilotCli:
    """Copilot CLI's dialect (``receiver.dialects.dialect.Dialect``)."""

    agent = Agent.COPILOT_CLI

    def recognises(self, record: Record) -> bool:
        """Tell by the scope, by the instance, or by an attribute of its own."""
        if record.scope.name == _PREFIX:
            return True
        instance = text(record.resource.attributes.get("service.instance.id")) or ""
        return instance.startswith(_INSTANCE) or any(
            str(key).startswith(f"{_PREFIX}.") for key in record.attributes
        )

    def opens_session(self, name: str | None) -> bool:
        """Tell that the spans of work do; metrics and notices name none, or come before it."""
        operation = (name or "").partition(" ")[0]
        return operation in {"chat", "invoke_agent", TOOL_OPERATION, "permission"}

    def place(self, record: Record) -> Place:
        """Return where a record belongs."""
        attributes = record.attributes
        session_id = text(attributes.get("gen_ai.conversation.id"))
        if isinstance(record, LogRecord):
            return Place(session_id, record.event_name or None, f"event:{record.digest.hex()}")
        if not isinstance(record, Span):
            return Place(session_id, record.name, None)
        match attributes.get("gen_ai.operation.name"):
            case "chat":
                subject = f"request:{request_id_of(attributes, record.span_id)}"
            case operation if operation == TOOL_OPERATION:
                subject = f"tool:{call_id_of(attributes, record.span_id)}"
            case _:
                subject = f"event:{record.digest.hex()}"
        return Place(session_id, record.name, subject)

    def interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        """Add what a record means to the facts and to its session."""
        if not isinstance(record, Span):
            return
        operation = text(record.attributes.get("gen_ai.operation.name")) or record.name
        if operation == "custom_notification":
            return
        head = head_of(record, placement, facts, turn_id=None, agent_id=_agent_of(record))
        head.change.happened(record.name, head.rank)
        match operation:
            case "chat":
                _request(head, record, facts)
            case "invoke_agent":
                _agent(head, record, facts)
            case "permission":
                facts.waits.append(waited(head, record))
            case _ if operation == TOOL_OPERATION:
                tool_call(head, record, facts)
            case _:
                unknown_seen(facts, head.session_id, what="span", name=record.name)


def _agent_of(span: Span) -> str | None:
    """Return the sub-agent a span is of: the span of the agent, its parent.

    A sub-agent's tool calls name it; its requests are told by their initiator, and those that
    failed, which have none, by their lack of an interaction.
    """
    attributes = span.attributes
    if attributes.get("gen_ai.operation.name") == "chat":
        initiator = attributes.get(f"{_PREFIX}.initiator")
        is_main = initiator is None and f"{_PREFIX}.interaction_id" in attributes
        is_sub = initiator == "sub-agent" or (initiator is None and not is_main)
    else:
        is_tool = attributes.get("gen_ai.operation.name") == TOOL_OPERATION
        is_sub = is_tool and text(attributes.get("gen_ai.agent.name")) is not None
    return span.parent_span_id.hex() or None if is_sub else None


def _request(head: Head, span: Span, facts: Facts) -> None:
    initiator = text(span.attributes.get(f"{_PREFIX}.initiator"))
    source = "main" if head.agent_id is None else "subagent"
    columns = request_columns(head, source=source, source_raw=initiator)
    facts.of_request(_with_zeros(request_traced(columns, head, span)))
    given, _ = response_of(columns, span.attributes, head.rank)
    if given is not None:
        facts.of_request(given)


def _with_zeros(request: RequestTraced) -> RequestTraced:
    """Return a request with its usage whole: the client leaves classes of 0 tokens out."""
    if request.traced_input_tokens is None:
        return request
    return request._replace(
        traced_cache_read_tokens=request.traced_cache_read_tokens or 0,
        traced_cache_write_tokens=request.traced_cache_write_tokens or 0,
        traced_reasoning_tokens=request.traced_reasoning_tokens or 0,
    )


def _agent(head: Head, span: Span, facts: Facts) -> None:
    if span.parent_span_id and text(span.attributes.get("gen_ai.agent.name")) is not None:
        agent_id = span.span_id.hex()
        facts.agent_spans.add(AgentSpan(head.session_id, agent_id, span.parent_span_id))
        return
    said = prompt_in(messages_of(span.attributes[INPUT])) if INPUT in span.attributes else None
    prompt = _CLOCK.sub("", said or "", count=1) or None
    content = Content.PRESENT if INPUT in span.attributes else Content.WITHHELD
    note_prompt(head, prompt, facts, content=content, origin=_origin(span))
    for index, event in enumerate(span.events):
        kind = _EVENT_KINDS.get(event.name.removeprefix(f"{_PREFIX}."))
        if kind is not None:
            keep_span_event(head, event, facts, kind=kind, index=index)


def _origin(span: Span) -> Origin:
    """Return who gave the prompt of a turn, as its first message says."""
    for event in span.events:
        if event.name == f"{_PREFIX}.user.message":
            source = event.attributes.get(f"{_PREFIX}.user.message.source")
            return Origin.PERSON if source == "user" else Origin.UNKNOWN
    return Origin.UNKNOWN
