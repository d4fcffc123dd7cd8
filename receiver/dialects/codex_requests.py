"""Codex's model requests: the usage of those that were completed, and the attempts that failed.

Nothing names a request, so the answer's headers, its stream and its usage cannot be joined: the one
record with token counts is the request, and one that failed is told by the record of its error.
"""

from receiver.dialects.codex_head import EventHead
from receiver.dialects.values import integer, text
from store.changes import Facts
from store.facts import RequestFact, RequestFailed, RequestMade

_MAIN = "main"
_COMPLETED = "response.completed"
_CREATED = "response.created"
_RESPONSES = "/responses"
_NS_PER_MS = 1_000_000
_FIRST_ERROR = 400


def interpret_stream(head: EventHead, facts: Facts) -> None:
    """Read a ``codex.sse_event``.

    Two are called ``response.completed``; the one with token counts is the request. A stream that
    fails is told by an error first and by a ``response.completed`` with an error then: once is
    enough. The warm-up of a connection is completed with no tokens at all and is no request.
    """
    attributes = head.record.attributes
    kind = text(attributes.get("event.kind"))
    if kind == _CREATED:
        head.change.latest("answered", head.time_unix_nano)
    if integer(attributes.get("input_token_count")) is not None:
        made = _made(head)
        if made.input_tokens or made.cache_read_tokens or made.output_tokens:
            facts.of_request(made)
            head.change.opened = True
            head.change.holds(integer(attributes.get("input_token_count")) or 0, head.rank)
    elif kind != _COMPLETED and (error := text(attributes.get("error.message"))) is not None:
        facts.of_request(_failed(head, error, duration_ms=None))


def attempt_failed(head: EventHead) -> RequestFact | None:
    """Read a ``codex.api_request``: sent for every attempt; ``None`` for one that was answered."""
    attributes = head.record.attributes
    endpoint = text(attributes.get("endpoint"))
    status = integer(attributes.get("http.response.status_code"))
    error = text(attributes.get("error.message"))
    is_refused = status is not None and status >= _FIRST_ERROR
    if endpoint not in {None, _RESPONSES} or not (is_refused or error):
        return None
    return _failed(head, error, duration_ms=integer(attributes.get("duration_ms")))


def _made(head: EventHead) -> RequestMade:
    """Read the usage: what Codex calls input has the cache in it, its output the reasoning."""
    attributes = head.record.attributes
    sent = integer(attributes.get("input_token_count"))
    cache_read = integer(attributes.get("cached_token_count"))
    cache_write = integer(attributes.get("cache_write_token_count"))
    return RequestMade(
        session_id=head.session_id,
        request_id=head.own_key,
        turn_id=head.turn_id,
        agent_id=None,
        started_unix_nano=head.time_unix_nano,
        sequence=None,
        model=text(attributes.get("model")),
        source=_MAIN,
        source_raw=None,
        agent_name=None,
        made_rank=head.rank,
        effort=text(attributes.get("model_reasoning_effort")),
        speed=None,
        input_tokens=uncached(sent, cache_read, cache_write),
        cache_read_tokens=cache_read,
        cache_write_tokens=cache_write,
        cache_write_5m_tokens=None,
        cache_write_1h_tokens=None,
        output_tokens=integer(attributes.get("output_token_count")),
        reasoning_tokens=integer(attributes.get("reasoning_token_count")),
        reported_micros=None,
        duration_ms=None,
        ttft_ms=integer(attributes.get("ttft_ms")),
    )


def uncached(sent: int | None, cache_read: int | None, cache_write: int | None) -> int | None:
    """Return the input without what the cache gave or took."""
    if sent is None:
        return None
    return max(sent - (cache_read or 0) - (cache_write or 0), 0)


def _failed(head: EventHead, error: str | None, *, duration_ms: int | None) -> RequestFailed:
    attributes = head.record.attributes
    attempt = integer(attributes.get("attempt"))
    head.change.latest("failed", head.time_unix_nano)
    return RequestFailed(
        session_id=head.session_id,
        request_id=head.own_key,
        turn_id=head.turn_id,
        agent_id=None,
        started_unix_nano=max(head.time_unix_nano - (duration_ms or 0) * _NS_PER_MS, 0),
        sequence=None,
        model=text(attributes.get("model")),
        source=_MAIN,
        source_raw=None,
        agent_name=None,
        failed_rank=head.rank,
        error=error,
        http_status=integer(attributes.get("http.response.status_code")),
        attempts=None if attempt is None else attempt + 1,
        failed_duration_ms=duration_ms,
        failed_effort=None,
        failed_speed=None,
    )
