"""opencode's model requests, and the prompts that only what they send tells."""

import json
from typing import Any

from receiver.dialects.codex_requests import uncached
from receiver.dialects.opencode_head import SpanHead
from receiver.dialects.values import LARGEST_FIGURE, integer, text
from store.changes import Facts
from store.domain import Content, Origin
from store.facts import EventSeen, PromptGiven, RequestTraced, ResponseGiven
from store.signals import AnyValue, Span

_TITLE_PROMPT = "Generate a title for this conversation"
_TITLE_LENGTH = 200


def interpret_request(head: SpanHead, facts: Facts) -> None:
    """Read an ``ai.streamText.doStream``: one call of the model."""
    attributes = head.record.attributes
    change = facts.sessions[head.session_id]
    given = _messages(head.record)
    source = "title" if _asks_for_title(given) else "main"
    traced = _traced(head, source)
    facts.of_request(traced)
    if head.turn_id is not None:
        facts.turn(head.session_id, head.turn_id, head.time_unix_nano)
    change.latest("failed" if head.is_error else "answered", head.ended)
    if source == "main" and (sent := _sent(head.record)) is not None:
        change.holds(sent, head.rank)
    if (response := text(attributes.get("ai.response.text"))) is not None:
        facts.of_request(_answered(head, traced, response))
    if source == "main" and given and given[-1].get("role") == "user":
        _prompted(head, _text_of(given[-1].get("content")), facts)


def _answered(head: SpanHead, traced: RequestTraced, response: str) -> ResponseGiven:
    return ResponseGiven(
        session_id=traced.session_id,
        request_id=traced.request_id,
        turn_id=traced.turn_id,
        agent_id=None,
        started_unix_nano=traced.started_unix_nano,
        sequence=None,
        model=traced.model,
        source=traced.source,
        source_raw=traced.source_raw,
        agent_name=None,
        response_rank=head.rank,
        response=response,
        response_content=Content.PRESENT,
        response_length=len(response),
    )


def _traced(head: SpanHead, source: str) -> RequestTraced:
    attributes = head.record.attributes
    cache_read = integer(attributes.get("ai.usage.cachedInputTokens"))
    if cache_read is None:
        cache_read = integer(attributes.get("ai.usage.inputTokenDetails.cacheReadTokens"))
    cache_write = integer(attributes.get("ai.usage.inputTokenDetails.cacheWriteTokens"))
    return RequestTraced(
        session_id=head.session_id,
        request_id=f"~{head.record.span_id.hex()}",
        turn_id=head.turn_id,
        agent_id=None,
        started_unix_nano=head.time_unix_nano,
        sequence=None,
        model=text(attributes.get("gen_ai.request.model")) or text(attributes.get("ai.model.id")),
        source=source,
        source_raw=text(attributes.get("ai.telemetry.functionId")),
        agent_name=None,
        traced_rank=head.rank,
        traced_source_raw=None,
        traced_effort=None,
        traced_speed=None,
        traced_input_tokens=uncached(_sent(head.record), cache_read, cache_write),
        traced_cache_read_tokens=cache_read,
        traced_cache_write_tokens=cache_write,
        traced_output_tokens=integer(attributes.get("ai.usage.outputTokens")),
        traced_duration_ms=head.duration_ms,
        traced_ttft_ms=_milliseconds(attributes.get("ai.response.msToFirstChunk")),
        traced_attempts=None,
        traced_success=not head.is_error,
        traced_error=head.error,
        traced_http_status=None,
        stop_reason=text(attributes.get("ai.response.finishReason")),
        traced_reasoning_tokens=integer(attributes.get("ai.usage.reasoningTokens")),
    )


def _sent(record: Span) -> int | None:
    attributes = record.attributes
    sent = integer(attributes.get("ai.usage.inputTokens"))
    return integer(attributes.get("gen_ai.usage.input_tokens")) if sent is None else sent


def _milliseconds(value: AnyValue) -> int | None:
    return round(value) if isinstance(value, int | float) and 0 <= value <= LARGEST_FIGURE else None


def _messages(record: Span) -> list[dict[str, Any]]:
    """Return what was sent to the model, if the span tells and it is JSON."""
    try:
        found = json.loads(text(record.attributes.get("ai.prompt.messages")) or "[]")
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, list):
        return []
    return [message for message in found if isinstance(message, dict)]


def _asks_for_title(given: list[dict[str, Any]]) -> bool:
    asked = (_text_of(m.get("content")) for m in given if m.get("role") == "user")
    return (next(asked, None) or "").startswith(_TITLE_PROMPT)


def _text_of(content: object) -> str | None:
    """Return the text of a message, a text itself or a list of parts."""
    if isinstance(content, str):
        return content or None
    parts = content if isinstance(content, list) else []
    told = [text(part.get("text")) for part in parts if isinstance(part, dict)]
    return "\n".join(filter(None, told)) or None


def _prompted(head: SpanHead, prompt: str | None, facts: Facts) -> None:
    """Note the prompt that a request answers; the first of a turn is the turn's."""
    content = Content.PRESENT if prompt else Content.UNKNOWN
    change = facts.sessions[head.session_id]
    change.latest("last_prompt", head.time_unix_nano)
    change.titled(prompt and prompt[:_TITLE_LENGTH], content, head.rank)
    if head.turn_id is None:
        return
    facts.prompts.append(
        PromptGiven(
            session_id=head.session_id,
            turn_id=head.turn_id,
            prompt_rank=head.rank,
            prompt_digest=head.record.digest,
            prompt_content=content,
            prompt_length=None if prompt is None else len(prompt),
            prompt_origin=Origin.PERSON if prompt else Origin.UNKNOWN,
            command=None,
        )
    )
    facts.events.append(
        EventSeen(
            digest=head.record.digest,
            session_id=head.session_id,
            turn_id=head.turn_id,
            agent_id=None,
            time_unix_nano=head.time_unix_nano,
            sequence=None,
            name="prompt",
            kind="prompt",
            trouble=None,
            text=prompt,
            attributes="{}",
        )
    )
