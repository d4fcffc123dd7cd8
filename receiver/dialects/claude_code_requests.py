"""Claude Code's model requests: ``api_request``, ``api_error``, ``api_refusal`` and their texts."""

from typing import TYPE_CHECKING

from receiver.dialects.claude_code_words import prompt_content, without_redaction
from receiver.dialects.values import integer, text
from store.facts import RequestFailed, RequestMade, RequestRefused, ResponseGiven

if TYPE_CHECKING:
    from receiver.dialects.claude_code import EventHead

_SOURCES = {
    "sdk": "main",
    "repl_main_thread": "main",
    "compact": "compaction",
    "rename_generate_name": "title",
    "web_search_tool": "web_search",
}
_NS_PER_MS = 1_000_000
_MICROS_PER_USD = 1_000_000


def request_made(head: "EventHead") -> RequestMade:
    """Read an ``api_request``: input excludes the cache, as in the API's own usage."""
    attributes = head.record.attributes
    source_raw = text(attributes.get("query_source"))
    source = source_of(source_raw, head.agent_id)
    duration_ms = integer(attributes.get("duration_ms"))
    input_tokens = integer(attributes.get("input_tokens"))
    cache_read = integer(attributes.get("cache_read_tokens"))
    cache_write = integer(attributes.get("cache_creation_tokens"))
    head.change.latest("answered", head.time_unix_nano)
    if source == "main" and input_tokens is not None:
        head.change.holds(input_tokens + (cache_read or 0) + (cache_write or 0), head.rank)
    return RequestMade(
        session_id=head.session_id,
        request_id=head.subject_id,
        turn_id=head.turn_id,
        agent_id=head.agent_id,
        started_unix_nano=_started(head, duration_ms),
        sequence=head.sequence,
        model=text(attributes.get("model")),
        source=source,
        source_raw=source_raw,
        agent_name=text(attributes.get("agent.name")),
        made_rank=head.rank,
        effort=text(attributes.get("effort")),
        speed=text(attributes.get("speed")),
        input_tokens=input_tokens,
        cache_read_tokens=cache_read,
        cache_write_tokens=cache_write,
        cache_write_5m_tokens=integer(attributes.get("cache_creation_5m_tokens")),
        cache_write_1h_tokens=integer(attributes.get("cache_creation_1h_tokens")),
        output_tokens=integer(attributes.get("output_tokens")),
        reasoning_tokens=None,
        reported_micros=_reported_micros(head),
        duration_ms=duration_ms,
        ttft_ms=integer(attributes.get("ttft_ms")),
        agent_version=text(head.record.resource.attributes.get("service.version")),
    )


def request_failed(head: "EventHead") -> RequestFailed:
    """Read an ``api_error``: sent once, when the client gave up."""
    attributes = head.record.attributes
    source_raw = text(attributes.get("query_source"))
    duration_ms = integer(attributes.get("duration_ms"))
    head.change.latest("failed", head.time_unix_nano)
    return RequestFailed(
        session_id=head.session_id,
        request_id=head.subject_id,
        turn_id=head.turn_id,
        agent_id=head.agent_id,
        started_unix_nano=_started(head, duration_ms),
        sequence=head.sequence,
        model=text(attributes.get("model")),
        source=source_of(source_raw, head.agent_id),
        source_raw=source_raw,
        agent_name=text(attributes.get("agent.name")),
        failed_rank=head.rank,
        error=text(attributes.get("error")),
        http_status=integer(attributes.get("status_code")),
        attempts=integer(attributes.get("attempt")),
        failed_duration_ms=duration_ms,
        failed_effort=text(attributes.get("effort")),
        failed_speed=text(attributes.get("speed")),
    )


def request_refused(head: "EventHead") -> RequestRefused:
    """Read an ``api_refusal``: the model declined; its usage comes with the ``api_request``."""
    attributes = head.record.attributes
    source_raw = text(attributes.get("query_source"))
    return RequestRefused(
        session_id=head.session_id,
        request_id=head.subject_id,
        turn_id=head.turn_id,
        agent_id=head.agent_id,
        started_unix_nano=head.time_unix_nano,
        sequence=head.sequence,
        model=text(attributes.get("model")),
        source=source_of(source_raw, head.agent_id),
        source_raw=source_raw,
        agent_name=text(attributes.get("agent.name")),
        refused_rank=head.rank,
        refusal=text(attributes.get("category")),
    )


def response_given(head: "EventHead") -> ResponseGiven:
    """Read an ``assistant_response``: all text blocks of a reply, joined."""
    attributes = head.record.attributes
    source_raw = text(attributes.get("query_source"))
    response = text(attributes.get("response"))
    return ResponseGiven(
        session_id=head.session_id,
        request_id=head.subject_id,
        turn_id=head.turn_id,
        agent_id=head.agent_id,
        started_unix_nano=head.time_unix_nano,
        sequence=head.sequence,
        model=text(attributes.get("model")),
        source=source_of(source_raw, head.agent_id),
        source_raw=source_raw,
        agent_name=text(attributes.get("agent.name")),
        response_rank=head.rank,
        response=without_redaction(response),
        response_content=prompt_content(response),
        response_length=integer(attributes.get("response_length")),
    )


def source_of(source_raw: str | None, agent_id: str | None) -> str | None:
    """Return the class of a ``query_source``; spans spell its colons as dots."""
    if source_raw is None:
        return None if agent_id is None else "subagent"
    head = source_raw.replace(".", ":").partition(":")[0]
    return "subagent" if head == "agent" else _SOURCES.get(head, "other")


def _started(head: "EventHead", duration_ms: int | None) -> int:
    return max(head.time_unix_nano - (duration_ms or 0) * _NS_PER_MS, 0)


def _reported_micros(head: "EventHead") -> int | None:
    """Return the client's own figure; older versions send only the float, rounded here alike."""
    attributes = head.record.attributes
    micros = integer(attributes.get("cost_usd_micros"))
    usd = attributes.get("cost_usd")
    if micros is not None or isinstance(usd, bool):
        return micros
    if isinstance(usd, str):
        try:
            usd = float(usd)
        except ValueError:
            return None
    if not isinstance(usd, int | float) or not 0 <= usd < _MICROS_PER_USD:
        return None
    return round(usd * _MICROS_PER_USD)
