"""Events of the GenAI conventions, as log records or within spans.

``gen_ai.client.inference.operation.details`` repeats a request with its content. Before it, each
message was an event of its own; those name no response, so that an answer's text stands as an
event. Messages that only repeat the history are left to the raw record.
"""

from collections.abc import Mapping
from typing import Any

from receiver.dialects.gen_ai_calls import answer_of, columns_of, note_call
from receiver.dialects.gen_ai_messages import (
    INPUT,
    OUTPUT,
    Message,
    messages_of,
    prompt_in,
)
from receiver.dialects.gen_ai_spans import REQUEST_OPERATIONS, usage_of
from receiver.dialects.heads import Head, RequestColumns, keep_event, unknown_seen
from receiver.dialects.prompts import note_prompt
from receiver.dialects.span_events import keep_span_event
from receiver.dialects.values import integer, json_text, parsed_json, text
from store.changes import Facts
from store.domain import Content, Origin
from store.facts import RequestFailed, RequestMade, ToolOutput
from store.signals import Attributes, LogRecord, SpanEvent

EVENT_PREFIX = "gen_ai."
_DETAILS = "gen_ai.client.inference.operation.details"
_REPEATED = frozenset({"gen_ai.assistant.message", "gen_ai.system.message"})
_COMMON = frozenset({"event.name", "gen_ai.conversation.id", "gen_ai.provider.name"})
_CONTENT = ("gen_ai.event.content", "gen_ai.prompt", "gen_ai.completion")


def interpret_event(head: Head, record: LogRecord, facts: Facts) -> None:
    """Add what a log record tells."""
    body = parsed_json(record.body)
    told = dict(body) if isinstance(body, Mapping) else {"content": body}
    if head.name == _DETAILS:
        _details(head, {**told, **record.attributes}, facts)
    elif not _message(head, head.name, {**record.attributes, **told}, facts=facts):
        if (said := _answer(head, head.name, told, facts=facts)) is not None:
            keep_event(head, "response", facts, text=said.text, common=_COMMON)
        else:
            unknown_seen(facts, head.session_id, what="event", name=head.name)
            keep_event(head, "unknown", facts, common=_COMMON)


def interpret_span_event(head: Head, event: SpanEvent, facts: Facts, *, index: int) -> None:
    """Add what an event within the span of a request tells."""
    if not event.name.startswith(EVENT_PREFIX):
        return
    if event.name == _DETAILS:
        operation = text(event.attributes.get("gen_ai.operation.name"))
        _content(head, columns_of(head, operation), event.attributes, facts=facts)
        return
    told: dict[str, Any] = dict(event.attributes)
    for key in _CONTENT:
        content = parsed_json(told.get(key))
        told.update(content if isinstance(content, Mapping) else {})
    message = parsed_json(told.get("message"))
    told.update({"message": message} if isinstance(message, Mapping) else {})
    if _message(head, event.name, told, facts=facts):
        return
    if (said := _answer(head, event.name, told, facts=facts)) is not None:
        keep_span_event(head, event, facts, kind="response", index=index, text=said.text)


def _details(head: Head, attributes: Attributes, facts: Facts) -> None:
    """Read a request from its event, which is sent when it has ended."""
    operation = text(attributes.get("gen_ai.operation.name"))
    if operation is not None and operation not in REQUEST_OPERATIONS:
        unknown_seen(facts, head.session_id, what="event", name=operation)
        return
    columns = columns_of(head, operation)._replace(
        model=text(attributes.get("gen_ai.response.model"))
        or text(attributes.get("gen_ai.request.model"))
    )
    usage = usage_of(attributes)
    error = text(attributes.get("error.type"))
    if error is not None:
        facts.of_request(_failed(head, columns, error))
    elif usage.input is not None or usage.output is not None:
        facts.of_request(
            RequestMade(
                *columns,
                made_rank=head.rank,
                effort=text(attributes.get("gen_ai.request.reasoning.level")),
                speed=None,
                input_tokens=usage.input,
                cache_read_tokens=usage.cache_read,
                cache_write_tokens=usage.cache_write,
                cache_write_5m_tokens=None,
                cache_write_1h_tokens=None,
                output_tokens=usage.output,
                reasoning_tokens=usage.reasoning,
                reported_micros=None,
                duration_ms=None,
                ttft_ms=None,
            )
        )
    _content(head, columns, attributes, facts=facts)


def _failed(head: Head, columns: RequestColumns, error: str) -> RequestFailed:
    return RequestFailed(
        *columns,
        failed_rank=head.rank,
        error=error,
        http_status=integer(error),
        attempts=None,
        failed_duration_ms=None,
        failed_effort=None,
        failed_speed=None,
    )


def _content(head: Head, columns: RequestColumns, attributes: Attributes, *, facts: Facts) -> None:
    if OUTPUT in attributes:
        answer_of(head, columns, attributes, facts=facts)
    if INPUT in attributes and (said := prompt_in(messages_of(attributes[INPUT]))):
        note_prompt(head, said, facts, content=Content.PRESENT, origin=Origin.PERSON)


def _message(head: Head, name: str, told: Mapping[str, Any], *, facts: Facts) -> bool:
    """Read a message to the model; tell whether it was one."""
    match name:
        case "gen_ai.user.message" | "gen_ai.content.prompt":
            said = messages_of({"role": "user", **told})[0].text
            if said:
                note_prompt(head, said, facts, content=Content.PRESENT, origin=Origin.PERSON)
        case "gen_ai.tool.message":
            call_id, content = text(told.get("id")), told.get("content")
            if call_id is not None and content is not None:
                facts.tool_outputs.append(_output(head, call_id, content))
        case _ if name not in _REPEATED:
            return False
    return True


def _answer(head: Head, name: str, told: Mapping[str, Any], *, facts: Facts) -> Message | None:
    """Read an answer of the model; ``None`` if it is none."""
    if name not in {"gen_ai.choice", "gen_ai.content.completion"}:
        return None
    (said,) = messages_of(dict(told))
    for call in said.calls:
        note_call(head, call, facts, request_id=None)
    return said


def _output(head: Head, call_id: str, content: Any) -> ToolOutput:
    return ToolOutput(
        session_id=head.session_id,
        tool_call_id=call_id,
        output_rank=head.rank,
        file_path=None,
        output=text(content) or json_text(content),
        diff=None,
        lines_added=None,
        lines_removed=None,
        original_length=None,
    )
