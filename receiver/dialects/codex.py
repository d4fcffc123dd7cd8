"""Codex CLI: whose a record is, and where it belongs.

Facts from the client itself (0.169.0). ``conversation.id`` keys a session; a sub-agent, a title and
an automatic review are conversations of their own. A turn is known by its trace alone; the record
of a request's usage names neither trace nor request. Events have no time but when they were
observed, their ``event_name`` is a line of source, and the attribute ``event.name`` is the name.
"""

from datetime import datetime

from receiver.dialects.codex_events import interpret_event
from receiver.dialects.codex_spans import conversation_of, interpret_span
from receiver.dialects.codex_words import ALIAS, PREFIX, own_key
from receiver.dialects.dialect import Place
from receiver.dialects.values import text
from store.changes import Facts
from store.domain import Agent
from store.facts import Placement
from store.signals import LogRecord, MetricPoint, Record, Span

_OPENING = frozenset(
    {
        "codex.conversation_starts",
        "codex.tool_decision",
        "codex.tool_result",
        "codex.user_prompt",
        "session_task.turn",
    }
)
"""What shows that a conversation is one; metrics and most spans name none."""

_TOOL_EVENTS = frozenset({"codex.sandbox_outcome", "codex.tool_decision", "codex.tool_result"})
_NS_PER_SECOND = 10**9
_NS_PER_MICROSECOND = 1_000


class Codex:
    """Codex's dialect (``receiver.dialects.dialect.Dialect``)."""

    agent = Agent.CODEX

    def recognises(self, record: Record) -> bool:
        """Tell by the scope, which spans name after the binary, else by the event's name."""
        if record.scope.name.startswith("codex"):
            return True
        name = record.attributes.get("event.name")
        return isinstance(name, str) and name.startswith(PREFIX)

    def opens_session(self, name: str | None) -> bool:
        """Tell whether a record of this name shows a conversation."""
        return name in _OPENING

    def place(self, record: Record) -> Place:
        """Return where a record belongs; a span without a conversation belongs to its trace's."""
        attributes = record.attributes
        conversation = text(attributes.get("conversation.id"))
        if isinstance(record, MetricPoint):
            return Place(conversation, record.name, None)
        if isinstance(record, Span):
            conversation = conversation_of(record) or f"{ALIAS}{record.trace_id.hex()}"
            return Place(conversation, record.name, _subject_of_span(record))
        name = text(attributes.get("event.name"))
        return Place(conversation, name, _subject_of(record, name), None, _told_time(record))

    def interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        """Add what a record means; of metrics nothing that events do not tell by session."""
        if isinstance(record, LogRecord):
            if text(record.attributes.get("conversation.id")) is not None:
                interpret_event(record, placement, facts)
        elif isinstance(record, Span):
            interpret_span(record, placement, facts)


def _subject_of(record: LogRecord, name: str | None) -> str:
    if name in _TOOL_EVENTS and (call := text(record.attributes.get("call_id"))):
        return f"tool:{call}"
    if name in {"codex.sse_event", "codex.api_request"}:
        return f"request:{own_key(record)}"
    return f"event:{record.digest.hex()}"


def _subject_of_span(record: Span) -> str | None:
    call = text(record.attributes.get("call_id")) or text(record.attributes.get("tool.call_id"))
    return None if call is None else f"tool:{call}"


def _told_time(record: LogRecord) -> int:
    """Return ``event.timestamp`` (RFC 3339, milliseconds) in nanoseconds; 0 if it is none."""
    try:
        moment = datetime.fromisoformat(text(record.attributes.get("event.timestamp")) or "")
        return int(moment.timestamp()) * _NS_PER_SECOND + moment.microsecond * _NS_PER_MICROSECOND
    except (ValueError, OverflowError, OSError):
        return 0
