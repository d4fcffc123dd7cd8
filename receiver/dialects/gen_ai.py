"""Any agent that follows OpenTelemetry's GenAI conventions and has no dialect of its own.

Spans say what they are by ``gen_ai.operation.name``; content comes in attributes or in events, in
the present style or one event a message. Of a trace mostly only some spans name the conversation,
so that a span that names none stands for its trace, which belongs to the conversation that another
names; where none does, the trace is the session. A turn is a trace. A service that merely asks a
model, without conversation, agent or tool, is stored and makes no session to be shown.
"""

from receiver.dialects.dialect import Place
from receiver.dialects.gen_ai_calls import answer_of, call_columns, columns_of
from receiver.dialects.gen_ai_events import EVENT_PREFIX, interpret_event, interpret_span_event
from receiver.dialects.gen_ai_messages import INPUT, messages_of, prompt_in
from receiver.dialects.gen_ai_spans import (
    AGENT_OPERATIONS,
    REQUEST_OPERATIONS,
    TOOL_OPERATION,
    call_executed,
    call_id_of,
    call_requested,
    call_traced,
    operation_of,
    output_of,
    request_id_of,
    request_traced,
)
from receiver.dialects.heads import Head, head_of, unknown_seen
from receiver.dialects.prompts import note_prompt
from receiver.dialects.values import text
from store.changes import Facts
from store.domain import Agent, Content, Origin
from store.facts import STAND_IN, Placement, Relation
from store.signals import LogRecord, MetricPoint, Record, Span

_SESSIONS = ("gen_ai.conversation.id", "session.id")
_OPENING = AGENT_OPERATIONS | {TOOL_OPERATION}


class GenAi:
    """The dialect of the conventions (``receiver.dialects.dialect.Dialect``); asked last."""

    agent = Agent.GEN_AI

    def recognises(self, record: Record) -> bool:
        """Tell by the operation of a span or the name of an event; metrics name no session."""
        if isinstance(record, Span):
            return operation_of(record.attributes) is not None
        return isinstance(record, LogRecord) and _event_name(record).startswith(EVENT_PREFIX)

    def opens_session(self, name: str | None) -> bool:  # noqa: ARG002 - attributes tell it
        """Tell nothing by the name alone."""
        return False

    def place(self, record: Record) -> Place:
        """Return where a record belongs."""
        attributes = record.attributes
        if isinstance(record, MetricPoint):
            return Place(None, record.name, None)
        session_id = next(filter(None, (text(attributes.get(key)) for key in _SESSIONS)), None)
        if session_id is None and record.trace_id:
            session_id = f"{STAND_IN}{record.trace_id.hex()}"
        if isinstance(record, LogRecord):
            name = _event_name(record)
            subject = f"event:{record.digest.hex()}"
            if name.endswith("operation.details"):
                own_id = (
                    request_id_of(attributes, record.span_id) or f"~{record.digest.hex()[-16:]}"
                )
                subject = f"request:{own_id}"
            return Place(session_id, name, subject)
        match operation_of(attributes):
            case operation if operation in REQUEST_OPERATIONS:
                subject = f"request:{request_id_of(attributes, record.span_id)}"
            case operation if operation == TOOL_OPERATION:
                subject = f"tool:{call_id_of(attributes, record.span_id)}"
            case _:
                subject = f"event:{record.digest.hex()}"
        return Place(session_id, record.name, subject)

    def interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        """Add what a record means to the facts and to its session."""
        if isinstance(record, MetricPoint):
            return
        head = head_of(record, placement, facts, turn_id=None)
        head.change.happened(head.name, head.rank)
        if record.trace_id:
            trace = f"{EVENT_PREFIX}{record.trace_id.hex()}"
            facts.relations.add(Relation(head.session_id, "key", trace))
        is_named = not head.session_id.startswith("~")
        if isinstance(record, LogRecord):
            head.change.opened |= is_named
            interpret_event(head, record, facts)
            return
        operation = operation_of(record.attributes)
        head.change.opened |= is_named or operation in _OPENING
        _interpret_span(head, record, operation, facts=facts)


def _event_name(record: LogRecord) -> str:
    return record.event_name or text(record.attributes.get("event.name")) or ""


def _interpret_span(head: Head, span: Span, operation: str | None, *, facts: Facts) -> None:
    for index, event in enumerate(span.events):
        interpret_span_event(head, event, facts, index=index)
    if operation in REQUEST_OPERATIONS:
        columns = columns_of(head, operation)
        facts.of_request(request_traced(columns, head, span))
        answer_of(head, columns, span.attributes, facts=facts)
        _prompt(head, span, facts)
    elif operation == TOOL_OPERATION:
        _tool(head, span, facts)
    elif operation in AGENT_OPERATIONS:
        _prompt(head, span, facts)
        if name := text(span.attributes.get("gen_ai.agent.name")):
            facts.identify(head.session_id, {"gen_ai.agent.name": name})
    else:
        unknown_seen(facts, head.session_id, what="span", name=span.name)


def _tool(head: Head, span: Span, facts: Facts) -> None:
    columns = call_columns(head, span.attributes)
    facts.of_tool_call(call_executed(columns, head, span))
    if (arguments := span.attributes.get("gen_ai.tool.call.arguments")) is not None:
        facts.of_tool_call(call_requested(columns, head, arguments))
        facts.of_tool_call(call_traced(columns, head, span))
    if (output := output_of(head, span)) is not None:
        facts.tool_outputs.append(output)


def _prompt(head: Head, span: Span, facts: Facts) -> None:
    if INPUT in span.attributes and (said := prompt_in(messages_of(span.attributes[INPUT]))):
        note_prompt(head, said, facts, content=Content.PRESENT, origin=Origin.PERSON)
