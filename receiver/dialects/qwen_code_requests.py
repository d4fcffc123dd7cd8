"""Qwen Code's model requests: ``api_response``, ``api_error`` and the span ``llm_request``.

Retries within its HTTP library are told by nothing; the request just takes longer.
"""

from receiver.dialects.heads import Head, RequestColumns
from receiver.dialects.usage import usage_within_input
from receiver.dialects.values import boolean, integer, text
from store.domain import Content
from store.facts import RequestFailed, RequestMade, RequestTraced, ResponseGiven
from store.signals import Span

_SUGGESTIONS = ("forked_query", "user_intent")
_MEMORY = "managed-auto-memory"
_COMPRESSION = "compress"


def request_made(head: Head) -> RequestMade:
    """Read an ``api_response``: input includes the cache, output the thoughts."""
    attributes = head.attributes
    duration_ms = integer(attributes.get("duration_ms"))
    columns = _columns(head, duration_ms)
    usage = usage_within_input(
        all_input=integer(attributes.get("input_token_count")),
        cache_read=integer(attributes.get("cached_content_token_count")),
        output=integer(attributes.get("output_token_count")),
        reasoning=integer(attributes.get("thoughts_token_count")),
    )
    head.change.latest("answered", head.time_unix_nano)
    if columns.source == "main" and usage.context is not None:
        head.change.holds(usage.context, head.rank)
    return RequestMade(
        *columns,
        made_rank=head.rank,
        effort=None,
        speed=None,
        input_tokens=usage.input,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=None,
        cache_write_5m_tokens=None,
        cache_write_1h_tokens=None,
        output_tokens=usage.output,
        reasoning_tokens=usage.reasoning,
        reported_micros=None,
        duration_ms=duration_ms,
        ttft_ms=integer(attributes.get("ttft_ms")),
    )


def request_failed(head: Head) -> RequestFailed:
    """Read an ``api_error``."""
    attributes = head.attributes
    duration_ms = integer(attributes.get("duration_ms"))
    head.change.latest("failed", head.time_unix_nano)
    return RequestFailed(
        *_columns(head, duration_ms),
        failed_rank=head.rank,
        error=text(attributes.get("error_message")) or text(attributes.get("error.message")),
        http_status=integer(attributes.get("status_code")),
        attempts=None,
        failed_duration_ms=duration_ms,
        failed_effort=None,
        failed_speed=None,
    )


def response_given(head: Head) -> ResponseGiven:
    """Read the text of an ``api_response``; absent where withheld and where there was none."""
    response = text(head.attributes.get("response_text"))
    duration_ms = integer(head.attributes.get("duration_ms"))
    return ResponseGiven(
        *_columns(head, duration_ms),
        response_rank=head.rank,
        response=response,
        response_content=Content.UNKNOWN if response is None else Content.PRESENT,
        response_length=None if response is None else len(response),
    )


def request_traced(head: Head, span: Span) -> RequestTraced:
    """Read an ``llm_request``; it begins when its span does."""
    attributes = head.attributes
    usage = usage_within_input(
        all_input=integer(attributes.get("gen_ai.usage.input_tokens")),
        cache_read=integer(attributes.get("gen_ai.usage.cache_read.input_tokens")),
        cache_write=integer(attributes.get("gen_ai.usage.cache_creation.input_tokens")),
        output=integer(attributes.get("gen_ai.usage.output_tokens")),
        reasoning=integer(attributes.get("thoughts_token_count")),
    )
    success = boolean(attributes.get("success"))
    moment = "answered" if success else "failed"
    head.change.latest(moment, min(span.end_time_unix_nano, 2**63 - 1))
    return RequestTraced(
        *_columns(head, None),
        traced_rank=head.rank,
        traced_source_raw=text(attributes.get("qwen-code.prompt_id")),
        traced_effort=None,
        traced_speed=None,
        traced_input_tokens=usage.input,
        traced_cache_read_tokens=usage.cache_read,
        traced_cache_write_tokens=usage.cache_write,
        traced_output_tokens=usage.output,
        traced_duration_ms=integer(attributes.get("duration_ms")),
        traced_ttft_ms=integer(attributes.get("ttft_ms")),
        traced_attempts=integer(attributes.get("attempt")),
        traced_success=success,
        traced_error=text(attributes.get("error")),
        traced_http_status=integer(attributes.get("error_status_code")),
        stop_reason=text(attributes.get("finish_reason")),
        traced_reasoning_tokens=usage.reasoning,
    )


def _columns(head: Head, duration_ms: int | None) -> RequestColumns:
    attributes = head.attributes
    prompt_id = text(attributes.get("prompt_id")) or text(attributes.get("qwen-code.prompt_id"))
    name = text(attributes.get("subagent_name"))
    model = text(attributes.get("model")) or text(attributes.get("gen_ai.response.model"))
    return RequestColumns(
        head.session_id,
        head.subject_id,
        head.turn_id,
        head.agent_id,
        head.started(duration_ms),
        None,
        model=model or text(attributes.get("gen_ai.request.model")),
        source=_source_of(prompt_id, name),
        source_raw=name or prompt_id,
        agent_name=name,
    )


def _source_of(prompt_id: str | None, subagent: str | None) -> str | None:
    """Return what a request is made for: the conversation, or what runs beside it."""
    if subagent is not None:
        return "memory" if subagent.startswith(_MEMORY) else "subagent"
    if prompt_id is None:
        return None
    if prompt_id.startswith(_SUGGESTIONS):
        return "suggestion"
    if prompt_id.startswith(_COMPRESSION):
        return "compaction"
    return "main" if "########" in prompt_id else "other"
