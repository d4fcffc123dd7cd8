"""Spans of the GenAI conventions: a model request, a tool call, an agent at work.

From OpenTelemetry's semantic conventions for generative AI (in development; 1.41 and the current
names): ``gen_ai.operation.name`` says what a span is, input includes the cache and output the
reasoning, the agent's own usage sums that of its requests and is never counted.
"""

from collections.abc import Mapping
from typing import Any

from receiver.dialects.gen_ai_messages import OUTPUT, Call, messages_of
from receiver.dialects.heads import NS_PER_MS, CallColumns, Head, RequestColumns
from receiver.dialects.usage import Usage, usage_within_input
from receiver.dialects.values import integer, json_text, parsed_object, text
from store.domain import Content, Decider, DecisionScope, Verdict
from store.facts import (
    RECORD_TIME_LIMIT,
    RequestTraced,
    ResponseGiven,
    ToolExecuted,
    ToolFinished,
    ToolOutput,
    ToolRequested,
    ToolTraced,
)
from store.signals import Attributes, Span

REQUEST_OPERATIONS = frozenset({"chat", "embeddings", "generate_content", "text_completion"})
TOOL_OPERATION = "execute_tool"
AGENT_OPERATIONS = frozenset({"create_agent", "invoke_agent", "invoke_workflow"})

_ERROR = 2
"""``STATUS_CODE_ERROR`` of a span."""

_INPUT_LIMIT = 64 * 1024
_EXCEPTIONS = frozenset({"exception", "gen_ai.client.operation.exception"})


def operation_of(attributes: Attributes) -> str | None:
    """Return what a span is; one that does not say is told by what it names."""
    told = text(attributes.get("gen_ai.operation.name"))
    if told is not None:
        return told
    if "gen_ai.tool.name" in attributes:
        return TOOL_OPERATION
    return "chat" if "gen_ai.request.model" in attributes else None


def request_id_of(attributes: Attributes, span_id: bytes) -> str | None:
    """Return the response's id, which layers that tell of one request share, else its span's."""
    told = text(attributes.get("gen_ai.response.id"))
    return told or (f"~{span_id.hex()}" if span_id else None)


def call_id_of(attributes: Attributes, span_id: bytes) -> str:
    """Return a tool call's id, else its span's."""
    return text(attributes.get("gen_ai.tool.call.id")) or f"~{span_id.hex()}"


def usage_of(attributes: Attributes) -> Usage:
    """Return the usage that a span or an event of a request tells."""
    told = {key: integer(attributes.get(f"gen_ai.usage.{key}")) for key in _USAGE}
    return usage_within_input(
        all_input=_first(told, "input_tokens", "prompt_tokens"),
        cache_read=_first(told, "cache_read.input_tokens", "cache_read_input_tokens"),
        cache_write=_first(
            told,
            "cache_write.input_tokens",
            "cache_creation.input_tokens",
            "cache_creation_input_tokens",
        ),
        output=_first(told, "output_tokens", "completion_tokens"),
        reasoning=_first(told, "reasoning.output_tokens", "reasoning_tokens"),
    )


_USAGE = (
    "input_tokens",
    "prompt_tokens",
    "cache_read.input_tokens",
    "cache_read_input_tokens",
    "cache_write.input_tokens",
    "cache_creation.input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "completion_tokens",
    "reasoning.output_tokens",
    "reasoning_tokens",
)


def _first(told: Mapping[str, int | None], *names: str) -> int | None:
    return next((value for name in names if (value := told[name]) is not None), None)


def request_columns(head: Head, *, source: str | None, source_raw: str | None) -> RequestColumns:
    """Return what all facts of a request share; it begins when its span does."""
    attributes = head.attributes
    model = text(attributes.get("gen_ai.response.model"))
    return RequestColumns(
        head.session_id,
        head.subject_id,
        head.turn_id,
        head.agent_id,
        head.time_unix_nano,
        None,
        model=model or text(attributes.get("gen_ai.request.model")),
        source=source,
        source_raw=source_raw,
        agent_name=text(attributes.get("gen_ai.agent.name")),
    )


def request_traced(columns: RequestColumns, head: Head, span: Span) -> RequestTraced:
    """Read the span of a model request."""
    attributes = span.attributes
    usage = usage_of(attributes)
    error = error_of(span)
    ended = min(span.end_time_unix_nano, RECORD_TIME_LIMIT)
    head.change.latest("answered" if error is None else "failed", ended)
    if columns.source == "main" and error is None and usage.context is not None:
        head.change.holds(usage.context, head.rank)
    return RequestTraced(
        *columns,
        traced_rank=head.rank,
        traced_source_raw=None,
        traced_effort=text(attributes.get("gen_ai.request.reasoning.level")),
        traced_speed=None,
        traced_input_tokens=usage.input,
        traced_cache_read_tokens=usage.cache_read,
        traced_cache_write_tokens=usage.cache_write,
        traced_output_tokens=usage.output,
        traced_duration_ms=duration_of(span),
        traced_ttft_ms=_milliseconds(attributes.get("gen_ai.response.time_to_first_chunk")),
        traced_attempts=None,
        traced_success=error is None,
        traced_error=error,
        traced_http_status=status_of(attributes),
        stop_reason=stop_reason_of(attributes),
        traced_reasoning_tokens=usage.reasoning,
    )


def response_of(
    columns: RequestColumns, attributes: Attributes, rank: bytes
) -> tuple[ResponseGiven | None, tuple[Call, ...]]:
    """Read what a request was answered with, where content is sent: its text and its calls."""
    if OUTPUT not in attributes:
        return None, ()
    messages = messages_of(attributes[OUTPUT])
    said = "\n".join(message.text for message in messages if message.text) or None
    given = ResponseGiven(
        *columns,
        response_rank=rank,
        response=said,
        response_content=Content.PRESENT,
        response_length=len(said or ""),
    )
    return given, tuple(call for message in messages for call in message.calls)


def call_requested(columns: CallColumns, head: Head, arguments: Any) -> ToolRequested:
    """Read the arguments of a tool call."""
    given = None if arguments is None else text(arguments) or json_text(arguments)
    return ToolRequested(
        *columns,
        requested_rank=head.rank,
        requested_unix_nano=columns.started_unix_nano,
        requested_input=None if given is None else given[:_INPUT_LIMIT],
    )


def call_executed(columns: CallColumns, head: Head, span: Span) -> ToolExecuted:
    """Read the span of a tool call."""
    error_type = text(span.attributes.get("error.type"))
    error = error_of(span)
    return ToolExecuted(
        *columns,
        executed_rank=head.rank,
        executed_span_id=span.span_id,
        executed_success=error is None,
        executed_duration_ms=duration_of(span),
        executed_error_type=error_type,
        executed_error=error,
    )


def call_traced(columns: CallColumns, head: Head, span: Span) -> ToolTraced:
    """Read what a span tells of a whole call: its command, where content is sent."""
    arguments = parsed_object(span.attributes.get("gen_ai.tool.call.arguments"))
    return ToolTraced(
        *columns,
        traced_rank=head.rank,
        traced_span_id=span.span_id,
        traced_command=text(arguments.get("command")),
        traced_duration_ms=duration_of(span),
    )


def call_finished(
    columns: CallColumns,
    head: Head,
    span: Span,
    *,
    decision: tuple[Verdict, Decider, DecisionScope] | None,
    success: bool | None,
    error_type: str | None,
) -> ToolFinished:
    """Read the end of a tool call from its span, with what the span shows of the decision."""
    verdict, decider, scope = decision or (None, None, None)
    return ToolFinished(
        *columns,
        finished_rank=head.rank,
        finished_unix_nano=min(span.end_time_unix_nano, RECORD_TIME_LIMIT),
        success=success,
        duration_ms=duration_of(span),
        error_type=error_type,
        error=error_of(span),
        input=None,
        input_bytes=None,
        result_bytes=None,
        ran_command=None,
        ran_parameters=None,
        mcp_scope=None,
        commit_id=None,
        branch=None,
        reported_verdict=verdict,
        reported_decider=decider,
        reported_scope=scope,
        reported_source_raw=text(span.attributes.get("error.type")) if decision else None,
    )


def output_of(head: Head, span: Span) -> ToolOutput | None:
    """Read what a tool gave back, where content is sent."""
    told = text(span.attributes.get("gen_ai.tool.call.result"))
    if told is None:
        return None
    return ToolOutput(
        session_id=head.session_id,
        tool_call_id=head.subject_id,
        output_rank=head.rank,
        file_path=None,
        output=told,
        diff=None,
        lines_added=None,
        lines_removed=None,
        original_length=None,
    )


def duration_of(span: Span) -> int | None:
    """Return how long a span took (ms); ``None`` where its times make no sense."""
    return integer((span.end_time_unix_nano - span.start_time_unix_nano) // NS_PER_MS)


def error_of(span: Span) -> str | None:
    """Return why a span ended in an error; ``None`` if it did not."""
    error_type = text(span.attributes.get("error.type"))
    if span.status_code != _ERROR and error_type is None:
        return None
    messages = (
        text(event.attributes.get("exception.message"))
        for event in span.events
        if event.name in _EXCEPTIONS
    )
    told = next(filter(None, messages), None)
    return told or span.status_message or error_type or "error"


def status_of(attributes: Attributes) -> int | None:
    """Return the HTTP status of an error, some senders' ``error.type``."""
    told = integer(attributes.get("http.response.status_code"))
    return integer(attributes.get("error.type")) if told is None else told


def stop_reason_of(attributes: Attributes) -> str | None:
    """Return why an answer ended; of several choices the first one's."""
    told = attributes.get("gen_ai.response.finish_reasons")
    if isinstance(told, list | tuple):
        return text(told[0]) if told else None
    return text(told)


def _milliseconds(seconds: object) -> int | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return integer(float(round(seconds * 1000))) if 0 <= seconds < _INPUT_LIMIT else None
