"""Claude Code's spans: what they tell that its events leave out.

Spans come when they end, so children before parents, and the last of a killed process never.
Tokens and cost they repeat, which is left to the events.
"""

from receiver.dialects.values import integer, text
from store.changes import Facts
from store.facts import Placement, RequestSpan, ToolSpan, rank_of
from store.signals import Span


def interpret_span(record: Span, placement: Placement, facts: Facts) -> None:
    """Add what one span tells of its tool call or model request, if it is of either."""
    match record.name:
        case "claude_code.llm_request":
            _of_request(record, placement, facts)
        case "claude_code.tool":
            _of_tool(record, placement, facts, waited_ms=None)
        case "claude_code.tool.blocked_on_user":
            waited_ms = integer(record.attributes.get("duration_ms"))
            _of_tool(record, placement, facts, waited_ms=waited_ms)


def _of_request(record: Span, placement: Placement, facts: Facts) -> None:
    attributes = record.attributes
    request_id = text(attributes.get("request_id"))
    if request_id is None:
        return
    facts.request_spans.append(
        RequestSpan(
            session_id=placement.session_id or "",
            request_id=request_id,
            traced_rank=rank_of(placement.time_unix_nano, None, record.digest),
            stop_reason=text(attributes.get("stop_reason")),
            traced_attempts=_attempts(record),
            traced_ttft_ms=integer(attributes.get("ttft_ms")),
        )
    )


def _attempts(record: Span) -> int | None:
    """Count the tries: the attribute begins again when the client changes how it asks."""
    tries = sum(event.name == "gen_ai.request.attempt" for event in record.events)
    return tries or integer(record.attributes.get("attempt"))


def _of_tool(record: Span, placement: Placement, facts: Facts, *, waited_ms: int | None) -> None:
    facts.tool_spans.append(
        ToolSpan(
            session_id=placement.session_id or "",
            span_id=record.span_id,
            parent_span_id=record.parent_span_id or None,
            tool_call_id=text(record.attributes.get("tool_use_id")),
            waited_ms=waited_ms,
        )
    )
