"""Gemini CLI's model requests: ``api_response`` and ``api_error``.

Neither names the request; each is one of its own. A failed attempt has its own event, and what is
tried again is another request.
"""

from collections.abc import Iterator
from typing import Any

from receiver.dialects.heads import Head, RequestColumns
from receiver.dialects.usage import Usage, usage_within_input
from receiver.dialects.values import integer, parsed_json, text
from store.domain import Content
from store.facts import RequestFailed, RequestMade, ResponseGiven

_SOURCES = {
    "main": "main",
    "subagent": "subagent",
    "utility_compressor": "compaction",
    "utility_router": "router",
}
"""The class of a ``role``; the router, the compressor and other utilities are billed too."""


def request_made(head: Head) -> RequestMade:
    """Read an ``api_response``."""
    attributes = head.attributes
    duration_ms = integer(attributes.get("duration_ms"))
    usage = _usage(head)
    columns = _columns(head, duration_ms)
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
        ttft_ms=None,
    )


def request_failed(head: Head) -> RequestFailed:
    """Read an ``api_error``: one attempt."""
    attributes = head.attributes
    duration_ms = integer(attributes.get("duration_ms"))
    head.change.latest("failed", head.time_unix_nano)
    return RequestFailed(
        *_columns(head, duration_ms),
        failed_rank=head.rank,
        error=text(attributes.get("error.message")) or text(attributes.get("error")),
        http_status=integer(attributes.get("status_code")),
        attempts=None,
        failed_duration_ms=duration_ms,
        failed_effort=None,
        failed_speed=None,
    )


def response_given(head: Head) -> ResponseGiven:
    """Read the text of an ``api_response``: its chunks, each one answer of the API."""
    told = text(head.attributes.get("response_text"))
    response = "".join(_texts(parsed_json(told))) or None
    content = Content.WITHHELD if told is None else Content.PRESENT
    duration_ms = integer(head.attributes.get("duration_ms"))
    return ResponseGiven(
        *_columns(head, duration_ms),
        response_rank=head.rank,
        response=response,
        response_content=content,
        response_length=None if told is None else len(response or ""),
    )


def _usage(head: Head) -> Usage:
    """Return the usage: output comes without the thoughts, prompts of tools beside the input."""
    attributes = head.attributes
    thoughts = integer(attributes.get("thoughts_token_count"))
    all_input = integer(attributes.get("input_token_count"))
    output = integer(attributes.get("output_token_count"))
    if all_input is not None:
        all_input += integer(attributes.get("tool_token_count")) or 0
    return usage_within_input(
        all_input=all_input,
        cache_read=integer(attributes.get("cached_content_token_count")),
        output=None if output is None else output + (thoughts or 0),
        reasoning=thoughts,
    )


def _columns(head: Head, duration_ms: int | None) -> RequestColumns:
    role = text(head.attributes.get("role"))
    return RequestColumns(
        head.session_id,
        head.subject_id,
        head.turn_id,
        head.agent_id,
        head.started(duration_ms),
        None,
        model=text(head.attributes.get("model")),
        source=None if role is None else _SOURCES.get(role, "other"),
        source_raw=role,
        agent_name=None,
    )


def _texts(answer: Any) -> Iterator[str]:
    """Yield the texts of an answer, thoughts left out."""
    for chunk in answer if isinstance(answer, list) else [answer]:
        for candidate in _listed(chunk, "candidates"):
            for part in _listed(candidate.get("content"), "parts"):
                if isinstance(part.get("text"), str) and not part.get("thought"):
                    yield part["text"]


def _listed(holder: Any, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
